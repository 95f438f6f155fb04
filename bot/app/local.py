"""The cohort of the local web chat, which is there without anybody's founding it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.app.assembly import Services
from bot.app.settings import Settings
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort, Place
from bot.domain.exercise import Day
from bot.domain.outbox import Wanted
from bot.domain.store import Store
from bot.services.cohorts import rules

PRACTICE = ConversationRef("web", "local", "practice")
MENTORS = ConversationRef("web", "local", "mentors")

LOCAL_SETTINGS = {"timezone", "hour", *rules.NAMES}
"""Where these are set, they hold for the local cohort at every start, whatever commands said."""

WELCOME = Message.of(
    "**Welcome to Freehand.** This channel practises writing PyTorch by hand: a function on"
    " Monday, a bug on Wednesday, a module on Friday. Type `/join` to take part. Below on the left"
    " you choose who you are: three learners and a mentor."
)


async def settle_in(settings: Settings, store: Store, services: Services, clock: Clock) -> None:
    """Make the local cohort; a new one gets its first challenge at once, whatever the day."""
    wanted = _cohort(settings, clock)
    async with store.read() as tx:
        known = await tx.cohorts.find_by_channel(PRACTICE)
    if known is not None:
        set_ones = settings.model_fields_set & LOCAL_SETTINGS
        changes: dict[str, Any] = {name: getattr(wanted, name) for name in set_ones}
        if replace(known, **changes) != known:
            async with store.write() as tx:
                await tx.cohorts.update(replace(known, **changes))
        return
    async with store.write() as tx:
        cohort = await tx.cohorts.add(wanted)
        key = MessageKey(Kind.WELCOME, "")
        await tx.outbox.say(Wanted(key=key, conversation=PRACTICE, message=WELCOME))
    await services.challenges.tick()
    async with store.read() as tx:
        opened = await tx.challenges.newest(cohort.id, limit=1)
    if not opened:
        await services.challenges.open_next(cohort, Day.IMPLEMENT, key="welcome")


def rules_of(settings: Settings) -> Mapping[str, Any]:
    """What new cohorts begin with."""
    return {name: getattr(settings, name) for name in rules.NAMES}


def _cohort(settings: Settings, clock: Clock) -> Cohort:
    return Cohort(
        id=0,
        name="Local practice",
        places=(Place(channel=PRACTICE, mentors_channel=MENTORS),),
        timezone=settings.local_timezone,
        starts_on=clock().date(),
        hour=settings.hour,
        **rules_of(settings),
    )
