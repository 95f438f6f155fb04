"""A challenge: an exercise released to a cohort for a while, with a post in each of its places."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
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
        version: The content hash of the exercise that was released.
        week: Programme week it belongs to.
        opens_at, closes_at, late_until: Aware UTC.
    """

    key: str
    cohort: int
    exercise: str
    version: str
    day: Day
    week: int
    opens_at: datetime
    closes_at: datetime
    late_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A challenge in one place of its cohort.

    Attributes:
        channel: The place's channel.
        message: The bot's message, once it is posted.
        thread: Where it is answered, once it is opened.
    """

    id: int
    place: int
    channel: ConversationRef
    message: MessageRef | None = None
    thread: ConversationRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge(NewChallenge):
    """A stored challenge.

    Attributes:
        posts: One for each place that the cohort had when it opened.
        reminded_at, closed_at: When the reminder and the closing summary were made.
        reopened: How often it was opened again.
    """

    id: int
    posts: tuple[Post, ...] = ()
    reminded_at: datetime | None = None
    closed_at: datetime | None = None
    reopened: int = 0

    @property
    def is_posted(self) -> bool:
        """Whether it is to be seen anywhere."""
        return any(post.message is not None for post in self.posts)

    @property
    def threads(self) -> tuple[ConversationRef, ...]:
        """Where it can be answered by now."""
        return tuple(post.thread for post in self.posts if post.thread is not None)

    def thread_for(self, conversation: ConversationRef | UserRef) -> ConversationRef | None:
        """Its thread on the same platform, if there is one, else any; None before there is one."""
        near = (thread for thread in self.threads if thread.platform == conversation.platform)
        return next(near, next(iter(self.threads), None))

    def window(self, at: datetime) -> Window:
        """Whether an answer at that moment is in time, late or too late."""
        if at < self.closes_at:
            return Window.OPEN
        return Window.LATE if at < self.late_until else Window.OVER


class Challenges(Protocol):
    """Challenges and their posts."""

    async def open(
        self, challenge: NewChallenge, places: Mapping[int, ConversationRef]
    ) -> Challenge | None:
        """Store it with a post for each place (channels by place id); None when its key exists."""
        ...

    async def get(self, challenge: int) -> Challenge:
        """One challenge. Raises NotFoundError."""
        ...

    async def find_by_thread(self, conversation: ConversationRef) -> Challenge | None:
        """The challenge answered in this thread."""
        ...

    async def of_week(self, cohort: int, week: int) -> Sequence[Challenge]:
        """A cohort's challenges of one programme week, oldest first."""
        ...

    async def not_over(self, cohort: int, now: datetime) -> Sequence[Challenge]:
        """A cohort's challenges that can still be answered, or are not closed, oldest first."""
        ...

    async def newest(self, cohort: int, *, limit: int) -> Sequence[Challenge]:
        """A cohort's last challenges, oldest of them first."""
        ...

    async def since(self, cohort: int, at: datetime) -> Sequence[Challenge]:
        """A cohort's challenges opened from a moment on, without their posts, oldest first."""
        ...

    async def exercises_of(self, challenges: Collection[int]) -> Mapping[int, str]:
        """The slugs of some challenges' exercises, by the challenges' ids."""
        ...

    async def set_posted(self, post: int, message: MessageRef, thread: ConversationRef) -> int:
        """Remember where it was posted and is answered; returns the challenge's id."""
        ...

    async def lose_threads(self, conversation: ConversationRef) -> Sequence[int]:
        """Forget a thread that is gone, or all threads of a channel that is.

        Returns:
            The challenges that were answered there.
        """
        ...

    async def still_open(self, now: datetime) -> Sequence[Challenge]:
        """Every cohort's challenges that are open; those that close first come first."""
        ...

    async def due_closings(self, now: datetime) -> Sequence[Challenge]:
        """Past `closes_at` and not yet summarised."""
        ...

    async def set_reminded(self, challenge: int, at: datetime) -> bool:
        """Mark once; False when it was marked before."""
        ...

    async def set_closed(self, challenge: int, at: datetime) -> bool:
        """Mark once, and end its open time if it was still open. False when it was marked."""
        ...

    async def move(self, before: Challenge, after: Challenge) -> bool:
        """Give it another time, and its marks; False where it is not as it was read by now.

        Args:
            before: As it was read.
            after: The same, with the times, marks and count that it is to have.
        """
        ...

    async def set_version(self, challenge: int, version: str) -> None:
        """Let answers be graded by another version of its exercise, which is known, from now on."""
        ...

    async def last_used(self, cohort: int) -> Mapping[str, datetime]:
        """When each exercise was last opened in a cohort, by slug."""
        ...
