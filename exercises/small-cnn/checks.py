import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

import bot.kit as kit
from bot.kit import Remote, Rng, Solution, check, expect, expect_close, expect_equal, expect_form

BUDGET, STEPS, BATCH, SIZE, NEW, RIGHT = 3000, 40, 16, 12, 300, 0.9


@dataclass
class Net:
    """The learner's network, with weights and statistics of the judge's own, by name.

    In the order in which an image meets them: four weights for each block, two for the scores.
    """

    model: Remote
    weights: dict[str, Tensor]
    stats: dict[str, Tensor]
    channels: list[int]

    def ask(self, x: Tensor, mode: str = "eval") -> Remote:
        self.model.call_there("load_state_dict", self.weights | self.stats, strict=False)
        self.model.call_there(mode)
        return self.model.call_there("", x)

    def right(self, x: Tensor, *, training: bool = False) -> tuple[Tensor, list, list]:
        """The right scores without dropout, the statistics after that, and the weights."""
        weights = [value.to(x.dtype, copy=True).requires_grad_() for value in self.weights.values()]
        stats = [value.to(x.dtype, copy=True) for value in self.stats.values()]
        scores = scores_of(features_of(weights, stats, x, training=training), weights)
        return scores, stats, weights


def features_of(weights: list, stats: list, x: Tensor, *, training: bool) -> Tensor:
    """The averaged features, (N, channels); in training mode the statistics move."""
    for block in range(len(stats) // 2):
        kernel, bias, scale, shift = weights[4 * block : 4 * block + 4]
        mean, variance = stats[2 * block : 2 * block + 2]
        x = functional.conv2d(x, kernel, bias, padding=1)
        x = functional.batch_norm(x, mean, variance, scale, shift, training=training)
        x = functional.max_pool2d(x.relu(), 2)
    return x.mean(dim=(2, 3))


def scores_of(features: Tensor, weights: list) -> Tensor:
    return functional.linear(features, weights[-2], weights[-1])


def shapes_of(channels: list, classes: int) -> list[tuple]:
    """The shapes of all weights, in the order in which an image meets them."""
    found = []
    for before, after in zip([1, *channels], channels, strict=False):
        found += [(after, before, 3, 3), (after,), (after,), (after,)]
    return [*found, (classes, channels[-1]), (classes,)]


def drawn(
    solution: Solution,
    rng: Rng,
    *,
    blocks: int = 2,
    classes: int = 0,
    share: float = 0.0,
    plain: bool = False,
) -> Net:
    """A network of the learner's, its layers checked, and new weights for it.

    A `plain` one is built with the defaults.
    """
    channels = [rng.integer(2, 9) for _ in range(blocks)]
    classes, given = classes or rng.integer(2, 9), rng.choice([list, tuple])(channels)
    classes = 4 if plain else classes
    model = solution.call_there("build", given, *(() if plain else (classes, share)))
    found = model.fetch_parameters()
    known = [pair[0] for pair in model.call_there("named_buffers").fetch_items(100)]
    norms = [name.removesuffix(".running_mean") for name in known if name.endswith(".running_mean")]
    what = f"build({given}) should have {blocks} batch norms with a running mean and variance"
    expect(len(norms) == blocks, what)
    convs = [name.removesuffix(".weight") for name, value in found.items() if value.ndim == 4]
    last = [name.removesuffix(".weight") for name, value in found.items() if value.ndim == 2]
    holders = [holder for pair in zip(convs, norms, strict=False) for holder in pair]
    ordered = [f"{holder}.{part}" for holder in [*holders, *last] for part in ("weight", "bias")]
    shapes = {name: tuple(found[name].shape) for name in [*ordered, *found] if name in found}
    wanted = shapes_of(channels, classes)
    what = f"build({given}, {classes}) has weights of other shapes than the layers of the task"
    expect(list(shapes.values()) == wanted, f"{what}: {list(shapes.values())}", example=wanted)
    weights = {name: rng.normal(*of) / math.prod(of[1:]) ** 0.5 for name, of in shapes.items()}
    stats = {}
    for norm, count in zip(norms, channels, strict=True):
        stats[f"{norm}.running_mean"] = rng.normal(count) / 3
        stats[f"{norm}.running_var"] = rng.uniform(0.3, 3, (count,))
    return Net(model, weights, stats, channels)


def images(rng: Rng, count: int, sides: tuple = (16, 16)) -> Tensor:
    return 2 * rng.normal(count, 1, *sides)


def expect_scores(seen: object, net: Net, x: Tensor, what: str, *, training: bool = False) -> None:
    right, exact = (net.right(given, training=training)[0].detach() for given in (x, x.double()))
    what = f"{what}, for images {tuple(x.shape)} and channels={net.channels}"
    expect_close(seen, right, what, exact=exact, factor=64)


@check("same", "The same images get the same scores", core=True, points=0, hint=2)
def same(solution: Solution, rng: Rng) -> None:
    channels, classes, x = [rng.integer(2, 9), rng.integer(2, 9)], rng.integer(2, 9), images(rng, 5)
    model = solution.call_there("build", channels, classes, rng.number(0.3, 0.8))
    model.call_there("eval")
    one, two = solution.fetch_all([model.call_there("", x) for _ in range(2)])
    what = "in evaluation mode, the same images get other scores"
    kit.expect_same(two, one, what, wanted=torch.ones(5, classes))


@check("layers", "The layers have the weights that the task names", core=True, hint=3)
def layers(solution: Solution, rng: Rng) -> None:
    for blocks in (1, rng.integer(2, 7)):
        net = drawn(solution, rng, blocks=blocks, plain=blocks == 1)
    first, second = (
        solution.call_there("build", net.channels).fetch_parameters() for _ in range(2)
    )
    name = next(iter(net.weights))
    expect(not torch.equal(first[name], second[name]), "two calls of `build` give the same weights")


@check("scores", "In evaluation mode the scores are right", core=True, points=2, hint=1)
def scores(solution: Solution, rng: Rng) -> None:
    for blocks in (1, rng.integer(2, 5)):
        net, x = drawn(solution, rng, blocks=blocks), images(rng, rng.integer(2, 6))
        expect_scores(net.ask(x).fetch(), net, x, "in evaluation mode the scores are off")


@check("sizes", "Images of any size work, and a single one", core=True, hint=2)
def sizes(solution: Solution, rng: Rng) -> None:
    net = drawn(solution, rng)
    sides = [(32, 32), (4, 4 + rng.integer(1, 9)), (rng.integer(8, 12), rng.integer(12, 40))]
    given = [images(rng, count, pair) for count, pair in zip((1, 3, 1), sides, strict=True)]
    found = solution.fetch_all([net.ask(x) for x in given])
    for seen, x in zip(found, given, strict=True):
        expect_scores(seen, net, x, "the scores are off")


@check("training", "In training, batch norm uses the batch, and remembers", core=True, hint=2)
def training(solution: Solution, rng: Rng) -> None:
    net, x = drawn(solution, rng, plain=True), images(rng, rng.integer(3, 7))
    asked = [net.ask(x, "train"), *[net.model.call_there("get_buffer", name) for name in net.stats]]
    seen, *stats = solution.fetch_all(asked)
    expect_scores(seen, net, x, "in training mode the scores are off", training=True)
    rights, exacts = (net.right(given, training=True)[1] for given in (x, x.double()))
    for name, now, right, exact in zip(net.stats, stats, rights, exacts, strict=True):
        what = f"after a batch in training mode, `{name}` is off"
        expect_close(now, right.detach(), what, exact=exact.detach(), factor=64)


@check("gradients", "Every weight gets its gradient", core=True, hint=2)
def gradients(solution: Solution, rng: Rng) -> None:
    net, x = drawn(solution, rng), images(rng, rng.integer(3, 7))
    right, _, weights = net.right(x.double(), training=True)
    pull = rng.normal(*right.shape)
    # `backward(pull)` would do as well, but imports sympy first.
    net.ask(x, "train").call_there("mul", pull).call_there("sum").call_there("backward")
    found = net.model.fetch_grads()
    exacts = torch.autograd.grad((right * pull).sum(), weights)
    limit = 256 * torch.finfo(torch.float32).eps * max(float(grad.abs().max()) for grad in exacts)
    for name, exact in zip(net.weights, exacts, strict=True):
        expect(found.get(name) is not None, f"`{name}` gets no gradient")
        expect_form(found[name], exact.float(), f"the gradient of `{name}` is off")
        kit.expect_within(found[name], exact, limit, f"the gradient of `{name}` is off")


@check("dropout", "In training, single features are dropped, others grow", core=True, hint=2)
def dropout(solution: Solution, rng: Rng) -> None:
    share, classes = rng.number(0.3, 0.7), rng.integer(9, 12)
    net, x = drawn(solution, rng, classes=classes, share=share), images(rng, 150, (8, 8))
    (*_, shift, last, bias), wide = net.weights, net.channels[-1]
    net.weights[shift] += 3.0  # all features are above 0
    net.weights[last], net.weights[bias] = torch.eye(classes, wide), torch.zeros(classes)
    seen, right = net.ask(x, "train").fetch(), net.right(x, training=True)[0].detach()
    expect_form(seen, right, "in training mode the scores are off")
    kept = seen[:, :wide] != 0
    what = (
        f"with dropout={share:.3g} a feature is neither 0 nor what it was, divided by 1 - dropout"
    )
    grown = torch.where(kept, right[:, :wide] / (1 - share), 0.0)
    kit.expect_within(seen[:, :wide], grown, 1e-3 * float(right.max()), what)
    dropped = (~kept).double().mean().item()
    near = abs(dropped - share) <= 7 * (share * (1 - share) / kept.numel()) ** 0.5
    mixed = bool(
        ((kept[:, 0] != kept[:, 1]).any()) & kept.any(dim=0).all() & (~kept).any(dim=0).all()
    )
    expect(mixed, "whole images or whole channels are dropped, not single features")
    expect(near, f"with dropout={share:.3g}, a share of {dropped:.3g} of the features is dropped")


def config_of(solution: Solution) -> tuple[list, float, float]:
    """The settings, checked, and within the budget."""
    found = solution.get("CONFIG")
    keys = sorted(found) if isinstance(found, dict) else None
    expect_equal(keys, ["channels", "dropout", "lr"], "the keys of `CONFIG` are off")
    channels, share, lr = found["channels"], found["dropout"], found["lr"]
    whole = isinstance(channels, (list, tuple)) and all(type(n) is int and n > 0 for n in channels)
    expect(
        whole and 1 <= len(channels) <= 3, "`channels` has to be one to three whole numbers above 0"
    )
    numbers = all(type(value) in (int, float) and math.isfinite(value) for value in (share, lr))
    expect(
        numbers and 0 <= share < 1,
        "`dropout` and `lr` have to be numbers, and `dropout` 0 to below 1",
    )
    count = sum(math.prod(shape) for shape in shapes_of(list(channels), 4))
    expect(
        count <= BUDGET,
        f"with channels={channels} there are {count} parameters, {BUDGET} are allowed",
    )
    return list(channels), share, abs(lr)


@check("budget", f"The settings make at most {BUDGET} parameters", core=True, hint=3)
def budget(solution: Solution, rng: Rng) -> None:
    config_of(solution)


@check("learns", f"With the settings, {STEPS} steps are enough", core=True, points=2, hint=3)
def learns(solution: Solution, rng: Rng) -> None:
    channels, share, lr = config_of(solution)
    for _ in range(2):
        accuracy = trained(rng, channels, share, lr)
        what = (
            f"with channels={channels}, dropout={share} and lr={lr} it is right for {accuracy:.0%}"
        )
        expect(accuracy >= RIGHT, f"{what} of {NEW} new images, should be {RIGHT:.0%}")


def trained(rng: Rng, channels: list, share: float, lr: float) -> float:
    """How often a network with these settings is right after its training."""
    weights, stats = fresh(rng, channels)
    optimizer, wave = torch.optim.Adam(weights, lr=lr), rng.number(0.8, 1.0)
    for _ in range(STEPS):
        x, y = stripes(rng, wave, BATCH)
        features = features_of(weights, stats, x, training=True)
        kept = rng.uniform(0, 1, features.shape) >= share
        optimizer.zero_grad()
        functional.cross_entropy(scores_of(features * kept / (1 - share), weights), y).backward()
        optimizer.step()
    x, y = stripes(rng, wave, NEW)
    seen = scores_of(features_of(weights, stats, x, training=False), weights)
    return (seen.argmax(dim=1) == y).double().mean().item()


def fresh(rng: Rng, channels: list) -> tuple[list, list]:
    """What PyTorch's layers begin with."""
    weights, inputs = [], 1
    for place, shape in enumerate(shapes_of(channels, 4)):
        inputs = math.prod(shape[1:]) if len(shape) > 1 else inputs
        value = rng.uniform(-1, 1, shape) / inputs**0.5
        norm = place % 4 in (2, 3) and place < 4 * len(channels)
        value = torch.full(shape, 3.0 - place % 4) if norm else value
        weights.append(value.requires_grad_())
    return weights, [part for n in channels for part in (torch.zeros(n), torch.ones(n))]


def stripes(rng: Rng, wave: float, count: int) -> tuple[Tensor, Tensor]:
    """Images (count, 1, 12, 12) with stripes in the direction y (count,), under noise."""
    y, steps = rng.integers(0, 4, (count,)), torch.arange(float(SIZE))
    angle = y[:, None, None] * math.pi / 4
    along = steps[:, None] * angle.sin() + steps * angle.cos()
    phase, speed = rng.uniform(0, 2 * math.pi, (count, 1, 1)), rng.uniform(0.8, 1.2, (count, 1, 1))
    x = (along * wave * speed + phase).sin() + 0.5 * rng.normal(count, SIZE, SIZE)
    return x[:, None], y
