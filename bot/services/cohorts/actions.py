"""What follows from the buttons about belonging to a cohort."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.chat.events import ActionPressed
from bot.domain.chat.port import ChatPort
from bot.domain.cohort import BoardMode
from bot.services.cohorts import verbs
from bot.services.cohorts.service import JoiningService
from bot.services.talk.reply import Answer
from bot.services.talk.verbs import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortActions:
    """Answers them."""

    chats: Mapping[str, ChatPort]
    joining: JoiningService

    def all(self) -> list[Action]:
        """Every verb with what follows from it."""
        return [verbs.JOIN.does(self._join), verbs.SET_BOARD.does(self._set_board)]

    async def _join(self, event: ActionPressed, cohort: int) -> Answer:
        info = await self.chats[event.user.platform].user_info(event.user)
        return await self.joining.join(cohort, event.user, info)

    async def _set_board(self, event: ActionPressed, mode: BoardMode) -> Answer:
        member = await self.joining.get_member(event.user, event.conversation)
        return await self.joining.set_board(member, mode)
