"""Cohorts, and the people in them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.chat.events import UserInfo
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.exercise import THEMES, Caps


class Role(StrEnum):
    """What a member may do."""

    LEARNER = "learner"
    MENTOR = "mentor"


class BoardMode(StrEnum):
    """How a member stands on the leaderboard."""

    NAMED = "named"
    ALIAS = "alias"  # until they choose
    HIDDEN = "hidden"  # takes no rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A group that practises together, in one place, by one calendar.

    Attributes:
        place: The channel where challenges are posted.
        mentors_place: The channel for mentors, where disputed checks arrive.
        timezone: IANA name; every wall-clock time of the cohort is in it.
        hour: Local hour at which challenges and the leaderboard are posted.
        starts_on: First day of week 1 is the Monday of this date.
        open_hours: How long a challenge is open.
        late_hours: How long after closing an answer is still graded, marked late.
        reminder_hours: How long before closing members without an answer are reminded.
        pending_limit: Submissions one member may have waiting or running.
        details_public: Show each check in the thread instead of behind the author's button.
        holidays: Local dates without a challenge.
        caps: Lower the limits of every exercise.
        mentor_role: The platform's id of a role whose holders are mentors; empty for none.
    """

    id: int
    name: str
    place: ConversationRef
    mentors_place: ConversationRef
    timezone: str
    starts_on: date
    hour: int = 9
    open_hours: int = 48
    late_hours: int = 48
    reminder_hours: int = 6
    pending_limit: int = 3
    details_public: bool = False
    holidays: frozenset[date] = frozenset()
    caps: Caps = field(default_factory=dict[str, float])
    mentor_role: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The cohort's time zone."""
        return ZoneInfo(self.timezone)

    def steered_by(self, info: UserInfo) -> bool:
        """Whether somebody is a mentor here."""
        return info.mentor or self.mentor_role in info.roles

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person in one cohort.

    Attributes:
        name: Display name at the time of joining; never logged.
        alias: What the leaderboard shows instead of the name while `board` is ALIAS.
        reminders: Whether the bot may remind them before a challenge closes.
    """

    id: int
    cohort: int
    user: UserRef
    name: str
    alias: str
    role: Role
    joined_at: datetime
    board: BoardMode = BoardMode.ALIAS
    reminders: bool = True
