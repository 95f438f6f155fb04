"""What must hold of a solver that has a GPU. `honest.py` computes there and tells what it sees."""

from bot.kit import Rng, Solution, check, expect, expect_close


@check("computes", "A tensor is on the GPU, and its sum is right", core=True)
def computes(solution: Solution, rng: Rng) -> None:
    x = rng.normal(1000)
    expect(solution.call("device", x) == "cuda", "what a submission is given is not on the GPU")
    expect_close(solution.call("total", x), x.sum(), "the sum is off")


@check("alone", "Learner code sees one GPU", core=True)
def alone(solution: Solution, rng: Rng) -> None:
    seen = solution.call("devices")
    expect(seen == 1, f"it sees {seen!r}")
