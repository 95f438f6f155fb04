"""Submissions: a learner's code on its way to a grade."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.chat.refs import ConversationRef
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
        place: Place in line, from 1, where the whole line was asked for; 0 otherwise.
        try_number: Which of the member's tries at the challenge this grade is, from 1; 0 when the
            verdict is none (the starter, a syntax error) or it is not graded yet.
    """

    state: SubmissionState
    run: int = 0
    place: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    grade: Grade | None = None
    try_number: int = 0
