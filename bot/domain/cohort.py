"""Cohorts: a group that practises together, and the channels where it does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.domain.chat.events import UserInfo
from bot.domain.chat.refs import ConversationRef
from bot.domain.exercise import THEMES, Caps


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a cohort practises on one platform.

    Attributes:
        channel: Where challenges are posted.
        mentors_channel: The channel for mentors, where disputed checks arrive.
        mentor_role: The platform's id of a role whose holders are mentors; empty without one.
        id: Given by the store; 0 before.
    """

    channel: ConversationRef
    mentors_channel: ConversationRef
    mentor_role: str = ""
    id: int = 0

    def includes(self, conversation: ConversationRef) -> bool:
        """Whether a channel, or the channel of a thread, is one of the two."""
        return conversation.parent in {self.channel, self.mentors_channel}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A group that practises together, in one or more places, by one calendar.

    Attributes:
        places: At least one, the oldest first.
        timezone: IANA name; every wall-clock time of the cohort is in it.
        hour: Local hour at which challenges and the leaderboard are posted.
        starts_on: First day of week 1 is the Monday of this date.
        open_hours: How long a challenge is open.
        late_hours: How long after closing an answer is still graded, marked late.
        reminder_hours: How long before closing members without an answer are reminded.
        pending_limit: Answers one member may have waiting or running.
        daily_limit: Gradings one member may have in 24 hours.
        challenge_limit: Gradings one member may have of one challenge.
        quiet_from, quiet_until: Local hours of the day between which nobody is reminded; the same
            hour twice stands for no such time.
        details_public: Show each check in the thread instead of behind the author's button.
        holidays: Local dates without a challenge.
        caps: Lower the limits of every exercise.
    """

    id: int
    name: str
    places: tuple[Place, ...]
    timezone: str
    starts_on: date
    hour: int = 9
    open_hours: int = 48
    late_hours: int = 48
    reminder_hours: int = 6
    pending_limit: int = 3
    daily_limit: int = 30
    challenge_limit: int = 60
    quiet_from: int = 22
    quiet_until: int = 8
    details_public: bool = False
    holidays: frozenset[date] = frozenset()
    caps: Caps = field(default_factory=dict[str, float])

    @property
    def zone(self) -> ZoneInfo:
        """The cohort's time zone."""
        return ZoneInfo(self.timezone)

    def place_of(self, conversation: ConversationRef) -> Place | None:
        """The place to which a channel or thread belongs, as far as its channel tells."""
        return next((place for place in self.places if place.includes(conversation)), None)

    def mentors_channel_for(self, conversation: ConversationRef) -> ConversationRef:
        """Where the mentors hear of something that happened in a conversation."""
        return (self.place_of(conversation) or self.places[0]).mentors_channel

    def steered_by(self, info: UserInfo) -> bool:
        """Whether somebody is a mentor here, by what their platform says of them now."""
        roles = {place.mentor_role for place in self.places if place.mentor_role}
        return info.mentor or not roles.isdisjoint(info.roles)

    def is_quiet(self, at: datetime) -> bool:
        """Whether nobody may be reminded of anything: at night, and on days off."""
        local = at.astimezone(self.zone)
        if local.date() in self.holidays:
            return True
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= local.hour < self.quiet_until
        return local.hour >= self.quiet_from or local.hour < self.quiet_until

    def local_date(self, at: datetime) -> date:
        """The cohort's calendar date at a moment."""
        return at.astimezone(self.zone).date()

    def week_of(self, day: date) -> int:
        """Week of the programme, from 1; weeks run Monday to Sunday. Before the start it is 1."""
        first_monday = self.starts_on - timedelta(days=self.starts_on.weekday())
        return max(1, (day - first_monday).days // 7 + 1)

    def week_at(self, at: datetime) -> int:
        """Week of the programme at a moment."""
        return self.week_of(self.local_date(at))


def theme_of(week: int) -> tuple[int, str]:
    """Number (1 to 6) and name of a programme week's theme; the six themes come round again."""
    number = (week - 1) % len(THEMES) + 1
    return number, THEMES[number - 1]


class Cohorts(Protocol):
    """Cohorts with their places."""

    async def add(self, cohort: Cohort) -> Cohort:
        """Store a new one (its ids are ignored) and return it with its ids."""
        ...

    async def update(self, cohort: Cohort) -> None:
        """Replace a stored one. Raises NotFoundError."""
        ...

    async def all(self) -> Sequence[Cohort]:
        """Every cohort, by id."""
        ...

    async def get(self, cohort: int) -> Cohort:
        """One cohort. Raises NotFoundError."""
        ...

    async def lock(self, cohort: int) -> Cohort:
        """One cohort, which nobody else changes until this transaction ends. NotFoundError."""
        ...

    async def find_by_channel(self, conversation: ConversationRef) -> Cohort | None:
        """The cohort whose channel or mentors' channel this is; a thread counts as its channel."""
        ...
