from dataclasses import dataclass
from math import inf, nan

import torch
from torch import Tensor

from bot.kit import (
    Generator,
    Rng,
    Solution,
    check,
    expect,
    expect_close,
    expect_equal,
    expect_same_again,
    fail,
)

SHAPES = [(2, 3), (3,), (1, 2, 2)]
HUGE = 1e6  # larger than any norm here: nothing to clip


@dataclass
class Outcome:
    """What one call did.

    Attributes:
        norm: What it returned.
        held: The gradient tensors that were there before the call, as they are now.
        grads: Each parameter's `.grad` now.
    """

    norm: object
    held: list
    grads: list


def clip(solution: Solution, grads: list, *args, generator: bool = False) -> Outcome:
    """Call the solution with parameters that have these gradients."""
    values = [torch.zeros(2) if grad is None else torch.zeros_like(grad) for grad in grads]
    parameters = solution.put_parameters(values, grads)
    # A second tensor over the same memory, made before the call.
    held = [
        p.call_there("grad.detach")
        for p, grad in zip(parameters, grads, strict=True)
        if grad is not None
    ]
    given = Generator(parameters) if generator else parameters
    norm = solution.call_there("clip_grad_norm", given, *args)
    grads_now = [p.get_there("grad") for p in parameters]
    norm, *seen = solution.fetch_all([norm, *held, *grads_now])  # all in one request
    outcome = Outcome(norm, seen[: len(held)], seen[len(held) :])
    wanted = [grad for grad in grads if grad is not None]
    now = [now for grad, now in zip(grads, outcome.grads, strict=True) if grad is not None]
    for seen, like in zip([*outcome.held, *now], [*wanted, *wanted], strict=True):
        expect(
            isinstance(seen, Tensor) and (seen.shape, seen.dtype) == (like.shape, like.dtype),
            "after the call, a gradient is gone or has another shape or dtype",
            example=shown_call(grads, *args),
        )
    return outcome


def drawn(rng: Rng, shapes=SHAPES, dtype=torch.float32) -> list:
    """Gradients of joint norm well above 1, no two of the same size."""
    return [rng.normal(*shape, dtype=dtype) * (i + 2) for i, shape in enumerate(shapes)]


def joint(grads: list, p: float = 2.0) -> Tensor:
    """The joint norm, in the dtype of the gradients."""
    return torch.linalg.vector_norm(torch.cat([g.reshape(-1) for g in grads]), p)


def exact(grads: list, p: float = 2.0) -> Tensor:
    return joint([g.double() for g in grads], p)


def shrunk(grads: list, max_norm: float) -> list:
    scale = max_norm / joint(grads)
    return [g * scale for g in grads]


def shown_call(grads: list, max_norm: float, norm_type: float = 2.0) -> dict:
    return {"gradients": grads, "max_norm": max_norm, "norm_type": norm_type}


@check("joint-norm", "It returns one norm over all gradients together", core=True, points=3, hint=1)
def joint_norm(solution: Solution, rng: Rng) -> None:
    asked = []
    for shapes in ([(4,)], SHAPES, [(3,), (), (2, 3)]):
        grads = drawn(rng, shapes)
        seen = clip(solution, grads, HUGE).norm
        expect_close(
            seen,
            joint(grads),
            f"for gradients of shapes {shapes}, the returned norm is not that of all elements",
            exact=exact(grads),
            example=shown_call(grads, HUGE),
        )
        asked.append((lambda grads=grads: clip(solution, grads, HUGE).norm, seen))
    expect_same_again(rng, asked, "called again after other calls, it returns another norm")


@check("norm-type", "norm_type chooses the norm: 1, 3 and infinity too", core=True, hint=1)
def norm_type(solution: Solution, rng: Rng) -> None:
    for p in (1.0, 3.0, inf):
        grads = drawn(rng)
        expect_close(
            clip(solution, grads, HUGE, p).norm,
            joint(grads, p),
            f"with norm_type={p}, the returned norm is off",
            exact=exact(grads, p),
            example=shown_call(grads, HUGE, p),
        )


@check(
    "scaled",
    "All gradients shrink by one factor, to joint norm max_norm",
    core=True,
    points=3,
    hint=2,
)
def scaled(solution: Solution, rng: Rng) -> None:
    grads = drawn(rng)
    max_norm = rng.choice([0.5, 1.0, 2.5])
    seen = clip(solution, grads, max_norm).grads
    example = shown_call(grads, max_norm)
    require_same_factor(grads, seen, example)
    expect_close(
        joint(seen),
        joint(shrunk(grads, max_norm)),
        f"after clipping to max_norm={max_norm}, the joint norm of the gradients is off",
        exact=torch.tensor(max_norm, dtype=torch.float64),
        example=example,
    )


def require_same_factor(grads: list, seen: list, example: dict) -> None:
    """Fail unless every element was multiplied by the same number."""
    flat = torch.cat([g.reshape(-1) for g in grads])
    found = torch.cat([g.reshape(-1) for g in seen])
    scale = found.norm() / flat.norm()
    tolerance = 16 * torch.finfo(torch.float32).eps * found.abs().max()
    bad = (found - flat * scale).abs() > tolerance
    expect(
        not bool(bad.any()),
        "after clipping, the gradients point somewhere else: not every element was multiplied by"
        " the same number",
        example=example,
    )


@check("in-place", "The gradient tensors themselves are changed", core=True, hint=3)
def in_place(solution: Solution, rng: Rng) -> None:
    grads = drawn(rng)
    outcome = clip(solution, grads, 1.0)
    example = shown_call(grads, 1.0)
    for before, held, now in zip(grads, outcome.held, outcome.grads, strict=True):
        if torch.equal(before, held):
            what = "still has its old values" if torch.equal(before, now) else "was replaced"
            fail(f"the tensor that was in `.grad` before the call {what}", example=example)
        expect_equal(now, held, "`.grad` is no longer the tensor that was there", example=example)


@check(
    "untouched", "Gradients that are small enough stay as they are, bit for bit", core=True, hint=2
)
def untouched(solution: Solution, rng: Rng) -> None:
    unit = 2.0 ** rng.integer(
        -3, 4
    )  # 3, 4 and 5 times a power of two: every step on the way is exact
    border = [torch.tensor([3.0, 0.0]) * unit, torch.tensor([[4.0]]) * unit]
    calls = [(border, 5.0 * unit)]
    for slack in (1.01, 2.0, 50.0):
        grads = drawn(rng)
        calls.append((grads, float(joint(grads)) * slack))
    for grads, max_norm in calls:
        seen = clip(solution, grads, max_norm).grads
        for before, now in zip(grads, seen, strict=True):
            expect_equal(
                now,
                before,
                f"the joint norm is not above max_norm={max_norm:.4g}, and yet a gradient changed",
                example=shown_call(grads, max_norm),
            )


@check(
    "extremes",
    "Tiny gradients are scaled exactly, a broken norm changes nothing",
    core=True,
    hint=2,
)
def extremes(solution: Solution, rng: Rng) -> None:
    grads = [g * 1e-6 for g in drawn(rng)]
    example = shown_call(grads, 1e-6)
    for now, wanted, truth in zip(
        clip(solution, grads, 1e-6).grads,
        shrunk(grads, 1e-6),
        shrunk([g.double() for g in grads], 1e-6),
        strict=True,
    ):
        expect_close(now, wanted, "of tiny gradients, one is off", exact=truth, example=example)
    for broken in (inf, nan):
        grads = drawn(rng)
        grads[1][rng.integer(0, 3)] = broken
        outcome = clip(solution, grads, 1.0)
        example = shown_call(grads, 1.0)
        for before, now in zip(grads, outcome.grads, strict=True):
            expect_equal(
                now,
                before,
                f"with an element that is {broken}, a gradient changed",
                example=example,
            )
        expect(
            isinstance(outcome.norm, Tensor) and not bool(outcome.norm.isfinite().any()),
            f"with an element that is {broken}, the returned norm hides it",
            example=example,
        )


@check("returns-before", "The norm it returns is the one before clipping", core=True, hint=2)
def returns_before(solution: Solution, rng: Rng) -> None:
    grads = drawn(rng)
    unclipped = clip(solution, grads, HUGE).norm
    expect(isinstance(unclipped, Tensor), "it does not return a tensor")
    doubled = clip(solution, [2 * g for g in grads], HUGE).norm
    expect(
        isinstance(doubled, Tensor) and not torch.equal(doubled, unclipped),
        "gradients that are twice as long give the same norm",
        example=shown_call(grads, HUGE),
    )
    expect_close(
        clip(solution, grads, 1.0).norm,
        unclipped,
        "clipping to max_norm=1.0 changes the norm that is returned",
        example=shown_call(grads, 1.0),
    )


@check("missing-gradients", "Parameters without a gradient do not count", core=True, hint=3)
def missing_gradients(solution: Solution, rng: Rng) -> None:
    grads = drawn(rng)
    plain = clip(solution, grads, 1.0)
    mixed = clip(solution, [None, grads[0], None, *grads[1:]], 1.0)
    example = shown_call([None, grads[0], None, *grads[1:]], 1.0)
    expect(mixed.grads[0] is None is mixed.grads[2], "a None gradient became one", example=example)
    require_same_outcome(mixed, plain, "with None gradients in between", example)
    for empty in ([], [None, None]):
        expect_equal(
            clip(solution, empty, 1.0).norm,
            torch.tensor(0.0),
            "the norm of no gradients at all is off",
            example=shown_call(empty, 1.0),
        )


@check("generator", "A generator of parameters is as good as a list", core=True, hint=3)
def generator(solution: Solution, rng: Rng) -> None:
    grads = drawn(rng)
    listed = clip(solution, grads, 1.0)
    generated = clip(solution, grads, 1.0, generator=True)
    require_same_outcome(generated, listed, "with a generator", shown_call(grads, 1.0))


def require_same_outcome(seen: Outcome, wanted: Outcome, when: str, example: dict) -> None:
    """Fail unless a call returned and left behind what another did, which must have done something."""
    expect(isinstance(wanted.norm, Tensor), "it does not return a tensor", example=example)
    expect_close(seen.norm, wanted.norm, f"{when}, the returned norm is off", example=example)
    seen_grads = [g for g in seen.grads if g is not None]
    for now, other in zip(seen_grads, wanted.grads, strict=True):
        expect_close(now, other, f"{when}, a gradient is off", example=example)


@check("dtype", "The norm of float64 gradients is computed in float64", core=False, hint=1)
def dtype(solution: Solution, rng: Rng) -> None:
    grads = drawn(rng, dtype=torch.float64)
    expect_close(
        clip(solution, grads, HUGE).norm,
        joint(grads),
        "the norm of float64 gradients is off",
        example=shown_call(grads, HUGE),
    )
