"""The commands with which members see how they stand."""

from dataclasses import dataclass

from bot.domain.chat.commands import CommandOption, CommandSpec
from bot.domain.clock import Clock
from bot.domain.errors import UserError
from bot.domain.numbers import whole_number
from bot.services.progress import messages
from bot.services.progress.journey import JourneyService
from bot.services.progress.leaderboard import LeaderboardService
from bot.services.progress.service import ProgressService
from bot.services.talk.registry import Call, Command
from bot.services.talk.reply import Answer

PLAN = CommandSpec("plan", "Your week: its theme, its three days, and what is done")
PROGRESS = CommandSpec("progress", "Your stage, milestones, points and weeks")
POINTS = CommandSpec("points", "What your points of this week are for, and how there are more")
STAGE = CommandSpec("stage", "The six stages: where you are, and your next step")
MILESTONES = CommandSpec(
    "milestones", "The twelve milestones: what you have shown, what is missing"
)
HISTORY = CommandSpec("history", "Your submissions, newest first")
LEADERBOARD = CommandSpec(
    "leaderboard",
    "The board of a week",
    (CommandOption("week", "A week of the programme, if not this one", required=False),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressCommands:
    """Answers them."""

    progress: ProgressService
    journey: JourneyService
    leaderboard: LeaderboardService
    clock: Clock

    def all(self) -> list[Command]:
        """Specs and handlers."""
        return [
            Command(spec=PLAN, handler=self._plan),
            Command(spec=PROGRESS, handler=self._standing),
            Command(spec=POINTS, handler=self._points),
            Command(spec=STAGE, handler=self._stages),
            Command(spec=MILESTONES, handler=self._milestones),
            Command(spec=HISTORY, handler=self._history),
            Command(spec=LEADERBOARD, handler=self._board),
        ]

    async def _plan(self, call: Call) -> Answer:
        return await self.progress.show_plan(
            call.cohort, call.require_member(), near=call.event.conversation
        )

    async def _standing(self, call: Call) -> Answer:
        return await self.progress.show_standing(call.cohort, call.require_member())

    async def _points(self, call: Call) -> Answer:
        return await self.progress.show_points(call.cohort, call.require_member())

    async def _stages(self, call: Call) -> Answer:
        return await self.journey.show_stages(
            call.cohort, call.require_member(), near=call.event.conversation
        )

    async def _milestones(self, call: Call) -> Answer:
        return await self.journey.show_milestones(call.cohort, call.require_member())

    async def _history(self, call: Call) -> Answer:
        return await self.progress.show_history(call.cohort, call.require_member())

    async def _board(self, call: Call) -> Answer:
        last = call.cohort.week_at(self.clock())
        week = whole_number(call.get("week") or str(last), least=1, most=last)
        if week is None:
            raise UserError(messages.which_week(last))
        return await self.leaderboard.show(call.cohort, week)
