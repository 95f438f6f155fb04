"""What the terminal's commands do, without chat and store."""

import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.app import files, runners
from bot.app.settings import Settings
from bot.catalogue.gate import GateReport, gate
from bot.catalogue.reading import Catalogue
from bot.domain.chat.message import Code, Text
from bot.domain.clock import Clock
from bot.domain.errors import UserError
from bot.domain.exercise import Device, Exercise
from bot.domain.grading import Grade, Grader, GradingRequest
from bot.domain.text import one_line
from bot.sandbox.grader import ContainerGrader
from bot.sandbox.proving import Proof, prove
from bot.services.challenges.messages import KINDS, task
from bot.services.submissions.seeds import SeedService
from bot.services.submissions.source import reading
from bot.services.submissions.source.files import require_acceptable
from bot.store.store import SqlStore

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class GradedFile:
    """A file and what became of it."""

    file: Path
    grade: Grade


@asynccontextmanager
async def sandbox(settings: Settings, say: Say, *, quick: bool = False) -> AsyncGenerator[Grader]:
    """The sandbox the settings ask for, or a quick one; started, and stopped afterwards."""
    runner = runners.quick() if quick else await runners.choose(settings)
    if runner.warning:
        say(runner.warning)
    try:
        await runner.start(say)
        yield runner.grader
    finally:
        await runner.stop()


async def grade_file(settings: Settings, slug: str, file: Path, *, say: Say) -> Grade:
    """Grade a file against an exercise, with inputs drawn anew.

    Raises:
        UserError: The file cannot be read as source.
        CatalogueError: There is no such exercise.
        SandboxError: It could not be graded.
    """
    (graded,) = [found async for found in grade_files(settings, slug, [file], say=say)]
    return graded.grade


async def grade_files(
    settings: Settings, slug: str, files: Sequence[Path], *, quick: bool = False, say: Say
) -> AsyncGenerator[GradedFile]:
    """Grade several files against an exercise, one after the other, each with inputs of its own.

    Raises:
        UserError: A file cannot be read as source; none was graded then.
        CatalogueError: There is no such exercise.
        SandboxError: One could not be graded.
    """
    exercise = Catalogue.load(settings.exercises_dir).get(slug)
    sources = [_source(file, exercise.entry) for file in files]
    async with sandbox(settings, say, quick=quick) as grader:
        for file, source in zip(files, sources, strict=True):
            run, seed = f"terminal.{secrets.token_hex(4)}", secrets.token_bytes(16)
            request = GradingRequest(run=run, exercise=exercise, source=source, seed=seed)
            yield GradedFile(file, await grader.grade(request))


def task_text(exercise: Exercise) -> str:
    """A task as learners get it in its thread, in the markup that all platforms understand."""
    message = task(exercise, buttons_for=None)
    parts = [f"**{exercise.title}** — {KINDS[exercise.day]}"]
    for block in message.blocks:
        if isinstance(block, Code):
            parts.append(f"```{block.language}\n{block.source.rstrip()}\n```")
        elif isinstance(block, Text):
            parts.append(block.markdown)
    return "\n\n".join(parts)


async def check_exercises(
    settings: Settings, slug: str | None, *, quick: bool, say: Say
) -> Sequence[GateReport]:
    """Put one exercise, or all, through the gate; where a GPU is optional, with and without one.

    A `quick` sandbox forks its solvers, and isolates nothing.

    Raises:
        CatalogueError: There is no such exercise, or one is malformed.
        SandboxError: They could not be graded.
    """
    catalogue = Catalogue.load(settings.exercises_dir)
    wanted = catalogue.all() if slug is None else [catalogue.get(slug)]
    async with sandbox(settings, say, quick=quick) as grader:
        return [
            await _gated(settings, placed, grader, alone=len(places) == 1)
            for places in (placements(exercise, grader.devices) for exercise in wanted)
            for placed in places
        ]


def placements(exercise: Exercise, devices: frozenset[Device]) -> Sequence[Exercise]:
    """The exercise for each device that it may run on and that is here: verdicts must agree."""
    if exercise.device is not Device.GPU_OPTIONAL:
        return [exercise]
    wanted = (Device.CPU, Device.GPU)
    return [replace(exercise, device=device) for device in wanted if device in devices]


async def _gated(
    settings: Settings, exercise: Exercise, grader: Grader, *, alone: bool
) -> GateReport:
    report = await gate(settings.exercises_dir / exercise.slug, exercise, grader)
    return report if alone else replace(report, slug=f"{report.slug} on the {exercise.device}")


async def prove_sandbox(settings: Settings, *, say: Say) -> AsyncGenerator[Proof]:
    """Try on this machine whether the sandbox holds.

    Raises:
        UserError: The sandbox of the settings isolates nothing.
        SandboxError: Something could not be tried.
    """
    async with sandbox(settings, say) as grader:
        if not isinstance(grader, ContainerGrader):
            raise UserError("Without a Docker engine nothing is isolated, so nothing is proved.")
        async for proof in prove(grader, grader.on_each_gpu):
            yield proof


async def rotate_key(settings: Settings, clock: Clock) -> str:
    """Add a key for the hidden inputs of new submissions; older ones keep theirs. Its name.

    A bot that runs meanwhile uses it within a minute.

    Raises:
        SettingsError: The keys of an older version cannot be read.
        StoreError: The database cannot be reached, or has an older schema.
    """
    store = await SqlStore.open(settings.url)
    try:
        await files.take_over_keys(settings.old_keys, store, clock)
        seeds = SeedService(store=store, clock=clock)
        await seeds.refresh()
        return await seeds.rotate()
    finally:
        await store.close()


def _source(file: Path, entry: Sequence[str]) -> str:
    if file.exists() and not file.is_file():
        raise UserError(f"{one_line(str(file))} is no ordinary file.")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UserError(f"{one_line(str(file))} cannot be read: {error.strerror}.") from error
    source = reading.of_file(data, one_line(file.name), entry)
    require_acceptable(source)
    return source
