"""Answering the person behind an event."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.domain.chat.events import Event
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Form, Message
from bot.domain.chat.port import Responder
from bot.domain.chat.refs import ConversationRef
from bot.domain.clock import Clock
from bot.domain.errors import ChatError, StoreError, UserError
from bot.domain.outbox import Wanted
from bot.domain.pace import Turn, always_answer
from bot.domain.store import Store, Transaction
from bot.services.talk import messages


@dataclass(frozen=True, slots=True)
class Confirm:
    """A question before something that cannot be undone.

    Attributes:
        question: What would happen, to be answered by a button for yes and one for no.
        yes: The label of the button for yes, as a verb: "Close it".
        command: What a yes carries out, if not the command that was given.
        args: The options of that command.
    """

    question: Message
    yes: str
    command: str = ""
    args: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryOut:
    """A command that was confirmed.

    Attributes:
        conversation: Where it was given.
    """

    command: str
    args: Mapping[str, str]
    conversation: ConversationRef


Answer = Message | Form | Confirm | CarryOut | None
"""What a command, button or form leads to; None where nothing needs to be said."""


@dataclass(slots=True)
class Reply:
    """Answers one event, for its author's eyes alone.

    A responder answers at once while the platform allows it. Without one (a mention in a thread, a
    redelivery after a restart) the answer goes through the outbox, once per event.

    Attributes:
        take_turn: Says whether this person may be answered once more just now.
    """

    store: Store
    clock: Clock
    event: Event
    responder: Responder | None
    take_turn: Callable[[], Turn] = always_answer
    is_handled: bool = field(default=False, init=False)

    async def mark_handled(self, tx: Transaction) -> None:
        """Mark the event as handled in the transaction that does all that follows from it."""
        await tx.inbox.handled(self.event.key, at=self.clock())
        self.is_handled = True

    async def say(self, message: Message, *, refused: bool = False) -> None:
        """Answer privately; where this person was answered a lot just now, say that, once.

        Args:
            message: What to say.
            refused: Whether it says why what was asked for cannot be done.
        """
        turn = self.take_turn()
        if turn is Turn.SILENCE:
            return
        if turn is Turn.SAY_WHY_NOT:
            message = messages.TOO_FAST
        if self.responder is not None:
            try:
                await (self.responder.refuse if refused else self.responder.reply)(message)
            except ChatError:  # expired, or the connection is gone: the outbox keeps trying
                pass
            else:
                return
        async with self.store.write() as tx:
            await tx.outbox.say(
                Wanted(
                    key=MessageKey(Kind.REPLY, self.event.key),
                    conversation=self.event.conversation,
                    message=message,
                    private_to=self.event.user,
                )
            )

    async def spend(self) -> None:
        """Let the button that was pressed be seen as spent; where it cannot be, it looks alive."""
        if self.responder is not None:
            with contextlib.suppress(ChatError, StoreError):
                await self.responder.spend()

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
            raise UserError(messages.FORM_TOO_LATE) from error
        raise UserError(messages.FORM_NOT_OPENED)
