"""A member's week: one item for each of the three days."""

import contextlib
from datetime import datetime

from bot.domain.challenge import Window
from bot.domain.chat.message import ChannelLink
from bot.domain.cohort import Member
from bot.domain.errors import CatalogueError
from bot.domain.exercise import Catalogue, Day
from bot.domain.progression import PlanItem
from bot.domain.store import Transaction

ANNOUNCED_ON = {
    Day.IMPLEMENT: "announced on Monday",
    Day.DEBUG: "announced on Wednesday",
    Day.MODULE: "announced on Friday",
}


async def open_links(
    tx: Transaction, catalogue: Catalogue, cohort: int, now: datetime
) -> list[ChannelLink]:
    """Where a cohort can answer now."""
    links: list[ChannelLink] = []
    for challenge in await tx.challenges.of(cohort):
        if challenge.window(now) is Window.OPEN and challenge.thread is not None:
            with contextlib.suppress(CatalogueError):  # removed from the catalogue since
                title = catalogue.get(challenge.exercise).title
                links.append(ChannelLink("Open now:", challenge.thread, title))
    return links


async def ensure_week(tx: Transaction, member: Member, week: int) -> None:
    """Give a member's week its three items; days whose challenge is out already take it over."""
    planned = {item.day for item in await tx.progress.plan_of(member.id, week)}
    released = {
        challenge.day: challenge.exercise
        for challenge in await tx.challenges.of(member.cohort, week=week)
    }
    for day in Day:
        if day not in planned:
            exercise = released.get(day, "")
            reason = "" if exercise else ANNOUNCED_ON[day]
            await tx.progress.plan(
                PlanItem(member=member.id, week=week, day=day, exercise=exercise, reason=reason)
            )
