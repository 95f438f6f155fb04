"""Every exercise in the catalogue stands the gate."""

from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import pytest_asyncio

from bot.catalogue import read
from bot.domain.grading import Grader
from bot.sandbox.gate import gate
from bot.sandbox.process import ProcessGrader
from tests.parts import require

EXERCISES = Path(__file__).resolve().parents[2] / "exercises"
FOLDERS = sorted(path.parent for path in EXERCISES.glob("*/exercise.toml"))

pytestmark = [pytest.mark.torch, pytest.mark.timeout(600)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def grader() -> AsyncIterator[Grader]:
    if find_spec("torch") is None:
        require("torch", "the sandbox's two sides need it; install freehand[torch]")
    grader = ProcessGrader(exercises=EXERCISES)
    await grader.start()
    yield grader
    await grader.stop()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
async def test_exercise_stands_the_gate(folder: Path, grader: Grader) -> None:
    report = await gate(folder, read(folder), grader)
    assert report.problems == ()
