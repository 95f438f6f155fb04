"""What follows from the buttons about what is kept of a person."""

from dataclasses import dataclass

from bot.domain.chat.events import ActionPressed
from bot.services.privacy import verbs
from bot.services.privacy.service import PrivacyService
from bot.services.talk.reply import Answer
from bot.services.talk.verbs import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyActions:
    """Answers them, for who presses alone: no button names a person."""

    privacy: PrivacyService

    def all(self) -> list[Action]:
        """Every verb with what follows from it."""
        return [verbs.EXPORT.does(self._export), verbs.FORGET.does(self._ask_to_forget)]

    async def _export(self, event: ActionPressed, _: None) -> Answer:
        return await self.privacy.export(event.user)

    async def _ask_to_forget(self, event: ActionPressed, _: None) -> Answer:
        return await self.privacy.ask_to_forget(event.user)
