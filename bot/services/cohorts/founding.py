"""Founding a cohort in the channel where it will practise, and changing how it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import available_timezones

from bot.domain import schedule
from bot.domain.chat.commands import CommandOption, CommandSpec, OptionKind
from bot.domain.chat.events import Event
from bot.domain.chat.message import ChannelLink, Message, Moment
from bot.domain.chat.port import ChatPort
from bot.domain.chat.refs import ConversationRef
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort
from bot.domain.errors import ChatError, NotAllowedError, UserError
from bot.domain.outbox import Kind, MessageKey
from bot.domain.store import Store
from bot.services.cohorts import holidays
from bot.services.cohorts.joining import shown_name

SPEC = CommandSpec(
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
        CommandOption("mentor_role", "Who steers", required=False, kind=OptionKind.ROLE),
        CommandOption("name", "The cohort's name", required=False),
    ),
    mentors_only=True,
)

LAST_HOUR = 23
MENTORS_APART = (
    "The mentors need a channel of their own, which is no cohort's: they are sent learners' code."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """Makes cohorts.

    Attributes:
        rules: What new ones begin with, by the names in `rules.NAMES`.
    """

    store: Store
    chats: Mapping[str, ChatPort]
    clock: Clock
    rules: Mapping[str, Any]

    async def setup(self, event: Event, args: Mapping[str, str]) -> Message:
        """Found a cohort where this was typed, or change the one that is there.

        Raises:
            UserError: Not an administrator, or an option is missing or wrong.
        """
        if not event.info.admin:
            raise NotAllowedError("Only those who manage this server can set up a cohort.")
        given = {name: value.strip() for name, value in args.items() if value.strip()}
        place = event.conversation
        if place.thread:
            raise UserError("A cohort has a channel, no thread. Type this in the channel itself.")
        async with self.store.write() as tx:
            known = await tx.cohorts.find_by_place(place)
            if known is not None and known.place != place:
                raise UserError("This is a mentors' channel. Use the cohort's own channel.")
            cohort = self._changed(known or self._new(place, given), given)
            theirs = await tx.cohorts.find_by_place(cohort.mentors_place)
            if theirs is not None and theirs.place == cohort.mentors_place:
                raise UserError(MENTORS_APART)
            if known is None:
                cohort = await tx.cohorts.add(cohort)
            else:
                await tx.cohorts.update(cohort)
            await tx.audit.record(
                at=self.clock(),
                actor=f"{event.user.platform}:{event.user.user}",
                action=SPEC.name,
                target=f"cohort {cohort.id}",
                note=" ".join(f"{name}={value[:80]}" for name, value in given.items()),
            )
        greetings = [(cohort.mentors_place, "the mentors' channel", _for_mentors(cohort))]
        if known is None:
            greetings.insert(0, (cohort.place, "this channel", _for_learners(cohort)))
        elif "mentors" not in given:
            greetings = []
        refused = [await self._greet(*greeting, cohort) for greeting in greetings]
        return self._told(cohort, new=known is None, refused=[words for words in refused if words])

    async def _greet(self, place: ConversationRef, called: str, words: str, cohort: Cohort) -> str:
        """Say in a channel what it is for now; empty, or why that cannot be said there."""
        try:
            key = MessageKey(Kind.GREETING, f"{cohort.id}:{place.channel}")
            await self.chats[place.platform].post(place, Message.of(words), key=key)
        except ChatError as error:
            return (
                f"**I cannot write to {called}**, and until I can, nothing appears there: {error}"
            )
        return ""

    def _new(self, place: ConversationRef, given: Mapping[str, str]) -> Cohort:
        missing = [name for name in ("timezone", "mentors") if name not in given]
        if missing:
            raise UserError(
                f"A new cohort needs {' and '.join(f'`{name}`' for name in missing)}:"
                " `/cohort setup timezone:Europe/Berlin mentors:#the-mentors-channel`."
            )
        today = self.clock().date()
        return Cohort(
            id=0,
            name="Freehand",
            place=place,
            mentors_place=place,
            timezone="UTC",
            starts_on=today + timedelta(days=-today.weekday() % 7),
            **self.rules,
        )

    def _changed(self, cohort: Cohort, given: Mapping[str, str]) -> Cohort:
        changes: dict[str, object] = {}
        if "timezone" in given:
            changes["timezone"] = _zone(given["timezone"])
        if "hour" in given:
            changes["hour"] = _hour(given["hour"])
        if "starts" in given:
            changes["starts_on"] = _start(given["starts"], today=self.clock().date())
        if "mentors" in given:
            changes["mentors_place"] = _mentors(cohort.place, given["mentors"])
        if "mentor_role" in given:
            changes["mentor_role"] = _role(cohort.place, given["mentor_role"])
        if "name" in given:
            changes["name"] = shown_name(given["name"])
        return replace(cohort, **changes)  # pyright: ignore[reportArgumentType]  # each of its field's type

    def _told(self, cohort: Cohort, *, new: bool, refused: Sequence[str]) -> Message:
        now = self.clock()
        first = schedule.next_slot(cohort, now=now)
        today = new and any(
            not slot.missed for slot in schedule.due_slots(cohort, after=None, now=now)
        )
        head = "practises here from now on" if new else "goes on like this"
        return Message.of(
            f"**{cohort.name}** {head}: Monday a function, Wednesday a bug, Friday a module, at"
            f" {cohort.hour:02}:00 {cohort.timezone}. Week 1 is the week of"
            f" {cohort.starts_on:%d %B %Y}.",
            *refused,
            *(["Today's challenge is posted within a minute."] if today else []),
            *([Moment("Next post", first.due_at)] if first is not None else []),
            "Disputed checks arrive in the mentors' channel, with learners' code: see to it that"
            " learners cannot read it.",
            ChannelLink("Mentors' channel:", cohort.mentors_place, "mentors"),
            "Learners type `/join`. `/challenge post` releases an exercise at once,"
            " `/challenge pin` chooses a day's. `/cohort holidays` keeps days free, `/cohort rules`"
            " says how long challenges are open, `/cohort limits` caps what a grading may use.",
        )


def _for_learners(cohort: Cohort) -> str:
    return (
        f"**{cohort.name}** practises here: Monday a function, Wednesday a bug, Friday a module, by"
        " hand. `/join` takes you in."
    )


def _for_mentors(cohort: Cohort) -> str:
    return f"Checks that learners of **{cohort.name}** find wrong arrive here, with their code."


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise UserError(f"There is no time zone {text[:40]!r}. Write it like `Europe/Berlin`.")
    return text


def _hour(text: str) -> int:
    if not text.isdecimal() or int(text) > LAST_HOUR:
        raise UserError("The hour is a number from 0 to 23.")
    return int(text)


def _start(text: str, *, today: date) -> date:
    start = holidays.read(text)
    if not today - holidays.WITHIN <= start <= today + holidays.WITHIN:
        raise UserError("A cohort starts within a year from today, before or after.")
    return start


def _mentors(place: ConversationRef, channel: str) -> ConversationRef:
    if channel == place.channel:
        raise UserError(MENTORS_APART)
    return replace(place, channel=channel)


def _role(place: ConversationRef, role: str) -> str:
    if role == place.tenant:  # as Discord names the role that everybody has
        raise UserError("Everybody has that role. Choose one that mentors alone have.")
    return role
