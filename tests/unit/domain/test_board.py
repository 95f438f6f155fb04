"""The weekly leaderboard, and the names on it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alias import ALIASES, alias
from bot.domain.board import Standings, standings
from bot.domain.member import BoardMode, Member, Role
from bot.domain.progression import PointsEvent, PointsReason
from tests.support.values import FIRST_MONDAY, a_challenge, a_cohort, a_member, points

WEEK = [a_challenge(day, opens_at=FIRST_MONDAY + timedelta(days=day)) for day in (0, 2, 4)]


def board(
    members: Sequence[Member],
    events: Sequence[PointsEvent],
    bests: Mapping[int, float] | None = None,
) -> Standings:
    return standings(a_cohort(), members, week=1, challenges=WEEK, events=events, bests=bests or {})


def answered(member: int, challenge: int, share: float = 1.0) -> list[PointsEvent]:
    return [
        points(member, challenge, PointsReason.TRY, 2.0),
        points(member, challenge, PointsReason.CHECKS, 4 * share),
    ]


def test_equal_points_share_a_rank_in_alphabetical_order() -> None:
    members = [
        a_member(number, name=name) for number, name in enumerate(["dan", "Cleo", "Bo", "Ada"], 1)
    ]
    shares = {1: 0.5, 2: 1.0, 3: 0.5, 4: 0.25}
    events = [event for member, share in shares.items() for event in answered(member, 0, share)]

    rows = board(members, events).rows

    assert [(row.rank, row.shown, row.points) for row in rows] == [
        (1, "Cleo", 6.0),
        (2, "Bo", 4.0),
        (2, "dan", 4.0),
        (4, "Ada", 3.0),
    ]


def test_points_that_differ_by_rounding_alone_share_a_rank() -> None:
    thirds = [points(1, 0, PointsReason.CHECKS, 4 / 3)] * 3
    whole = [points(2, 0, PointsReason.CHECKS, 4.0)]

    assert [row.rank for row in board([a_member(1), a_member(2)], [*thirds, *whole]).rows] == [1, 1]


def test_the_board_shows_what_each_member_chose() -> None:
    members = [
        a_member(1, board=BoardMode.NAMED),
        a_member(2, board=BoardMode.ALIAS),
        a_member(3, board=BoardMode.HIDDEN),
        a_member(4),
    ]
    events = [*answered(1, 0, 0.5), *answered(2, 0, 0.25), *answered(3, 0), *answered(4, 0, 0.0)]

    found = board(members, events)

    assert [(row.rank, row.shown) for row in found.rows] == [
        (1, "Learner 1"),
        (2, "Alias 2"),
        (3, "Learner 4"),
    ]
    assert found.solved == 1  # the hidden member's, who is part of the cohort all the same


def test_mentors_and_members_without_a_point_have_no_row() -> None:
    members = [a_member(1), a_member(2), a_member(3, role=Role.MENTOR)]

    found = board(members, [*answered(1, 0), *answered(3, 0)])

    assert [row.member for row in found.rows] == [1]
    assert (found.solved, found.possible) == (1, 6)


def test_possible_points_count_since_joining() -> None:
    on_thursday = FIRST_MONDAY + timedelta(days=3)
    members = [a_member(1), a_member(2, joined_at=on_thursday), a_member(3, joined_at=on_thursday)]
    events = [*answered(1, 0), *answered(2, 4), *answered(3, 2)]

    found = board(members, events)

    assert [(row.member, row.possible) for row in found.rows] == [(1, 18), (2, 6), (3, 12)]
    assert (found.solved, found.possible) == (3, 6)


def test_a_personal_best_beats_every_week_before_and_needs_one() -> None:
    members = [a_member(number) for number in (1, 2, 3)]
    events = [event for number in (1, 2, 3) for event in answered(number, 0)]

    found = board(members, events, bests={1: 5.0, 2: 6.0})

    assert {row.member: row.personal_best for row in found.rows} == {1: True, 2: False, 3: False}


def test_a_week_without_anything_is_an_empty_board() -> None:
    found = board([], [])

    assert found == Standings(week=1, rows=(), solved=0, possible=0)


@given(st.lists(st.tuples(st.integers(1, 8), st.sampled_from([0, 2, 4]), st.integers(0, 4))))
def test_ranks_count_those_with_more_points(grades: list[tuple[int, int, int]]) -> None:
    members = [a_member(number) for number in range(1, 9)]
    events = [points(who, what, PointsReason.CHECKS, amount) for who, what, amount in grades]

    rows = board(members, events).rows

    for row in rows:
        assert row.rank == 1 + sum(other.points > row.points for other in rows)
    assert {row.member for row in rows} == {who for who, _, _ in grades}


# --- aliases ----------------------------------------------------------------------------------


def test_there_are_many_aliases_and_all_differ() -> None:
    names = {alias(number) for number in range(3 * ALIASES)}

    assert ALIASES >= 400
    assert len(names) == 3 * ALIASES


def test_an_alias_is_two_words_until_they_run_out() -> None:
    assert all(len(alias(number).split()) == 2 for number in range(ALIASES))
    assert alias(ALIASES) == f"{alias(0)} 2"
    assert max(len(alias(number)) for number in range(ALIASES)) <= 20
