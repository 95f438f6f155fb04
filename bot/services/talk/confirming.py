"""Are you sure? Asked of one person, answered once, and kept over a restart."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.chat.events import ActionPressed, Event
from bot.domain.chat.message import Buttons, ButtonStyle, Message
from bot.domain.clock import Clock
from bot.domain.confirmation import Confirmation
from bot.domain.errors import NotAllowedError, SpentError, UserError
from bot.domain.store import Store
from bot.services.talk import messages
from bot.services.talk.reply import Answer, CarryOut, Confirm
from bot.services.talk.verbs import TEXT, Verb

EXPIRES_AFTER = timedelta(hours=1)
"""By then what was asked about may have changed too much."""

YES = Verb("yes", TEXT, once=True)
NO = Verb("no", TEXT, once=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationService:
    """Asks, and takes the answer."""

    store: Store
    clock: Clock

    async def ask(
        self, confirm: Confirm, event: Event, *, command: str, args: Mapping[str, str]
    ) -> Message:
        """Keep a question, and put it into words with its two buttons.

        Args:
            confirm: The question.
            event: What led to it.
            command: What a yes carries out, if the question does not say.
            args: Its options then.
        """
        now = self.clock()
        confirmation = Confirmation(
            id=hashlib.sha256(event.key.encode()).hexdigest()[:16],
            conversation=event.conversation,
            user=event.user,
            command=confirm.command or command,
            args=confirm.args if confirm.command else args,
            asked_at=now,
            expires_at=now + EXPIRES_AFTER,
        )
        async with self.store.write() as tx:
            await tx.confirmations.ask(confirmation)
        buttons = (
            YES.button(confirmation.id, confirm.yes, ButtonStyle.DANGER),
            NO.button(confirmation.id, messages.NO),
        )
        return Message((*confirm.question.blocks, Buttons(buttons)))

    async def take_yes(self, event: ActionPressed, confirmation: str) -> Answer:
        """Carry out what was asked about.

        Raises:
            SpentError: It was answered before, or too much time has passed.
            NotAllowedError: Another was asked.
        """
        asked = await self._answer(event, confirmation)
        return CarryOut(command=asked.command, args=asked.args, conversation=asked.conversation)

    async def take_no(self, event: ActionPressed, confirmation: str) -> Answer:
        """Leave things as they are.

        Raises:
            UserError: As from `take_yes`.
        """
        await self._answer(event, confirmation)
        return messages.LEFT_ALONE

    async def _answer(self, event: ActionPressed, confirmation: str) -> Confirmation:
        async with self.store.write() as tx:
            asked = await tx.confirmations.find(confirmation)
            if asked is None:
                raise UserError(messages.OLD_BUTTON)
            if asked.user != event.user:
                raise NotAllowedError(messages.OTHERS_QUESTION)
            if asked.answered_at is None and event.at > asked.expires_at:
                raise SpentError(messages.TOO_LATE)
            if not await tx.confirmations.answer(asked.id, by=event.key, at=self.clock()):
                raise SpentError(messages.ANSWERED)
        return asked
