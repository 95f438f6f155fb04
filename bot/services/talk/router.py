"""What each kind of event leads to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.chat.events import (
    ActionPressed,
    CommandInvoked,
    ConversationDeleted,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessagePosted,
)
from bot.domain.chat.message import Form, Message
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import CatalogueError, NotAMemberError, SpentError, UserError
from bot.services.talk import messages, room, verbs
from bot.services.talk.invoking import CommandService
from bot.services.talk.registry import Registry
from bot.services.talk.reply import Answer, CarryOut, Confirm, Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Router:
    """Finds what answers an event, and answers with it.

    Attributes:
        listen: Takes a message that is no command; False where it means nothing to anybody.
        invite: What to say where somebody has to join a conversation's cohort first.
        forget: Takes the news that a message was deleted.
        lose: Takes the news that a thread or channel was.
    """

    registry: Registry
    commands: CommandService
    listen: Callable[[MessagePosted, Reply], Awaitable[bool]]
    invite: Callable[[ConversationRef], Awaitable[Message]]
    forget: Callable[[MessageDeleted], Awaitable[None]]
    lose: Callable[[ConversationRef], Awaitable[None]]

    async def handle(self, event: Event, reply: Reply) -> None:
        """See to one event.

        Raises:
            UserError: The person can fix it; the message says how.
        """
        try:
            await self._route(event, reply)
        except CatalogueError as error:
            raise UserError(messages.NO_EXERCISE) from error
        except NotAMemberError:
            await reply.say(await self.invite(event.conversation), refused=True)

    async def _route(self, event: Event, reply: Reply) -> None:
        match event:
            case CommandInvoked():
                await self._answer(await self.commands.run(event, event.name, event.args), reply)
            case ActionPressed():
                await self._answer(await self._press(event, reply), reply)
            case FormSubmitted():
                await self._answer(await self._submit(event), reply)
            case MessageDeleted():
                await self.forget(event)
            case ConversationDeleted():
                await self.lose(event.conversation)
            case MessagePosted():
                await self._hear(event, reply)
            case _:
                pass  # nothing follows from the other kinds

    async def _hear(self, event: MessagePosted, reply: Reply) -> None:
        said = self.registry.read(event.text) if event.mentions_bot else None
        if said is not None:
            await self._answer(await self.commands.run(event, said.name, said.args), reply)
        elif not await self.listen(event, reply) and event.mentions_bot:
            await self._answer(await self.commands.run(event, room.HELP.name, {}), reply)

    async def _press(self, event: ActionPressed, reply: Reply) -> Answer:
        verb, payload = verbs.split(event.action)
        action = self.registry.find_action(verb)
        if action is None:
            raise UserError(messages.OLD_BUTTON)
        try:
            answer = await action.press(event, payload)
        except SpentError:
            await reply.spend()
            raise
        if action.verb.once:
            await reply.spend()
        return answer

    async def _submit(self, event: FormSubmitted) -> Answer:
        verb, payload = verbs.split(event.form_id)
        action = self.registry.find_action(verb)
        if action is None:
            raise UserError(messages.OLD_FORM)
        return await action.submit(event, payload)

    async def _answer(self, answer: Answer, reply: Reply) -> None:
        match answer:
            case Message():
                await reply.say(answer)
            case Form():
                await reply.open_form(answer)
            case Confirm():
                await reply.say(await self.commands.ask(answer, reply.event))
            case CarryOut():
                await self._answer(await self.commands.carry_out(answer, reply.event), reply)
            case None:
                pass
