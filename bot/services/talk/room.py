"""What can be asked for whatever the subject: help, and the answers to questions."""

from collections.abc import Sequence

from bot.domain.chat.commands import CommandSpec
from bot.services.talk import confirming, messages
from bot.services.talk.confirming import NO, YES, ConfirmationService
from bot.services.talk.registry import Call, Command, Room, verbs_of
from bot.services.talk.reply import Answer

HELP = CommandSpec("help", "What I do, and which commands there are")


def room(others: Sequence[Room], confirmations: ConfirmationService) -> Room:
    """The commands and buttons of no subject; help lists those of the others too."""
    specs = [HELP, *(command.spec for other in others for command in other.commands)]

    async def show_help(call: Call) -> Answer:
        return messages.render_help([spec for spec in specs if spec.permission in call.permissions])

    return Room(
        commands=[Command(spec=HELP, handler=show_help)],
        actions=[YES.does(confirmations.take_yes), NO.does(confirmations.take_no)],
        verbs=verbs_of(confirming),
    )
