"""Questions before what cannot be undone, kept until they are answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.chat.refs import ConversationRef, UserRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """One question to one person.

    Attributes:
        id: Made from the event that led to it, so that a redelivered event asks nothing new.
        conversation: Where the command was given.
        user: Who was asked, and alone may answer.
        command: What a yes carries out.
        args: Its options.
        asked_at, expires_at: Aware UTC.
        answered_at: When it was answered, with yes or no; None until then.
        answered_by: Key of the event that answered it; empty until then.
    """

    id: str
    conversation: ConversationRef
    user: UserRef
    command: str
    args: Mapping[str, str]
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    answered_by: str = ""


class Confirmations(Protocol):
    """Questions that were asked."""

    async def ask(self, confirmation: Confirmation) -> None:
        """Store a question; nothing happens when its id is known."""
        ...

    async def ask_instead(self, confirmation: Confirmation) -> None:
        """Store a question in place of any about the same command, of the same person and place.

        Those about this command that have expired go as well, whoever was asked.
        """
        ...

    async def open_for(
        self, user: UserRef, command: str, *, now: datetime
    ) -> Sequence[Confirmation]:
        """What somebody was asked about a command and may still answer, the oldest first."""
        ...

    async def forget(self, confirmation: str) -> None:
        """Delete a question, if there is one."""
        ...

    async def has_expired(self, before: datetime) -> bool:
        """Whether `purge` would find something."""
        ...

    async def purge(self, before: datetime, *, limit: int) -> int:
        """Delete questions that expired before a moment, answered or not. How many."""
        ...

    async def find(self, confirmation: str) -> Confirmation | None:
        """One question."""
        ...

    async def answer(self, confirmation: str, *, by: str, at: datetime) -> bool:
        """Mark a question as answered, once.

        Args:
            confirmation: Its id.
            by: Key of the event that answers.
            at: Aware UTC.

        Returns:
            False when another event answered it before. The same event may come again after a
            crash, and then is still the one that answers.
        """
        ...
