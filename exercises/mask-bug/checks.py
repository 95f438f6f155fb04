import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from bot.kit import (
    Call,
    Remote,
    Rng,
    Solution,
    answers,
    check,
    expect,
    expect_answers,
    expect_close,
    expect_same,
    in_float64,
)

ROUNDING = 64.0  # rounding errors allowed: any order of adding up

State = dict[str, Tensor]
Oracle = Callable[..., Tensor]


def padding_of(lengths: Tensor, steps: int) -> Tensor:
    return torch.arange(steps) >= lengths[:, None]


def causal(steps: int) -> Tensor:
    return torch.ones(steps, steps, dtype=torch.bool).tril()


def merge_heads(x: Tensor) -> Tensor:
    return x.transpose(1, 2).flatten(2)


def attend(q: Tensor, k: Tensor, v: Tensor, allowed: Tensor) -> Tensor:
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    allowed = allowed.expand(scores.shape)
    empty = ~allowed.any(dim=-1, keepdim=True)
    scores = scores.masked_fill(~allowed & ~empty, -math.inf)
    return scores.softmax(dim=-1).masked_fill(empty, 0.0) @ v


def attention(state: State, heads: int, x: Tensor, lengths: Tensor | None) -> Tensor:
    steps = x.shape[1]
    qkv = functional.linear(x, state["qkv.weight"], state["qkv.bias"]).chunk(3, dim=-1)
    q, k, v = (part.unflatten(-1, (heads, -1)).transpose(1, 2) for part in qkv)
    allowed = causal(steps)
    if lengths is not None:
        allowed = allowed & ~padding_of(lengths, steps)[:, None, None]
    out = merge_heads(attend(q, k, v, allowed))
    return functional.linear(out, state["proj.weight"], state["proj.bias"])


def drawn_lengths(rng: Rng, samples: int, steps: int) -> Tensor:
    """One of each: nothing but padding, something of both, no padding."""
    kinds = [0, rng.integer(1, steps) if steps > 1 else 1, steps]
    rest = [rng.integer(0, steps + 1) for _ in range(samples)]
    return torch.tensor(rng.shuffled(kinds)[:samples] + rest[: max(samples - 3, 0)])


def drawn_state(rng: Rng, dim: int) -> State:
    state = {}
    for name, count in (("qkv", 3 * dim), ("proj", dim)):
        state[f"{name}.weight"] = rng.normal(count, dim) * 1.5 / dim**0.5
        state[f"{name}.bias"] = rng.normal(count)
    return state


Drawn = tuple[State, int, Tensor, Tensor | None]


def drawn_cases(rng: Rng) -> list[Drawn]:
    """Weights, heads, x and lengths: several samples, one sample, one position, one head, no lengths."""
    found = []
    for kind in ("", "sample", "position", "head", "lengths"):
        heads = 1 if kind == "head" else rng.integer(2, 5)
        dim = heads * rng.integer(2, 6)
        samples = 1 if kind == "sample" else rng.integer(3, 6)
        steps = 1 if kind == "position" else rng.integer(3, 9)
        lengths = None if kind == "lengths" else drawn_lengths(rng, samples, steps)
        found.append((drawn_state(rng, dim), heads, rng.normal(samples, steps, dim), lengths))
    return found


def put_model(solution: Solution, state: State, heads: int) -> Remote:
    model = solution.call_there("CausalAttention", len(state["proj.bias"]), heads)
    model.call_there("load_state_dict", state)
    return model


def weights_like(answer: Tensor) -> Tensor:
    """Numbers of differing sizes, so that no two elements count alike."""
    return torch.sin(torch.arange(1.0, answer.numel() + 1) ** 2).reshape(answer.shape)


def gradients_of(oracle: Oracle, given: Sequence[Tensor], *rest: object) -> list[Tensor]:
    leaves = [value.clone().requires_grad_() for value in given]
    answer = oracle(*leaves, *rest)
    return list(torch.autograd.grad((answer * weights_like(answer).to(answer.dtype)).sum(), leaves))


@check("padding", "Padding is what comes after the real positions", core=True, points=2)
def check_padding(solution: Solution, rng: Rng) -> None:
    calls = []
    for samples, steps in (
        (rng.integer(3, 8), rng.integer(3, 12)),
        (1, rng.integer(3, 12)),
        (3, 1),
    ):
        for most in (steps, max(steps - 1, 1)):  # the longest sample may be shorter than the batch
            lengths = drawn_lengths(rng, samples, steps).clamp(max=most)
            calls.append(Call((lengths, steps), when=f"for lengths {lengths.tolist()}, T={steps}"))
    expect_answers(solution, "padding_of", calls, padding_of, "padding_of is off")


@check("keys", "Padding is hidden as a key, for all heads and queries", core=True, points=2)
def check_keys(solution: Solution, rng: Rng) -> None:
    calls = []
    for samples, steps in ((rng.integer(3, 8), rng.integer(3, 12)), (1, rng.integer(3, 9)), (2, 1)):
        calls.append(Call((rng.uniform(0, 1, (samples, steps)) < 0.5,)))
    what = "keys_allowed is off"
    expect_answers(solution, "keys_allowed", calls, lambda padding: ~padding[:, None, None], what)


@check("causal", "Each query looks at itself and back", core=True, points=2)
def check_causal(solution: Solution, rng: Rng) -> None:
    calls = [Call((steps,), when=f"for T={steps}") for steps in (rng.integer(2, 12), 1)]
    expect_answers(solution, "causal", calls, causal, "causal is off")


@check("merge-heads", "Each position gets its own heads, one after another", core=True, points=2)
def check_merge(solution: Solution, rng: Rng) -> None:
    shapes = [
        tuple(rng.integer(2, 6) for _ in range(4)),
        (1, rng.integer(2, 6), 1, 3),
        (2, 1, 4, 2),
    ]
    calls = [Call((rng.normal(*shape),), when=f"for shape {shape}") for shape in shapes]
    expect_answers(solution, "merge_heads", calls, merge_heads, "merge_heads is off")


def drawn_attends(rng: Rng, *, size: float = 1.0, empty: bool = False) -> list[list[Tensor]]:
    """Queries, keys, values and what is allowed, with masks of several shapes."""
    found = []
    for kind in ("each", "heads", "queries"):
        b, h, t, d = rng.integer(2, 5), rng.integer(2, 5), rng.integer(3, 8), rng.integer(2, 6)
        shape = {"each": (b, h, t, t), "heads": (b, 1, t, t), "queries": (b, 1, 1, t)}[kind]
        allowed = rng.uniform(0, 1, shape) < 0.5
        allowed[..., 0], allowed[..., -1] = True, False  # each sees something, none sees all
        if empty:
            allowed[rng.integer(0, b), ...] = False
            allowed[..., rng.integer(0, shape[2]), :] = (
                False if kind != "queries" else allowed[..., 0, :]
            )
        q, k = (rng.uniform(0.5, 1.5, (b, h, t, d)) * size for _ in range(2))
        found.append([q * rng.choice([1, -1]), k, rng.normal(b, h, t, d), allowed])
    return found


@check("attend", "Hidden keys count for nothing, others add up to 1", core=True, points=0, hint=2)
def check_attend(solution: Solution, rng: Rng) -> None:
    calls = [Call(args) for args in drawn_attends(rng, size=2.0)]
    for args in drawn_attends(rng, size=rng.number(200, 300)):
        args[0] = -args[0].abs()  # all scores lie far below 0
        calls.append(Call(args, when="with large scores"))
    for seen, call in zip(answers(solution, "attend", calls), calls, strict=True):
        what = call.message(f"attend with allowed {tuple(call.args[3].shape)} is off")
        right, exact = call.right(attend), call.exact(attend)
        expect_close(seen, right, what, exact=exact, factor=ROUNDING, example=call.shown())


@check("empty-rows", "A query without any key gets 0, and no NaN", core=True, points=2, hint=2)
def empty_rows(solution: Solution, rng: Rng) -> None:
    for *given, allowed in drawn_attends(rng, empty=True):
        right = attend(*given, allowed)
        leaves = [solution.put_tensor(value, requires_grad=True) for value in given]
        answer = solution.call_there("attend", *leaves, allowed)
        weighted = answer.call_there("mul", weights_like(right))
        weighted.call_there("sum").call_there("backward")
        exact = attend(*in_float64(given), allowed)
        seen = answer.fetch()
        example = {"allowed": allowed}
        what = "where some queries have no key, attend is off"
        expect_close(seen, right, what, exact=exact, factor=ROUNDING, example=example)
        found = solution.fetch_all(leaves, "grad")
        both = (gradients_of(attend, each, allowed) for each in (given, in_float64(given)))
        for name, grad, *rights in zip("qkv", found, *both, strict=True):
            what = f"where some queries have no key, attend is right, but the gradient of {name} is off"
            expect(grad is not None, f"{what}: there is none")
            expect_close(grad, rights[0], what, exact=rights[1], factor=ROUNDING, example=example)


@check("again", "The same model gives the same for the same input", core=True, points=0)
def again(solution: Solution, rng: Rng) -> None:
    state, heads, x, _ = drawn_cases(rng)[-1]
    model = put_model(solution, state, heads)
    wanted = torch.full_like(x, math.sqrt(x.shape[-1]))
    first, *others = solution.fetch_all([model.call_there("", x) for _ in range(3)])
    for now in others:
        expect_same(now, first, "model(x), asked twice, differs", wanted=wanted)


@check("forward", "With given weights, all of it together is right", core=True, points=2, hint=3)
def forward(solution: Solution, rng: Rng) -> None:
    cases = drawn_cases(rng)
    asked = []
    for state, heads, x, lengths in cases:
        for mode in ("train", "eval"):
            model = put_model(solution, state, heads)
            model.call_there(mode)
            asked.append(model.call_there("", x, *([] if lengths is None else [lengths])))
    seen = iter(solution.fetch_all(asked))
    for state, heads, x, lengths in cases:
        right = attention(state, heads, x, lengths)
        exact = attention(in_float64(state), heads, x.double(), lengths)
        told = "without lengths" if lengths is None else f"with lengths {lengths.tolist()}"
        for mode in ("training", "evaluation"):
            what = f"in {mode} mode, heads={heads}, {told}, model(x) is off for x {tuple(x.shape)}"
            expect_close(next(seen), right, what, exact=exact, factor=ROUNDING)


@check("gradients", "Gradients reach x and all weights", core=True, points=2, hint=3)
def gradients(solution: Solution, rng: Rng) -> None:
    for state, heads, x, lengths in drawn_cases(rng)[:2]:
        model, leaf = put_model(solution, state, heads), solution.put_tensor(x, requires_grad=True)
        answer = model.call_there("", leaf, lengths).call_there("mul", weights_like(x))
        answer.call_there("sum").call_there("backward")
        found = {"x": leaf.get("grad"), **model.fetch_grads()}

        def oracle(given: Tensor, *weights: Tensor) -> Tensor:
            return attention(dict(zip(state, weights, strict=True)), heads, given, lengths)  # noqa: B023

        given = [x, *state.values()]
        both = (gradients_of(oracle, each) for each in (given, in_float64(given)))
        for name, right, exact in zip(["x", *state], *both, strict=True):
            what = f"with lengths {lengths.tolist()}, the gradient of {name} is off"
            expect(found.get(name) is not None, f"{what}: there is none")
            expect_close(found[name], right, what, exact=exact, factor=ROUNDING)
