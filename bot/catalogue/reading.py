"""`exercises/` read as data. Checks are carried as text: only a judge runs them."""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cattrs

from bot.catalogue.milestones import read_rules
from bot.domain.errors import CatalogueError
from bot.domain.exercise import Exercise, MilestoneRule, Solution

_CONVERTER = cattrs.Converter(forbid_extra_keys=True)
KEBAB_CASE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NEEDED = ("exercise.toml", "README.md", "starter.py", "hints.md", "checks.py")
"""What is read of every exercise."""

OPTIONAL = ("harness.py",)
_HINT = re.compile(r"^## .*\n", flags=re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every exercise in a folder, read once."""

    exercises: Mapping[str, Exercise]
    milestone_rules: Mapping[str, MilestoneRule]
    known: Mapping[str, Sequence[Solution]]

    @staticmethod
    def load(root: Path) -> "Catalogue":
        """Read every exercise folder.

        Raises:
            CatalogueError: One is malformed; the message names the file and what is wrong.
        """
        if not root.is_dir():
            raise CatalogueError(f"There is no folder {root} with exercises.")
        folders = sorted(path.parent for path in root.glob("*/exercise.toml"))
        exercises = {folder.name: read(folder) for folder in folders}
        known = {folder.name: solutions(folder) for folder in folders}
        return Catalogue(exercises, read_rules(root), known)

    def get(self, slug: str) -> Exercise:
        """One exercise. Raises CatalogueError when there is none of that name."""
        if slug not in self.exercises:
            raise CatalogueError(f"There is no exercise {slug[:60] or '“”'}.")
        return self.exercises[slug]

    def all(self) -> Sequence[Exercise]:
        """Every exercise, by slug."""
        return list(self.exercises.values())

    def solutions(self, slug: str) -> Sequence[Solution]:
        """Right answers built differently, the reference first; none where there is no exercise."""
        return self.known.get(slug, ())


def read(folder: Path) -> Exercise:
    """Read one exercise folder.

    Raises:
        CatalogueError: It is malformed; the message names the file and what is wrong.
    """
    if not KEBAB_CASE.fullmatch(folder.name):
        raise CatalogueError(
            f"{folder} must be named in small letters, digits and hyphens: clip-grad-norm."
        )
    missing = [name for name in NEEDED if not (folder / name).exists()]
    if missing:
        raise CatalogueError(
            f"{folder} has no {', '.join(missing)}; docs/exercises.md has them all."
        )
    try:
        data = tomllib.loads((folder / "exercise.toml").read_text(encoding="utf-8"))
        texts = {
            "slug": folder.name,
            "fingerprint": fingerprint(folder),
            "task": (folder / "README.md").read_text(encoding="utf-8").strip(),
            "starter": (folder / "starter.py").read_text(encoding="utf-8"),
            "hints": _hints(folder / "hints.md"),
            "checks": (folder / "checks.py").read_text(encoding="utf-8"),
            "harness": _optional(folder / "harness.py"),
        }
        return _CONVERTER.structure({**data, **texts}, Exercise)
    except OSError as error:
        raise CatalogueError(f"{error.filename} cannot be read: {error.strerror}.") from error
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{folder / 'exercise.toml'} is no TOML: {error}.") from error
    except cattrs.BaseValidationError as error:
        reasons = "; ".join(cattrs.transform_error(error, path="exercise"))
        raise CatalogueError(f"{folder / 'exercise.toml'}: {reasons}.") from error


def solutions(folder: Path) -> tuple[Solution, ...]:
    """What the gate knows to be right: the reference, then those of others.

    Raises:
        CatalogueError: One cannot be read.
    """
    paths = [*folder.glob("reference.py"), *sorted(folder.glob("accepted/*.py"))]
    try:
        return tuple(
            Solution(name=path.stem.replace("_", " "), source=path.read_text(encoding="utf-8"))
            for path in paths
        )
    except OSError as error:
        raise CatalogueError(f"{error.filename} cannot be read: {error.strerror}.") from error


def fingerprint(folder: Path) -> str:
    """SHA-256 over the files that a learner or the judge meets, hex; known solutions are none."""
    digest = hashlib.sha256()
    for name in (*NEEDED, *OPTIONAL):
        path = folder / name
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def _optional(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _hints(path: Path) -> tuple[str, ...]:
    parts = [part.strip() for part in _HINT.split(path.read_text(encoding="utf-8"))[1:]]
    if len(parts) != 3 or not all(parts):  # noqa: PLR2004  # concept, place, almost the answer
        raise CatalogueError(f"{path} needs three sections that begin with `## `.")
    return tuple(parts)
