"""What the bot wants to have said: wanted states, which delivery makes true."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef


class Kind(StrEnum):
    """What a message is about. The values are stored, so they stay."""

    ANSWER = "answer"  # follows a submission from receipt to feedback
    POST = "challenge"  # announces a challenge in the channel, and opens its thread
    TASK = "task"  # states the task in the thread
    REMINDER = "reminder"  # to one member, before a challenge closes
    CLOSING = "closing"  # sums up a challenge that is closed
    BOARD = "board"  # the leaderboard of a week
    REPLY = "reply"  # answers a command, a button or a form
    WELCOME = "welcome"  # begins the local cohort
    GREETING = "greeting"  # says in a channel what it is for now
    FAULT = "fault"  # tells the mentors what could not be graded
    DISPUTE = "dispute"  # gives the mentors a check that a learner finds wrong

    @property
    def asked_for(self) -> bool:
        """Whether it answers somebody, who waits for it."""
        return self in {Kind.ANSWER, Kind.REPLY}


@dataclass(frozen=True, slots=True)
class MessageKey:
    """Names one message; the same text names the same message on every platform.

    Attributes:
        subject: What of its kind it is about, such as a challenge's number; may be empty.
        repost: Tells a message that is posted anew, because somebody deleted it, from the one
            before; 0 for the first.
    """

    kind: Kind
    subject: str
    repost: int = 0

    def __str__(self) -> str:
        """``kind:subject``, or ``kind:subject:repost``."""
        parts = (self.kind.value, self.subject, str(self.repost or ""))
        return ":".join(part for part in parts if part)

    @staticmethod
    def read(text: str) -> "MessageKey":
        """The key of a first post from its text. Of a repost, the number stays in the subject.

        Raises:
            ValueError: It is of no kind that is known.
        """
        kind, _, subject = text.partition(":")
        return MessageKey(Kind(kind), subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one of the bot's messages should say, and to whom.

    Attributes:
        private_to: Who alone may read it; None for everyone in the conversation.
        thread_title: Title of the thread that belongs to it; None for a message without one.
        not_before: When a message that was never posted may be; what it should say may change
            until then, and a change makes it due at once.
    """

    key: MessageKey
    conversation: ConversationRef
    message: Message
    private_to: UserRef | None = None
    thread_title: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A wanted state that is not on the platform yet.

    Attributes:
        key: Names the message; the platform's idempotency key is made of it.
        revision: Counts changes of the wanted content.
        ref: The message on the platform, once posted; later revisions edit it.
        thread_title: Set for a message that a thread belongs to.
    """

    key: MessageKey
    conversation: ConversationRef
    message: Message
    private_to: UserRef | None
    thread_title: str | None
    revision: int
    ref: MessageRef | None
    failures: int


class Outbox(Protocol):
    """What the bot wants to have said."""

    async def say(self, *wanted: Wanted) -> None:
        """State what messages should say. Unsent older wording is simply replaced.

        Saying the same again changes nothing; saying something else also revives a message that
        was given up.
        """
        ...

    async def unsent(
        self, now: datetime, *, limit: int = 20, without: Collection[ConversationRef] = ()
    ) -> Sequence[Outgoing]:
        """Messages whose wanted state is not on the platform yet; what is waited for comes first.

        Args:
            now: Aware UTC.
            limit: How many.
            without: Conversations that are seen to already.
        """
        ...

    async def next_due(self) -> datetime | None:
        """When the first message is due that may not be sent yet; None without any."""
        ...

    async def unsent_count(self) -> int:
        """How many messages are not on the platform yet and were not given up."""
        ...

    async def sent(self, item: Outgoing, ref: MessageRef, *, at: datetime) -> None:
        """This revision is on the platform."""
        ...

    async def failed(self, item: Outgoing, *, reason: str, retry_at: datetime | None) -> None:
        """Try again at a moment; never when None."""
        ...

    async def has_pictures(self, before: datetime) -> bool:
        """Whether `purge` would find something."""
        ...

    async def purge(self, before: datetime, *, limit: int) -> int:
        """Forget the pictures in messages sent before a moment. How many."""
        ...
