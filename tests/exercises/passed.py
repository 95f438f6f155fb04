"""Which exercises went through the whole gate as they are: ``make gate`` does it, and notes it.

The whole gate takes minutes of CPU time: five hidden inputs for each right solution, every wrong
one, mutants. An exercise that has not changed since, judged by a kit that has not either, need not
stand it in each test run.
"""

import asyncio
import hashlib
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from bot.catalogue.gate import GateReport, gate
from bot.catalogue.reading import read
from bot.domain.grading import Grader
from tests.support.gradings import processes

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = ROOT / "exercises"
FOLDERS = sorted(path.parent for path in EXERCISES.glob("*/exercise.toml"))
NOTED = EXERCISES / "passed.toml"
GATE = ("examples", "gate", "mutants", "sentences", "trivial")
JUDGED_BY = (ROOT / "bot/kit", ROOT / "bot/inside/judge")
SIDE_BY_SIDE = 2
HEAD = """\
# The exercises that passed the whole gate, and a hash of what they were made of then: the folder,
# the kit, the judge and the gate. `make test` puts only the others through all of it.
# `make gate` writes this.
"""


def fingerprint(folder: Path) -> str:
    """A hash of all that the outcome of the gate depends on, as hexadecimal digits."""
    digest = hashlib.sha256()
    parts = [(room, path) for room in (folder, *JUDGED_BY) for path in _files(room)]
    parts += [(ROOT, ROOT / f"bot/catalogue/{name}.py") for name in GATE]
    for room, path in parts:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(room)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:32]


def noted() -> Mapping[str, str]:
    """Fingerprints of exercises that passed, by slug."""
    return tomllib.loads(NOTED.read_text(encoding="utf-8")) if NOTED.exists() else {}


def is_unchanged(folder: Path) -> bool:
    """Whether the exercise passed the whole gate exactly as it is now."""
    return noted().get(folder.name) == fingerprint(folder)


def _files(room: Path) -> Iterator[Path]:
    for path in sorted(room.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


# --- make gate --------------------------------------------------------------------------------


async def _pass(folders: list[Path], slugs: dict[str, str]) -> list[GateReport]:
    """Put folders through the gate, some side by side; what passes is noted at once."""
    waiting = iter(folders)
    failed: list[GateReport] = []

    async def work(grader: Grader) -> None:
        for folder in waiting:
            before = fingerprint(folder)
            report = await gate(folder, read(folder), grader)
            _say(f"{folder.name}: {'passed' if report.passed else 'FAILED'}")
            if report.passed:
                slugs[folder.name] = before
                _note(slugs)
            else:
                _say(*(f"    {problem}" for problem in report.problems))
                failed.append(report)

    async with AsyncExitStack() as stack:
        graders = [
            await stack.enter_async_context(processes(forks=True)) for _ in range(SIDE_BY_SIDE)
        ]
        async with asyncio.TaskGroup() as group:
            for grader in graders:
                group.create_task(work(grader))
    return failed


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def _note(slugs: Mapping[str, str]) -> None:
    lines = [f'{slug} = "{slugs[slug]}"\n' for slug in sorted(slugs)]
    NOTED.write_text(HEAD + "".join(lines), encoding="utf-8")


def main(wanted: list[str]) -> int:
    """Put the exercises that changed, or those that are named, through the whole gate."""
    folders = [
        folder
        for folder in FOLDERS
        if (folder.name in wanted if wanted else not is_unchanged(folder))
    ]
    known = {folder.name for folder in FOLDERS}
    slugs = {slug: was for slug, was in noted().items() if slug in known}
    if not folders:
        _say("No exercise has changed since it passed.")
    return 1 if asyncio.run(_pass(folders, slugs)) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
