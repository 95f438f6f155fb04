from dataclasses import dataclass

import torch
from torch import Tensor, nn

import bot.kit as kit
from bot.kit import Remote, Rng, Solution, check, expect

KEYS = ("lr", "params", "weight_decay")
UNDECAYED = ("LayerNorm", "RMSNorm", "BatchNorm", "GroupNorm", "InstanceNorm", "Embedding")


@dataclass
class Model:
    """A model, once here and once in the solver: both are built of the same parts."""

    here: nn.Module
    there: Remote

    @staticmethod
    def of(solution: Solution, rng: Rng, tree: dict, ties: dict, frozen: list) -> "Model":
        """Of children by name: dicts of more, `(layer, *arguments)`, or a parameter's value."""
        # The module torch itself, as a tensor's methods know it.
        known = solution.put_tensor(torch.zeros(())).get_there("backward.__func__.__globals__")
        model = Model(*built(tree, known.call_there("__getitem__", "torch"), rng))
        for path, other in ties.items():
            owner, _, name = path.rpartition(".")
            shared = model.here.get_parameter(other), model.there.call_there("get_parameter", other)
            model.here.get_submodule(owner).register_parameter(name, shared[0])
            holder = model.there.call_there("get_submodule", owner)
            holder.call_there("register_parameter", name, shared[1])
        for name in frozen:
            model.here.get_parameter(name).requires_grad_(False)
            model.there.call_there("get_parameter", name).call_there("requires_grad_", False)
        return model

    def ask(self, solution: Solution, asked: tuple) -> Remote:
        return solution.call_there("param_groups", self.there, *asked)

    def tensors(self) -> dict[str, Tensor]:
        return {name: parameter.detach() for name, parameter in self.here.named_parameters()}

    def name_of(self, tensor: object) -> str:
        for name, value in self.tensors().items():
            if isinstance(tensor, Tensor) and torch.equal(tensor, value):
                return name
        kit.fail("a group holds something that is no parameter of the model", example=tensor)

    def groups(self) -> dict[tuple[bool, bool], list[str]]:
        """The names of its parameters, by whether they are in the head, and do not decay."""
        groups = {(head, plain): [] for head in (False, True) for plain in (False, True)}
        places = list(self.here.named_parameters(remove_duplicate=False))
        for name, parameter in self.here.named_parameters():
            paths = [path for path, other in places if other is parameter]
            kinds = [type(self.here.get_submodule(path.rpartition(".")[0])) for path in paths]
            plain = parameter.ndim < 2 or any(kind.__name__.startswith(UNDECAYED) for kind in kinds)
            if parameter.requires_grad:
                groups[all(path.startswith("head.") for path in paths), plain].append(name)
        return {place: names for place, names in groups.items() if names}


def built(node: object, there: Remote, rng: Rng) -> tuple:
    """One part, here and in the solver, with weights that no other part has."""
    if isinstance(node, Tensor):
        return nn.Parameter(node), there.call_there("nn.Parameter", node)
    if isinstance(node, tuple):
        kind, *arguments = node
        here, made = getattr(nn, kind)(*arguments), there.call_there(f"nn.{kind}", *arguments)
        for name, value in here.named_parameters():
            value.data = rng.normal(*value.shape)
            made.call_there("get_parameter", name).call_there("data.copy_", value.detach())
        return here, made
    kind = rng.choice(["Module", "ModuleDict"])
    here, made = getattr(nn, kind)(), there.call_there(f"nn.{kind}")
    for name, child in node.items():
        add = "register_parameter" if isinstance(child, Tensor) else "add_module"
        part, part_there = built(child, there, rng)
        getattr(here, add)(name, part)
        made.call_there(add, name, part_there)
    return here, made


def expect_groups(found: object, model: Model, asked: tuple) -> None:
    lr, decay, head_lr = asked
    is_list = isinstance(found, list) and all(isinstance(group, dict) for group in found)
    expect(is_list, "what came back is not a list of dicts")
    numbers, order = {}, []
    for group in found:
        keys = tuple(sorted(group))
        expect(keys == KEYS, f"a group has the keys {keys}, should be {KEYS}")
        expect(isinstance(group["params"], list), '"params" of a group is not a list')
        order.append([model.name_of(tensor) for tensor in group["params"]])
        for name in order[-1]:
            expect(name not in numbers, f"`{name}` is listed more than once")
            numbers[name] = group["lr"], group["weight_decay"]
    for (head, plain), names in model.groups().items():
        for name in names:
            what = f"`{name}` of shape {tuple(model.tensors()[name].shape)}"
            expect(name in numbers, f"{what} is in no group")
            (rate, share), right = numbers.pop(name), 0.0 if plain else decay
            kit.expect_number(share, right, f"the weight_decay of {what} is off")
            kit.expect_number(rate, head_lr if head else lr, f"the lr of {what} is off")
    expect(not numbers, f"frozen, and yet in a group: {', '.join(numbers)}")
    right = list(model.groups().values())
    what = f"the groups, or the parameters within them, come in another order, as {order}"
    expect(order == right, what, example=right)


def drawn_numbers(rng: Rng) -> tuple[float, float, float]:
    lr = rng.magnitude(1e-5, 1e-2)
    return lr, rng.number(0.01, 0.3), lr * rng.number(2, 20)


def expect_right(solution: Solution, rng: Rng, *cases: tuple) -> None:
    """Ask for the groups of several models, each given as a tree, ties, and frozen parameters."""
    models = [Model.of(solution, rng, *case) for case in cases]
    asked = [drawn_numbers(rng) for _ in cases]
    groups = [model.ask(solution, numbers) for model, numbers in zip(models, asked, strict=True)]
    found = solution.fetch_all(groups)
    for seen, model, numbers in zip(found, models, asked, strict=True):
        expect_groups(seen, model, numbers)


def size(rng: Rng) -> int:
    return rng.integer(2, 6)


def own(rng: Rng, dims: int) -> Tensor:
    return rng.normal(*[size(rng) for _ in range(dims)])


def layer(rng: Rng) -> tuple:
    """A layer whose weight decays, and its bias does not."""
    kind, count = rng.choice([("Linear", 2), ("Conv1d", 3), ("Conv2d", 3), ("Bilinear", 3)])
    return kind, *[size(rng) for _ in range(count)]


def norms(rng: Rng) -> list[tuple]:
    """One of each kind; two of them hold more than one dimension."""
    wide = [size(rng) for _ in range(rng.integer(2, 4))]
    kinds = [("LayerNorm", wide), ("RMSNorm", wide), (f"BatchNorm{rng.integer(1, 4)}d", size(rng))]
    return [*kinds, ("LayerNorm", 3), ("RMSNorm", 4), ("GroupNorm", 2, 2 * size(rng))]


def named(rng: Rng, parts: list) -> dict:
    """The parts in random order, under names that tell nothing and are in no alphabetical order."""
    letters = ["z", *rng.shuffled(list("cdefghijkl")), "a"]
    return dict(zip([*letters[: len(parts) - 1], "a"], rng.shuffled(parts), strict=True))


def body(rng: Rng) -> dict:
    """Parts of all kinds; some have the names of others."""
    norm = ("InstanceNorm2d", size(rng), 1e-5, 0.1, True)
    inner = named(rng, [layer(rng), norm, ("ReLU",), ("LSTM", size(rng), size(rng)), ("PReLU",)])
    deep = {"head": layer(rng), "scale": own(rng, 1), "bias": own(rng, 2), "more": inner}
    parts = [deep, *norms(rng)[:3], ("Embedding", size(rng), size(rng)), layer(rng), own(rng, 3)]
    parts.append(("MultiheadAttention", 4, 2))
    names = ["body", "header", "head2", "ahead", "norm", "bias", "embed", "layers"]
    return dict(zip(rng.shuffled(names), rng.shuffled(parts), strict=True))


@check("same", "The same model twice gives the same groups", core=True, points=0, hint=1)
def same(solution: Solution, rng: Rng) -> None:
    asked, tree = drawn_numbers(rng), {**body(rng), "head": layer(rng)}
    model = Model.of(solution, rng, tree, {}, [])
    one, two = solution.fetch_all([model.ask(solution, asked) for _ in range(2)])
    kit.expect_same(two, one, "a second call gives other groups", wanted=torch.zeros(()))


@check("dimensions", "What has two dimensions or more decays, all else does not", core=True, hint=1)
def dimensions(solution: Solution, rng: Rng) -> None:
    others = [layer(rng), own(rng, 0), own(rng, 1), own(rng, 3), layer(rng)]
    plain = {"second": layer(rng), "first": layer(rng)}
    expect_right(solution, rng, (plain, {}, []), (named(rng, others), {}, []))


@check("norms", "Nothing of a normalization layer decays", core=True, hint=2)
def norm_layers(solution: Solution, rng: Rng) -> None:
    expect_right(solution, rng, (named(rng, [layer(rng), *norms(rng)]), {}, []))


@check("embeddings", "The weight of an embedding does not decay", core=True, hint=2)
def embeddings(solution: Solution, rng: Rng) -> None:
    parts = [("Embedding", size(rng), size(rng)), layer(rng), own(rng, 2)]
    expect_right(solution, rng, (named(rng, parts), {}, []))


@check("head", "What is in `model.head` gets `head_lr`, and nothing else", core=True, hint=2)
def head(solution: Solution, rng: Rng) -> None:
    parts = [{"head": layer(rng)}, layer(rng), layer(rng), layer(rng), layer(rng)]
    tree = dict(zip(["body", "header", "ahead", "head2", "head"], parts, strict=True))
    other = {"body": layer(rng), "head": {"first": layer(rng), "more": {"last": layer(rng)}}}
    expect_right(solution, rng, (dict(rng.shuffled([*tree.items()])), {}, []), (other, {}, []))


@check("frozen", "Frozen parameters are left out, and so are empty groups", core=True, hint=3)
def frozen(solution: Solution, rng: Rng) -> None:
    tree = {"a": layer(rng), "b": layer(rng), "head": layer(rng)}
    still = [f"{rng.choice(['a', 'b', 'head'])}.{rng.choice(['weight', 'bias'])}"]
    gone = rng.shuffled(["a.weight", "a.bias", "head.weight", "head.bias"])[: rng.integer(1, 5)]
    small = {"a": layer(rng), "head": layer(rng)}
    expect_right(solution, rng, (tree, {}, still), (small, {}, gone))


@check("tied", "A shared parameter is listed once, where it belongs", core=True, points=2, hint=2)
def tied(solution: Solution, rng: Rng) -> None:
    n, m = size(rng), size(rng)
    words, last, tie = ("Embedding", n, m), ("Linear", m, n), {"head.weight": "words.weight"}
    cases = [({"words": words, "head": last}, tie, []), ({"head": last, "words": words}, tie, [])]
    inside = {"body": last, "head": {"last": last, "words": words}}
    cases.append((inside, {"head.last.weight": "head.words.weight"}, []))
    cases.append(({"head": {"one": last}, "body": last}, {"body.weight": "head.one.weight"}, []))
    expect_right(solution, rng, *rng.shuffled(cases))


@check("own", "They are the model's own parameters, and unchanged", core=True, hint=3)
def own_parameters(solution: Solution, rng: Rng) -> None:
    tree, asked = {**body(rng), "head": layer(rng)}, drawn_numbers(rng)
    model = Model.of(solution, rng, tree, {}, ["head.bias"])
    groups = model.ask(solution, asked)
    expect_groups(groups.fetch(), model, asked)
    now = model.there.fetch_parameters()
    kit.expect_equal(now, model.tensors(), "the model's parameters changed")
    still = model.there.call_there("get_parameter", "head.bias").get("requires_grad")
    expect(still is False, "`head.bias` was frozen, and no longer is")
    place = rng.integer(0, len(model.groups()))
    names = list(model.groups().values())[place]
    number = rng.integer(0, len(names))
    group = groups.call_there("__getitem__", place).call_there("__getitem__", "params")
    group.call_there("__getitem__", number).call_there("data.fill_", 9.0)
    now = model.there.fetch_parameters().get(names[number], torch.zeros(1))
    expect(bool((now == 9.0).all()), f"for `{names[number]}` there is a copy in the group")


@check("whole", "All rules hold together, for any model", core=True, points=2, hint=3)
def whole(solution: Solution, rng: Rng) -> None:
    lr = rng.magnitude(1e-5, 1e-2)
    share = rng.number(0.01, 0.3)
    for asked in ((lr, 0.0, lr), (0.0, share, lr), (lr, share, 0.0)):
        top = {"words": ("Embedding", 5, 3), "last": ("Linear", 3, 5), "norm": ("RMSNorm", [2, 3])}
        tree = dict(rng.shuffled([*body(rng).items(), ("head", {**top, "more": body(rng)})]))
        ties = {"head.last.weight": "head.words.weight"}
        names = list(Model.of(solution, rng, tree, ties, []).tensors())
        model = Model.of(solution, rng, tree, ties, rng.shuffled(names)[: rng.integer(2, 9)])
        expect_groups(model.ask(solution, asked).fetch(), model, asked)
