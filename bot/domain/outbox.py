"""What the bot wants to have said: wanted states, which delivery makes true."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.chat.keys import MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef

Readers = tuple[ConversationRef, UserRef | None]
"""A conversation, and the one person who reads there if it is private. What is said to the same
readers is said in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one of the bot's messages should say, and to whom.

    Attributes:
        private_to: Who alone may read it; None for everyone in the conversation.
        thread_title: Title of the thread that belongs to it; None for a message without one.
        not_before: When it is due, if something better may be said before: what is not urgent. It
            may change until then, and a change without such a moment is due at once.
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

    @property
    def readers(self) -> Readers:
        """Who reads it, and where."""
        return self.conversation, self.private_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found in the outbox to be sent.

    Attributes:
        begun: How many messages are sent now.
        is_all: Whether these are all that can be sent now.
        next_due: When the first message is due that has to wait; None without any.
    """

    begun: int
    is_all: bool
    next_due: datetime | None


class Outbox(Protocol):
    """What the bot wants to have said."""

    async def say(self, *wanted: Wanted) -> None:
        """State what messages should say. Unsent older wording is simply replaced.

        Saying the same again changes nothing; saying something else also revives a message that
        was given up.
        """
        ...

    async def known(self, keys: Collection[MessageKey]) -> Collection[MessageKey]:
        """Those of these messages that were ever to be said."""
        ...

    async def find(self, key: MessageKey) -> Message | None:
        """What a message should say by now; None where it was never said."""
        ...

    async def unsent(
        self, now: datetime, *, limit: int = 20, without: Collection[Readers] = ()
    ) -> Sequence[Outgoing]:
        """Messages whose wanted state is not on the platform yet; what is waited for comes first.

        Args:
            now: Aware UTC.
            limit: How many.
            without: Readers who are seen to already.
        """
        ...

    async def next_due(self) -> datetime | None:
        """When the first message is due that may not be sent yet; None without any."""
        ...

    async def unsent_count(self, now: datetime) -> int:
        """How many messages should be on the platform, are not, and were not given up."""
        ...

    async def sent(self, item: Outgoing, ref: MessageRef, *, at: datetime) -> None:
        """This revision is on the platform."""
        ...

    async def failed(
        self, item: Outgoing, ref: MessageRef | None, *, reason: str, retry_at: datetime | None
    ) -> None:
        """Try again at a moment; never when None.

        Args:
            item: What was tried.
            ref: The message on the platform, as far as it came: it may be there without its thread.
            reason: Why it failed, for who looks into the database.
            retry_at: Aware UTC.
        """
        ...

    async def has_pictures(self, before: datetime) -> bool:
        """Whether `purge` would find something."""
        ...

    async def purge(self, before: datetime, *, limit: int) -> int:
        """Forget the pictures in messages sent before a moment. How many."""
        ...

    async def has_passed(self, *, replies: datetime, disputes: datetime) -> bool:
        """Whether `forget_passed` would find something."""
        ...

    async def forget_passed(self, *, replies: datetime, disputes: datetime, limit: int) -> int:
        """Forget what is said once, and was sent before a moment or given up. How many.

        Args:
            replies: The moment for answers to commands, buttons and forms.
            disputes: The moment for what mentors were told of a check, with code.
            limit: The most at once.
        """
        ...
