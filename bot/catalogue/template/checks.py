import torch

from bot.kit import Call, Rng, Solution, check, expect_answers, expect_equal


def oracle(x, by=2.0):
    return x * by


def shape(rng: Rng) -> tuple:
    return tuple(rng.integer(1, 5) for _ in range(rng.integer(1, 4)))


def by(rng: Rng) -> float:
    return rng.choice([-1, 1]) * rng.magnitude(0.3, 30)


@check("values", "Every element is multiplied", core=True, points=3, hint=1)
def values(solution: Solution, rng: Rng) -> None:
    calls = [Call([rng.normal(*shape(rng)), by(rng)]) for _ in range(3)]
    calls += [Call([rng.normal(*shape(rng))], when="without `by`")]
    expect_answers(solution, "scale", calls, oracle, "the result is off")


@check("edges", "It works for (), for nothing and for float64", core=True, hint=2)
def edges(solution: Solution, rng: Rng) -> None:
    calls = [
        Call([rng.normal(), by(rng)], when="for the shape ()"),
        Call([rng.normal(0, 3), by(rng)], when="for an empty tensor"),
        Call([rng.normal(*shape(rng), dtype=torch.float64), by(rng)], when="in float64"),
    ]
    expect_answers(solution, "scale", calls, oracle, "the result is off")


@check("input", "x stays as it is", core=True, points=0, hint=3)
def input_stays(solution: Solution, rng: Rng) -> None:
    x = rng.normal(*shape(rng))
    given = solution.put_tensor(x)
    solution.call("scale", given, by(rng))
    expect_equal(given.fetch(), x, "x has changed")
