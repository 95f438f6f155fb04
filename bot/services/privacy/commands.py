"""The command about what is kept of who gives it."""

from dataclasses import dataclass

from bot.domain.chat.commands import CommandOption, CommandSpec
from bot.domain.errors import UserError
from bot.services.privacy import messages
from bot.services.privacy.service import PrivacyService
from bot.services.talk.registry import Call, Command
from bot.services.talk.reply import Answer

EXPORT = "export"

PRIVACY = CommandSpec(
    "privacy",
    "What I keep about you, for how long, who sees it; get it",
    (CommandOption("do", "Get all of it", required=False, choices=(EXPORT,)),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyCommands:
    """Answers it, wherever it is given: somebody may have left the cohort's channel."""

    privacy: PrivacyService

    def all(self) -> list[Command]:
        """Specs and handlers."""
        return [Command(spec=PRIVACY, handler=self._answer, anywhere=True)]

    async def _answer(self, call: Call) -> Answer:
        match call.get_word("do"):
            case "":
                return await self.privacy.tell(call.event.user)
            case "export":
                return await self.privacy.export(call.event.user)
            case _:
                raise UserError(messages.HOW)
