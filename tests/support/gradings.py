"""A tiny exercise and submissions to it, for tests that grade for real."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.domain.exercise import Day, Device, Exercise, Limits
from bot.domain.grading import GradingRequest
from bot.sandbox.containers.images import DEFAULT_BASE, Recipe
from bot.sandbox.gpu.nvml import Meter
from bot.sandbox.grader import ContainerGrader
from bot.sandbox.processes.grader import ProcessGrader
from tests.support.parts import base, require_torch
from tests.support.parts import require_docker as require_docker

ROOT = Path(__file__).parents[2]
RUNTIME = os.environ.get("FREEHAND_TEST_RUNTIME", "")
"""Of containers; empty for the engine's own."""

SLUG = "double"
SEED = bytes(range(16))

SOLVED = "def double(x):\n    return 2 * x\n"

STARTER = "def double(x):\n    raise NotImplementedError\n"

CHECKS = """
from bot.kit import Rng, Solution, check, expect_close, expect_equal


@check("doubles", "It doubles every element", core=True, points=3, hint=1)
def doubles(solution: Solution, rng: Rng) -> None:
    for shape in ((4,), (2, 3)):
        x = rng.normal(*shape)
        expect_close(solution.call("double", x), 2 * x, "an element is off", example={"x": x})


@check("keeps-integers", "Integers stay integers", core=True, hint=2)
def keeps_integers(solution: Solution, rng: Rng) -> None:
    x = rng.integers(1, 100, (5,))
    expect_equal(solution.call("double", x), 2 * x, "an element is off")
"""

WITH_RESTART = (
    CHECKS
    + """

@check("again", "It does so in a process that was never used", core=False, hint=3)
def again(solution: Solution, rng: Rng) -> None:
    x = rng.normal(3)
    expect_close(solution.restart().call("double", x), 2 * x, "an element is off")
"""
)
"""One check more, which needs a solver more: each of them imports torch."""


def request(
    source: str,
    *,
    seed: bytes = SEED,
    limits: Limits | None = None,
    run: str = "1.1",
    checks: str = CHECKS,
) -> GradingRequest:
    """A submission to the exercise."""
    return GradingRequest(
        run=run,
        exercise=Exercise(
            slug=SLUG,
            title="Double",
            day=Day.IMPLEMENT,
            stage=1,
            week=1,
            milestones=("F1",),
            concepts=("tensors",),
            minutes=5,
            difficulty=0,
            entry=("double",),
            forbidden=("torch.add",),
            limits=limits or Limits(seconds=5.0, output_kb=64),
            device=Device.CPU,
            fingerprint="0" * 64,
            task="Double it.",
            starter=STARTER,
            hints=("one", "two", "three"),
            checks=checks,
        ),
        source=source,
        seed=seed,
    )


def recipe() -> Recipe:
    """The images as `make images` prepares for them."""
    wheels = ROOT / "build" / "wheels"
    return Recipe(
        root=ROOT,
        base=base() or DEFAULT_BASE,
        wheels=wheels if wheels.is_dir() else None,
    )


@asynccontextmanager
async def containers(
    *, instance: str, warm: int = 1, meters: Sequence[Meter] = ()
) -> AsyncGenerator[ContainerGrader]:
    """A started grader in containers; nothing of it is left afterwards."""
    grader = ContainerGrader(
        instance=instance,
        recipe=recipe(),
        warm=warm,
        runtime=RUNTIME,
        meters=meters,
    )
    try:
        await grader.start(lambda _line: None)
        yield grader
    finally:
        await grader.stop()


@asynccontextmanager
async def processes(*, forks: bool = False) -> AsyncGenerator[ProcessGrader]:
    """A started grader in plain processes; forked solvers need not import torch."""
    require_torch()
    grader = ProcessGrader(forks=forks)
    try:
        await grader.start()
        yield grader
    finally:
        await grader.stop()


@asynccontextmanager
async def busy_machine() -> AsyncGenerator[None]:
    """While it is entered, every core has four loops at work beside all else."""
    loop = [sys.executable, "-c", "while True: pass"]
    count = 4 * (os.cpu_count() or 1)
    loops = [await asyncio.create_subprocess_exec(*loop) for _ in range(count)]
    try:
        yield
    finally:
        for found in loops:
            found.kill()
            await found.wait()


async def docker(*arguments: str) -> str:
    """What the `docker` command prints: another pair of eyes on the engine."""
    process = await asyncio.create_subprocess_exec(
        "docker", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    output, _ = await process.communicate()
    return output.decode()
