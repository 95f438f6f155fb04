"""The commands about cohorts: for members, for mentors, and for who manages the server."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import available_timezones

from bot.domain.chat.commands import CommandOption, CommandSpec, OptionKind, Permission
from bot.domain.chat.refs import ConversationRef
from bot.domain.clock import Clock
from bot.domain.errors import UserError
from bot.domain.member import BoardMode
from bot.services.cohorts import holidays, limits, messages, rules
from bot.services.cohorts.founding import FoundingService
from bot.services.cohorts.service import CohortService, JoiningService
from bot.services.talk.registry import Call, Command
from bot.services.talk.reply import Answer

_ON, _OFF = "on", "off"

JOIN = CommandSpec("join", "Join this cohort and take the honour pledge")
REMINDERS = CommandSpec(
    "reminders",
    "Whether I remind you before a challenge closes; shows it, or changes it",
    (CommandOption("switch", "on or off", required=False, choices=(_ON, _OFF)),),
)
BOARD = CommandSpec(
    "board",
    "How the leaderboard shows you; tells it, or changes it",
    (CommandOption("mode", "Name, alias or not at all", required=False, choices=tuple(BoardMode)),),
)
HOLIDAYS = CommandSpec(
    "cohort holidays",
    "Days without a challenge; shows them, or changes them",
    (
        CommandOption("first", "For example 2026-12-24", required=False),
        CommandOption("last", "The last of them, if more than one", required=False),
        CommandOption("change", "Add or remove", required=False, choices=holidays.CHANGES),
    ),
    Permission.MENTORS,
)
RULES = CommandSpec(
    "cohort rules",
    "How long challenges are open, and the like; shows it, or changes it",
    (
        CommandOption("rule", "Which", required=False, choices=rules.NAMES),
        CommandOption("value", "A number, or on and off", required=False),
    ),
    Permission.MENTORS,
)
LIMITS = CommandSpec(
    "cohort limits",
    "What one grading of this cohort may use; shows it, or sets a cap",
    (
        CommandOption("limit", "Which", required=False, choices=tuple(limits.UNITS)),
        CommandOption("cap", "A number, or off", required=False),
    ),
    Permission.MENTORS,
)
SETUP = CommandSpec(
    "cohort setup",
    "Make this channel a cohort's, or change how its cohort goes; for administrators",
    (
        CommandOption("timezone", "Such as Europe/Berlin", required=False, suggests=True),
        CommandOption(
            "mentors",
            "The mentors' channel, where learners cannot read",
            required=False,
            kind=OptionKind.CHANNEL,
        ),
        CommandOption("hour", "Of posts, 0 to 23; 9 if not given", required=False),
        CommandOption("starts", "Such as 2026-11-23; week 1 is that date's week", required=False),
        CommandOption(
            "mentor_role", "Whose holders are mentors", required=False, kind=OptionKind.ROLE
        ),
        CommandOption("name", "The cohort's name", required=False),
    ),
    Permission.ADMINS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCommands:
    """What members say of themselves."""

    joining: JoiningService

    def all(self) -> list[Command]:
        """Specs and handlers."""
        return [
            Command(spec=JOIN, handler=self._join),
            Command(spec=REMINDERS, handler=self._set_reminders),
            Command(spec=BOARD, handler=self._set_board),
        ]

    async def _join(self, call: Call) -> Answer:
        return messages.is_member(call.member) if call.member else messages.pledge(call.cohort)

    async def _set_reminders(self, call: Call) -> Answer:
        switch, member = call.get_word("switch"), call.require_member()
        if not switch:
            return messages.reminders(member)
        if switch not in {_ON, _OFF}:
            raise UserError(messages.REMINDERS_HOW)
        return await self.joining.set_reminders(member, on=switch == _ON)

    async def _set_board(self, call: Call) -> Answer:
        mode, member = call.get_word("mode"), call.require_member()
        if not mode:
            return messages.board_now(member)
        if mode not in set(BoardMode):
            raise UserError(messages.BOARD_HOW)
        return await self.joining.set_board(member, BoardMode(mode))


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortCommands:
    """What mentors and administrators decide."""

    cohorts: CohortService
    founding: FoundingService
    clock: Clock

    def all(self) -> list[Command]:
        """Specs, handlers and completions."""
        return [
            Command(
                spec=SETUP, handler=self._set_up, completions={"timezone": _complete_timezones}
            ),
            Command(spec=HOLIDAYS, handler=self._holidays),
            Command(spec=RULES, handler=self._rules),
            Command(spec=LIMITS, handler=self._limits),
        ]

    async def _set_up(self, call: Call) -> Answer:
        options = {name: value.strip() for name, value in call.args.items() if value.strip()}
        return await self.founding.set_up(call.event.conversation, options)

    async def _holidays(self, call: Call) -> Answer:
        cohort, today = call.cohort, call.cohort.local_date(self.clock())
        last, change = call.get_word("last"), call.get_word("change")
        if call.get("first") or last or change:
            first = call.require("first")
            cohort = await self.cohorts.change(
                cohort,
                lambda now: holidays.with_days_off(
                    now, first=first, last=last, change=change, today=today
                ),
            )
        return messages.render_holidays(cohort, today=today)

    async def _rules(self, call: Call) -> Answer:
        cohort = call.cohort
        if call.get("rule") or call.get("value"):
            name, value = _named(call, "rule", "value")
            cohort = await self.cohorts.change(
                cohort, lambda now: rules.with_rule(now, name, value)
            )
        return messages.render_rules(cohort)

    async def _limits(self, call: Call) -> Answer:
        cohort = call.cohort
        if call.get("limit") or call.get("cap"):
            name, cap = _named(call, "limit", "cap")
            cohort = await self.cohorts.change(
                cohort, lambda now: replace(now, caps=limits.with_cap(now.caps, name, cap))
            )
        return messages.render_limits(cohort)


def _named(call: Call, name: str, value: str) -> tuple[str, str]:
    """A name and what it is to be, typed as ``open_hours 24`` or as ``open_hours:24``."""
    typed, _, beside = call.require(name).partition(":")
    return typed.strip().lower(), call.get(value) or beside


async def _complete_timezones(_where: ConversationRef) -> Sequence[str]:
    return sorted(available_timezones())
