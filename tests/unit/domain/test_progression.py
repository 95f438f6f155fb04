"""Points, and what one challenge is worth."""

import itertools
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


def total(sequence: list[tuple[bool, float]]) -> list[PointsEvent]:
    """The events that these grades earn one after the other."""
    events: list[PointsEvent] = []
    for counts, share in sequence:
        gains = earned(events, counts_as_try=counts, core_share=share)
        events += [points(1, 1, reason, amount) for reason, amount in gains]
    return events


@given(grades)
def test_a_challenge_adds_up_to_2_plus_4_times_the_best_share(
    sequence: list[tuple[bool, float]],
) -> None:
    tries = [share for counts, share in sequence if counts]

    events = total(sequence)

    assert sum(event.points for event in events) == pytest.approx(
        2 + 4 * max(tries) if tries else 0
    )
    assert all(event.points > 0 for event in events)
    assert is_solved(events) == (1.0 in tries)


@given(grades.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_the_order_of_grades_does_not_change_the_total(
    orders: tuple[list[tuple[bool, float]], list[tuple[bool, float]]],
) -> None:
    first, second = (sum(event.points for event in total(order)) for order in orders)

    assert first == pytest.approx(second)


@given(grades)
def test_the_same_grade_again_earns_nothing(sequence: list[tuple[bool, float]]) -> None:
    doubled = list(itertools.chain.from_iterable((grade, grade) for grade in sequence))

    assert total(doubled) == total(sequence)


def test_a_real_attempt_earns_points_even_when_no_check_holds() -> None:
    assert earned([], counts_as_try=True, core_share=0.0) == [(PointsReason.TRY, 2.0)]


def test_what_is_no_try_earns_nothing() -> None:
    assert earned([], counts_as_try=False, core_share=1.0) == []


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
        (0.75, 3, 1, 0.559, 5.0),  # Friday, attention block
    ],
)
def test_the_worked_week_holds_without_predictions_and_questions(
    share: float, tries: int, hints: int, value: float, earns: float
) -> None:
    outcome = an_outcome("a", share=share, tries=tries, hints=hints)

    assert outcome_value(outcome) == pytest.approx(value, abs=5e-4)
    assert sum(event.points for event in total([(True, 0.0)] * (tries - 1) + [(True, share)])) == (
        pytest.approx(earns)
    )


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
