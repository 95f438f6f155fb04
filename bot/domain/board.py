"""The weekly leaderboard: effort first, and nobody is shown who does not want to be."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from bot.domain.challenge import Challenge
from bot.domain.cohort import Cohort
from bot.domain.member import BoardMode, Member, Role
from bot.domain.progression import (
    CHALLENGE_POINTS,
    PointsEvent,
    PointsReason,
    challenges_for,
    is_solved,
)
from bot.domain.text import shown_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One member's week.

    Attributes:
        rank: Shared by equal points: 1, 2, 2, 4.
        shown: Name or alias, as the member chose.
        points: Of the week's challenges, rounded to hundredths.
        possible: Most they could have had since they joined.
        personal_best: More than in any week before.
    """

    rank: int
    member: int
    shown: str
    points: float
    possible: float
    personal_best: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """A programme week of a cohort.

    Attributes:
        rows: By rank, alphabetical within one.
        solved: Challenges solved by all learners together, hidden ones included.
        possible: How many there were to solve.
    """

    week: int
    rows: tuple[Row, ...]
    solved: int
    possible: int


def standings(
    cohort: Cohort,
    members: Iterable[Member],
    *,
    week: int,
    challenges: Sequence[Challenge],
    events: Iterable[PointsEvent],
    bests: Mapping[int, float],
) -> Standings:
    """Rank a week by points.

    Learners who chose to be hidden take no rank, and neither do those without a point: a row of
    zeros helps nobody. Both count in what the cohort solved together. (Learning, "Board".)

    Args:
        cohort: The cohort.
        members: Its members; mentors are left out.
        week: The programme week.
        challenges: That week's challenges.
        events: That week's points of every member.
        bests: Most points in one of the weeks before, by member.
    """
    learners = [member for member in members if member.role is Role.LEARNER]
    by_member = _grouped(events)
    own = {
        member.id: _own_challenges(member, cohort, challenges, by_member[member.id])
        for member in learners
    }
    shown = [member for member in learners if member.board is not BoardMode.HIDDEN]
    return Standings(
        week=week,
        rows=_ranked(
            _row(member, by_member[member.id], len(own[member.id]), bests.get(member.id, 0.0))
            for member in shown
            if by_member[member.id]
        ),
        solved=sum(_solved(by_member[member.id]) for member in learners),
        possible=sum(map(len, own.values())),
    )


def _grouped(events: Iterable[PointsEvent]) -> defaultdict[int, list[PointsEvent]]:
    by_member: defaultdict[int, list[PointsEvent]] = defaultdict(list)
    for event in events:
        by_member[event.member].append(event)
    return by_member


def _own_challenges(
    member: Member, cohort: Cohort, challenges: Sequence[Challenge], events: Sequence[PointsEvent]
) -> list[Challenge]:
    tried = {event.challenge for event in events if event.reason is PointsReason.TRY}
    return challenges_for(member, cohort, challenges, tried=tried)


def _row(member: Member, events: Sequence[PointsEvent], challenges: int, best: float) -> Row:
    points = round(sum(event.points for event in events), 2)
    return Row(
        rank=0,
        member=member.id,
        shown=shown_name(member.name) if member.board is BoardMode.NAMED else member.alias,
        points=points,
        possible=challenges * CHALLENGE_POINTS,
        personal_best=0 < best < points,
    )


def _ranked(rows: Iterable[Row]) -> tuple[Row, ...]:
    ordered = sorted(rows, key=lambda row: (-row.points, row.shown.casefold(), row.member))
    ranked: list[Row] = []
    for _, group in groupby(ordered, key=lambda row: row.points):
        rank = len(ranked) + 1
        ranked.extend(replace(row, rank=rank) for row in group)
    return tuple(ranked)


def _solved(events: Sequence[PointsEvent]) -> int:
    by_challenge: defaultdict[int, list[PointsEvent]] = defaultdict(list)
    for event in events:
        by_challenge[event.challenge].append(event)
    return sum(map(is_solved, by_challenge.values()))
