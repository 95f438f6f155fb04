"""Every exercise in the catalogue stands the gate."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.catalogue.gate import gate
from bot.catalogue.reading import read
from bot.domain.grading import Grader, GradingRequest, Verdict
from tests.support.gradings import SEED, containers, processes, require_docker

EXERCISES = Path(__file__).resolve().parents[2] / "exercises"
FOLDERS = sorted(path.parent for path in EXERCISES.glob("*/exercise.toml"))
SEEDS = 1
"""Hidden inputs for each right solution; `freehand exercises check` takes five, and mutants."""

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


@pytest.mark.torch
@each_exercise
async def test_exercise_stands_the_gate(folder: Path, forks: Grader) -> None:
    report = await gate(folder, read(folder), forks, seeds=SEEDS, mutants=False)

    assert report.problems == ()


@pytest.mark.docker
@each_exercise
async def test_reference_is_solved_within_a_learners_limits(
    folder: Path, in_containers: Grader
) -> None:
    source = (folder / "reference.py").read_text(encoding="utf-8")
    request = GradingRequest(run="reference", exercise=read(folder), source=source, seed=SEED)

    assert (await in_containers.grade(request)).verdict is Verdict.SOLVED
