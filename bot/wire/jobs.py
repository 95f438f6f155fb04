"""What the host asks of a judge, and what the judge answers. Standard library only.

Both ends share these records; JSON travels between them, and `bot.wire.records` checks it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, get_args

from bot.wire.records import from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeJob:
    """Grade one submission.

    Attributes:
        exercise: Its slug; names the checks in tracebacks.
        checks: The exercise's `checks.py`, in the version that was released.
        harness: Its `harness.py`, which lives beside the learner's code; empty without one.
        source: The submission.
        starter: What the learner was given; the same again is no try.
        entry: Top-level names that the submission must bind.
        forbidden: Dotted names that it may not use.
        seed: 16 bytes that hidden inputs are drawn from.
        cpu_ms: CPU milliseconds that the submission may use. Reading what it sends counts.
    """

    exercise: str
    checks: str
    harness: str
    source: str
    starter: str
    entry: tuple[str, ...]
    forbidden: tuple[str, ...]
    seed: bytes
    cpu_ms: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceJob:
    """Run a call of a submission and report what each of its lines did. No judge does it yet.

    Attributes:
        source: The submission.
        call: A Python expression that calls it, e.g. ``"clip([p], 1.0)"``.
        seed: 16 bytes that the call's inputs are drawn from.
    """

    source: str
    call: str
    seed: bytes


Job: TypeAlias = GradeJob | TraceJob


class CheckEnd(StrEnum):
    """How one check ended."""

    PASSED = "passed"
    FAILED = "failed"  # a value was not what it should be
    RAISED = "raised"  # the learner's code raised
    BROKEN = "broken"  # the check itself raised over an answer: a surprise to its author
    UNFINISHED = "unfinished"  # the solver ended before it did
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckEntry:
    """One check and how it ended.

    Attributes:
        message: What was seen; empty when it passed.
        example: The input that shows it, as Python text, or empty.
        lines: The learner's own lines of a traceback, innermost last.
        trace: Where the check itself raised, for its author; empty unless it is broken.
    """

    name: str
    title: str
    core: bool
    points: int
    hint: int
    end: CheckEnd = CheckEnd.NOT_RUN
    message: str = ""
    example: str = ""
    lines: tuple[str, ...] = ()
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Every check was run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverEnded:
    """The solver ended before all checks were run; the host has seen how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoesNotParse:
    """The source is not Python."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IsStarter:
    """The source is the starter as it was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsesForbidden:
    """The source uses a name that it may not."""

    line: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRaised:
    """Executing the source raised an exception."""

    message: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadStopped:
    """Executing the source used up the time there is for that, before it had bound what it must."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInSandbox:
    """The source needs something that the sandbox does not have.

    Attributes:
        names: Of packages, first the one that it was about to use; or `KEYBOARD`.
    """

    names: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesMissing:
    """The source does not bind names that the exercise asks for."""

    names: tuple[str, ...]


Outcome: TypeAlias = (
    Checked
    | SolverEnded
    | DoesNotParse
    | IsStarter
    | UsesForbidden
    | LoadRaised
    | LoadStopped
    | NotInSandbox
    | NamesMissing
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeResult:
    """What a judge has found out.

    Attributes:
        checks: In the order in which they were declared; empty when the source was not loaded.
        reading_ms: CPU milliseconds that it took to read what the solvers sent.
    """

    outcome: Outcome
    checks: tuple[CheckEntry, ...] = ()
    reading_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed:
    """The judge could not do the job: our own fault.

    Attributes:
        trace: Where it failed, for the log.
    """

    trace: str


Result: TypeAlias = GradeResult | JobFailed


def read_job(data: bytes) -> Job:
    """The job in a frame. Raises WireError, also on a kind of job that is not known."""
    return from_json(data, get_args(Job))


def read_result(data: bytes) -> Result:
    """The result in a frame. Raises WireError."""
    return from_json(data, get_args(Result))
