"""What mentors see of a cohort's answers, read from grades. Nothing here is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.grading import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A graded answer that a mentor may name.

    Attributes:
        submission: Its id.
        name: Its author's.
        exercise: Slug.
    """

    submission: str
    name: str
    exercise: str
    verdict: Verdict


class Reviews(Protocol):
    """Questions of mentors. Each is answered by as many statements whatever the cohort's size."""

    async def newest(self, cohort: int, *, limit: int) -> Sequence[Given]:
        """A cohort's last graded answers, the newest first."""
        ...
