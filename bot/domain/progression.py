"""Progress: the facts about a member, and what one challenge is worth.

Facts are append-only; stages and milestones (`journey`), streaks and boards are derived from them.
"""

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.challenge import Challenge
from bot.domain.cohort import Cohort
from bot.domain.exercise import Day
from bot.domain.member import Member

TRY_POINTS = 2.0
CHECKS_POINTS = 3.0
SOLVED_POINTS = 1.0
CHALLENGE_POINTS = TRY_POINTS + CHECKS_POINTS + SOLVED_POINTS
"""Most that one challenge gives: 2 for a real attempt, 3 for the core checks, 1 for solving it."""

LATE_SHARE = 0.5
"""Of what checks and solving are worth once solutions may be talked about."""

_OLD_CHECKS_POINTS = 4.0
"""What all core checks were worth when solving was not counted by itself."""

_STEPS_PER_POINT = 2
"""Everything is counted in halves: nobody should have to think about 0.29 points."""

_ROUNDING = 1e-9


class PointsReason(StrEnum):
    """Why points were given."""

    TRY = "try"  # the first real attempt at a challenge
    CHECKS = "checks"  # core checks that hold for the first time
    SOLVED = "solved"  # the first time that all of them hold
    LATE_CHECKS = "late-checks"  # the same of a late answer
    LATE_SOLVED = "late-solved"


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

    What comes after the best grade takes nothing away: who has solved it may try another way, or
    read the hints.

    Attributes:
        best_core_share: Largest weighted share of core checks that held, 0 to 1.
        tries: Which try the best grade was, of those with differing source that count.
        hints: Highest hint level read by then.
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


class PlanReason(StrEnum):
    """Why a day of a plan has its exercise; the theme is that of the plan's week."""

    NOT_CHOSEN_YET = "not-chosen-yet"
    ALREADY_RELEASED = "already-released"  # before the plan was made
    CHOSEN_BY_MENTOR = "chosen-by-mentor"  # released at once
    PINNED = "pinned"  # chosen for the date by a mentor
    THEME_NEW = "theme-new"  # of the theme, and never used in the cohort
    THEME_LONGEST_AGO = "theme-longest-ago"  # of the theme, and used longest ago
    OTHER_NEW = "other-new"  # of another theme: of this one nothing is new any more
    OTHER_LONGEST_AGO = "other-longest-ago"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnout:
    """How many members tried a challenge, solved it, and did so at the first try."""

    tried: int = 0
    solved: int = 0
    solved_first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanItem:
    """One day of a member's week.

    Attributes:
        exercise: The slug, empty while it is not chosen yet.
    """

    member: int
    week: int
    day: Day
    exercise: str
    reason: PlanReason


def earned(
    before: Iterable[PointsEvent],
    *,
    counts_as_try: bool,
    core_share: float,
    solved: bool,
    late: bool,
) -> list[tuple[PointsReason, float]]:
    """New points of one grade, as pairs of reason and points; often none.

    A real attempt, with which at least one core check holds that an empty answer fails, earns 2
    once; the best weighted share f of core checks 3 f, in halves; solving it 1. What a late answer
    adds to the last two is worth half. Nothing is ever taken away, and the same again adds nothing.
    (Learning, "Points": effort first; no speed, no penalty for tries or hints.)

    Args:
        before: The member's events for this challenge so far.
        counts_as_try: Whether the verdict is one of the learner's tries.
        core_share: f of this grade, 0 to 1.
        solved: Whether all core checks hold.
        late: Whether the answer came after the challenge had closed.
    """
    if not counts_as_try or core_share <= 0.0:
        return []
    sums = _by_reason(before)
    weight = LATE_SHARE if late else 1.0
    gains = {
        PointsReason.TRY: 0.0 if PointsReason.TRY in sums else TRY_POINTS,
        _LATE[PointsReason.CHECKS] if late else PointsReason.CHECKS: weight
        * (_in_halves(CHECKS_POINTS * core_share) - _counted(sums)),
        _LATE[PointsReason.SOLVED] if late else PointsReason.SOLVED: weight * SOLVED_POINTS
        if solved and not _is_solved(sums)
        else 0.0,
    }
    return [(reason, points) for reason, gain in gains.items() if (points := _in_halves(gain)) > 0]


_LATE = {
    PointsReason.CHECKS: PointsReason.LATE_CHECKS,
    PointsReason.SOLVED: PointsReason.LATE_SOLVED,
}


def is_solved(events: Iterable[PointsEvent]) -> bool:
    """Whether a member's events for one challenge say that they solved it."""
    return _is_solved(_by_reason(events))


def _is_solved(sums: Mapping[PointsReason, float]) -> bool:
    if PointsReason.SOLVED in sums or PointsReason.LATE_SOLVED in sums:
        return True
    return sums.get(PointsReason.CHECKS, 0.0) > _OLD_CHECKS_POINTS - _ROUNDING


def _by_reason(events: Iterable[PointsEvent]) -> Mapping[PointsReason, float]:
    sums: dict[PointsReason, float] = {}
    for event in events:
        sums[event.reason] = sums.get(event.reason, 0.0) + event.points
    return sums


def _counted(sums: Mapping[PointsReason, float]) -> float:
    """What the best share so far is worth in time: late points stand for more."""
    late = sums.get(PointsReason.LATE_CHECKS, 0.0) / LATE_SHARE
    return sums.get(PointsReason.CHECKS, 0.0) + late


def _in_halves(points: float) -> float:
    return math.floor(points * _STEPS_PER_POINT + _ROUNDING) / _STEPS_PER_POINT


def outcome_value(outcome: Outcome) -> float:
    """How well a challenge went, 0 to 1: s = f · 0.90^(tries - 1) · 0.92^hints.

    (Learning, "Outcome of a graded task"; its last factor, the share of questions about their own
    code that were answered right, is 1 as long as none are asked.)
    """
    return outcome.best_core_share * 0.90 ** max(0, outcome.tries - 1) * 0.92**outcome.hints


def challenges_for(
    member: Member, cohort: Cohort, challenges: Iterable[Challenge], *, tried: Container[int]
) -> list[Challenge]:
    """Challenges that count for a member.

    Those opened since the local date on which they joined, but on no day on which they were
    excused, and any others that they tried all the same. (Learning, "Board": possible since
    joining; who joins on Thursday has Friday.) Of who is forgotten, those until then: what a cohort
    solved together stays as it was.
    """
    joined_on = cohort.local_date(member.joined_at)
    opened_on = ((challenge, cohort.local_date(challenge.opens_at)) for challenge in challenges)
    return [
        challenge
        for challenge, on in opened_on
        if challenge.id in tried
        or (on >= joined_on and on not in member.excused and _is_met(member, challenge))
    ]


def _is_met(member: Member, challenge: Challenge) -> bool:
    """Whether somebody was not forgotten yet when a challenge opened."""
    return member.forgotten_at is None or challenge.opens_at < member.forgotten_at


class Progress(Protocol):
    """Append-only facts about members, and their plans."""

    async def add_points(self, events: Iterable[PointsEvent]) -> None:
        """Record points; a known (member, challenge, reason, submission) changes nothing."""
        ...

    async def add_correction(self, event: PointsEvent) -> None:
        """Record points that an answer earned later; what it had for the same reason stays."""
        ...

    async def points_for(self, *, member: int, challenge: int) -> Sequence[PointsEvent]:
        """Points events of a member for one challenge, oldest first."""
        ...

    async def points_of_week(self, cohort: int, week: int) -> Sequence[PointsEvent]:
        """Every points event of a cohort's programme week."""
        ...

    async def total_points(self, member: int) -> float:
        """All points of a member."""
        ...

    async def best_weeks(self, cohort: int, *, before: int) -> Mapping[int, float]:
        """Most points in one of the programme weeks before, by member; only those with points."""
        ...

    async def outcomes_of(self, member: int, *, week: int | None = None) -> Sequence[Outcome]:
        """One per challenge that the member has tried, of one programme week if given."""
        ...

    async def turnouts(self, challenges: Sequence[int]) -> Mapping[int, Turnout]:
        """How many members tried and solved each of these challenges, by id, if any."""
        ...

    async def take_hint(self, hint: HintTaken) -> None:
        """Record that a member read a hint; the same level again changes nothing."""
        ...

    async def hints_of(self, *, member: int, challenge: int) -> int:
        """Highest level a member has read for a challenge; 0 for none."""
        ...

    async def plan_week(self, cohort: int, items: Sequence[PlanItem]) -> None:
        """Put items of one week on every member's plan (their `member` is not looked at).

        An item with an exercise replaces the one for the same day; one without only fills a gap.
        """
        ...

    async def plan(self, items: Sequence[PlanItem]) -> None:
        """Put items on members' plans, as `plan_week` does."""
        ...

    async def plan_of(self, member: int, week: int) -> Sequence[PlanItem]:
        """A member's plan for a programme week, Monday's item first."""
        ...
