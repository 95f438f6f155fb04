"""The sandbox's images: named by what goes into them, built when they are missing."""

import hashlib
import io
import re
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import aiodocker
import aiohttp

from bot.domain.errors import SandboxUnavailableError

Say = Callable[[str], None]

SOLVER_FILES = (
    "bot/__init__.py",
    "bot/sandbox/__init__.py",
    "bot/sandbox/wire.py",
    "bot/sandbox/values.py",
    "bot/sandbox/inspection.py",
    "bot/sandbox/solver.py",
)
JUDGE_FILES = (
    "bot/sandbox/expectations.py",
    "bot/sandbox/kit.py",
    "bot/sandbox/judge.py",
)
LOCAL_BASE = "freehand-base:local"
"""What `make images` makes on a machine that reaches no registry."""

DEFAULT_BASE = "python:3.12-slim"
NO_ENGINE = "the Docker engine does not answer. Start it, and grading goes on by itself."


@dataclass(frozen=True, slots=True)
class Tags:
    """The two images' names."""

    solver: str
    judge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What the images are made of.

    Attributes:
        root: Where the Dockerfile and `bot/` stand.
        exercises: The exercise folders, baked into the judge.
        base: The base image.
        wheels: Folder of wheels for a build without a network, if any.
    """

    root: Path
    exercises: Path
    base: str
    wheels: Path | None

    def tags(self) -> Tags:
        """The names: a change of anything that goes in is another name."""
        solver = _digest([self.base.encode(), *self._contents(("Dockerfile", *SOLVER_FILES))])
        judge = _digest([solver.encode(), *self._contents(JUDGE_FILES), *self._exercise_parts()])
        return Tags(f"freehand-solver:{solver}", f"freehand-judge:{judge}")

    def dockerfile(self, *stages: str) -> bytes:
        """The Dockerfile with these stages alone: the engine's API builds a file's last stage."""
        head, *sections = re.split(r"(?m)^(?=FROM )", (self.root / "Dockerfile").read_text())
        names = [section.partition("\n")[0].split()[-1] for section in sections]
        chosen = [section for name, section in zip(names, sections, strict=True) if name in stages]
        return (head + "".join(chosen)).encode()

    def solver_context(self) -> Iterator[tuple[str, Path]]:
        """Names and files for the solver's build."""
        for name in SOLVER_FILES:
            yield name, self.root / name
        for wheel in sorted(self.wheels.glob("*.whl")) if self.wheels else ():
            yield f"wheels/{wheel.name}", wheel

    def judge_context(self) -> Iterator[tuple[str, Path]]:
        """Names and files for the judge's build, on top of the solver."""
        for name in JUDGE_FILES:
            yield name, self.root / name
        for path in _exercise_files(self.exercises):
            yield f"exercises/{path.relative_to(self.exercises)}", path

    def _contents(self, names: Sequence[str]) -> Iterator[bytes]:
        return ((self.root / name).read_bytes() for name in names)

    def _exercise_parts(self) -> Iterator[bytes]:
        for path in _exercise_files(self.exercises):
            yield str(path.relative_to(self.exercises)).encode()
            yield path.read_bytes()


async def engine_answers() -> bool:
    """Whether a Docker engine can be used from here."""
    try:
        async with aiodocker.Docker() as docker:
            await docker.version()
    except (aiodocker.DockerError, aiohttp.ClientError, OSError, ValueError, TimeoutError):
        return False
    return True


async def missing(recipe: Recipe) -> str:
    """Empty when both images are there, else one sentence."""
    try:
        async with aiodocker.Docker() as docker:
            tags = recipe.tags()
            if await _exists(docker, tags.solver) and await _exists(docker, tags.judge):
                return ""
    except (aiodocker.DockerError, aiohttp.ClientError, OSError, ValueError) as error:
        raise SandboxUnavailableError(NO_ENGINE) from error
    return (
        "the sandbox images are not built yet: `freehand sandbox build` (or the next start) does."
    )


async def ensure(docker: aiodocker.Docker, recipe: Recipe, say: Say) -> Tags:
    """Build what is missing.

    Raises:
        SandboxUnavailableError: It cannot be built; the message says what to do.
    """
    tags = recipe.tags()
    if not await _exists(docker, tags.solver):
        base = await _base(docker, recipe.base)
        say("Building the sandbox: Python with torch. This takes a few minutes, once.")
        arguments = {"BASE": base}
        context = _tar(recipe.dockerfile("torch", "solver"), recipe.solver_context())
        await _build(docker, context, tags.solver, arguments, say)
    if not await _exists(docker, tags.judge):
        say("Building the judge from the exercises.")
        context = _tar(recipe.dockerfile("judge"), recipe.judge_context())
        await _build(docker, context, tags.judge, {"SOLVER": tags.solver}, say)
    return tags


async def _exists(docker: aiodocker.Docker, name: str) -> bool:
    try:
        await docker.images.inspect(name)
    except aiodocker.DockerError as error:
        if error.status == 404:  # noqa: PLR2004  # HTTP's "not found"
            return False
        raise SandboxUnavailableError(NO_ENGINE) from error
    return True


async def _base(docker: aiodocker.Docker, wanted: str) -> str:
    """The base image, fetched if it is not here; a machine without a registry may have its own."""
    if await _exists(docker, wanted):
        return wanted
    if wanted == DEFAULT_BASE and await _exists(docker, LOCAL_BASE):
        return LOCAL_BASE
    try:
        await docker.images.pull(wanted)
    except (aiodocker.DockerError, aiohttp.ClientError, TimeoutError) as error:
        raise SandboxUnavailableError(
            f"the base image {wanted} is not on this machine and cannot be fetched. `make images`"
            " makes one without a registry, or set FREEHAND_SANDBOX_BASE to one that is here."
        ) from error
    return wanted


async def _build(
    docker: aiodocker.Docker, context: IO[bytes], tag: str, arguments: dict[str, str], say: Say
) -> None:
    tail: list[str] = []
    try:
        with context:
            async for entry in docker.images.build(
                fileobj=context,
                encoding="identity",
                tag=tag,
                buildargs=arguments,
                stream=True,
                forcerm=True,
            ):
                line = str(entry.get("stream", "")).strip()
                tail = [*tail, line][-5:] if line else tail
                if line.startswith("Step "):
                    say(f"  {line}")
    except (aiodocker.DockerError, aiohttp.ClientError) as error:
        raise SandboxUnavailableError(
            f"the image {tag} could not be built: {error}. Its last words: {' / '.join(tail)}"
        ) from error


def _tar(dockerfile: bytes, files: Iterator[tuple[str, Path]]) -> IO[bytes]:
    """A build context on disk: the wheels alone are 200 MB."""
    context = tempfile.TemporaryFile()
    with tarfile.open(fileobj=context, mode="w") as tar:
        _add(tar, "Dockerfile", dockerfile)
        folder = tarfile.TarInfo("wheels")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(folder)
        for name, path in files:
            if path.suffix == ".whl":
                tar.add(path, name)
            else:
                _add(tar, name, path.read_bytes())
    context.seek(0)
    return context


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o644
    tar.addfile(entry, io.BytesIO(content))


def _exercise_files(folder: Path) -> list[Path]:
    """Everything but wrong solutions, which the judge never needs."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", "wrong"} & set(path.parts)
    )


def _digest(parts: Iterator[bytes] | list[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:16]
