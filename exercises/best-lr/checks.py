import math
from collections.abc import Callable

from bot.kit import Call, Rng, Solution, answers, check, expect_answers, expect_equal, expect_raises

BROKEN = [math.nan, math.inf, -math.inf]
WRONG_CHOICE = "it does not choose the right learning rate"


def oracle(runs: list) -> float:
    scores = []
    for lr, losses in runs:
        if all(map(math.isfinite, losses)):
            tail = losses[-max(1, len(losses) // 10) :]
            scores.append((sum(tail) / len(tail), lr))
    return min(scores)[1]


# --- drawing: losses are multiples of 1/256, so no two scores are equal by rounding alone --------


def noise(rng: Rng, count: int) -> list:
    """Numbers in [0, 1)."""
    return (rng.integers(0, 256, (count,)).double() / 256).tolist()


def rates(rng: Rng, count: int) -> list:
    """Learning rates in no order, far apart."""
    return rng.shuffled([rng.number(0.6, 4) * 10.0**-place for place in range(count)])


def levels(rng: Rng, count: int, lowest: int) -> list:
    """Whole numbers from `lowest` on, 3 apart, in no order."""
    return rng.shuffled([lowest + 3 * place for place in range(count)])


def length(rng: Rng, tenth: int) -> int:
    """A length whose tenth, rounded down, is this."""
    return 10 * tenth + rng.integer(1 if tenth == 0 else 0, 10)


def sweep(rng: Rng, curve: Callable, lengths: list, when: str, lowest: int = -6) -> Call:
    """A run for each length; `curve(rng, level, length)` gives its losses, best at low levels."""
    drawn = zip(rates(rng, len(lengths)), levels(rng, len(lengths), lowest), lengths)
    return Call([[(lr, curve(rng, level, count)) for lr, level, count in drawn]], when=when)


def flat(rng: Rng, level: int, count: int) -> list:
    return [level + part for part in noise(rng, count)]


def late(rng: Rng, level: int, count: int) -> list:
    """The lower it ends, the higher it begins; the worst of all have the lowest losses first."""
    start = count * 6 // 10
    return flat(rng, 30 - 5 * level, start) + flat(rng, level, count - start)


def lucky(rng: Rng, level: int, count: int) -> list:
    """The very last loss tells the opposite of those before it."""
    return flat(rng, level, count - 1) + flat(rng, 20 - 3 * level, 1)


def sharp(rng: Rng, level: int, count: int) -> list:
    """The first loss of the last tenth settles it; those before and after tell the opposite."""
    tenth = max(1, count // 10)
    before = flat(rng, -9 * tenth * level, count - tenth)
    return before + [3.0 * tenth * level] + flat(rng, -level, tenth - 1)


def wild(rng: Rng, level: int, count: int) -> list:
    """Nothing but noise: only the mean itself settles it."""
    return [40 * part - 20 for part in noise(rng, count)]


def broken(rng: Rng, call: Call, value: float, place: float) -> Call:
    """The same with a value of this kind in the runs that would win, at a part of their length."""
    runs = list(call.args[0])
    for _ in range(rng.integer(1, len(runs) - 1)):
        best = oracle(runs)
        index = next(index for index, (lr, _) in enumerate(runs) if lr == best)
        losses = list(runs[index][1])
        losses[int(place * (len(losses) - 1))] = value
        runs[index] = (best, losses)
    return Call([runs], when=call.when)


# --- the checks -------------------------------------------------------------------------------


@check("again", "The same runs give the same learning rate", core=True, points=0, hint=2)
def again(solution: Solution, rng: Rng) -> None:
    calls = [sweep(rng, flat, [length(rng, 3)] * rng.integer(3, 8), "") for _ in range(2)]
    seen = answers(solution, "best_lr", calls * 2)
    for call, first, second in zip(calls, seen, seen[2:]):
        expect_equal(second, first, "asked once more, it chose another", example=call.shown())


@check("lowest", "The run with the lowest losses wins", core=True, hint=1)
def lowest(solution: Solution, rng: Rng) -> None:
    high = rng.integer(2000, 60_000)
    kinds = [("with flat curves", 2), ("with losses below 0", -40), ("with large losses", high)] * 3
    counts = [rng.integer(3, 12) for _ in kinds]
    calls = [sweep(rng, flat, [50] * n, when, low) for n, (when, low) in zip(counts, kinds)]
    alone = sweep(rng, flat, [length(rng, 2)], "with one run alone")
    expect_answers(solution, "best_lr", [*calls, alone], oracle, WRONG_CHOICE)


@check("end", "What counts is the end of a run, not its whole or its lowest point", core=True)
def end(solution: Solution, rng: Rng) -> None:
    when = "where the runs that end lowest begin highest"
    calls = [sweep(rng, late, [length(rng, t)] * rng.integer(4, 9), when) for t in (4, 6, 9, 20)]
    expect_answers(solution, "best_lr", calls, oracle, WRONG_CHOICE)


@check("last-step", "One lucky last step does not win", core=True, hint=1)
def last_step(solution: Solution, rng: Rng) -> None:
    when = "where the last step tells the opposite of those before it"
    tenths = [rng.integer(5, 30) for _ in range(5)]
    calls = [sweep(rng, lucky, [length(rng, t)] * rng.integer(4, 9), when) for t in tenths]
    expect_answers(solution, "best_lr", calls, oracle, WRONG_CHOICE)


@check("window", "The score is the mean of the last n // 10 losses", core=True, points=2, hint=2)
def window(solution: Solution, rng: Rng) -> None:
    drawn = [length(rng, rng.integer(low, 2 * low)) for low in (1, 2, 4, 11, 20)]
    edges = [10 * rng.integer(1, 9) + rest for rest in (0, 1, 9)]
    when = "for {} losses, of which the last {} count"
    calls = [
        sweep(rng, sharp, [n] * rng.integer(3, 7), when.format(n, n // 10))
        for n in [10, *drawn, *edges]
    ]
    for _ in range(6):
        n = length(rng, rng.integer(4, 30))
        calls.append(sweep(rng, wild, [n] * rng.integer(8, 12), when.format(n, n // 10)))
    expect_answers(solution, "best_lr", calls, oracle, WRONG_CHOICE)


@check("short", "Of fewer than 10 losses the last one counts", core=True, hint=2)
def short(solution: Solution, rng: Rng) -> None:
    calls = [sweep(rng, sharp, [n] * 5, f"for {n} losses") for n in (1, rng.integer(2, 9), 9)]
    expect_answers(solution, "best_lr", calls, oracle, WRONG_CHOICE)


@check("lengths", "Each run is judged by its own length", core=True, hint=2)
def lengths(solution: Solution, rng: Rng) -> None:
    tenths = [[rng.integer(0, 25) for _ in range(rng.integer(4, 9))] for _ in range(6)]
    when = "with runs of different lengths"
    calls = [sweep(rng, sharp, [length(rng, t) for t in [0, 30, *each]], when) for each in tenths]
    expect_answers(solution, "best_lr", calls, oracle, WRONG_CHOICE)


@check("diverged", "A run with a NaN or an infinite loss is left out", core=True, points=2, hint=2)
def diverged(solution: Solution, rng: Rng) -> None:
    calls = []
    for value in BROKEN:
        for where, place in [("first", 0.0), ("middle", rng.number(0.2, 0.8)), ("last", 1.0)]:
            when = f"with {value} as a loss, at the {where} of the steps"
            runs = [length(rng, rng.integer(0, 12)) for _ in range(rng.integer(3, 8))]
            calls.append(broken(rng, sweep(rng, sharp, runs, when), value, place))
    expect_answers(solution, "best_lr", calls, oracle, WRONG_CHOICE)


@check("ties", "Of equal scores the smallest learning rate wins", core=True, hint=3)
def ties(solution: Solution, rng: Rng) -> None:
    calls = []
    for place, smallest_first in enumerate([True, False, rng.integer(0, 2) == 1]):
        tenth = rng.choice([1, 2, 4, 8])
        tail = flat(rng, -9, tenth)
        equals = sorted(rates(rng, rng.integer(2, 5)), reverse=not smallest_first)
        if place == 2:
            equals = [equals[1], equals[0], *equals[2:]]
        runs = [
            (lr, flat(rng, rng.integer(-60, 60), length(rng, tenth) - tenth) + rng.shuffled(tail))
            for lr in equals
        ]
        worse = sweep(rng, flat, [length(rng, 2), length(rng, 0)], "").args[0]
        runs = [(lr / 1000, losses) for lr, losses in worse] + runs
        calls.append(Call([runs], when=f"with {len(equals)} equal scores"))
    expect_answers(solution, "best_lr", calls, oracle, WRONG_CHOICE)


@check("none-left", "Without a run that is left it raises a ValueError", core=True, hint=3)
def none_left(solution: Solution, rng: Rng) -> None:
    runs = [(lr, flat(rng, 1, 10)) for lr in rates(rng, rng.integer(2, 6))]
    for _, losses in runs:
        losses[rng.integer(0, 10)] = rng.choice(BROKEN)
    for given, when in [([], "best_lr([])"), (runs, "best_lr of runs that all diverged")]:
        expect_raises(
            lambda: solution.call_there("best_lr", given), "ValueError", when, example=given
        )
