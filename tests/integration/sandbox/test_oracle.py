"""Several calls against an oracle, as a check asks for them in a real solver."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from bot.domain.grading import CheckStatus, Grader
from tests.support.gradings import processes, request

pytestmark = [
    pytest.mark.torch,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(120),
]

CHECKS = """
import torch
from bot.kit import Call, Rng, Solution, check, expect_answers, expect_gradients


def oracle(x, by=2):
    return {"product": by * x, "steps": [float(by), "times"]}


@check("answers", "It multiplies", core=True, points=3, hint=1)
def right_answers(solution: Solution, rng: Rng) -> None:
    calls = [
        Call([rng.normal(3)], when="without `by`"),
        Call([rng.normal(2, 2)], {"by": 3}, "with by=3"),
        Call([rng.normal(2, dtype=torch.float64)], {"by": 0.1}, "in float64"),
    ]
    expect_answers(solution, "double", calls, oracle)


@check("gradients", "Gradients flow", core=True, hint=2)
def right_gradients(solution: Solution, rng: Rng) -> None:
    calls = [Call([rng.normal(2, 3), rng.normal(3)], when="for a row")]
    expect_gradients(solution, "scaled", calls, lambda x, row: x * row, wrt=(0, 1))
"""

RIGHT = """
def double(x, by=2):
    return {"product": x * by, "steps": [by, "times"]}


def scaled(x, row):
    return x * row
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def forks() -> AsyncGenerator[Grader]:
    async with processes(forks=True) as grader:
        yield grader


async def messages(forks: Grader, source: str) -> dict[str, str]:
    """What each check that failed says."""
    grade = await forks.grade(request(source, checks=CHECKS))
    failed = [check for check in grade.checks if check.status is CheckStatus.FAILED]
    return {check.name: check.message for check in failed}


async def test_what_agrees_with_the_oracle_passes(forks: Grader) -> None:
    assert await messages(forks, RIGHT) == {}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("x * by,", "x * 2,", "with by=3, the result is off, at 'product': element [0, 0] is"),
        ("x * by,", "(x * by).float(),", "in float64, the result is off, at 'product': its dtype"),
        ("[by,", "[by + 1,", "without `by`, the result is off, at 'steps', at 0: it is 3, should"),
        ('"times"]', '"times", 1]', "without `by`, the result is off, at 'steps': it is a list of"),
        ('"steps"', '"Steps"', "without `by`, the result is off: it is a dict of 2"),
    ],
)
async def test_an_answer_that_differs_is_told_with_its_case_and_place(
    forks: Grader, old: str, new: str, message: str
) -> None:
    found = await messages(forks, RIGHT.replace(old, new))

    assert list(found) == ["answers"]
    assert found["answers"].startswith(message), found


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("x.detach() * row", "for a row, the gradient of argument 1 is off: there is none"),
        ("x * row + x.sin()", "for a row, the gradient of argument 1 is off: element [0, 0] is"),
        ("x * row.square() / row.detach()", "for a row, the gradient of argument 2 is off"),
        ("(x * row).detach()", "for a row, no gradient flows back from the result"),
    ],
)
async def test_gradients_are_those_of_the_oracle(forks: Grader, new: str, message: str) -> None:
    found = await messages(forks, RIGHT.replace("return x * row", f"return {new}"))

    assert list(found) == ["gradients"]
    assert found["gradients"].startswith(message), found
