"""Giving a challenge another closing time: more of it while it is open, or new time afterwards."""

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.challenge import Challenge, Window
from bot.domain.chat.commands import CommandOption, CommandSpec, Permission
from bot.domain.chat.message import Message
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort
from bot.domain.errors import CatalogueError, UserError
from bot.domain.numbers import whole_number
from bot.domain.outbox import Wanted
from bot.domain.schedule import is_reminder_due
from bot.domain.store import Store, Transaction
from bot.services.challenges import messages, posts
from bot.services.challenges.finding import ChallengeFinder
from bot.services.cohorts.rules import RULES
from bot.services.submissions.released import ReleasedExercises
from bot.services.talk.registry import Call, Command
from bot.services.talk.reply import Answer

MOST_HOURS = RULES["open_hours"].most
"""That a challenge may be open from now on, as when it is released."""

USUAL_HOURS = "24"

_HOURS = CommandOption("hours", f"{USUAL_HOURS} if not given", required=False)
_CHALLENGE = CommandOption("challenge", "Its number in /challenge list", suggests=True)

EXTEND = CommandSpec(
    "challenge extend",
    "Keep an open challenge open longer",
    (_CHALLENGE, _HOURS),
    Permission.MENTORS,
)
REOPEN = CommandSpec(
    "challenge reopen",
    "Open a closed challenge again",
    (_CHALLENGE, _HOURS),
    Permission.MENTORS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowService:
    """Moves the time at which a challenge closes; plans, reminder and summary go by it."""

    store: Store
    released: ReleasedExercises
    clock: Clock

    async def extend(self, cohort: Cohort, challenge: Challenge, *, hours: int) -> Message:
        """Keep an open challenge open for some hours more, and late answers as much longer.

        Raises:
            UserError: It is not open, or would be open for too long.
        """
        now, more = self.clock(), timedelta(hours=hours)
        if challenge.window(now) is not Window.OPEN:
            raise UserError(messages.NOT_OPEN)
        if challenge.closes_at + more > now + timedelta(hours=MOST_HOURS):
            raise UserError(messages.open_too_long(MOST_HOURS))
        moved = replace(
            challenge,
            closes_at=challenge.closes_at + more,
            late_until=challenge.late_until + more,
        )
        if not is_reminder_due(cohort, moved, now):
            moved = replace(moved, reminded_at=None)
        async with self.store.write() as tx:
            await self._move(tx, challenge, moved)
            await tx.outbox.say(*posts.news(moved, messages.stays_open(moved)))
            title = await self.released.title_of(tx, moved)
        return messages.extended(title, moved)

    async def reopen(self, cohort: Cohort, challenge: Challenge, *, hours: int) -> Message:
        """Open a closed challenge again for some hours; what came late meanwhile came in time.

        Raises:
            UserError: It is open, or cannot be answered anywhere.
        """
        moved = _open_again(cohort, challenge, self.clock(), timedelta(hours=hours))
        async with self.store.write() as tx:
            await self._require_closed(tx, challenge)
            await self._move(tx, challenge, moved)
            await tx.corrections.count_in_time(moved.id)
            await tx.outbox.say(*_told_again(challenge, moved))
            with contextlib.suppress(CatalogueError):
                exercise = await self.released.of(tx, moved)
                await tx.outbox.say(*posts.asked(moved, exercise))
            title = await self.released.title_of(tx, moved)
        return messages.reopened(title, moved)

    async def _require_closed(self, tx: Transaction, challenge: Challenge) -> None:
        if challenge.window(self.clock()) is Window.OPEN:
            raise UserError(messages.OPEN_STILL)
        if not challenge.threads:
            raise UserError(messages.NO_THREAD_LEFT)
        for other in await tx.challenges.not_over(challenge.cohort, self.clock()):
            is_same = other.exercise == challenge.exercise and other.id != challenge.id
            if is_same and other.closed_at is None:
                title = await self.released.title_of(tx, other)
                raise UserError(messages.open_already(title, other))

    async def _move(self, tx: Transaction, before: Challenge, after: Challenge) -> None:
        if not await tx.challenges.move(before, after):
            raise UserError(messages.CHANGED_MEANWHILE)
        with contextlib.suppress(CatalogueError):  # neither kept nor in the catalogue any more
            exercise = await self.released.of(tx, after)
            await tx.outbox.say(*posts.announced(after, exercise))


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowCommands:
    """The commands about it."""

    windows: WindowService
    finder: ChallengeFinder

    def all(self) -> list[Command]:
        """Specs, handlers and completions."""
        may_be_extended = {"challenge": self.finder.offer(self.finder.is_open)}
        may_be_reopened = {"challenge": self.finder.offer(self.finder.is_closed)}
        return [
            Command(spec=EXTEND, handler=self._extend, completions=may_be_extended),
            Command(spec=REOPEN, handler=self._reopen, completions=may_be_reopened),
        ]

    async def _extend(self, call: Call) -> Answer:
        challenge = await self.finder.get(call)
        return await self.windows.extend(call.cohort, challenge, hours=_hours(call))

    async def _reopen(self, call: Call) -> Answer:
        challenge = await self.finder.get(call)
        return await self.windows.reopen(call.cohort, challenge, hours=_hours(call))


def _hours(call: Call) -> int:
    hours = whole_number(call.get("hours") or USUAL_HOURS, least=1, most=MOST_HOURS)
    if hours is None:
        raise UserError(messages.how_many_hours(MOST_HOURS))
    return hours


def _open_again(cohort: Cohort, challenge: Challenge, now: datetime, time: timedelta) -> Challenge:
    """The challenge with its new time. Who was just told in the thread is not reminded at once."""
    closes_at = now + time
    late_until = max(challenge.late_until, closes_at + timedelta(hours=cohort.late_hours))
    moved = replace(
        challenge,
        closes_at=closes_at,
        late_until=late_until,
        closed_at=None,
        reopened=challenge.reopened + 1,
    )
    return replace(moved, reminded_at=now if is_reminder_due(cohort, moved, now) else None)


def _told_again(before: Challenge, after: Challenge) -> list[Wanted]:
    """What the threads are told, and what becomes of the summary that they have."""
    summary = posts.closed(before, messages.was_closed()) if before.closed_at is not None else []
    return [*summary, *posts.news(after, messages.open_again(after))]
