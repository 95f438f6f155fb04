from dataclasses import dataclass, replace

import torch
from torch import Tensor

from bot.kit import (
    Remote,
    Rng,
    Solution,
    check,
    expect_close,
    expect_equal,
    expect_form,
    expect_raises,
    expect_same,
    expect_within,
    fail,
    in_float64,
)

ROUNDING = 64.0  # rounding errors allowed: any order of adding up
NAME = "CausalTemporalAttention"


@dataclass(frozen=True)
class Case:
    """A clip, and the module that it is put into.

    Attributes:
        x: Shape (B, T, S, C).
        state: The weights and biases of `qkv` and `out`.
        options: What the module is made with, but for `dim`.
        when: The case in a few words.
    """

    x: Tensor
    state: dict
    options: dict
    when: str = ""

    def right(self, x: Tensor | None = None, state: dict | None = None) -> Tensor:
        x, state = (self.x if x is None else x), (self.state if state is None else state)
        heads, window = self.options["heads"], self.options.get("window")
        count, c = x.shape[1], x.shape[3]
        qkv = x @ state["qkv.weight"].T + state["qkv.bias"]
        q, k, v = (part.unflatten(-1, (heads, -1)).transpose(1, 3) for part in qkv.split(c, -1))
        scores = q @ k.mT / (c / heads) ** 0.5  # (B, H, S, T, T)
        age = torch.arange(count)[:, None] - torch.arange(count)
        hidden = (age < 0) | (age >= (window or count))
        heads = scores.masked_fill(hidden, -torch.inf).softmax(-1) @ v
        return heads.transpose(1, 3).flatten(3) @ state["out.weight"].T + state["out.bias"]

    def exact(self) -> Tensor:
        return self.right(self.x.double(), in_float64(self.state))

    def shown(self) -> dict:
        return {"dim": self.x.shape[-1], **self.options, "x": self.x, **self.state}


def made(solution: Solution, case: Case) -> Remote:
    module = solution.call_there(NAME, dim=case.x.shape[-1], **case.options)
    if case.x.dtype is torch.float64:
        module.call_there("double")
    module.call_there("load_state_dict", case.state, strict=False)
    return module


def expect_frames(seen: object, case: Case, what: str = "the output is off") -> None:
    what, shown = f"{case.when}, {what}", case.shown()
    exact = case.exact()
    expect_close(seen, case.right(), what, exact=exact, factor=ROUNDING, example=shown)


def expect_clips(solution: Solution, cases: list) -> None:
    asked = [made(solution, case).call_there("", case.x) for case in cases]
    for seen, case in zip(solution.fetch_all(asked), cases):
        expect_frames(seen, case)


def drawn(
    rng: Rng, when="", *, b=0, t=0, s=0, heads=0, size=0, dtype=torch.float32, **options
) -> Case:
    """A case with all but what is named drawn; 0 is drawn from 2 on."""
    b, t, s = b or rng.integer(2, 5), t or rng.integer(3, 9), s or rng.integer(2, 5)
    heads = heads or rng.integer(2, 5)
    c = heads * (size or rng.integer(2, 6))
    sizes = {"qkv.weight": (3 * c, c), "qkv.bias": (3 * c,), "out.weight": (c, c), "out.bias": (c,)}
    state = {name: rng.normal(*size, dtype=dtype) for name, size in sizes.items()}
    for name in ("qkv.weight", "out.weight"):
        state[name] *= 1.5 / c**0.5
    return Case(rng.normal(b, t, s, c, dtype=dtype), state, {"heads": heads, **options}, when)


@check("again", "The same call gives the same again", core=True, points=0, hint=3)
def again(solution: Solution, rng: Rng) -> None:
    case = drawn(rng, window=rng.choice([None, 2]))
    module, x = made(solution, case), solution.put_tensor(case.x)
    calls = [module.call_there("", x)]
    module.call_there("", case.x[:1].flip(1)[:, 1:, :1])
    module.call_there(rng.choice(["train", "eval"]))
    calls.append(module.call_there("", x))
    first, second, kept = solution.fetch_all([*calls, x])
    what = "a module that is called again with the same gives something else"
    expect_same(second, first, what, wanted=case.right(), example=case.shown())
    expect_equal(kept, case.x, "x is not what it was before the call", example=case.shown())


@check("single", "A single frame gives out(values)", core=True, hint=1)
def single(solution: Solution, rng: Rng) -> None:
    expect_clips(solution, [drawn(rng, "with T=1, H=1, S=1", t=1, heads=1, s=1) for _ in range(2)])


@check("last", "The last frame takes a mean of all frames", core=True, hint=1)
def last(solution: Solution, rng: Rng) -> None:
    cases = [drawn(rng, "with H=1 and S=1", s=1, heads=1) for _ in range(2)]
    asked = [made(solution, case).call_there("", case.x) for case in cases]
    for seen, case in zip(solution.fetch_all(asked), cases):
        what, right, shown = f"{case.when}, the last frame is off", case.right(), case.shown()
        expect_form(seen, right, what, example=shown)
        wanted, exact = right[:, -1], case.exact()[:, -1]
        expect_close(seen[:, -1], wanted, what, exact=exact, factor=ROUNDING, example=shown)


@check("future", "No frame sees a later one", core=True, points=2, hint=1)
def future(solution: Solution, rng: Rng) -> None:
    case = drawn(rng, "with H=1 and S=1", s=1, heads=1)
    module, count = made(solution, case), case.x.shape[1]
    changed = rng.integer(1, count)
    other = case.x.clone()
    other[:, changed:] += 3 * rng.normal(*other[:, changed:].shape)
    before, after = solution.fetch_all([module.call_there("", x) for x in (case.x, other)])
    right = case.right()
    for seen in (before, after):
        expect_form(seen, right, "with H=1 and S=1, the output is off", example=case.shown())
    what = f"with frames {changed} to {count - 1} changed, an earlier frame's output is another"
    near = ROUNDING * torch.finfo(torch.float32).eps * right.abs().max()
    past = slice(None), slice(changed)
    expect_within(after[past], before[past], near, what, example=case.shown())
    expect_frames(before, case)
    expect_frames(after, replace(case, x=other))


@check("heads", "Each head has its own channels", core=True, points=2, hint=2)
def heads(solution: Solution, rng: Rng) -> None:
    cases = [drawn(rng, f"with H={h} and S=1", s=1, heads=h) for h in (2, rng.integer(3, 7))]
    one = drawn(rng, "with H=C and S=1", s=1, heads=rng.integer(2, 9), size=1)
    expect_clips(solution, [*cases, one])


@check("places", "Neither places nor samples mix", core=True, points=2, hint=2)
def places(solution: Solution, rng: Rng) -> None:
    cases = [drawn(rng, "with several places", heads=h) for h in (1, rng.integer(2, 4))]
    cases.append(drawn(rng, "with B=1", b=1))
    t = rng.integer(2, 5)
    cases.append(drawn(rng, "with as many places as frames", t=t, s=t))
    cases.append(drawn(rng, "with a long clip", b=2, s=2, t=rng.integer(20, 50)))
    expect_clips(solution, cases)


@check("window", "A window of W frames ends with the frame itself", core=True, points=2, hint=2)
def window(solution: Solution, rng: Rng) -> None:
    cases = []
    for w in (1, 2, rng.integer(3, 6)):
        cases.append(drawn(rng, f"with window={w}", window=w, t=rng.integer(w + 1, w + 7)))
    cases.append(drawn(rng, "with a window longer than the clip", window=rng.integer(9, 99)))
    cases.append(drawn(rng, "with window=None", window=None))
    expect_clips(solution, cases)


def streamed(module: Remote, x: Tensor, state: Remote | None = None) -> tuple:
    """The outputs of all frames and the states after them; they stay there."""
    frames, states = [], []
    for i in range(x.shape[1]):
        given = [] if state is None else [state]
        step = module.call_there("step", x[:, i].contiguous(), *given)
        frames.append(step.call_there("__getitem__", 0))
        state = step.call_there("__getitem__", 1)
        states.append(state)
    return frames, states


def expect_stream(solution: Solution, frames: list, case: Case) -> None:
    right, exact = case.right(), case.exact()
    for i, seen in enumerate(solution.fetch_all(frames)):
        what = f"{case.when}, frame {i} of {len(frames)} is off"
        wanted, known, shown = right[:, i], exact[:, i], case.shown()
        expect_close(seen, wanted, what, exact=known, factor=ROUNDING, example=shown)


@check("step", "Frame by frame gives what the whole clip gives", core=True, points=2, hint=3)
def step(solution: Solution, rng: Rng) -> None:
    for w in (None, 1, rng.integer(2, 5)):
        case = drawn(rng, f"step by step with window={w}", t=rng.integer(6, 10), window=w)
        expect_stream(solution, streamed(made(solution, case), case.x)[0], case)


@check("state", "All that is remembered is in the state", core=True, points=2, hint=3)
def state(solution: Solution, rng: Rng) -> None:
    for w in (None, rng.integer(2, 4)):
        case = drawn(rng, "", t=rng.integer(5, 9), window=w)
        module, fork = made(solution, case), rng.integer(1, 4)
        frames, states = streamed(module, case.x)
        other = replace(case, x=torch.cat([case.x[:, :fork], 2 - case.x[:, fork:]], 1))
        tail, _ = streamed(module, other.x[:, fork:], states[fork - 1])
        fresh = 1 - case.x.flip(1) if w is None else case.x[:1, :, :1]
        new = replace(case, x=fresh, when="a new video in a module that followed others")
        again, _ = streamed(module, fresh)
        expect_stream(solution, frames, replace(case, when="step by step"))
        when = f"two videos that share their first {fork} frames: in the second"
        expect_stream(solution, frames[:fork] + tail, replace(other, when=when))
        expect_stream(solution, again, new)


@check("gradients", "Gradients are those of the formula", core=True, hint=2)
def gradients(solution: Solution, rng: Rng) -> None:
    for w in (None, 2):
        case = drawn(rng, window=w)
        module, x = made(solution, case), solution.put_tensor(case.x, requires_grad=True)
        up = rng.normal(*case.x.shape)
        module.call_there("", x).call_there("backward", up)
        found = {"x": x.get("grad"), **module.fetch_grads()}
        rights, exacts = grads(case, up, torch.float32), grads(case, up, torch.float64)
        for name, right in rights.items():
            what, shown = f"the gradient of {name} is off", case.shown()
            if found.get(name) is None:
                fail(f"{what}: there is none", example=shown)
            exact = exacts[name]
            expect_close(found[name], right, what, exact=exact, factor=ROUNDING, example=shown)


def grads(case: Case, up: Tensor, dtype: torch.dtype) -> dict:
    given = {"x": case.x, **case.state}
    leaves = {name: part.to(dtype, copy=True).requires_grad_() for name, part in given.items()}
    answer = case.right(leaves["x"], leaves)
    return dict(zip(leaves, torch.autograd.grad(answer, list(leaves.values()), up.to(dtype))))


@check("forms", "Every promised form of input works", core=True, hint=3)
def forms(solution: Solution, rng: Rng) -> None:
    double = drawn(rng, "in float64", dtype=torch.float64, window=rng.choice([None, 2]))
    expect_clips(solution, [drawn(rng, "with B=T=S=1", b=1, t=1, s=1), double])
    case = drawn(rng, "with an x that is not contiguous")
    x = solution.put_tensor(case.x.transpose(1, 2).contiguous()).call_there("transpose", 1, 2)
    expect_frames(made(solution, case).call("", x), case)
    case = drawn(rng, "step by step in float64", dtype=torch.float64)
    expect_stream(solution, streamed(made(solution, case), case.x)[0], case)
    h = rng.integer(3, 9)
    dim = h * rng.integer(1, 5) + rng.integer(1, h)
    expect_raises(lambda: solution.call_there(NAME, dim, h), "ValueError", f"{NAME}({dim}, {h})")
