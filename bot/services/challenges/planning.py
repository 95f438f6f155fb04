"""A member's week: one item for each of the three days."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.challenge import Challenge, Window
from bot.domain.chat.message import ChannelLink
from bot.domain.chat.refs import ConversationRef
from bot.domain.exercise import Day
from bot.domain.progression import PlanItem, PlanReason
from bot.domain.store import Transaction
from bot.services.submissions.released import ReleasedExercises


async def links_to_open(
    tx: Transaction,
    released: ReleasedExercises,
    challenges: Iterable[Challenge],
    *,
    near: ConversationRef,
    now: datetime,
) -> list[ChannelLink]:
    """Which of these challenges can be answered now, and where on a conversation's platform."""
    links: list[ChannelLink] = []
    for challenge in challenges:
        thread = challenge.thread_for(near)
        if challenge.window(now) is Window.OPEN and thread is not None:
            title = await released.title_of(tx, challenge)
            links.append(ChannelLink("Open now:", thread, title))
    return links


def week_of(member: int, week: int, challenges: Iterable[Challenge]) -> list[PlanItem]:
    """A week's three items, as far as its challenges are out already.

    Args:
        member: Whose.
        week: The programme week.
        challenges: Of that week, the oldest first.
    """
    released = {challenge.day: challenge.exercise for challenge in challenges}
    return [
        PlanItem(
            member=member,
            week=week,
            day=day,
            exercise=released.get(day, ""),
            reason=PlanReason.ALREADY_RELEASED if day in released else PlanReason.NOT_CHOSEN_YET,
        )
        for day in Day
    ]


def with_release(challenge: Challenge, reason: PlanReason) -> list[PlanItem]:
    """What a released challenge puts on everybody's plan; the other days are filled if missing."""
    return [
        replace(item, reason=reason) if item.day is challenge.day else item
        for item in week_of(0, challenge.week, [challenge])
    ]


def completed(plan: Sequence[PlanItem], week: Sequence[PlanItem]) -> list[PlanItem]:
    """A plan with what it lacks taken from a week's items; in the order of the days."""
    planned = {item.day: item for item in plan}
    return [planned.get(item.day, item) for item in week]
