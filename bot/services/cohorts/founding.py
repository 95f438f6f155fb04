"""Making a cohort in the channel where it will practise, and changing how it goes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import available_timezones

from bot.domain import schedule
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.port import ChatPort
from bot.domain.chat.refs import ConversationRef
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort, Place
from bot.domain.errors import ChatError, UserError
from bot.domain.numbers import whole_number
from bot.domain.store import Store, Transaction
from bot.domain.text import shown_name
from bot.services.cohorts import holidays, messages

_LAST_HOUR = 23
_NEEDED = ("timezone", "mentors")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundingService:
    """Makes cohorts.

    Attributes:
        rules: What new ones begin with, by the names in `rules.NAMES`.
    """

    store: Store
    chats: Mapping[str, ChatPort]
    clock: Clock
    rules: Mapping[str, Any]

    async def set_up(self, channel: ConversationRef, options: Mapping[str, str]) -> Message:
        """Make a cohort in a channel, or change the one that is there.

        Args:
            channel: Where the command was given.
            options: What was given of the command's options.

        Raises:
            UserError: An option is missing or wrong, or this is the wrong place.
        """
        if channel.thread:
            raise UserError(messages.NOT_IN_A_THREAD)
        async with self.store.write() as tx:
            known = await tx.cohorts.find_by_channel(channel)
            if known is not None and channel not in {place.channel for place in known.places}:
                raise UserError(messages.NOT_AMONG_MENTORS)
            cohort = self._with_options(known or self._new(channel, options), channel, options)
            cohort = await _store(tx, cohort, channel, is_new=known is None)
        place = _place_at(cohort, channel)
        problems = await self._greet(cohort, place, is_new=known is None, options=options)
        return self._message(cohort, place, is_new=known is None, problems=problems)

    async def _greet(
        self, cohort: Cohort, place: Place, *, is_new: bool, options: Mapping[str, str]
    ) -> list[str]:
        """Say in each new channel what it is for; gives what is missing for the bot there."""
        problems = await self._problems(place.channel, with_threads=True)
        problems += await self._problems(place.mentors_channel, with_threads=False)
        if is_new:
            greeting = messages.greeting_for_learners(cohort)
            problems += await self._post(place.channel, "this channel", greeting, cohort)
        if is_new or "mentors" in options:
            greeting = messages.greeting_for_mentors(cohort)
            problems += await self._post(
                place.mentors_channel, "the mentors' channel", greeting, cohort
            )
        return problems

    async def _problems(self, channel: ConversationRef, *, with_threads: bool) -> list[str]:
        try:
            chat = self.chats[channel.platform]
            return list(await chat.problems(channel, with_threads=with_threads))
        except ChatError:  # what is posted there will tell
            return []

    async def _post(
        self, channel: ConversationRef, called: str, greeting: Message, cohort: Cohort
    ) -> list[str]:
        key = MessageKey(Kind.GREETING, f"{cohort.id}:{channel.channel}")
        try:
            await self.chats[channel.platform].post(channel, greeting, key=key)
        except ChatError as error:
            return [messages.cannot_write(called, str(error))]
        return []

    def _new(self, channel: ConversationRef, options: Mapping[str, str]) -> Cohort:
        missing = [name for name in _NEEDED if name not in options]
        if missing:
            raise UserError(messages.missing_to_set_up(missing))
        today = self.clock().date()
        return Cohort(
            id=0,
            name="Freehand",
            places=(Place(channel=channel, mentors_channel=channel),),
            timezone="UTC",
            starts_on=today + timedelta(days=-today.weekday() % 7),
            **self.rules,
        )

    def _with_options(
        self, cohort: Cohort, channel: ConversationRef, options: Mapping[str, str]
    ) -> Cohort:
        changes: dict[str, object] = {}
        if "timezone" in options:
            changes["timezone"] = _read_timezone(options["timezone"])
        if "hour" in options:
            changes["hour"] = _read_hour(options["hour"])
        if "starts" in options:
            changes["starts_on"] = _read_start(options["starts"], today=self.clock().date())
        if "name" in options:
            changes["name"] = shown_name(options["name"])
        changes["places"] = tuple(
            _place_with(place, options) if place.channel == channel else place
            for place in cohort.places
        )
        return replace(cohort, **changes)  # pyright: ignore[reportArgumentType]  # each of its field's type

    def _message(
        self, cohort: Cohort, place: Place, *, is_new: bool, problems: list[str]
    ) -> Message:
        now = self.clock()
        due = schedule.due_slots(cohort, after=None, now=now)
        return messages.set_up(
            cohort,
            place,
            is_new=is_new,
            problems=problems,
            next_slot=schedule.next_slot(cohort, now=now),
            posts_today=is_new and any(not slot.missed for slot in due),
        )


async def _store(
    tx: Transaction, cohort: Cohort, channel: ConversationRef, *, is_new: bool
) -> Cohort:
    mentors = _place_at(cohort, channel).mentors_channel
    theirs = await tx.cohorts.find_by_channel(mentors)
    if theirs is not None and mentors in {place.channel for place in theirs.places}:
        raise UserError(messages.MENTORS_APART)
    if is_new:
        return await tx.cohorts.add(cohort)
    await tx.cohorts.update(cohort)
    return cohort


def _place_at(cohort: Cohort, channel: ConversationRef) -> Place:
    return next(place for place in cohort.places if place.channel == channel)


def _place_with(place: Place, options: Mapping[str, str]) -> Place:
    if "mentors" in options:
        mentors = _read_mentors(place.channel, options["mentors"])
        place = replace(place, mentors_channel=mentors)
    if "mentor_role" in options:
        place = replace(place, mentor_role=_read_role(place.channel, options["mentor_role"]))
    return place


def _read_timezone(text: str) -> str:
    if text not in available_timezones():
        raise UserError(messages.unknown_timezone(text))
    return text


def _read_hour(text: str) -> int:
    hour = whole_number(text, most=_LAST_HOUR)
    if hour is None:
        raise UserError(messages.HOUR_OF_DAY)
    return hour


def _read_start(text: str, *, today: date) -> date:
    start = holidays.read_date(text)
    if not today - holidays.PLANNED_AHEAD <= start <= today + holidays.PLANNED_AHEAD:
        raise UserError(messages.STARTS_WITHIN_A_YEAR)
    return start


def _read_mentors(channel: ConversationRef, mentors: str) -> ConversationRef:
    if mentors == channel.channel:
        raise UserError(messages.MENTORS_APART)
    return replace(channel, channel=mentors)


def _read_role(channel: ConversationRef, role: str) -> str:
    if role == channel.tenant:  # as Discord names the role that everybody has
        raise UserError(messages.NOT_FOR_EVERYBODY)
    return role
