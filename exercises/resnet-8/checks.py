from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

import bot.kit as kit
from bot.kit import Remote, Rng, Solution, check, expect, expect_equal, expect_form

DOUBLE = torch.float64
WIDE = {torch.float32: 2.0**8, DOUBLE: 2.0**16}  # rounding errors: a norm may divide by little
EPS = torch.finfo(DOUBLE).eps


def conv(before: int, after: int, size: int = 3, stride: int = 1) -> list:
    """A convolution and its norm."""
    layer = nn.Conv2d(before, after, size, stride, size // 2, bias=False)
    return [layer, nn.BatchNorm2d(after)]


class Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1, self.norm1 = conv(inputs, outputs, stride=stride)
        self.conv2, self.norm2 = conv(outputs, outputs)
        self.projects = (inputs, 1) != (outputs, stride)
        if self.projects:
            self.skip_conv, self.skip_norm = conv(inputs, outputs, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        branch = self.norm2(self.conv2(self.norm1(self.conv1(x)).relu()))
        return (branch + (self.skip_norm(self.skip_conv(x)) if self.projects else x)).relu()


class Net(nn.Module):
    def __init__(self, channels: int = 3, classes: int = 10, width: int = 16) -> None:
        super().__init__()
        self.conv, self.norm = conv(channels, width)
        sizes = [(1, 1, 1), (1, 2, 2), (2, 4, 2)]
        self.blocks = nn.Sequential(*(Block(i * width, o * width, s) for i, o, s in sizes))
        self.head = nn.Linear(4 * width, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.blocks(self.norm(self.conv(x)).relu()).mean((2, 3)))


@dataclass
class Case:
    """The judge's own block or network, what the learner's is made with, and images for both."""

    own: nn.Module
    args: tuple
    x: Tensor
    begun: str = ""  # what the names of the weights that are loaded begin with

    def __str__(self) -> str:
        return ("ResNet8" if isinstance(self.own, Net) else "BasicBlock") + str(self.args)

    def state(self) -> dict:
        """All weights and statistics, but for how many batches there were."""
        return {n: v for n, v in self.own.state_dict().items() if not n.endswith("tracked")}

    def made(self, solution: Solution) -> Remote:
        """The learner's, with the judge's weights."""
        module = solution.call_there(str(self).partition("(")[0], *self.args)
        if self.x.dtype is DOUBLE:
            module.call_there("double")
        state = {name: value for name, value in self.state().items() if name.startswith(self.begun)}
        module.call_there("load_state_dict", state, strict=False)
        return module

    def right(self, mode: str, dtype: torch.dtype = DOUBLE, grads: bool = False) -> dict:
        """What comes out, the statistics after it, and the gradients, each by its name."""
        own, x = deepcopy(self.own).to(dtype), self.x.to(dtype, copy=True).requires_grad_()
        out = getattr(own, mode)()(x)
        found = {"what comes out": out.detach()}
        for name, value in own.named_buffers():
            if mode == "train" and not name.endswith("tracked"):
                found[name] = value
        if grads:
            (out * pull(out)).sum().backward()
            leaves = [*own.named_parameters(), ("x", x)]
            found |= {f"the gradient of {name}": leaf.grad for name, leaf in leaves}
        return found


def pull(out: Tensor) -> Tensor:
    """Numbers for a gradient to begin with, no two alike."""
    return torch.sin(torch.arange(1, out.numel() + 1, dtype=out.dtype) ** 2).view(out.shape)


def expect_runs(solution: Solution, cases: list, mode: str = "eval", grads: bool = False) -> None:
    """Ask for all cases in one message; for gradients, in float64: no value is near ReLU's kink."""
    asked, exacts = [], [case.right(mode, grads=grads) for case in cases]
    for case, exact in zip(cases, exacts):
        module, x = case.made(solution), solution.put_tensor(case.x, requires_grad=grads)
        module.call_there(mode)
        out = module.call_there("", x)
        if grads:
            product = out.call_there("mul", pull(exact["what comes out"]))
            product.call_there("sum").call_there("backward")
        asked.append(out)
        for name in list(exact)[1:]:
            kind, _, leaf = name.rpartition(" ")
            verb = "get_parameter" if kind else "get_buffer"
            held = x if leaf == "x" else module.call_there(verb, leaf)
            asked.append(held.get_there("grad") if kind else held)
    found = iter(solution.fetch_all(asked))
    for case, exact in zip(cases, exacts):
        when = f"{case}, in mode `{mode}` for images {tuple(case.x.shape)}"
        when += ", with new weights" if case.begun else ""
        rights = case.right(mode, case.x.dtype, grads)
        largest = max((float(v.abs().max()) for n, v in exact.items() if " of " in n), default=0.0)
        for name, right in rights.items():
            seen, what = next(found), f"{when}: {name} is off"
            expect(seen is not None, f"{what}: there is none")
            if " of " in name:  # as exact as the largest of all gradients
                expect_form(seen, right, what)
                kit.expect_within(seen, right, WIDE[DOUBLE] * EPS * largest, what)
            else:
                kit.expect_close(seen, right, what, exact=exact[name], factor=WIDE[case.x.dtype])


def drawn(rng: Rng, own: type, *args: int, batch=0, sides=(), dtype=torch.float32) -> Case:
    """A case with weights, statistics and images of its own, and sides that differ."""
    case = Case(own(*args).to(dtype), args, torch.zeros(0))
    for name, value in case.state().items():
        positive = name.endswith("var") or name.endswith("weight") and value.ndim == 1
        new = rng.uniform(0.4, 2.5, value.shape) if positive else rng.normal(*value.shape)
        value.copy_(new / max(1, value[0].numel()) ** 0.5)
    sides = sides or rng.shuffled([rng.integer(5, 9), rng.integer(9, 14)])
    case.x = 4 * rng.normal(batch or rng.integer(3, 6), args[0], *sides, dtype=dtype)
    return case


def plain(rng: Rng, **given) -> Case:
    """A block without a projection."""
    channels = rng.integer(2, 7)
    return drawn(rng, Block, channels, channels, **given)


def projected(rng: Rng, **given) -> list:
    """A block for each reason to project."""
    few, many, stride = rng.integer(1, 5), rng.integer(5, 9), rng.integer(2, 4)
    sizes = [(few, many), (many, few, 1), (few, few, stride), (few, many, rng.integer(3, 6))]
    return [drawn(rng, Block, *size, **given) for size in sizes]


def whole(rng: Rng, **given) -> Case:
    sizes = rng.shuffled([rng.integer(1, 3), rng.integer(3, 5), rng.integer(5, 7)])
    return drawn(rng, Net, *sizes, **given)


@check("layers", "The layers are those of the task, and no others", core=True, hint=1)
def layers(solution: Solution, rng: Rng) -> None:
    for case in (plain(rng), *projected(rng), whole(rng), Case(Net(), (), torch.zeros(0))):
        module = solution.call_there(str(case).partition("(")[0], *case.args)
        pairs = module.call_there("state_dict").call_there("items").fetch_items(200)
        found = {n: v for n, v in pairs if not n.endswith("tracked")}
        more = ", ".join(name for name in found if name not in case.state())
        for name, value in case.state().items():
            expect(name in found, f"{case} has no `{name}`" + (f", but {more}" if more else ""))
            expect_form(found[name], value, f"{case}: `{name}` is off")
        expect(not more, f"{case} should not have {more}")


@check("same", "The same images give the same again, and stay", core=True, points=0, hint=2)
def same(solution: Solution, rng: Rng) -> None:
    for case in (plain(rng), whole(rng)):
        module, x = case.made(solution).call_there("eval"), solution.put_tensor(case.x)
        first, _, second = (module.call_there("", given) for given in (x, case.x[:1] + 1, x))
        module.call_there("train").call_there("", x)
        first, second, kept = solution.fetch_all([first, second, x])
        right = case.right("eval", torch.float32)["what comes out"]
        expect_equal(kept, case.x, f"{case} changes the images that it is given")
        what = f"{case} in evaluation mode gives something else for the same images"
        kit.expect_same(second, first, what, wanted=right)


@check("start", "A new block gives ReLU(shortcut)", core=True, points=2, hint=1)
def start(solution: Solution, rng: Rng) -> None:
    cases = [plain(rng), *projected(rng)[::3]]
    for case in cases:
        case.begun = "skip"
        for norm in (case.own.norm1, case.own.norm2):
            norm.reset_parameters()
        nn.init.zeros_(case.own.norm2.weight)
    expect_runs(solution, cases)
    for name, value in solution.call_there("ResNet8").fetch_parameters().items():
        if "norm" in name:
            begin = float("norm2" not in name and name.endswith(".weight"))
            what = f"in a new ResNet8(), `{name}` does not begin at {begin:.0f}"
            expect(bool((value == begin).all()), what)


@check("block", "Without a projection, the branch is added to x", core=True, points=2, hint=1)
def one_block(solution: Solution, rng: Rng) -> None:
    tiny = plain(rng, batch=1, sides=(1, rng.integer(1, 3)))
    expect_runs(solution, [plain(rng), plain(rng), tiny, plain(rng, dtype=DOUBLE)])


@check("projection", "Where the shape changes, x is projected", core=True, points=2, hint=1)
def projection(solution: Solution, rng: Rng) -> None:
    single = projected(rng, batch=1, dtype=DOUBLE)[rng.integer(0, 4)]
    expect_runs(solution, [*projected(rng), single])


@check("training", "In training, norms use the batch, and remember", core=True, hint=2)
def training(solution: Solution, rng: Rng) -> None:
    expect_runs(solution, [plain(rng), *projected(rng, dtype=DOUBLE)[1:3]], "train")


@check("gradients", "Gradients flow through branch and shortcut", core=True, points=2, hint=2)
def gradients(solution: Solution, rng: Rng) -> None:
    for mode, batch in (("eval", 1), ("train", 0)):
        given = {"batch": batch, "dtype": DOUBLE}
        cases = [plain(rng, **given), projected(rng, **given)[rng.integer(1, 4)]]
        fresh = plain(rng, **given)  # its branch gives 0, and learns all the same
        for begin in fresh.own.norm2.parameters():
            nn.init.zeros_(begin)
        cases.append(fresh)
        expect_runs(solution, cases, mode, grads=True)


@check("network", "The network is right for images of any size", core=True, points=2, hint=2)
def one_network(solution: Solution, rng: Rng) -> None:
    square = whole(rng, sides=[rng.integer(2, 17)] * 2)
    tiny = whole(rng, sides=(1, rng.integer(1, 4)))
    sizes, sides = [rng.integer(1, 4) for _ in range(3)], [rng.integer(40, 60) for _ in range(2)]
    large = drawn(rng, Net, *sizes, batch=2, sides=sides)
    expect_runs(solution, [square, tiny, large, whole(rng, batch=1, dtype=DOUBLE)])


@check("learning", "The network learns: statistics and gradients", core=True, hint=2)
def learning(solution: Solution, rng: Rng) -> None:
    expect_runs(solution, [whole(rng, batch=8)], "train")
    for mode, batch in (("eval", 1), ("train", 0)):
        expect_runs(solution, [whole(rng, batch=batch, dtype=DOUBLE)], mode, grads=True)
