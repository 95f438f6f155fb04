"""Answering the person behind an event."""

from dataclasses import dataclass

from bot.domain.chat.events import Event
from bot.domain.chat.message import Form, Message
from bot.domain.chat.port import Responder
from bot.domain.errors import ChatError, UserError
from bot.domain.outbox import Kind, MessageKey
from bot.domain.store import Store


@dataclass(frozen=True, slots=True)
class Reply:
    """Answers one event, for its author's eyes alone.

    A responder answers at once while the platform allows it. Without one (a mention in a thread, a
    redelivery after a restart) the answer goes through the outbox, once per event.
    """

    store: Store
    event: Event
    responder: Responder | None

    async def say(self, message: Message) -> None:
        """Answer privately."""
        if self.responder is not None:
            try:
                await self.responder.reply(message)
            except ChatError:  # expired, or the connection is gone: the outbox keeps trying
                pass
            else:
                return
        async with self.store.write() as tx:
            await tx.outbox.say(
                MessageKey(Kind.REPLY, self.event.key),
                self.event.conversation,
                message,
                private_to=self.event.user,
            )

    async def open_form(self, form: Form) -> None:
        """Open a dialog for the person.

        Raises:
            UserError: It can no longer be opened; the person presses again.
        """
        try:
            if self.responder is not None:
                await self.responder.open_form(form)
                return
        except ChatError as error:
            raise UserError("That took too long to open. Please press the button again.") from error
        raise UserError("I could not open the form. Please press the button again.")
