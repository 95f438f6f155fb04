"""The sandbox's two images, built from this installation's own files when they change.

An image's tag is a hash of what goes into it: what is there already costs a few look-ups. Neither
holds an exercise: checks travel with each job.
"""

import asyncio
import hashlib
import io
import json
import re
import tarfile
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO
from urllib.request import getproxies_environment

import structlog

from bot.domain.errors import SandboxBuildError, SandboxUnavailableError
from bot.sandbox.containers.engine import Engine
from bot.sandbox.containers.engine import engine_answers as engine_answers

log = structlog.get_logger()

Say = Callable[[str], None]
"""Tells the person at the terminal one line."""

Files = Mapping[str, bytes | Path]
"""What goes into an image, by its path in the build context."""

DEFAULT_BASE = "python:3.12-slim"
LOCAL_BASE = "freehand-base:local"
"""What `make images` makes, together with wheels for its Python."""

SOLVER, JUDGE = "freehand-solver", "freehand-judge"
OLD = timedelta(days=7)

PROGRESS = ("Step ", "Collecting ", "Downloading ", "Installing ")
PROGRESS_WIDTH = 88
LAST_LINES = 6
"""Of a build that failed, shown with the reason."""

BUILD_HELP = (
    "Where no registry or package index can be reached, `make images` makes base and wheels on this"
    " machine; docs/operations.md says more."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """The names of the two images."""

    solver: str
    judge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What the images are made of.

    Attributes:
        root: Where the Dockerfile and `bot/` stand.
        base: Base image, with Python 3.11 or newer.
        wheels: Folder of wheels; where it is there, building needs no network. It may come while
            the bot waits for images that it could not build without.
        torch_index: Package index for torch; empty for pip's own, without effect where wheels are.
    """

    root: Path
    base: str = DEFAULT_BASE
    wheels: Path | None = None
    torch_index: str = ""

    async def ensure(self, engine: Engine, say: Say) -> Tags:
        """Build what is missing, telling each step.

        Raises:
            SandboxUnavailableError: The engine is away, there is no base, or a step failed.
        """
        base = await self._base(engine)
        solver, judge = await asyncio.to_thread(self._contents)
        arguments = self._arguments(base)
        tags = _tags(solver, judge, arguments)
        if not await engine.has_image(tags.solver):
            await _require_base(engine, base, say)
            say("Building the solver's image, with torch in it. Once; it takes a minute or two.")
            await self._build(engine, solver, tags.solver, arguments, say)
        if not await engine.has_image(tags.judge):
            say("Building the judge's image.")
            await self._build(engine, judge, tags.judge, {"SOLVER": tags.solver}, say)
        return tags

    async def forget_old(self, engine: Engine, tags: Tags, now: datetime) -> None:
        """Delete images that no installation has made or used for a while.

        Raises:
            SandboxUnavailableError: The engine is away.
        """
        for repository in (JUDGE, SOLVER):  # in this order: judges are built upon solvers
            for tag in outdated(await engine.images(repository), tags, now):
                log.info("image_deleted", tag=tag)
                await engine.remove_image(tag)

    async def missing(self, engine: Engine) -> str:
        """What `ensure` would have to build, as a sentence; empty when nothing.

        Raises:
            SandboxUnavailableError: The engine is away.
        """
        arguments = self._arguments(await self._base(engine))
        tags = _tags(*await asyncio.to_thread(self._contents), arguments)
        if await engine.has_image(tags.solver) and await engine.has_image(tags.judge):
            return ""
        return "the sandbox images are not built yet; `freehand sandbox build` builds them now."

    def _arguments(self, base: str) -> Mapping[str, str]:
        """What the solver's image is built with, and named after."""
        return {"BASE": base, "TORCH_INDEX": "" if self._wheels() else self.torch_index}

    async def _base(self, engine: Engine) -> str:
        """The base asked for; the local one where the default would need a registry."""
        if self.base != DEFAULT_BASE or not await engine.has_image(LOCAL_BASE):
            return self.base
        # Wheels are made for one Python: that of the base made with them.
        local = self._wheels() is not None or not await engine.has_image(self.base)
        return LOCAL_BASE if local else self.base

    async def _build(
        self, engine: Engine, files: Files, tag: str, arguments: Mapping[str, str], say: Say
    ) -> None:
        last: deque[str] = deque(maxlen=LAST_LINES)
        with tempfile.TemporaryFile() as context:  # wheels are too much for memory
            await asyncio.to_thread(_pack, files, context)
            network = self._wheels() is None
            known = {**arguments, **(proxies() if network else {})}
            build = engine.build(context, tag=tag, arguments=known, network=network)
            try:
                async for line in build:
                    last.append(line)
                    if line.startswith(PROGRESS):
                        say(f"  {line[:PROGRESS_WIDTH]}")
            except SandboxUnavailableError as error:
                # In full in the terminal; learners get one sentence.
                for line in (*last, str(error), BUILD_HELP):
                    say(f"  {line}")
                raise SandboxBuildError(
                    "the sandbox's images could not be built. The terminal of the bot says why."
                ) from error
        log.info("image_built", tag=tag)

    def _wheels(self) -> Path | None:
        return self.wheels if self.wheels is not None and self.wheels.is_dir() else None

    # --- what goes in -------------------------------------------------------------------------

    def _contents(self) -> tuple[Files, Files]:
        """The solver's and the judge's files, read once: a tag never names other content."""
        return self._files("solver"), self._files("judge")

    def _files(self, stage: str) -> Files:
        """The stage as a Dockerfile of its own, and every file that it copies."""
        try:
            text = section((self.root / "Dockerfile").read_text(encoding="utf-8"), stage)
        except OSError as error:
            raise SandboxUnavailableError(
                f"there is no Dockerfile in {self.root}; start Freehand from a checkout of it."
            ) from error
        files: dict[str, bytes | Path] = {"Dockerfile": text.encode()}
        for source in copied(text):
            files.update(self._found(source))
        return files

    def _found(self, source: str) -> Iterator[tuple[str, bytes | Path]]:
        if source == "build/wheel[s]":
            wheels = self._wheels()
            for path in sorted(wheels.glob("*.whl")) if wheels else ():
                yield f"build/wheels/{path.name}", path
        elif source != "Dockerfile":
            yield from _content(self.root, source)


def _content(root: Path, source: str) -> Iterator[tuple[str, bytes]]:
    """A file, or a folder's files but for what Python leaves there."""
    path = root / source
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in found:
        if file.is_dir() or "__pycache__" in file.parts:
            continue
        yield file.relative_to(root).as_posix(), file.read_bytes()


def section(dockerfile: str, stage: str) -> str:
    """One stage of a Dockerfile as a Dockerfile of its own.

    The classic builder, which every engine has, would build all the stages above it as well.
    """
    head, *sections = re.split(r"^(?=FROM )", dockerfile, flags=re.MULTILINE)
    arguments = "".join(re.findall(r"^ARG .*\n", head, flags=re.MULTILINE))
    (wanted,) = [text for text in sections if text.partition("\n")[0].endswith(f" AS {stage}")]
    return arguments + wanted


def copied(dockerfile: str) -> Iterator[str]:
    """What a Dockerfile copies from its context."""
    for line in dockerfile.replace("\\\n", " ").splitlines():
        match line.split():
            case ["COPY", *sources, _]:
                yield from sources
            case _:
                pass


def outdated(made_at: Mapping[str, datetime], tags: Tags, now: datetime) -> Sequence[str]:
    """Tags of earlier versions. One that another installation still uses, the engine keeps."""
    current = {tags.solver, tags.judge}
    return [tag for tag, made in made_at.items() if tag not in current and now - made > OLD]


async def _require_base(engine: Engine, base: str, say: Say) -> None:
    if await engine.has_image(base):
        return
    say(f"Fetching {base}.")
    try:
        await engine.pull(base)
    except SandboxUnavailableError as error:
        raise SandboxUnavailableError(
            f"{str(error).rstrip('.')}. Run `make images` to make a base without a registry, or set"
            " FREEHAND_SANDBOX_BASE to an image that is here, with Python 3.11 or newer."
        ) from error


def proxies() -> Mapping[str, str]:
    """The proxies of this process, for pip in a build. No layer keeps these arguments."""
    found = {f"{name.upper()}_PROXY": url for name, url in getproxies_environment().items()}
    return {
        name: found[name] for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY") if name in found
    }


def _tags(solver: Files, judge: Files, arguments: Mapping[str, str]) -> Tags:
    name = f"{SOLVER}:{_digest(solver, json.dumps(arguments))}"
    return Tags(solver=name, judge=f"{JUDGE}:{_digest(judge, name)}")


def _digest(files: Files, parent: str) -> str:
    digest = hashlib.sha256(parent.encode())
    for name, content in sorted(files.items()):
        # A wheel's name holds its version; reading 200 MB at every start would take a second.
        body = content if isinstance(content, bytes) else str(content.stat().st_size).encode()
        digest.update(f"\0{name}\0{len(body)}\0".encode())
        digest.update(body)
    return digest.hexdigest()[:16]


def _pack(files: Files, context: IO[bytes]) -> None:
    with tarfile.open(fileobj=context, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)  # no owner, no time: equal files make equal layers
            entry.mode = 0o644
            if isinstance(content, bytes):
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
            else:
                entry.size = content.stat().st_size
                with content.open("rb") as file:
                    tar.addfile(entry, file)
    context.seek(0)
