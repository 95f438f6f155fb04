import math
from dataclasses import dataclass, replace

from bot.kit import Call, Rng, Solution, answers, check, expect_answers, expect_equal

ROUNDING = 256.0  # rounding errors allowed, at the size of `base_lr`


def oracle(step, base_lr, warmup, total, min_lr=0.0):
    if step < warmup:
        return float(base_lr * (step + 1) / warmup)
    if step >= total:
        return float(min_lr)
    p = (step - warmup) / (total - warmup)
    return min_lr + (base_lr - min_lr) * (1 + math.cos(math.pi * p)) / 2


@dataclass(frozen=True)
class Plan:
    """A schedule: what is the same for all of its steps."""

    base_lr: float
    warmup: int
    total: int
    min_lr: float

    def call(self, step: int, when: str) -> Call:
        arguments = (self.base_lr, self.warmup, self.total, self.min_lr)
        return Call((step, *arguments), when=f"{when} (step {step})")


def drawn(rng: Rng, *, floor: bool = True) -> Plan:
    base = rng.magnitude(1e-5, 3)
    warmup = rng.integer(2, 300)
    total = warmup + 4 * rng.integer(2, 500)
    return Plan(base, warmup, total, base * rng.number(0.05, 0.6) if floor else 0.0)


def expect_rates(solution: Solution, plan: Plan, calls: list) -> None:
    """Fail unless each learning rate is right, and a number."""
    what = "the learning rate is off"
    factor, scale = ROUNDING, plan.base_lr
    expect_answers(solution, "lr_at", calls, oracle, what, factor=factor, scale=scale)


@check("again", "The same call does the same, whatever was asked before", core=True, points=0)
def again(solution: Solution, rng: Rng) -> None:
    plan = drawn(rng)
    steps = [rng.integer(0, plan.total + 9) for _ in range(6)]
    calls = [plan.call(step, "asked again") for step in steps]
    first = answers(solution, "lr_at", calls)
    for seen, before, call in zip(answers(solution, "lr_at", calls[::-1])[::-1], first, calls):
        expect_equal(seen, before, call.message("it returns something else"), example=call.shown())


@check("rises", "It rises evenly to base_lr", core=True, points=3, hint=1)
def rises(solution: Solution, rng: Rng) -> None:
    for plan in (drawn(rng), drawn(rng), replace(drawn(rng), warmup=1)):
        inside = [rng.integer(0, plan.warmup) for _ in range(3)]
        calls = [plan.call(step, "during the warm-up") for step in (0, *inside, plan.warmup - 1)]
        expect_rates(solution, plan, calls)


@check("falls", "It falls along half a cosine", core=True, points=3, hint=2)
def falls(solution: Solution, rng: Rng) -> None:
    for floor in (False, False):
        plan = drawn(rng, floor=floor)
        length = plan.total - plan.warmup
        named = {"a quarter of the way down": 1, "half way down": 2, "three quarters down": 3}
        calls = [plan.call(plan.warmup, "right after the warm-up")]
        calls += [plan.call(plan.warmup + length * n // 4, when) for when, n in named.items()]
        calls += [plan.call(rng.integer(plan.warmup, plan.total), "on the way down")]
        expect_rates(solution, plan, calls)


@check("floor", "It ends at min_lr", core=True, points=2, hint=2)
def ends_at_floor(solution: Solution, rng: Rng) -> None:
    plan = drawn(rng)
    steps = [rng.integer(plan.warmup, plan.total) for _ in range(4)] + [plan.total - 1]
    calls = [plan.call(step, "on the way to min_lr") for step in steps]
    level = replace(plan, min_lr=plan.base_lr)
    calls += [level.call(rng.integer(plan.warmup, plan.total), "where min_lr is base_lr")]
    expect_rates(solution, plan, calls)


@check("stays", "From total on it stays", core=True, points=2, hint=2)
def stays(solution: Solution, rng: Rng) -> None:
    for floor in (True, False):
        plan = drawn(rng, floor=floor)
        length = plan.total - plan.warmup
        later = (0, 1, rng.integer(2, length), length, 2 * length, rng.integer(length, 9 * length))
        calls = [plan.call(plan.total + step, "after the end") for step in later]
        expect_rates(solution, plan, calls)


@check("borders", "No warm-up, or nothing but one, works too", core=True, points=2, hint=3)
def borders(solution: Solution, rng: Rng) -> None:
    plan = drawn(rng)
    without, alone = replace(plan, warmup=0), replace(plan, warmup=plan.total)
    nothing = replace(plan, warmup=0, total=0)
    steps = (0, 1, rng.integer(2, plan.total), plan.total)
    calls = [without.call(step, "with warmup=0") for step in steps]
    calls += [alone.call(step, "with warmup=total") for step in (*steps, plan.total - 1)]
    calls += [nothing.call(0, "with total=0")]
    expect_rates(solution, plan, calls)


@check("signature", "Names and defaults are those of the signature", core=True, points=0, hint=3)
def signature(solution: Solution, rng: Rng) -> None:
    example = Plan(1.0, 2, 6, 0.2)
    calls = [
        Call((step, 1.0), dict(warmup=2, total=6, min_lr=0.2), "in the example")
        for step in range(8)
    ]
    plan = drawn(rng)
    named = dict(base_lr=plan.base_lr, warmup=plan.warmup, total=plan.total)
    for step in (rng.integer(0, plan.warmup), rng.integer(plan.warmup, plan.total), plan.total):
        calls += [
            Call((), dict(step=step, **named), "without min_lr"),
            Call((), dict(step=step, min_lr=plan.min_lr, **named), "by name"),
        ]
    calls += [Call((step, 2, 3, 9, 1), {}, "with whole numbers") for step in (0, 2, 5, 9)]
    expect_rates(solution, replace(example, base_lr=max(2.0, plan.base_lr)), calls)
