from collections.abc import Sequence

import torch
from torch import Tensor

from bot.kit import (
    Call,
    Rng,
    Solution,
    Value,
    answers,
    check,
    expect_equal,
    expect_form,
    expect_gradients,
    expect_same,
    expect_within,
)

NAME = "pairwise_distances"
SHARES = {torch.float32: 0.005, torch.float64: 1e-6}
"""How far an element may be off, as a share of the largest distance."""


def distances(a: Tensor, b: Tensor) -> Tensor:
    """As they should be: exact enough for float64 as long as there are few points."""
    return torch.cdist(a.double(), b.double())


def expect_right(seen: Value, call: Call) -> None:
    a, right = call.args[0], distances(*call.args)
    message = call.message("a distance is off")
    expect_form(seen, right.to(a.dtype), message, example=call.shown())
    largest = right.max().item() if right.numel() else 0.0
    expect_within(seen, right, SHARES[a.dtype] * largest, message, example=call.shown())


def expect_distances(solution: Solution, calls: Sequence[Call]) -> None:
    for seen, call in zip(answers(solution, NAME, calls), calls, strict=True):
        expect_right(seen, call)


def sets(rng: Rng, d: int = 0, dtype: torch.dtype = torch.float32) -> list[Tensor]:
    """Two sets of points, of unequal counts."""
    counts = rng.permutation(12)[:2] + 2
    d = d or rng.integer(2, 9)
    return [rng.normal(int(count), d, dtype=dtype) for count in counts]


def with_equal(rng: Rng, a: Tensor, b: Tensor) -> list[Tensor]:
    """The same two, and some points of the one are points of the other."""
    count = rng.integer(1, min(len(a), len(b)))
    a, b = a.clone(), b.clone()
    a[rng.permutation(len(a))[:count]] = b[rng.permutation(len(b))[:count]]
    return [a, b]


@check("same", "The same call twice gives the same", core=True, points=0, hint=1)
def same(solution: Solution, rng: Rng) -> None:
    call = Call(sets(rng))
    one, two = answers(solution, NAME, [call, call])
    right = distances(*call.args).float()
    expect_same(two, one, "a second call gives something else", wanted=right, example=call.shown())


@check("values", "Each element is the distance of its two points", core=True, points=2, hint=1)
def values(solution: Solution, rng: Rng) -> None:
    n, d = rng.integer(2, 9), rng.integer(2, 9)
    square = [rng.normal(n, d), rng.normal(n, d)]
    lonely = [rng.normal(1, d), rng.normal(n, d)]
    calls = [
        Call(sets(rng)),
        Call(sets(rng, d=1), when="with d = 1"),
        Call(square, when="with n = m"),
        Call([rng.normal(d, d), rng.normal(d, d)], when="with n = m = d"),
        Call(lonely, when="with a single point in `a`"),
        Call(lonely[::-1], when="with a single point in `b`"),
    ]
    expect_distances(solution, calls)


@check("empty", "Without points the result is empty", core=True, hint=1)
def empty(solution: Solution, rng: Rng) -> None:
    d, n = rng.integer(1, 9), rng.integer(1, 9)
    some, none = rng.normal(n, d), rng.normal(0, d)
    expect_distances(
        solution,
        [
            Call([some, none], when="with no point in `b`"),
            Call([none, some], when="with no point in `a`"),
            Call([none, none], when="with no points at all"),
        ],
    )


@check("scale", "Tiny and huge coordinates are as exact as others", core=True, hint=2)
def scale(solution: Solution, rng: Rng) -> None:
    tiny, huge = rng.magnitude(1e-10, 1e-8), rng.magnitude(1e6, 1e8)
    calls = [
        Call([points * tiny for points in sets(rng)], when="with tiny coordinates"),
        Call([points * huge for points in sets(rng)], when="with huge coordinates"),
    ]
    expect_distances(solution, calls)


@check("double", "float64 gives float64, and is as exact", core=True, hint=2)
def double(solution: Solution, rng: Rng) -> None:
    sizes = [1.0, rng.magnitude(1e-5, 1e-3), rng.magnitude(1e3, 1e5)]
    calls = []
    for size in sizes:
        points, place = sets(rng, dtype=torch.float64), rng.number(100, 1000)
        calls.append(Call([(p + place) * size for p in points], when="in float64"))
    expect_distances(solution, calls)


@check("equal", "Equal points have distance 0, not NaN", core=True, hint=2)
def equal(solution: Solution, rng: Rng) -> None:
    same_points = rng.normal(rng.integer(40, 60), rng.integer(3, 9)) * rng.magnitude(0.1, 100)
    few = with_equal(rng, *sets(rng))
    calls = [
        Call([same_points, same_points], when="with the same points in `a` and `b`"),
        Call(few, when="with some points in both sets"),
    ]
    expect_distances(solution, calls)


@check("far", "It is as exact far from the origin", core=True, points=2, hint=2)
def far(solution: Solution, rng: Rng) -> None:
    calls = []
    for _ in range(3):
        a, b = with_equal(rng, *sets(rng))
        place = rng.uniform(500, 2000, (a.shape[1],)) * rng.choice([-1, 1])
        calls.append(Call([a + place, b + place], when="with all points far from the origin"))
    expect_distances(solution, calls)


@check("unchanged", "`a` and `b` stay as they are", core=True, points=0, hint=3)
def unchanged(solution: Solution, rng: Rng) -> None:
    points = with_equal(rng, *sets(rng))
    there = [solution.put_tensor(one) for one in points]
    made = solution.call_there(NAME, *there)
    now = solution.fetch_all([made, *there])[1:]
    for name, seen, before in zip("ab", now, points, strict=True):
        expect_equal(seen, before, f"after the call `{name}` is another", example=before)


@check("gradient", "The gradients for `a` and `b` are right", core=True, points=2, hint=3)
def gradient(solution: Solution, rng: Rng) -> None:
    calls = [Call(sets(rng, d, torch.float64)) for d in (0, 1)]
    what = "the gradient of argument {place} is off"
    expect_gradients(solution, NAME, calls, distances, wrt=(0, 1), what=what, factor=1e9)


@check("gradient-equal", "A pair of equal points adds 0 to the gradient", core=True, hint=3)
def gradient_equal(solution: Solution, rng: Rng) -> None:
    # With d = 1 the squares cancel to exactly 0, however they are put together.
    drawn = [with_equal(rng, *sets(rng, d, torch.float64)) for d in (1, 1, 0)]
    single = [torch.zeros(1, 2, dtype=torch.float64), torch.eye(3, 2, dtype=torch.float64)]
    whole = [rng.integers(-9, 9, (rng.integer(2, 6), 3)).double() for _ in range(2)]
    drawn += [single, with_equal(rng, *whole)]
    calls = [Call(points, when="with equal points") for points in drawn]
    what = "the gradient of argument {place} is off"
    expect_gradients(solution, NAME, calls, distances, wrt=(0, 1), what=what, factor=1e9)


def lattice(rng: Rng, d: int) -> tuple[Tensor, Tensor]:
    """What half a million points are the sums of: (700, 1, d) and (count, d)."""
    return rng.normal(700, 1, d), rng.normal(rng.integer(700, 730), d) * 10


@check("many", "Half a million points against one or two, in time", core=True, points=2, hint=1)
def many(solution: Solution, rng: Rng) -> None:
    d = rng.integer(2, 4)
    for name in rng.shuffled(["a", "b"]):
        one, other = lattice(rng, d)
        few = rng.normal(rng.integer(1, 3), d)
        long = (one + other).reshape(-1, d)
        there = solution.put_tensor(one).call_there("add", other).call_there("reshape", -1, d)
        points, put = ([long, few], [there, few])
        if name == "b":
            points, put = points[::-1], put[::-1]
        call = Call(points, when=f"with {len(long)} points in `{name}`")
        expect_right(solution.call(NAME, *put), call)


@check("large", "Nothing of shape (n, m, d) is in memory", core=True, points=2, hint=1)
def large(solution: Solution, rng: Rng) -> None:
    (n, m), d = (rng.integer(510, 530) for _ in range(2)), rng.integer(2000, 2100)
    factors = [(rng.normal(count, 9), rng.normal(9, d)) for count in (n, m)]
    put = [solution.put_tensor(left).call_there("matmul", right) for left, right in factors]
    call = Call([left @ right for left, right in factors], when=f"with n = {n}, m = {m}, d = {d}")
    expect_right(solution.call(NAME, *put), call)
