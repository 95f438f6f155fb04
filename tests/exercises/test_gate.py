"""Every exercise in the catalogue stands the gate: all of it where something has changed."""

from collections.abc import AsyncGenerator, Awaitable
from pathlib import Path

import pytest
import pytest_asyncio

from bot.catalogue.gate import GateReport, gate
from bot.catalogue.reading import read
from bot.domain.grading import Grader, GradingRequest, Verdict
from tests.exercises.passed import FOLDERS, is_unchanged
from tests.support.gradings import SEED, containers, processes, require_docker

SEEDS = 1
"""Hidden inputs for each right solution; `make gate` takes five, and mutants."""

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]


each_exercise = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def forks() -> AsyncGenerator[Grader]:
    """A hundred solvers and more for each exercise: forked, none of them imports torch."""
    async with processes(forks=True) as grader:
        yield grader


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def in_containers() -> AsyncGenerator[Grader]:
    """As learners are graded."""
    await require_docker()
    async with containers(instance="gate") as grader:
        yield grader


def right_solutions(folder: Path) -> list[Path]:
    """The reference, and what others made of the task."""
    return [folder / "reference.py", *sorted(folder.glob("accepted/*.py"))]


def whole_gate(folder: Path, forks: Grader) -> Awaitable[GateReport]:
    """What `make gate` has not seen yet."""
    return gate(folder, read(folder), forks, seeds=SEEDS, mutants=False)


@pytest.mark.torch
@each_exercise
async def test_right_solutions_are_solved(folder: Path, forks: Grader) -> None:
    exercise = read(folder)
    for path in right_solutions(folder):
        source = path.read_text(encoding="utf-8")
        request = GradingRequest(run=path.stem, exercise=exercise, source=source, seed=SEED)

        grade = await forks.grade(request)

        assert (grade.verdict, path.name) == (Verdict.SOLVED, path.name), grade.checks


@pytest.mark.torch
@each_exercise
async def test_exercise_stands_the_gate(folder: Path, forks: Grader) -> None:
    passed = is_unchanged(folder)
    problems = () if passed else (await whole_gate(folder, forks)).problems

    assert problems == ()


@pytest.mark.docker
@each_exercise
async def test_reference_is_solved_within_a_learners_limits(
    folder: Path, in_containers: Grader
) -> None:
    source = (folder / "reference.py").read_text(encoding="utf-8")
    request = GradingRequest(run="reference", exercise=read(folder), source=source, seed=SEED)

    assert (await in_containers.grade(request)).verdict is Verdict.SOLVED
