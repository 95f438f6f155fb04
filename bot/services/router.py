"""What each kind of event leads to."""

from dataclasses import dataclass

from bot.domain.chat.events import (
    ActionPressed,
    CommandInvoked,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessagePosted,
)
from bot.domain.errors import CatalogueError, UserError
from bot.domain.store import Store
from bot.services.actions import Actions
from bot.services.commands import Commands, parse
from bot.services.submissions import source
from bot.services.submissions.intake import Intake
from bot.services.talk.reply import Reply

HINT_WORDS = {"hint", "hint please", "hint, please"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """Routes events to the service that answers them."""

    store: Store
    commands: Commands
    actions: Actions
    intake: Intake

    async def handle(self, event: Event, reply: Reply) -> None:
        """See to one event.

        Raises:
            UserError: The person can mend it; the message says how.
        """
        try:
            await self._route(event, reply)
        except CatalogueError as error:
            raise UserError(
                "This challenge's exercise is no longer in the catalogue, so I cannot grade it."
                " Your code stays in your message; please tell a mentor."
            ) from error

    async def _route(self, event: Event, reply: Reply) -> None:
        match event:
            case CommandInvoked():
                await reply.say(await self.commands.run(event.name, event.args, event))
            case ActionPressed():
                await self.actions.press(event, reply)
            case FormSubmitted():
                await self.actions.submit(event, reply)
            case MessageDeleted():
                await self.intake.withdraw(event)
            case MessagePosted():
                await self._message(event, reply)
            case _:
                pass  # nothing follows from the other kinds

    async def _message(self, event: MessagePosted, reply: Reply) -> None:
        async with self.store.read() as tx:
            challenge = await tx.challenges.find_by_thread(event.conversation)
        command = parse(event.text) if event.mentions_bot else None
        if command is not None:
            await reply.say(await self.commands.run(*command, event))
        elif challenge is not None and event.text.strip().lower() in HINT_WORDS:
            await reply.say(await self.commands.run("hint", {}, event))
        elif event.mentions_bot and (challenge is None or _holds_no_code(event)):
            await reply.say(await self.commands.run("help", {}, event))
        elif challenge is not None:
            await self.intake.take_message(event, challenge)


def _holds_no_code(event: MessagePosted) -> bool:
    return not event.attachments and not source.extract(event.text)
