"""Hints: three levels, on request, private, counted."""

from datetime import datetime

from bot.domain.challenge import Challenge
from bot.domain.chat.message import Button, Buttons, Message
from bot.domain.cohort import Member
from bot.domain.exercise import Exercise
from bot.domain.progression import HintTaken
from bot.domain.store import Transaction

LEVELS = ("the concept", "where to look", "almost the answer")


async def take(
    tx: Transaction, exercise: Exercise, challenge: Challenge, member: Member, at: datetime
) -> Message:
    """The next level the member has not read; after the third, the third again."""
    read = await tx.progress.hints_of(member=member.id, challenge=challenge.id)
    level = min(read + 1, len(LEVELS))
    await tx.progress.take_hint(
        HintTaken(member=member.id, challenge=challenge.id, level=level, at=at)
    )
    message = (
        f"**Hint {level} of {len(LEVELS)}: {LEVELS[level - 1]}**",
        exercise.hints[level - 1],
    )
    if level == len(LEVELS):
        return Message.of(*message)
    more = Button(f"hint:{challenge.id}", f"Hint {level + 1}: {LEVELS[level]}")
    return Message.of(*message, Buttons((more,)))
