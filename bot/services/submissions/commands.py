"""The command about one's own answer: a hint."""

from bot.domain.chat.commands import CommandSpec
from bot.services.submissions.hints import HintService
from bot.services.talk.registry import Call, Command
from bot.services.talk.reply import Answer

HINT = CommandSpec("hint", "The next hint for this thread's challenge, for you alone")


def commands(hints: HintService) -> list[Command]:
    """Specs and handlers."""

    async def show_hint(call: Call) -> Answer:
        call.require_member()
        return await hints.take_next_here(call.event.user, call.event.conversation)

    return [Command(spec=HINT, handler=show_hint)]
