"""The people in cohorts, and who they are on each platform."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.chat.refs import UserRef


class Role(StrEnum):
    """How a member counts: mentors take no part in the practice.

    It says nothing of what somebody may do: that is asked of their platform for each act.
    """

    LEARNER = "learner"
    MENTOR = "mentor"

    @staticmethod
    def of(*, is_mentor: bool) -> "Role":
        """The role of somebody whom a cohort's platform calls a mentor, or does not."""
        return Role.MENTOR if is_mentor else Role.LEARNER


class BoardMode(StrEnum):
    """How a member stands on the leaderboard."""

    NAMED = "named"
    ALIAS = "alias"  # until they choose
    HIDDEN = "hidden"  # takes no rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person in one cohort.

    Attributes:
        identities: Who they are on each platform; at least one, the oldest first.
        name: Display name at the time of joining; never logged.
        alias: What the leaderboard shows instead of the name while `board` is ALIAS.
        role: As their platform had it when they last gave a command.
        reminders: Whether the bot may remind them before a challenge closes.
        forgotten_at: Since when nobody knows who they were: counts of theirs stay, and they have no
            identity any more. None for all who are members.
        excused: Local dates whose challenges they need not answer, by a mentor's word.
    """

    id: int
    cohort: int
    identities: tuple[UserRef, ...]
    name: str
    alias: str
    role: Role
    joined_at: datetime
    board: BoardMode = BoardMode.ALIAS
    reminders: bool = True
    forgotten_at: datetime | None = None
    excused: frozenset[date] = frozenset()

    def identity_on(self, platform: str) -> UserRef:
        """Who they are on a platform; where they are not on it, who they are elsewhere."""
        here = (user for user in self.identities if user.platform == platform)
        return next(here, self.identities[0])


class Members(Protocol):
    """Members of cohorts."""

    async def join(
        self, *, cohort: int, user: UserRef, name: str, role: Role, at: datetime
    ) -> tuple[Member, bool]:
        """The member, and whether they are new. Gives a new member an alias of their own."""
        ...

    async def find(self, cohort: int, user: UserRef) -> Member | None:
        """The member this person is in a cohort, if any."""
        ...

    async def get(self, member: int) -> Member:
        """One member. Raises NotFoundError."""
        ...

    async def of(self, cohort: int) -> Sequence[Member]:
        """Every member of a cohort, by id."""
        ...

    async def ever_of(self, cohort: int) -> Sequence[Member]:
        """Every member of a cohort, and those who are forgotten: their points still count."""
        ...

    async def cohorts_of(self, user: UserRef) -> Sequence[str]:
        """The names of the cohorts in which somebody is a member, the oldest first."""
        ...

    async def set_board(self, member: int, board: BoardMode) -> None:
        """How they stand on the leaderboard."""
        ...

    async def set_role(self, member: int, role: Role) -> None:
        """How they count."""
        ...

    async def excuse(self, member: int, on: date) -> None:
        """Let a day's challenges not count for them if they do not answer."""
        ...

    async def set_reminders(self, member: int, *, on: bool) -> None:
        """Whether they are reminded."""
        ...
