"""What a grading is asked and what it answers. Plain values; nothing here runs code."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.domain.exercise import Device, Exercise

SOURCE_LIMIT_BYTES = 64 * 1024
"""Longest source that is accepted. A 20 MB file cost `ast.parse` 4 GB and 15 s."""

PARTS_SHARE = 0.75
"""What all parts of a solution are worth without the whole."""


class Verdict(StrEnum):
    """The outcome of one submission, told apart by what was seen from outside the solver."""

    SOLVED = "solved"  # every core check holds
    PARTLY = "partly"  # some core checks hold that are worth points
    WRONG = "wrong"  # it ran, none of these holds
    UNATTEMPTED = "unattempted"  # the starter, unchanged: not a try
    NOT_ALLOWED = "not allowed"  # uses a forbidden name, or needs what is not there: not a try
    SYNTAX_ERROR = "syntax error"  # does not parse: not a try
    CRASHED = "crashed"  # exception at import or in every check, or the process died
    TIMED_OUT = "timed out"  # it used up its CPU seconds
    STALLED = "stalled"  # it did not finish, and used hardly any CPU time: it waited for something
    OUT_OF_MEMORY = "out of memory"
    TOO_MUCH_OUTPUT = "too much output"
    SANDBOX_FAULT = "sandbox fault"  # ours: retried, never charged

    @property
    def counts_as_try(self) -> bool:
        """Whether a submission with this verdict is one of the learner's tries."""
        return self not in _NO_TRIES


_NO_TRIES = frozenset(
    {Verdict.UNATTEMPTED, Verdict.NOT_ALLOWED, Verdict.SYNTAX_ERROR, Verdict.SANDBOX_FAULT}
)


class CheckStatus(StrEnum):
    """The outcome of one check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"  # the solver was gone before its turn


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One named behaviour, and what was seen.

    Attributes:
        name: The check's identifier, kebab-case.
        title: The behaviour, as a sentence that a learner reads.
        points: Its weight; 0 where an answer passes it that does nothing.
        message: One sentence on what was seen (shapes, dtypes, first differing value), or empty.
        traceback: The learner's own lines on an exception, innermost last; none of the sandbox.
        example: The smallest failing input, as Python text, or empty.
        hint: Which of the three hints helps with this failure, 1 to 3.
    """

    name: str
    title: str
    core: bool
    points: int
    status: CheckStatus
    message: str = ""
    traceback: tuple[str, ...] = ()
    example: str = ""
    hint: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Measured from outside the solver.

    Attributes:
        start_s: Waiting for a solver that is ready (0 when a warm one was at hand).
        run_s: From handing over the source to the verdict, by the clock on the wall.
        cpu_s: CPU seconds of all solvers together; None where the runner cannot tell.
        peak_memory_bytes: Of the solver that had most at once; None where the runner cannot tell.
    """

    start_s: float
    run_s: float
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """Verdict, check results and what the learner should see of the run.

    Attributes:
        detail: One sentence about the verdict itself, e.g. which forbidden name is in which line.
        traceback: The learner's own lines when the source could not be loaded at all.
        output: What the submission printed, cut short.
    """

    verdict: Verdict
    checks: tuple[CheckResult, ...] = ()
    detail: str = ""
    traceback: tuple[str, ...] = ()
    output: str = ""
    usage: Usage

    @property
    def passed(self) -> int:
        """How many checks hold."""
        return sum(check.status is CheckStatus.PASSED for check in self.checks)

    @property
    def core_share(self) -> float:
        """What it is worth, 0 to 1 (`f` in the progression formulas).

        1 when it is solved, else the share of the core points that it holds, of `PARTS_SHARE`: one
        essential fault is never a detail.
        """
        if self.verdict is Verdict.SOLVED:
            return 1.0
        core = [check for check in self.checks if check.core]
        total = sum(check.points for check in core)
        held = sum(check.points for check in core if check.status is CheckStatus.PASSED)
        return PARTS_SHARE * held / total if total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingRequest:
    """One submission, ready to be graded.

    Attributes:
        run: Label of this run, unique: ``<submission id>.<run number>``.
        seed: 16 secret bytes from which every hidden input is drawn; the same seed, same inputs.
    """

    run: str
    exercise: Exercise
    source: str
    seed: bytes


class Grader(Protocol):
    """The sandbox, seen from the services."""

    @property
    def isolated(self) -> bool:
        """Whether learner code is kept from this machine (containers) or not (plain processes)."""
        ...

    @property
    def devices(self) -> frozenset[Device]:
        """What exercises may ask for here, sick or well."""
        ...

    async def grade(self, request: GradingRequest) -> Grade:
        """Run one submission and compute its verdict.

        Raises:
            GpuUnavailableError: It needs a GPU, and none can be used now; others can be graded.
            SandboxUnavailableError: Nothing can be graded now; ask again later.
            SandboxError: This run failed through no fault of the learner.
        """
        ...

    async def health(self, device: Device = Device.CPU) -> str:
        """Empty when gradings can run, else one sentence on what is missing and how to fix it.

        Args:
            device: What the exercise asks for.
        """
        ...


class Seeds(Protocol):
    """Derives hidden-input seeds from the server's secret."""

    @property
    def current_key(self) -> str:
        """Id of the key new submissions are seeded with."""
        ...

    async def seed(self, *, key: str, submission: str) -> bytes:
        """16 bytes: HMAC-SHA-256 of the submission id under the named key, cut to 128 bits.

        A key that was lost is replaced by the current one, and the log says so.
        """
        ...
