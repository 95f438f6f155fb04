"""The commands with which mentors look after answers and members."""

from dataclasses import dataclass

from bot.domain.chat.commands import CommandOption, CommandSpec, Permission
from bot.services.challenges.finding import ChallengeFinder
from bot.services.mentoring.regrading import RegradeService
from bot.services.talk.registry import Call, Command
from bot.services.talk.reply import Answer

_CHALLENGE = CommandOption("challenge", "Its number in /challenge list", suggests=True)

REGRADE = CommandSpec(
    "challenge regrade",
    "Run a challenge's answers again with its exercise as it is now",
    (_CHALLENGE,),
    Permission.MENTORS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MentoringCommands:
    """Answers them."""

    finder: ChallengeFinder
    regrades: RegradeService

    def all(self) -> list[Command]:
        """Specs, handlers and completions."""
        any_challenge = {"challenge": self.finder.offer()}
        return [Command(spec=REGRADE, handler=self._regrade, completions=any_challenge)]

    async def _regrade(self, call: Call) -> Answer:
        return await self.regrades.begin(await self.finder.get(call), call.event)
