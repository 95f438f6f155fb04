"""Every exercise in the catalogue stands the gate."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest
import pytest_asyncio

from bot.catalogue.gate import GateReport, gate
from bot.catalogue.reading import read
from bot.domain.grading import Grader
from bot.sandbox.processes.grader import ProcessGrader
from tests.support.gradings import containers, require_docker
from tests.support.parts import REQUIRED_PARTS, require

EXERCISES = Path(__file__).resolve().parents[2] / "exercises"
FOLDERS = sorted(path.parent for path in EXERCISES.glob("*/exercise.toml"))
SIDE_BY_SIDE = 2
SEEDS = 2
"""Hidden inputs for each reference; `freehand exercises check` takes five."""

# Nearly all of it is waiting for solvers to import torch, a hundred and more.
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(900)]

Reports = Mapping[str, GateReport]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reports() -> Reports:
    """In containers where they are required, else in plain processes, which need no images."""
    if "docker" in os.environ.get(REQUIRED_PARTS, "").split(","):
        await require_docker()
        async with containers(instance="gate", warm=SIDE_BY_SIDE) as grader:
            return await side_by_side(lambda folder: carried(folder, grader))
    if find_spec("torch") is None:
        require("torch", "the sandbox's two sides need it; install freehand[torch]")
    return await side_by_side(in_processes)


async def in_processes(folder: Path) -> GateReport:
    """One grader takes one submission at a time, so each exercise gets its own."""
    grader = ProcessGrader()
    await grader.start()
    try:
        return await carried(folder, grader)
    finally:
        await grader.stop()


async def carried(folder: Path, grader: Grader) -> GateReport:
    return await gate(folder, read(folder), grader, seeds=SEEDS)


async def side_by_side(report: Callable[[Path], Awaitable[GateReport]]) -> Reports:
    turn = asyncio.Semaphore(SIDE_BY_SIDE)

    async def in_turn(folder: Path) -> GateReport:
        async with turn:
            return await report(folder)

    found = await asyncio.gather(*map(in_turn, FOLDERS))
    return {report.slug: report for report in found}


@pytest.mark.torch
@pytest.mark.docker
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
async def test_exercise_stands_the_gate(folder: Path, reports: Reports) -> None:
    assert reports[folder.name].problems == ()
