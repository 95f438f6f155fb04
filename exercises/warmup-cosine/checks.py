import math

from bot.kit import Call, Remote, Rng, Solution, answers, check, expect_equal, expect_number

FACTOR = 1e-10 * 2**52
"""How many rounding errors the task allows: 1e-10 of base_lr."""


def oracle(step: int, base_lr: float, warmup: int, total: int, min_lr: float = 0.0) -> float:
    if step >= total:
        return float(min_lr)
    if step < warmup:
        return base_lr * (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    return min_lr + (base_lr - min_lr) * (1 + math.cos(math.pi * progress)) / 2


# --- drawing ----------------------------------------------------------------------------------


def schedule(rng: Rng, *, floor: bool, low: int = 2) -> tuple:
    """base_lr, warmup, total and, if asked for, a min_lr above 0: anything between small and huge."""
    base_lr, warmup = rng.magnitude(1e-6, 30), rng.integer(low, rng.choice([9, 90, 5000]))
    total = warmup + rng.integer(7, rng.choice([30, 900, 100_000]))
    return base_lr, warmup, total, base_lr * rng.number(0.01, 0.9) if floor else 0.0


def made(step: int, drawn: tuple, part: str) -> Call:
    return Call([step, *drawn], when=f"in step {step} of {drawn[2]}, {part}")


def between(rng: Rng, first: int, end: int, count: int = 5) -> list:
    """Steps in [first, end), the two at its ends among them."""
    return [first, end - 1, *(rng.integer(first, end) for _ in range(count))]


def several(rng: Rng, where, part: str, *, floor: bool, low: int = 2) -> list:
    """Calls of several schedules; `where(warmup, total)` gives the steps to look at."""
    calls = []
    for _ in range(6):
        drawn = schedule(rng, floor=floor, low=low)
        calls += [made(step, drawn, part) for step in where(*drawn[1:3])]
    return calls


def expect_rates(solution: Solution, calls: list) -> None:
    for seen, call in zip(answers(solution, "lr_at", calls), calls):
        message, right = call.message("the learning rate is off"), call.right(oracle)
        scale = float(call.kwargs.get("base_lr") or call.args[1])
        expect_number(seen, right, message, factor=FACTOR, scale=scale, example=call.shown())


# --- the checks -------------------------------------------------------------------------------


@check("again", "The same step gives the same learning rate", core=True, points=0, hint=1)
def again(solution: Solution, rng: Rng) -> None:
    calls = several(rng, lambda warmup, total: between(rng, 0, total), "", floor=True)
    seen = answers(solution, "lr_at", calls + calls[::-1])
    for call, first, second in zip(calls, seen, seen[::-1]):
        if isinstance(first, Remote) and isinstance(second, Remote):
            continue  # no number at all: the next check says so
        expect_equal(second, first, "asked once more, it is another", example=call.shown())


@check("warmup", "The warm-up rises along a line, and reaches base_lr", core=True, points=2, hint=2)
def warm_up(solution: Solution, rng: Rng) -> None:
    part = "in the warm-up"
    expect_rates(
        solution, several(rng, lambda warmup, total: between(rng, 0, warmup), part, floor=False)
    )


@check("cosine", "After it comes half a wave of the cosine", core=True, points=2, hint=1)
def cosine(solution: Solution, rng: Rng) -> None:
    part = "after the warm-up"
    expect_rates(
        solution, several(rng, lambda warmup, total: between(rng, warmup, total), part, floor=False)
    )


@check("min-lr", "The cosine ends at min_lr", core=True, hint=3)
def min_lr(solution: Solution, rng: Rng) -> None:
    part = "after the warm-up with min_lr above 0"
    calls = several(rng, lambda warmup, total: between(rng, warmup, total), part, floor=True)
    base_lr, warmup, total, _ = schedule(rng, floor=False)
    flat = (base_lr, warmup, total, base_lr)
    calls += [made(at, flat, "with min_lr equal to base_lr") for at in between(rng, warmup, total)]
    expect_rates(solution, calls)


@check("warmup-floor", "min_lr plays no part in the warm-up", core=True, hint=2)
def warmup_floor(solution: Solution, rng: Rng) -> None:
    part = "in the warm-up with min_lr above 0"
    expect_rates(
        solution, several(rng, lambda warmup, total: between(rng, 0, warmup), part, floor=True)
    )


@check("after", "From step total on it stays at min_lr", core=True, hint=2)
def after(solution: Solution, rng: Rng) -> None:
    def where(warmup: int, total: int) -> list:
        later = [total + rng.integer(1, total), 2 * total - warmup, rng.integer(10**6, 10**9)]
        return [total, total + 1, *later]

    expect_rates(solution, several(rng, where, "at the end", floor=True))


@check("no-warmup", "Without a warm-up the cosine begins in step 0", core=True, hint=2)
def no_warmup(solution: Solution, rng: Rng) -> None:
    calls = []
    for floor in (False, True, True):
        base_lr, _, total, least = schedule(rng, floor=floor)
        drawn = (base_lr, 0, total, least)
        calls += [made(at, drawn, "without a warm-up") for at in between(rng, 0, total)]
        calls += [made(at, drawn, "without a warm-up") for at in (total, total + 1)]
    expect_rates(solution, calls)


@check("edges", "Parts of one step, or of none", core=True, hint=2)
def edges(solution: Solution, rng: Rng) -> None:
    calls = []
    for warmup, rest in [(1, 1), (0, 1), (1, 0), (1, 9), (6, 1), (rng.integer(2, 90), 0), (0, 2)]:
        base_lr, _, _, least = schedule(rng, floor=True)
        drawn = (base_lr, warmup, warmup + rest, least)
        part = f"with warmup={warmup}"
        steps = between(rng, 0, warmup + rest, 2)
        calls += [made(at, drawn, part) for at in [*steps, warmup, warmup + rest + 1]]
    expect_rates(solution, calls)


@check("signature", "Names, default and the example are those of the task", core=True, hint=3)
def signature(solution: Solution, rng: Rng) -> None:
    calls = [Call([at, 0.8, 2, 10], {"min_lr": 0.2}, "in the example") for at in range(12)]
    names = ["step", "base_lr", "warmup", "total", "min_lr"]
    for _ in range(4):
        drawn = schedule(rng, floor=True)
        at = rng.integer(0, drawn[2] + 5)
        named = dict(zip(names, [at, *drawn]))
        calls.append(Call([], named, "with every argument by name"))
        calls.append(Call([at, *drawn[:3]], when="without min_lr"))
    calls += [Call([at, 2, 3, 9, 1], when="with whole numbers") for at in (0, 2, 5, 9, 12)]
    expect_rates(solution, calls)
