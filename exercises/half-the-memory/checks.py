from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

import bot.kit as kit
from bot.kit import Remote, Rng, Solution, check, expect, expect_close, expect_equal, expect_form

# How a check sees what is kept: between forward and backward the weights get other values, behind
# the back of autograd. Gradients of what was kept come from the old values, those of what is
# computed again from the new ones.

ROUGH = 0.03
"""Of the largest gradient: where only the size of a fault is asked, not the last digits."""


@dataclass
class Case:
    """A model's settings, its weights before and after forward, what goes in, and a seed."""

    settings: dict
    old: dict[str, Tensor]
    new: dict[str, Tensor]
    x: Tensor
    pull: Tensor
    seed: int
    mode: str = "train"

    def block(self, live: dict[str, Tensor], number: int, x: Tensor) -> Tensor:
        """What one block gives, with these weights."""
        up, shift, down, move = list(live.values())[4 * number : 4 * number + 4]
        h = functional.gelu(functional.linear(x, up, shift))
        out = functional.linear(h * torch.sigmoid(h), down, move)
        ones = torch.ones(out.shape)  # in float32, so that the masks are the same in float64
        return x + out * functional.dropout(ones, self.settings["dropout"], self.mode == "train")

    def outcome(self, size: int = 1, dtype: torch.dtype = torch.float32) -> tuple:
        """Output, gradients, random numbers after that; `size` blocks at once are run again."""
        live = leaves(self.old, dtype)
        grads, pull, y = dict.fromkeys(live), self.pull.to(dtype), self.x.to(dtype)
        starts = range(0, self.settings["depth"], size)
        inputs, states = [], []
        with torch.random.fork_rng():
            torch.manual_seed(self.seed)
            for start in starts:
                inputs.append(y)
                states.append(torch.get_rng_state())
                y = self.part(live, start, size, y).detach()
            after = torch.rand(4)
            live = leaves(self.new, dtype)
            for start, x, state in reversed(list(zip(starts, inputs, states, strict=True))):
                torch.set_rng_state(state)
                x = x.clone().requires_grad_()
                part = self.part(live, start, size, x)
                names = [name for name in live if start <= int(name.split(".")[1]) < start + size]
                asked = [x, *[live[name] for name in names]]
                found = torch.autograd.grad((part * pull).sum(), asked)
                pull, grads = found[0], grads | dict(zip(names, found[1:], strict=True))
        return y, {**grads, "x": pull}, after

    def part(self, live: dict[str, Tensor], start: int, size: int, x: Tensor) -> Tensor:
        for number in range(start, min(start + size, self.settings["depth"])):
            x = self.block(live, number, x)
        return x

    def kept(self) -> dict[str, Tensor]:
        """The gradients where all that was computed is kept."""
        live = leaves(self.old, torch.float32)
        x = self.x.clone().requires_grad_()
        loss = (self.part(live, 0, self.settings["depth"], x) * self.pull).sum()
        for name, value in self.new.items():
            live[name].data.copy_(value)
        found = torch.autograd.grad(loss, [*live.values(), x])
        return dict(zip([*live, "x"], found, strict=True))

    def shown(self) -> dict:
        return {**self.settings, "x": self.x, "mode": self.mode}


def leaves(values: dict[str, Tensor], dtype: torch.dtype) -> dict[str, Tensor]:
    return {name: value.to(dtype, copy=True).requires_grad_() for name, value in values.items()}


def drawn(rng: Rng, **other: object) -> Case:
    """A case without dropout, in training mode, whose weights stay; `other` says what is not so."""
    width, factor = rng.integer(2, 7), rng.integer(2, 5)
    depth, dropout = other.get("depth") or rng.integer(3, 7), other.get("dropout", 0.0)
    settings = {"width": width, "factor": factor, "depth": depth, "dropout": dropout}
    wide, rows = width * factor, rng.integer(3, 7)
    shapes = {"up.weight": (wide, width), "up.bias": (wide,)}
    shapes |= {"down.weight": (width, wide), "down.bias": (width,)}
    names = [(f"blocks.{n}.{name}", shape) for n in range(depth) for name, shape in shapes.items()]
    old = {name: rng.normal(*shape) / shape[-1] ** 0.5 for name, shape in names}
    new = {name: rng.normal(*shape) / shape[-1] ** 0.5 for name, shape in names}
    given = rng.normal(rows, width), rng.normal(rows, width), rng.integer(0, 2**31)
    return Case(
        settings, old, new if "change" in other else old, *given, other.get("mode", "train")
    )


@dataclass
class Asked:
    """One forward in the solver, which waits for its backward."""

    case: Case
    model: Remote
    x: Remote
    y: Remote
    torch: Remote

    @staticmethod
    def of(solution: Solution, case: Case, *, asks: bool = True) -> "Asked":
        model = solution.call_there("Model", **case.settings)
        model.call_there("load_state_dict", case.old)
        model.call_there(case.mode)
        x = solution.put_tensor(case.x, requires_grad=asks)
        # The module torch itself, as a tensor's methods know it.
        known = solution.put_tensor(case.x).get_there("backward.__func__.__globals__")
        there = known.call_there("__getitem__", "torch")
        there.call_there("manual_seed", case.seed)
        return Asked(case, model, x, model.call_there("", x), there)

    def backward(self) -> "Asked":
        """Change the weights, and go backward."""
        if self.case.new is not self.case.old:
            for name, value in self.case.new.items():
                self.model.call_there("get_parameter", name).call_there("data.copy_", value)
        # `backward(pull)` would do as well, but imports sympy first.
        self.y.call_there("mul", self.case.pull).call_there("sum").call_there("backward")
        return self

    def grads(self) -> dict:
        return {**self.model.fetch_grads(), "x": self.x.get("grad")}


def off(seen: dict, right: dict) -> str:
    """The name of a gradient that is not even roughly right; empty where all are."""
    limit = ROUGH * float(max(grad.abs().max() for grad in right.values()))
    for name, grad in right.items():
        expect(seen.get(name) is not None, f"`{name}` gets no gradient")
        expect_form(seen[name], grad, f"the gradient of `{name}` is off")
        if not bool(((seen[name] - grad).abs() <= limit).all()):
            return name
    return ""


def expect_exact(seen: dict, case: Case) -> None:
    """Fail unless all gradients are right up to rounding."""
    right, exact = case.outcome()[1], case.outcome(dtype=torch.float64)[1]
    for name, grad in right.items():
        expect(seen.get(name) is not None, f"`{name}` gets no gradient", example=case.shown())
        what = f"the gradient of `{name}` is off"
        expect_close(seen[name], grad, what, exact=exact[name], factor=64, example=case.shown())


@check("same", "The same model and input give the same output", core=True, points=0, hint=2)
def same(solution: Solution, rng: Rng) -> None:
    case = drawn(rng, mode="eval")
    one, two = solution.fetch_all([Asked.of(solution, case).y for _ in range(2)])
    kit.expect_same(two, one, "the same input gives another output", wanted=case.x)


@check("outputs", "The output is that of the blocks one after another", core=True, points=0, hint=2)
def outputs(solution: Solution, rng: Rng) -> None:
    masked = rng.number(0.2, 0.6)
    cases = [drawn(rng, mode="eval", dropout=0.5), drawn(rng), drawn(rng, dropout=masked)]
    found = solution.fetch_all([Asked.of(solution, case).y for case in cases])
    for seen, case in zip(found, cases, strict=True):
        right, exact = case.outcome()[0], case.outcome(dtype=torch.float64)[0]
        expect_close(seen, right, "the output is off", exact=exact, factor=64, example=case.shown())
    names = solution.call_there("Model", **cases[0].settings).fetch_parameters()
    expect_equal(sorted(names), sorted(cases[0].old), "the names of the weights are others")


@check("gradients", "Without dropout, all gradients are right up to rounding", core=True, hint=2)
def gradients(solution: Solution, rng: Rng) -> None:
    cases = [drawn(rng, mode=mode) for mode in ("train", "eval")]
    cases[0].x[rng.integer(0, len(cases[0].x))] *= 1e5
    for case in cases:
        expect_exact(Asked.of(solution, case).backward().grads(), case)


@check("plain-input", "The weights get gradients where the input asks for none", core=True, hint=2)
def plain_input(solution: Solution, rng: Rng) -> None:
    case = drawn(rng)
    asked = Asked.of(solution, case, asks=False)
    seen, right = asked.backward().grads(), case.outcome()[1]
    expect(seen.pop("x") is None, "`x` asks for no gradient, and has got one")
    expect(asked.x.get("requires_grad") is False, "`x` asked for no gradient, and now it does")
    del right["x"]
    name = off(seen, right)
    what = f"where `x` asks for no gradient, that of `{name}` is off"
    expect(not name, what, example=case.shown())


@check("masks", "Backward uses the dropout masks of forward", core=True, hint=2)
def masks(solution: Solution, rng: Rng) -> None:
    case = drawn(rng, dropout=rng.number(0.3, 0.7))
    name = off(Asked.of(solution, case).backward().grads(), case.outcome()[1])
    what = f"with dropout the gradient of `{name}` is off: backward used other masks than forward"
    expect(not name, what, example=case.shown())


@check("random", "Random numbers after backward are as without it", core=True, hint=2)
def random_after(solution: Solution, rng: Rng) -> None:
    case = drawn(rng, dropout=rng.number(0.3, 0.7))
    asked = Asked.of(solution, case)
    asked.backward()
    after = asked.torch.call("rand", 4)
    what = "after backward, `torch.rand(4)` gives other numbers than without recomputing"
    expect_equal(after, case.outcome()[2], what)


@check("kept", "Only the input of each block is kept", core=True, points=2, hint=2)
def kept(solution: Solution, rng: Rng) -> None:
    for depth in (rng.integer(2, 5), rng.integer(5, 12)):
        case = drawn(rng, change=True, depth=depth)
        seen = Asked.of(solution, case).backward().grads()
        name = off(seen, case.outcome()[1])
        if name and not off(seen, case.kept()):
            kit.fail("nothing that depends on weights is computed again in backward: it was kept")
        if name and not off(seen, case.outcome(depth)[1]):
            kit.fail("backward computes the whole model again at once, not block by block")
        what = f"with weights that change after forward, the gradient of `{name}` is off: it comes"
        what += " from something else than the kept inputs of the blocks and the new weights"
        expect(not name, what, example=case.settings)


@check("waiting", "Several outputs can wait for their backward", core=True, points=0, hint=3)
def waiting(solution: Solution, rng: Rng) -> None:
    case = drawn(rng)
    first = Asked.of(solution, case)
    x = first.torch.call_there("neg", case.x)
    first.model.call_there("", x)
    name = off(first.backward().grads(), case.outcome()[1])
    what = f"with a second forward before the first backward, the gradient of `{name}` is off"
    expect(not name, what, example=case.shown())


@check("whole", "All of it holds together", core=True, points=2, hint=3)
def whole(solution: Solution, rng: Rng) -> None:
    masked = rng.number(0.2, 0.6)
    cases = [drawn(rng, dropout=masked, change=True, mode=mode) for mode in ("train", "eval")]
    for case, other in (cases, cases[::-1]):
        asked = Asked.of(solution, case)
        asked.model.call_there("", asked.torch.call_there("neg", case.x))
        Asked.of(solution, other)
        expect_exact(asked.backward().grads(), case)
