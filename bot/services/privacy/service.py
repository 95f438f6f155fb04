"""What is kept about a person: told, handed out, forgotten."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.domain.chat.message import Message
from bot.domain.chat.refs import UserRef
from bot.domain.clock import Clock
from bot.domain.store import Store
from bot.services.privacy import archive, messages
from bot.services.submissions.retention import Kept
from bot.services.submissions.status import tell_next
from bot.services.talk.reply import Confirm

PRIVACY = "privacy"
EXPORT, FORGET = "export", "forget"
"""The command, and what it can do."""

ASKED = "asked"
"""How often somebody has said yes: no option of the command, so that nobody can give it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyService:
    """Answers people about what is kept of them, in whatever cohorts they are or were.

    Attributes:
        kept: How long what people sent is kept.
        leave_out: Says what was said of somebody on boards anew, without them.
    """

    store: Store
    clock: Clock
    kept: Kept
    leave_out: Callable[[UserRef], Awaitable[None]]

    async def tell(self, user: UserRef) -> Message:
        """What is kept of somebody."""
        async with self.store.read() as tx:
            cohorts = await tx.members.cohorts_of(user)
        return messages.summary(cohorts, self.kept)

    async def ask_to_forget(self, user: UserRef) -> Confirm:
        """The first of two questions."""
        async with self.store.read() as tx:
            cohorts = await tx.members.cohorts_of(user)
        return Confirm(messages.what_is_forgotten(cohorts), messages.GO_ON, PRIVACY, _yes("once"))

    def ask_again(self) -> Confirm:
        """The second one."""
        return Confirm(messages.LAST_QUESTION, messages.FORGET_ME, PRIVACY, _yes("twice"))

    async def forget(self, user: UserRef) -> Message:
        """Forget somebody; once more changes nothing.

        The boards come first, while it is known who stands on them: what fails is done again.
        """
        await self.leave_out(user)
        async with self.store.write() as tx:
            now = self.clock()
            withdrawn = await tx.personal.forget(user, at=now, instead=messages.NO_LONGER_HERE)
            if withdrawn:
                await tell_next(tx, now)
        return messages.FORGOTTEN

    async def export(self, user: UserRef) -> Message:
        """All of it, as a file for them alone."""
        async with self.store.read() as tx:
            found = await tx.personal.belongings(
                user, rows=archive.MAX_ROWS, code_chars=archive.MAX_CODE_CHARS
            )
        now = self.clock()
        packed = await asyncio.to_thread(archive.pack, found, at=now)
        return messages.export(packed, on=now.date())


def _yes(asked: str) -> Mapping[str, str]:
    return {"do": FORGET, ASKED: asked}
