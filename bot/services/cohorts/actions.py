"""What follows from the buttons about belonging to a cohort."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.domain.chat.events import ActionPressed
from bot.domain.chat.message import Message
from bot.domain.chat.refs import UserRef
from bot.domain.member import BoardMode
from bot.services.cohorts import verbs
from bot.services.cohorts.service import JoiningService
from bot.services.talk.reply import Answer
from bot.services.talk.verbs import Action

Resume = Callable[[UserRef, int], Awaitable[Sequence[str]]]
"""Has what somebody sent before they joined a cohort graded; gives what to tell them of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortActions:
    """Answers them."""

    joining: JoiningService
    resume: Resume

    def all(self) -> list[Action]:
        """Every verb with what follows from it."""
        return [verbs.JOIN.does(self._join), verbs.SET_BOARD.does(self._set_board)]

    async def _join(self, event: ActionPressed, cohort: int) -> Answer:
        joined = await self.joining.join(cohort, event)
        return Message.of(*await self.resume(event.user, cohort), *joined.blocks)

    async def _set_board(self, event: ActionPressed, mode: BoardMode) -> Answer:
        member = await self.joining.get_member(event.user, event.conversation)
        return await self.joining.set_board(member, mode)
