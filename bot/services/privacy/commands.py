"""The command about what is kept of who gives it."""

from dataclasses import dataclass

from bot.domain.chat.commands import CommandOption, CommandSpec
from bot.domain.errors import UserError
from bot.services.privacy import messages
from bot.services.privacy.service import ASKED, EXPORT, FORGET, PRIVACY, PrivacyService
from bot.services.talk.registry import Call, Command
from bot.services.talk.reply import Answer

SPEC = CommandSpec(
    PRIVACY,
    "What I keep about you, for how long, who sees it; get it, or be forgotten",
    (
        CommandOption(
            "do", "Get all of it, or be forgotten", required=False, choices=(EXPORT, FORGET)
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyCommands:
    """Answers it, wherever it is given: somebody may have left the cohort's channel."""

    privacy: PrivacyService

    def all(self) -> list[Command]:
        """Specs and handlers."""
        return [Command(spec=SPEC, handler=self._answer, anywhere=True)]

    async def _answer(self, call: Call) -> Answer:
        match call.get_word("do"):
            case "":
                return await self.privacy.tell(call.event.user)
            case "export":
                return await self.privacy.export(call.event.user)
            case "forget":
                return await self._forget(call)
            case _:
                raise UserError(messages.HOW)

    async def _forget(self, call: Call) -> Answer:
        match call.get(ASKED):
            case "":
                return await self.privacy.ask_to_forget(call.event.user)
            case "once":
                return self.privacy.ask_again()
            case _:
                return await self.privacy.forget(call.event.user)
