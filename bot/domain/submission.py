"""Submissions: a learner's code on its way to a grade."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.grading import Grade


class SubmissionState(StrEnum):
    """Where a submission is."""

    QUEUED = "queued"
    RUNNING = "running"  # claimed under a lease; queued again when the lease runs out
    GRADED = "graded"
    WITHDRAWN = "withdrawn"  # its message was deleted before its turn; it is never graded


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubmission:
    """A submission about to be stored.

    Attributes:
        id: Random, never used again: hidden inputs are derived from it.
        event: Key of the event that brought it; unique, so that a redelivery changes nothing.
        answer: The learner's message (or form) it stands for. An edited message is a new
            submission with the same answer; both share one status message, `outbox key = answer`.
        conversation: Where its status is shown.
        private: Shown to its author alone.
        source: The code; empty once it is forgotten.
        seed_key: Id of the secret its hidden inputs are drawn with.
    """

    id: str
    event: str
    answer: str
    challenge: int
    member: int
    source: str
    received_at: datetime
    conversation: ConversationRef
    late: bool
    private: bool
    seed_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission(NewSubmission):
    """A stored submission.

    Attributes:
        run: Number of the current or last run; the fence that every write of a run carries.
        try_number: Which of the member's tries at the challenge this grade is, from 1; 0 when the
            verdict does not count as one (the starter, a syntax error) or it is not graded yet.
    """

    state: SubmissionState
    run: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    grade: Grade | None = None
    try_number: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A submission that one worker may run until its lease ends.

    Attributes:
        others_wait: Whether more submissions were in line when it was claimed.
    """

    submission: Submission
    run: int
    others_wait: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """What became of a claim.

    Attributes:
        is_latest: Whether no newer submission has taken over the answer's status message.
    """

    submission: Submission
    is_latest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One answer in line, without its source.

    Attributes:
        reader: The author, where the status is for them alone.
        exercise: Slug.
        queue_position: From 1, the next to be claimed.
    """

    submission: str
    answer: str
    conversation: ConversationRef
    reader: UserRef | None
    exercise: str
    queue_position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a new answer of a member meets.

    Attributes:
        member: The author's id.
        pending: How many other answers of the member are queued or running.
        pending_limit: How many may be.
        in_a_day: How many gradings the member had since the moment that was asked about, for
            whatever challenge. Faults of ours do not count, nor what was withdrawn.
        daily_limit: How many there may be in 24 hours.
        for_challenge: How many the member had for this challenge.
        challenge_limit: How many there may be.
        latest_source: Of the newest submission for the same answer; None for the first.
        latest_member: Whose that is.
        pending_of_all: How many submissions of all members are queued or running.
    """

    member: int
    pending: int
    pending_limit: int
    in_a_day: int
    daily_limit: int
    for_challenge: int
    challenge_limit: int
    latest_source: str | None
    latest_member: int | None
    pending_of_all: int


class Submissions(Protocol):
    """Submissions, their runs and results."""

    async def before(
        self, *, cohort: int, user: UserRef, answer: str, challenge: int, since: datetime
    ) -> Before | None:
        """What an answer of somebody meets; None where they are not a member of the cohort.

        Locks the member until the transaction ends.

        Args:
            cohort: Where they answer.
            user: Who.
            answer: Its key.
            challenge: What they answer.
            since: From when on gradings are counted for the day.
        """
        ...

    async def add(self, submission: NewSubmission) -> bool:
        """Queue it; False when its event is known."""
        ...

    async def get(self, submission: str) -> Submission:
        """One submission with its grade. Raises NotFoundError."""
        ...

    async def find_latest(self, answer: str) -> Submission | None:
        """The newest submission for one answer."""
        ...

    async def queue_position(self, submission: str) -> int:
        """Where a queued submission stands in line, from 1; 0 when it does not."""
        ...

    async def waiting(self, *, limit: int) -> Sequence[Waiting]:
        """The head of the line, in the order it will be claimed; one for each answer."""
        ...

    async def latest_number(self) -> int:
        """The highest number that a submission has; 0 before the first."""
        ...

    async def queue_length(self) -> int:
        """How many submissions are queued."""
        ...

    async def is_claimable(self, *, now: datetime, lease_s: float) -> bool:
        """Whether `claim` could find something."""
        ...

    async def claim(
        self, *, worker: str, now: datetime, lease_s: float, without: Collection[str] = ()
    ) -> Claim | None:
        """Lease the next one: queued, or running while its worker is silent for too long.

        Fair: those whose member has fewer outstanding come first, then the oldest. Of one answer
        only one runs at a time: those who edit what is running wait for it.

        Args:
            worker: Id of the worker, which is not silent now.
            now: Aware UTC.
            lease_s: How long a worker may be silent.
            without: Slugs of exercises whose submissions stay in line.
        """
        ...

    async def release(self, claim: Claim, *, not_before: datetime) -> None:
        """Queue it again, not to be claimed before a moment. Raises LeaseLostError.

        Where its answer was edited meanwhile, it is withdrawn instead.
        """
        ...

    async def fail(self, claim: Claim, *, not_before: datetime) -> None:
        """As `release`, after a fault of ours: `failures` counts it. Raises LeaseLostError."""
        ...

    async def failures(self, submission: str) -> int:
        """How many of its runs failed by a fault of ours."""
        ...

    async def finish(self, claim: Claim, grade: Grade, *, at: datetime) -> Graded:
        """Store the grade with its check results. Raises LeaseLostError."""
        ...

    async def withdraw(self, answer: str) -> bool:
        """Take what is queued for an answer out of the line; False when nothing is."""
        ...

    async def take_back(self, worker: str) -> int:
        """Queue again what a worker held, when it is known to be gone. Returns how many.

        What was edited meanwhile is withdrawn instead.
        """
        ...

    async def answered_by(self, challenge: int) -> Collection[int]:
        """Ids of members with a submission to a challenge that they did not withdraw."""
        ...

    async def has_sources(self, before: datetime, *, ended: datetime) -> bool:
        """Whether `forget_sources` would find something."""
        ...

    async def forget_sources(self, before: datetime, *, ended: datetime, limit: int) -> int:
        """Forget code that nobody waits for any more. How many.

        Args:
            before: What was received before this moment.
            ended: And all of a cohort whose last challenge was over by this moment.
            limit: The most at once.
        """
        ...

    async def history(self, member: int, *, limit: int = 20) -> Sequence[Submission]:
        """A member's submissions, newest first."""
        ...
