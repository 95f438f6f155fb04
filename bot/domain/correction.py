"""What mentors correct of answers that were given: their time, their grades."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.grading import Grade
from bot.domain.submission import Submission


class Decision(StrEnum):
    """What a mentor makes of an answer, whatever its checks say."""

    PASS = "pass"  # noqa: S105  # no secret: it is solved
    FAIL = "fail"  # it is not; what it earned stays
    VOID = "void"  # it does not count as a try


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A mentor's decision on one answer; the last one holds.

    Attributes:
        by: Who decided, as in the audit trail.
    """

    submission: str
    decision: Decision
    reason: str
    by: str
    at: datetime


class Corrections(Protocol):
    """Changes to answers that were given."""

    async def count_in_time(self, challenge: int) -> None:
        """Let what came late to a challenge count as usual, its points too."""
        ...

    async def lock_grade(self, submission: str) -> Submission:
        """A graded submission, whose author has no other grade stored until this transaction ends.

        Raises:
            NotFoundError: There is no such submission, or it has no grade.
        """
        ...

    async def replace_grade(
        self, submission: Submission, grade: Grade, *, core_share: float | None = None
    ) -> Submission:
        """Give it another grade. A verdict that counts makes a try of what was none.

        Args:
            submission: A graded one, locked.
            grade: Its new one.
            core_share: What it is worth, if not what its checks say.
        """
        ...

    async def void(self, submission: Submission) -> Submission:
        """Let it be no try, nor the same code that was sent again; later tries count one less."""
        ...

    async def decide(self, override: Override) -> None:
        """Remember a decision, in place of an earlier one on the same answer."""
        ...
