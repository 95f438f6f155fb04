"""The commands with which mentors look after answers and members."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.chat.commands import CommandOption, CommandSpec, Permission
from bot.domain.chat.refs import ConversationRef
from bot.domain.correction import Decision
from bot.domain.errors import UserError
from bot.domain.store import Store
from bot.domain.text import shown_name
from bot.services.challenges.finding import ChallengeFinder
from bot.services.cohorts.finding import find_member, offer_members
from bot.services.cohorts.holidays import read_date
from bot.services.mentoring import messages
from bot.services.mentoring.deciding import DecidingService
from bot.services.mentoring.regrading import RegradeService
from bot.services.mentoring.reviewing import ReviewService
from bot.services.talk.registry import Call, Command
from bot.services.talk.reply import Answer

MAX_OFFERED = 200
"""Answers: of a day or two in a large cohort."""

_CHALLENGE = CommandOption("challenge", "Its number in /challenge list", suggests=True)
_REASON = CommandOption("reason", "Why; the member is told")

REGRADE = CommandSpec(
    "challenge regrade",
    "Run a challenge's answers again with its exercise as it is now",
    (_CHALLENGE,),
    Permission.MENTORS,
)
OVERRIDE = CommandSpec(
    "challenge override",
    "Pass, fail or void one answer; points once given stay",
    (
        CommandOption("submission", "Which answer", suggests=True),
        CommandOption("decision", "void: it is no try", choices=tuple(Decision)),
        _REASON,
    ),
    Permission.MENTORS,
)
EXCUSE = CommandSpec(
    "challenge excuse",
    "Let a member miss a day's challenge at no cost",
    (
        CommandOption("member", "Who", suggests=True),
        CommandOption("date", "For example 2026-11-23"),
        _REASON,
    ),
    Permission.MENTORS,
)

STATS = CommandSpec(
    "challenge stats",
    "How the last challenges went, or one of them with its checks",
    (replace(_CHALLENGE, required=False),),
    Permission.MENTORS,
)
INBOX = CommandSpec(
    "challenge inbox",
    "Who is stuck or silent, and who fails alike",
    permission=Permission.MENTORS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MentoringCommands:
    """Answers them."""

    store: Store
    finder: ChallengeFinder
    regrades: RegradeService
    deciding: DecidingService
    reviews: ReviewService

    def all(self) -> list[Command]:
        """Specs, handlers and completions."""
        any_challenge = {"challenge": self.finder.offer()}
        return [
            Command(spec=STATS, handler=self._stats, completions=any_challenge),
            Command(spec=INBOX, handler=self._inbox),
            Command(spec=REGRADE, handler=self._regrade, completions=any_challenge),
            Command(
                spec=OVERRIDE,
                handler=self._override,
                completions={"submission": self._complete_submissions},
            ),
            Command(
                spec=EXCUSE, handler=self._excuse, completions={"member": self._complete_members}
            ),
        ]

    async def _stats(self, call: Call) -> Answer:
        if not call.get("challenge"):
            return await self.reviews.stats(call.cohort)
        return await self.reviews.stats_of(await self.finder.get(call))

    async def _inbox(self, call: Call) -> Answer:
        return await self.reviews.inbox(call.cohort)

    async def _regrade(self, call: Call) -> Answer:
        return await self.regrades.begin(await self.finder.get(call), call.event)

    async def _override(self, call: Call) -> Answer:
        decision = call.get_word("decision")
        if decision not in set(Decision):
            raise UserError(messages.DECISIONS)
        return await self.deciding.override(
            call.cohort,
            call.require("submission").partition("·")[0],
            Decision(decision),
            reason=call.require("reason"),
            event=call.event,
        )

    async def _excuse(self, call: Call) -> Answer:
        near, typed = call.event.conversation, call.require("member")
        member = await find_member(self.store, call.cohort, typed, near=near)
        on = read_date(call.require("date"))
        return await self.deciding.excuse(
            call.cohort, member, on, reason=call.require("reason"), event=call.event
        )

    async def _complete_submissions(self, where: ConversationRef) -> Sequence[str]:
        async with self.store.read() as tx:
            cohort = await tx.cohorts.find_by_channel(where)
            newest = await tx.reviews.newest(cohort.id, limit=MAX_OFFERED) if cohort else ()
        return [
            f"{item.submission}·{_one_word(item.name)}·{item.exercise}·{_one_word(item.verdict)}"
            for item in newest
        ]

    async def _complete_members(self, where: ConversationRef) -> Sequence[str]:
        return await offer_members(self.store, where)


def _one_word(words: str) -> str:
    return "_".join(shown_name(words).split())
