"""The weekly leaderboard: on request, and by itself on Mondays."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.domain import schedule
from bot.domain.board import Standings, best_week, standings
from bot.domain.chat.message import Image, Message, Table
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort, theme_of
from bot.domain.errors import PlatformError, StoreError
from bot.domain.outbox import Kind, MessageKey
from bot.domain.store import Store

log = structlog.get_logger()

Draw = Callable[[Standings], Awaitable[bytes]]
"""Makes a PNG picture of standings; raises PlatformError when it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaderboard:
    """Ranks a week by points, and posts the finished one once."""

    store: Store
    clock: Clock
    draw: Draw

    async def tick(self) -> None:
        """Post every board that is due and not posted yet."""
        now = self.clock()
        async with self.store.read() as tx:
            cohorts = [
                (cohort, await tx.challenges.last_slot(cohort.id, "board:"))
                for cohort in await tx.cohorts.all()
            ]
        for cohort, last in cohorts:
            for slot in schedule.due_boards(cohort, after=last, now=now):
                await self._post(cohort, slot, now)

    async def show(self, cohort: Cohort, week: int) -> Message:
        """The board of a week, as it stands."""
        seen = await self._standings(cohort, week)
        return board(seen, await self._picture(seen))

    async def _post(self, cohort: Cohort, slot: schedule.BoardSlot, now: datetime) -> None:
        seen = await self._standings(cohort, slot.week)
        picture = b"" if slot.missed else await self._picture(seen)
        async with self.store.write() as tx:
            new = await tx.challenges.take_slot(
                cohort=cohort.id, key=slot.key, due_at=slot.due_at, at=now
            )
            if new and seen.possible and not slot.missed:
                key = MessageKey(Kind.BOARD, f"{cohort.id}:{slot.week}")
                await tx.outbox.say(key, cohort.place, board(seen, picture))

    async def _standings(self, cohort: Cohort, week: int) -> Standings:
        async with self.store.read() as tx:
            members = await tx.members.of(cohort.id)
            return standings(
                cohort,
                members,
                week=week,
                challenges=await tx.challenges.of(cohort.id, week=week),
                events=await tx.progress.points_of_week(cohort.id, week),
                bests={
                    member.id: best_week(await tx.progress.points_of(member.id), before=week)
                    for member in members
                },
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


def board(seen: Standings, picture: bytes) -> Message:
    """The cohort's total first, then the ranks."""
    _, theme = theme_of(seen.week)
    head = f"**Week {seen.week} · {theme}**"
    if not seen.rows:
        return Message.of(f"{head}\nNobody has points in this week yet.")
    together = f"Together we solved **{seen.solved} of {seen.possible}** challenges."
    rows = tuple(
        (
            str(row.rank),
            f"{row.shown}{' · personal best' if row.personal_best else ''}",
            f"{row.points:g} of {row.possible:g}",
        )
        for row in seen.rows
    )
    image = (Image("leaderboard.png", picture, f"Points of week {seen.week}"),) if picture else ()
    return Message.of(f"{head}\n{together}", Table(("", "Who", "Points"), rows), *image)
