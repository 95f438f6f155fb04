"""Submissions that try everything but the exercise."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from bot.catalogue import Catalogue
from bot.domain.exercise import Exercise
from bot.domain.grading import CheckStatus, Grade, Grader, GradingRequest, Verdict
from tests.gradings import ROOT, SEED, containers, require_docker

pytestmark = [
    pytest.mark.docker,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),
]

EXERCISES = ROOT / "exercises"
INSTANCE = "hostile"
FOLDER = Path(__file__).parent / "hostile"
FILES = sorted(FOLDER.glob("*.py"))
SECONDS = 4.0

PRINTED = {
    "file_search": ["files []", "processes []", "environment []"],
    "frame_walk": ["found []"],
    "heap_walk": ["found []", "seeds []"],
    "network": ["reached []", "interfaces []"],
    "system_calls": ["granted []"],
    "writes_everywhere": ["written []"],
}
"""What those that look around have to say about it."""


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    found = Catalogue.load(EXERCISES).get("clip-grad-norm")
    return replace(found, limits=replace(found.limits, seconds=SECONDS, output_kb=64))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def grader() -> AsyncGenerator[Grader]:
    await require_docker()
    async with containers(EXERCISES, instance=INSTANCE, warm=2) as grader:
        yield grader


async def graded(grader: Grader, exercise: Exercise, name: str) -> Grade:
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    return await grader.grade(
        GradingRequest(run=f"{name}.1", exercise=exercise, source=source, seed=SEED)
    )


@pytest.mark.parametrize("name", [file.stem for file in FILES])
async def test_hostile_submission_gets_the_verdict_it_deserves(
    grader: Grader, exercise: Exercise, name: str
) -> None:
    first = (FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines()[0]
    expected = first.removeprefix("# expect: ").split(" or ")

    grade = await graded(grader, exercise, name)

    assert grade.verdict in expected, grade
    if grade.verdict is not Verdict.SOLVED:
        assert not any(check.core and check.status is CheckStatus.PASSED for check in grade.checks)
    for line in PRINTED.get(name, ()):
        assert line in grade.output.splitlines()
