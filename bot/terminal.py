"""What the terminal's commands do, without chat and store."""

import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot import runners
from bot.catalogue import Catalogue
from bot.domain.errors import UserError
from bot.domain.grading import Grade, Grader, GradingRequest
from bot.domain.source import code_of_notebook, decode, require_acceptable
from bot.sandbox.containers import ContainerGrader
from bot.sandbox.gate import GateReport, gate
from bot.sandbox.proving import Proof, prove
from bot.sandbox.secret import Keyring
from bot.settings import Settings
from bot.store.lock import only_instance

Say = Callable[[str], None]


@asynccontextmanager
async def sandbox(settings: Settings, say: Say) -> AsyncGenerator[Grader]:
    """The sandbox the settings ask for, started, and stopped afterwards."""
    runner = await runners.choose(settings)
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
    exercise = Catalogue.load(settings.exercises_dir).get(slug)
    source = _source(file)
    seed = secrets.token_bytes(16)
    request = GradingRequest(
        run=f"terminal.{secrets.token_hex(4)}", exercise=exercise, source=source, seed=seed
    )
    async with sandbox(settings, say) as grader:
        return await grader.grade(request)


async def check_exercises(
    settings: Settings, slug: str | None, *, say: Say
) -> Sequence[GateReport]:
    """Put one exercise, or all, through the gate.

    Raises:
        CatalogueError: There is no such exercise, or one is malformed.
        SandboxError: They could not be graded.
    """
    catalogue = Catalogue.load(settings.exercises_dir)
    wanted = [catalogue.get(slug)] if slug else catalogue.all()
    async with sandbox(settings, say) as grader:
        return [
            await gate(settings.exercises_dir / exercise.slug, exercise, grader)
            for exercise in wanted
        ]


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


def rotate_key(settings: Settings) -> str:
    """Add a key for the hidden inputs of new submissions; older ones keep theirs. Its name.

    Raises:
        SettingsError: A bot is running on the data directory, or the keys cannot be read.
    """
    with only_instance(settings.data_dir):
        return Keyring.rotate(settings.keys).current_key


def _source(file: Path) -> str:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error
    notebook = file.suffix.lower() == ".ipynb"
    source = code_of_notebook(data, file.name) if notebook else decode(data, file.name)
    require_acceptable(source)
    return source
