"""What is kept about a person: told, handed out, forgotten."""

import asyncio
from dataclasses import dataclass

from bot.domain.chat.message import Message
from bot.domain.chat.refs import UserRef
from bot.domain.clock import Clock
from bot.domain.store import Store
from bot.services.privacy import archive, messages
from bot.services.submissions.retention import Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyService:
    """Answers people about what is kept of them, in whatever cohorts they are or were.

    Attributes:
        kept: How long what people sent is kept.
    """

    store: Store
    clock: Clock
    kept: Kept

    async def tell(self, user: UserRef) -> Message:
        """What is kept of somebody."""
        async with self.store.read() as tx:
            cohorts = await tx.members.cohorts_of(user)
        return messages.summary(cohorts, self.kept)

    async def export(self, user: UserRef) -> Message:
        """All of it, as a file for them alone."""
        async with self.store.read() as tx:
            found = await tx.personal.belongings(
                user, rows=archive.MAX_ROWS, code_chars=archive.MAX_CODE_CHARS
            )
        now = self.clock()
        packed = await asyncio.to_thread(archive.pack, found, at=now)
        return messages.export(packed, on=now.date())
