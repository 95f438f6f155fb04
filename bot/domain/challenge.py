"""A challenge: an exercise released to a cohort for a while."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.chat.refs import ConversationRef, MessageRef
from bot.domain.exercise import Day


class Window(StrEnum):
    """Where a moment stands to a challenge."""

    OPEN = "open"
    LATE = "late"  # still graded, marked late
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChallenge:
    """A challenge about to be stored.

    Attributes:
        key: Unique; the same slot or command never opens two.
        week: Programme week it belongs to.
        opens_at, closes_at, late_until: Aware UTC.
    """

    key: str
    cohort: int
    exercise: str
    version: int
    day: Day
    week: int
    opens_at: datetime
    closes_at: datetime
    late_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge(NewChallenge):
    """A stored challenge.

    Attributes:
        post: The bot's message, once it is posted.
        thread: Where it is answered, once it is opened.
        reminded_at, closed_at: When the reminder and the closing summary were made.
    """

    id: int
    post: MessageRef | None = None
    thread: ConversationRef | None = None
    reminded_at: datetime | None = None
    closed_at: datetime | None = None

    def window(self, at: datetime) -> Window:
        """Whether an answer at that moment is in time, late or too late."""
        if at < self.closes_at:
            return Window.OPEN
        return Window.LATE if at < self.late_until else Window.OVER
