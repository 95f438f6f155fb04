"""The command about what is kept of who gives it."""

from dataclasses import dataclass

from bot.domain.chat.commands import CommandSpec
from bot.services.privacy.service import PrivacyService
from bot.services.talk.registry import Call, Command
from bot.services.talk.reply import Answer

PRIVACY = CommandSpec("privacy", "What I keep about you, for how long, and who sees it")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyCommands:
    """Answers it, wherever it is given: somebody may have left the cohort's channel."""

    privacy: PrivacyService

    def all(self) -> list[Command]:
        """Specs and handlers."""
        return [Command(spec=PRIVACY, handler=self._tell, anywhere=True)]

    async def _tell(self, call: Call) -> Answer:
        return await self.privacy.tell(call.event.user)
