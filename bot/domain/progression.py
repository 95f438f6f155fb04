"""Progress: points, outcomes, stages, milestones, streaks. Pure rules over append-only facts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.exercise import Day


class PointsReason(StrEnum):
    """Why points were given."""

    TRY = "try"  # the first real attempt at a challenge
    CHECKS = "checks"  # core checks that hold for the first time


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsEvent:
    """Points, once given, are never taken away.

    Attributes:
        week: Programme week of the challenge, whenever the answer came.
        submission: The submission that earned them.
    """

    member: int
    cohort: int
    challenge: int
    week: int
    reason: PointsReason
    points: float
    submission: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HintTaken:
    """A member read one of the three hints."""

    member: int
    challenge: int
    level: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a member stands with one challenge; derived from its submissions and hints.

    Attributes:
        best_core_share: Largest weighted share of core checks that held, 0 to 1.
        tries: Graded submissions that count as tries, with differing source.
        hints: Highest hint level read.
        at: When the best grade came.
    """

    member: int
    challenge: int
    exercise: str
    day: Day
    week: int
    best_core_share: float
    solved: bool
    tries: int
    hints: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanItem:
    """One day of a member's week.

    Attributes:
        exercise: The slug, empty while it is not chosen yet.
        reason: Why this one, in the learner's words.
    """

    member: int
    week: int
    day: Day
    exercise: str
    reason: str
