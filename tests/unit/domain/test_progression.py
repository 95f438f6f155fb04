"""Points, and what one challenge is worth."""

import itertools
import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.progression import (
    PointsEvent,
    PointsReason,
    challenges_for,
    earned,
    is_solved,
    outcome_value,
)
from tests.support.values import FIRST_MONDAY, a_challenge, a_cohort, a_member, an_outcome, points

shares = st.fractions(0, 1, max_denominator=20).map(float)
grades = st.lists(st.tuples(st.booleans(), shares), max_size=12)


def total(sequence: list[tuple[bool, float]], *, late_from: int = 99) -> list[PointsEvent]:
    """The events that these grades earn one after the other."""
    events: list[PointsEvent] = []
    for place, (counts, share) in enumerate(sequence):
        gains = earned(
            events,
            counts_as_try=counts,
            core_share=share,
            solved=share == 1.0,
            late=place >= late_from,
        )
        events += [points(1, 1, reason, amount) for reason, amount in gains]
    return events


def added_up(events: Iterable[PointsEvent]) -> float:
    return sum(event.points for event in events)


@given(grades)
def test_a_challenge_adds_up_to_2_and_3_times_the_best_share_and_1(
    sequence: list[tuple[bool, float]],
) -> None:
    best = max((share for counts, share in sequence if counts), default=0.0)

    events = total(sequence)

    assert added_up(events) == (2 + math.floor(6 * best + 1e-9) / 2 + (best == 1.0)) * (best > 0)
    assert all(event.points > 0 for event in events)
    assert is_solved(events) == (best == 1.0)


@given(grades.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_the_order_of_grades_does_not_change_the_total(
    orders: tuple[list[tuple[bool, float]], list[tuple[bool, float]]],
) -> None:
    first, second = (added_up(total(order)) for order in orders)

    assert first == second


@given(grades, st.integers(0, 12))
def test_the_same_grade_again_earns_nothing(
    sequence: list[tuple[bool, float]], late_from: int
) -> None:
    doubled = list(itertools.chain.from_iterable((grade, grade) for grade in sequence))

    assert total(doubled, late_from=2 * late_from) == total(sequence, late_from=late_from)


@given(grades, st.integers(0, 12))
def test_late_answers_add_at_most_half_and_take_nothing_away(
    sequence: list[tuple[bool, float]], late_from: int
) -> None:
    in_time, all_in_time = total(sequence[:late_from]), total(sequence)

    with_late = total(sequence, late_from=late_from)

    assert with_late[: len(in_time)] == in_time
    first_try = 2.0 * (not in_time and bool(with_late))
    least_half = (added_up(all_in_time) - added_up(in_time) - first_try) / 2
    assert added_up(with_late) - added_up(in_time) - first_try <= least_half
    assert is_solved(with_late) == is_solved(all_in_time)
    assert all(event.points % 0.5 == 0 for event in with_late)


def test_a_late_solve_from_nothing_is_worth_2_and_half_of_4() -> None:
    assert total([(True, 1.0)], late_from=0) == [
        points(1, 1, PointsReason.TRY, 2.0),
        points(1, 1, PointsReason.LATE_CHECKS, 1.5),
        points(1, 1, PointsReason.LATE_SOLVED, 0.5),
    ]


def test_an_attempt_with_which_nothing_holds_earns_nothing() -> None:
    assert total([(True, 0.0)]) == []


def test_what_is_no_try_earns_nothing() -> None:
    assert total([(False, 1.0)]) == []


def test_what_was_solved_when_solving_was_not_counted_by_itself_stays_solved() -> None:
    before = [points(1, 1, PointsReason.TRY, 2.0), points(1, 1, PointsReason.CHECKS, 4.0)]

    assert is_solved(before)
    assert earned(before, counts_as_try=True, core_share=1.0, solved=True, late=False) == []


@given(shares, st.integers(1, 30), st.integers(0, 3))
def test_an_outcome_lies_between_nothing_and_its_share(
    share: float, tries: int, hints: int
) -> None:
    value = outcome_value(an_outcome("a", share=share, tries=tries, hints=hints))

    assert 0 <= value <= share
    assert value >= outcome_value(an_outcome("a", share=share, tries=tries + 1, hints=hints))
    assert value >= outcome_value(an_outcome("a", share=share, tries=tries, hints=hints + 1))


@pytest.mark.parametrize(
    ("share", "tries", "hints", "value", "earns"),
    [
        (1.0, 2, 0, 0.900, 6.0),  # Monday, gradient clipping
        (1.0, 1, 0, 1.000, 6.0),  # Wednesday, mask bug: 0.875 with questions half right
        (0.75, 3, 1, 0.559, 4.0),  # Friday, attention block
    ],
)
def test_the_worked_week_holds_without_predictions_and_questions(
    share: float, tries: int, hints: int, value: float, earns: float
) -> None:
    outcome = an_outcome("a", share=share, tries=tries, hints=hints)

    assert outcome_value(outcome) == pytest.approx(value, abs=5e-4)
    assert added_up(total([(True, 0.0)] * (tries - 1) + [(True, share)])) == earns


def test_challenges_count_from_the_local_day_of_joining_on() -> None:
    monday, wednesday, friday = (
        a_challenge(number, opens_at=FIRST_MONDAY + timedelta(days=2 * number))
        for number in range(3)
    )
    on_thursday = a_member(joined_at=FIRST_MONDAY + timedelta(days=3))
    after_the_post = a_member(joined_at=FIRST_MONDAY + timedelta(hours=5))
    week = [monday, wednesday, friday]

    assert challenges_for(on_thursday, a_cohort(), week, tried=()) == [friday]
    assert challenges_for(on_thursday, a_cohort(), week, tried={1}) == [wednesday, friday]
    assert challenges_for(after_the_post, a_cohort(), week, tried=()) == week


def test_an_excused_days_challenge_counts_only_if_it_is_tried() -> None:
    monday, wednesday = (
        a_challenge(number, opens_at=FIRST_MONDAY + timedelta(days=2 * number))
        for number in range(2)
    )
    excused = replace(a_member(), excused=frozenset({FIRST_MONDAY.date()}))

    assert challenges_for(excused, a_cohort(), [monday, wednesday], tried=()) == [wednesday]
    assert challenges_for(excused, a_cohort(), [monday, wednesday], tried={monday.id}) == [
        monday,
        wednesday,
    ]
