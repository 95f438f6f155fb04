"""Exercises: content that is immutable per version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.domain.errors import CatalogueError


class Day(StrEnum):
    """The three kinds of agent-free day."""

    IMPLEMENT = "implement"  # Monday: one function from scratch
    DEBUG = "debug"  # Wednesday: find and fix the faults of a given file
    MODULE = "module"  # Friday: a complete module


class Device(StrEnum):
    """What an exercise runs on."""

    CPU = "cpu"
    GPU_OPTIONAL = "gpu-optional"
    GPU = "gpu"


ON_CPU = frozenset({Device.CPU, Device.GPU_OPTIONAL})
"""What can be graded where there is no GPU."""


THEMES = (
    "Hyper-parameters",
    "Loss functions",
    "Architecture",
    "Training loop",
    "Custom layers",
    "Complete pipeline",
)
"""The six weekly themes of the progressive challenge, weeks 1 to 6."""

STAGES = (
    "Prompt Consumer",
    "Prompt Modifier",
    "Code Reader",
    "Code Editor",
    "Code Writer",
    "AI Partner",
)
"""The six stages of the journey, 1 to 6."""

MILESTONES = {
    "F1": "Understand tensor operations",
    "F2": "Know common layers and their purposes",
    "F3": "Can modify existing architectures",
    "F4": "Basic debugging skills",
    "I1": "Design simple architectures",
    "I2": "Implement custom losses",
    "I3": "Optimize training loops",
    "I4": "Profile and improve performance",
    "A1": "Create novel architectures",
    "A2": "Implement papers from scratch",
    "A3": "Design distributed training",
    "A4": "Contribute to the PyTorch ecosystem",
}
"""The twelve milestones: foundational, intermediate, advanced."""


Caps = Mapping[str, float]
"""What no grading of a cohort may use more of, by the names of `Limits`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one grading may use. Enforced from outside the solver.

    Attributes:
        seconds: CPU seconds of the learner's code, all its processes and solvers together; starting
            a solver costs nothing.
        wait_seconds: How long it may take without using the CPU: asleep, or waiting for something.
        cpus: Cores.
        processes: Processes and threads at once.
        output_kb: What it may print.
        disk_mb: What it may write, all in `/tmp`.
        gpu_memory_mb: Of a GPU, CUDA's own context included; where it runs on one.
    """

    seconds: float = 20.0
    wait_seconds: float = 30.0
    memory_mb: int = 1024
    cpus: float = 1.0
    processes: int = 64
    output_kb: int = 256
    disk_mb: int = 64
    gpu_memory_mb: int = 4096

    def under(self, caps: Caps) -> "Limits":
        """These, each lowered to its cap where there is one."""
        own: dict[str, Any] = {name: getattr(self, name) for name in caps}
        return replace(self, **{name: type(own[name])(min(own[name], caps[name])) for name in own})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One version of one exercise.

    Attributes:
        entry: Top-level names that a submission must define, e.g. ``("clip_grad_norm",)``.
        forbidden: Dotted names a submission may not use, e.g. ``"torch.nn.utils.clip_grad_norm_"``.
        fingerprint: SHA-256 over the files that a learner or the judge meets, hex: the version.
        task: The text a learner reads, Markdown.
        starter: Python source handed to the learner; submitting it unchanged is not a try.
        hints: Three levels: the concept, where to look, almost the answer.
        checks: Text of `checks.py`. It is run by a judge and nowhere else.
        harness: Text of `harness.py`, which lives beside the learner's code; empty without one.
    """

    slug: str
    title: str
    day: Day
    stage: int
    week: int
    milestones: tuple[str, ...]
    concepts: tuple[str, ...]
    minutes: int
    difficulty: int
    entry: tuple[str, ...]
    forbidden: tuple[str, ...]
    limits: Limits
    device: Device
    fingerprint: str
    task: str
    starter: str
    hints: tuple[str, str, str]
    checks: str = ""
    harness: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneRule:
    """What a milestone wants beyond two good exercises that are tagged with it.

    Attributes:
        all_of: Slugs of exercises that are all needed.
        one_of: Slugs of exercises of which one is needed.
        by_mentor: For what a mentor gives it; empty where exercises alone reach it.
    """

    all_of: frozenset[str] = frozenset()
    one_of: frozenset[str] = frozenset()
    by_mentor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A right answer that is known, in the words of its author's file.

    Attributes:
        name: How it goes about it: ``"one bucket"``.
        source: Python source.
    """

    name: str
    source: str


class Catalogue(Protocol):
    """Every exercise there is."""

    @property
    def milestone_rules(self) -> Mapping[str, MilestoneRule]:
        """What some milestones want, by their codes."""
        ...

    def get(self, slug: str) -> Exercise:
        """One exercise. Raises CatalogueError when there is none of that name."""
        ...

    def all(self) -> Sequence[Exercise]:
        """Every exercise, by slug."""
        ...

    def solutions(self, slug: str) -> Sequence[Solution]:
        """Right answers built differently, the shortest first; none where there is no exercise."""
        ...


class ExerciseVersions(Protocol):
    """Exercises as they were ever released: the content hash is the version."""

    async def record(self, exercise: Exercise, at: datetime) -> None:
        """Remember this version; nothing happens when it is known whole."""
        ...

    async def find(self, slug: str, version: str) -> Exercise | None:
        """One version, whole; None when it is not known, or was kept without its checks."""
        ...


def title_of(catalogue: Catalogue, slug: str) -> str:
    """How an exercise is called; by its slug where it was removed from the catalogue since."""
    try:
        return catalogue.get(slug).title
    except CatalogueError:
        return slug
