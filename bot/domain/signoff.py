"""Mentors' sign-offs: their word on what exercises cannot show. Only mentors take one back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.chat.refs import UserRef
from bot.domain.exercise import MilestoneRule

SIGNOFFS_WANTED: Mapping[int, int] = {5: 1, 6: 2}
"""How many different mentors a stage wants, where it wants any. (Learning, "Stage".)"""


class Signed(StrEnum):
    """What is signed off."""

    STAGE = "stage"
    MILESTONE = "milestone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signoff:
    """One mentor's word on one stage or milestone of a member.

    Attributes:
        id: Given by the store; 0 before.
        code: ``5`` and ``6`` of stages, ``A4`` and the like of milestones.
        mentor: Who they are on the platform where they gave it.
        mentor_member: Their own membership of the cohort, if any: the same on every platform.
        mentor_name: As it was then.
        withdrawn_at, withdrawn_by, withdrawn_why: Set where a mentor took it back.
    """

    id: int = 0
    member: int
    kind: Signed
    code: str
    mentor: UserRef
    mentor_member: int | None
    mentor_name: str
    reason: str
    at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_why: str = ""

    def is_by(self, mentor: UserRef, mentor_member: int | None) -> bool:
        """Whether somebody gave it, on whatever platform."""
        is_same_member = mentor_member is not None and self.mentor_member == mentor_member
        return self.mentor == mentor or is_same_member


def that_stand(signoffs: Iterable[Signoff], kind: Signed, code: str) -> tuple[Signoff, ...]:
    """Those for one thing that nobody took back: the first of each mentor, oldest first."""
    about = (item for item in signoffs if (item.kind, item.code) == (kind, code))
    kept: list[Signoff] = []
    for signoff in sorted(about, key=lambda item: (item.at, item.id)):
        is_second = any(other.is_by(signoff.mentor, signoff.mentor_member) for other in kept)
        if signoff.withdrawn_at is None and not is_second:
            kept.append(signoff)
    return tuple(kept)


def to_take_back(
    signoffs: Iterable[Signoff], kind: Signed, code: str, *, by: UserRef, by_member: int | None
) -> Signoff | None:
    """Which sign-off somebody takes back: their own if there is one, else the newest."""
    standing = that_stand(signoffs, kind, code)
    own = (item for item in standing if item.is_by(by, by_member))
    return next(own, standing[-1] if standing else None)


def signable(kind: Signed, rules: Mapping[str, MilestoneRule]) -> tuple[str, ...]:
    """The codes of what wants a mentor's word."""
    if kind is Signed.STAGE:
        return tuple(str(stage) for stage in SIGNOFFS_WANTED)
    return tuple(sorted(code for code, rule in rules.items() if rule.by_mentor))


class Signoffs(Protocol):
    """Sign-offs. None is ever deleted."""

    async def add(self, signoff: Signoff) -> Signoff:
        """Store a new one, and return it with its id."""
        ...

    async def of(self, member: int) -> Sequence[Signoff]:
        """Every one that a member was given, oldest first, those that were taken back too."""
        ...

    async def withdraw(self, signoff: int, *, at: datetime, by: str, why: str) -> bool:
        """Take one back; False where that was done before."""
        ...
