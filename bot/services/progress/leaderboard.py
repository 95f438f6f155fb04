"""The weekly leaderboard: on request, and by itself on Mondays."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from bot.domain import schedule
from bot.domain.board import Standings, standings
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.refs import UserRef
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort
from bot.domain.errors import PlatformError, StoreError
from bot.domain.member import BoardMode, Member
from bot.domain.outbox import Wanted
from bot.domain.schedule import SlotKind
from bot.domain.store import Store
from bot.services.progress import messages
from bot.services.talk.each import do_each

log = structlog.get_logger()

Draw = Callable[[Standings], Awaitable[bytes]]
"""Makes a PNG picture of standings; raises PlatformError when it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderboardService:
    """Ranks a week by points, and posts the finished one once."""

    store: Store
    clock: Clock
    draw: Draw

    async def tick(self) -> None:
        """Post every board that is due and not posted yet."""
        now = self.clock()
        async with self.store.read() as tx:
            cohorts = await tx.cohorts.all()
            last = await tx.calendar.last_slots(SlotKind.BOARD)
        await do_each(
            (f"board:{cohort.id}:{slot.week}", partial(self._post, cohort, slot, now))
            for cohort in cohorts
            for slot in schedule.due_boards(cohort, after=last.get(cohort.id), now=now)
        )

    async def show(self, cohort: Cohort, week: int) -> Message:
        """The board of a week, as it stands."""
        seen = await self._standings(cohort, week)
        return messages.board(seen, await self._picture(seen))

    async def leave_out(self, user: UserRef) -> None:
        """Say the boards anew that were posted, without somebody who is about to be forgotten."""
        async with self.store.read() as tx:
            weeks = await tx.personal.weeks_with_points(user)
        for number, week in weeks:
            async with self.store.read() as tx:
                cohort = await tx.cohorts.get(number)
                boards = _posted(cohort, week, Message.of())
                known = await tx.outbox.known([board.key for board in boards])
            if known:
                seen = await self._standings(cohort, week, without=user)
                boards = _posted(cohort, week, messages.board(seen, await self._picture(seen)))
                async with self.store.write() as tx:
                    await tx.outbox.say(*(board for board in boards if board.key in known))

    async def _post(self, cohort: Cohort, slot: schedule.BoardSlot, now: datetime) -> None:
        seen = await self._standings(cohort, slot.week)
        picture = b"" if slot.missed else await self._picture(seen)
        async with self.store.write() as tx:
            is_new = await tx.calendar.take_slot(cohort.id, slot, now)
            if is_new and seen.possible and not slot.missed:
                await tx.outbox.say(*_posted(cohort, seen.week, messages.board(seen, picture)))

    async def _standings(
        self, cohort: Cohort, week: int, *, without: UserRef | None = None
    ) -> Standings:
        async with self.store.read() as tx:
            members = await tx.members.ever_of(cohort.id)
            return standings(
                cohort,
                [_hidden(member) if without in member.identities else member for member in members],
                week=week,
                challenges=await tx.challenges.of_week(cohort.id, week),
                events=await tx.progress.points_of_week(cohort.id, week),
                bests=await tx.progress.best_weeks(cohort.id, before=week),
            )

    async def _picture(self, seen: Standings) -> bytes:
        if not seen.rows:
            return b""
        try:
            return await self.draw(seen)
        except StoreError:
            raise
        except PlatformError as error:  # the board is worth posting without its picture
            log.warning("picture_failed", reason=str(error))
            return b""


def _hidden(member: Member) -> Member:
    return replace(member, board=BoardMode.HIDDEN)


def _posted(cohort: Cohort, week: int, board: Message) -> list[Wanted]:
    """The board in each place; the first has the key that boards had when there was one place."""
    first, *others = cohort.places
    subjects = {first: f"{cohort.id}:{week}"} | {
        place: f"{cohort.id}:{week}:{place.id}" for place in others
    }
    return [
        Wanted(key=MessageKey(Kind.BOARD, subject), conversation=place.channel, message=board)
        for place, subject in subjects.items()
    ]
