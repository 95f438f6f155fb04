"""Regrades: a challenge's graded answers, run again with the exercise as it is by now.

What was run again changes nothing by itself: a mentor looks at the difference first, and then what
is better is kept. What is worse never is: nobody loses what they were told they have.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.grading import Grade, Verdict
from bot.domain.submission import Submission

CLAIM_LASTS = timedelta(minutes=10)
"""A run is over by then: who claimed it and did not end it is gone."""

MAX_RUNS = 4
"""Of one answer: what could not be run so often, by faults of ours, is given up."""

_ROUNDING = 1e-9


class RegradeState(StrEnum):
    """How far a regrade is."""

    RUNNING = "running"  # answers are run again
    READY = "ready"  # all were, and a mentor may decide
    APPLYING = "applying"  # a mentor said yes: what is better is being kept
    DONE = "done"


class Change(StrEnum):
    """What another run would make of a grade."""

    RAISED = "raised"
    SAME = "same"
    LOWERED = "lowered"
    NOT_RUN = "not run"  # it could not be run, by a fault of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRegrade:
    """A regrade about to be stored.

    Attributes:
        version: Of the exercise that answers are run with; it is kept.
        asked_by, conversation: Who is told what came of it, and where.
    """

    cohort: int
    challenge: int
    version: str
    asked_by: UserRef
    conversation: ConversationRef
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrade(NewRegrade):
    """A stored one."""

    id: int
    state: RegradeState


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """One answer of a regrade, about to be run again.

    Attributes:
        run: How often it was tried, this time included.
    """

    regrade: Regrade
    submission: Submission
    run: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An answer, by its id, whose new grade is better."""

    submission: str
    grade: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One answer that another run grades otherwise, for a mentor's eyes."""

    name: str
    submission: str
    before: Verdict
    after: Verdict


def change_of(before: Grade, after: Grade) -> Change:
    """What a new grade is beside the old one, by how much of the exercise holds."""
    gain = after.core_share - before.core_share
    if abs(gain) <= _ROUNDING:
        return Change.SAME
    return Change.RAISED if gain > 0 else Change.LOWERED


class Regrades(Protocol):
    """Regrades and their answers."""

    async def begin(self, regrade: NewRegrade) -> Regrade | None:
        """Store one with every graded answer whose code is kept; None where one runs in the cohort.

        Answers that a mentor has decided on are left out.
        """
        ...

    async def get(self, regrade: int) -> Regrade:
        """One regrade. Raises NotFoundError."""
        ...

    async def find_running(self, cohort: int) -> Regrade | None:
        """The one that runs in a cohort."""
        ...

    async def find_newest(self, challenge: int) -> Regrade | None:
        """The last one of a challenge."""
        ...

    async def set_state(self, regrade: int, before: RegradeState, after: RegradeState) -> bool:
        """Go on; False where it is not where it was thought to be."""
        ...

    async def counts(self, regrade: int) -> Mapping[Change | None, int]:
        """How many answers it has of each kind; None for those that are to be run."""
        ...

    async def differences(
        self, regrade: int, change: Change, *, limit: int
    ) -> Sequence[Difference]:
        """The first answers of a kind, in the order of their authors."""
        ...

    async def find_unfinished(self) -> Regrade | None:
        """Any for which there is something to do: it runs, or is being applied."""
        ...

    async def find_complete(self) -> Regrade | None:
        """One that runs and whose answers were all run."""
        ...

    async def next(
        self, *, worker: str, now: datetime, without: Collection[str] = ()
    ) -> Rerun | None:
        """The next answer to be run again; None while any answer of a learner waits or runs.

        Args:
            worker: Who would run it. What it held before, it holds no more.
            now: Aware UTC.
            without: Slugs of exercises whose answers cannot be run now.
        """
        ...

    async def claim(self, rerun: Rerun, *, worker: str, now: datetime) -> bool:
        """Take it; False where another was quicker."""
        ...

    async def release(self, rerun: Rerun) -> None:
        """Give it back: it could not begin, and that was no try."""
        ...

    async def finish(self, rerun: Rerun, change: Change, grade: Grade | None) -> None:
        """Store what came of it."""
        ...

    async def next_raised(self, regrade: int) -> Sequence[Raised]:
        """One member's better grades that are not kept yet; none where all are."""
        ...

    async def keep(self, regrade: int, submission: str) -> None:
        """Remember that a better grade was kept."""
        ...
