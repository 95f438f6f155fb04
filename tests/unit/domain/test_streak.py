"""The streak in weeks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.challenge import Challenge
from bot.domain.streak import StreakWeek, streak, weeks_of
from tests.support.values import FIRST_MONDAY, a_challenge, a_cohort, a_member

FULL = (3, 3)
MISSED = (3, 0)
HOLIDAYS = (0, 0)


def after(
    *weeks: tuple[int, int], undecided: tuple[int, int] | None = None
) -> tuple[int, int, int]:
    """Run, best run and tokens after weeks of (eligible, done)."""
    items = [StreakWeek(eligible=eligible, done=done) for eligible, done in weeks]
    if undecided:
        items.append(StreakWeek(eligible=undecided[0], done=undecided[1], decided=False))
    found = streak(items)
    return found.run, found.best, found.tokens


@pytest.mark.parametrize(("eligible", "need"), [(0, 0), (1, 1), (2, 1), (3, 2), (4, 2)])
def test_two_of_three_days_keep_a_week_and_one_of_fewer(eligible: int, need: int) -> None:
    assert StreakWeek(eligible=eligible, done=0).need == need


def test_the_worked_example() -> None:
    weeks = [(3, 3), (3, 2), (2, 1), (0, 0), (3, 1), (3, 3)]

    runs = [after(*weeks[:count])[0] for count in range(1, len(weeks) + 1)]

    assert runs == [1, 2, 3, 3, 3, 4]


def test_a_token_is_earned_every_four_kept_weeks_and_two_is_the_most() -> None:
    assert after(*[FULL] * 3)[2] == 1
    assert after(*[FULL] * 4)[2] == 2
    assert after(*[FULL] * 12)[2] == 2
    assert after(*[FULL] * 12, MISSED, MISSED) == (12, 12, 0)
    assert after(*[FULL] * 12, MISSED, MISSED, MISSED) == (0, 12, 0)


def test_a_token_is_not_spent_on_a_run_that_has_not_begun() -> None:
    assert after(MISSED, MISSED) == (0, 0, 1)


def test_a_full_week_right_after_a_reset_brings_half_the_run_back() -> None:
    lost = [*[FULL] * 3, MISSED, MISSED]  # a run of 3, the token, and the reset

    assert after(*lost)[0] == 0
    assert after(*[FULL] * 3, *[FULL] * 5, *[MISSED] * 3, FULL)[0] == 4
    assert after(*[FULL] * 3, *[FULL] * 5, *[MISSED] * 3, HOLIDAYS, FULL)[0] == 4
    assert after(*[FULL] * 3, *[FULL] * 5, *[MISSED] * 3, (3, 2), FULL)[0] == 2
    assert after(*[FULL] * 3, *[FULL] * 5, *[MISSED] * 4, FULL)[0] == 1


def test_a_run_is_brought_back_once_in_eight_weeks() -> None:
    first = [*[FULL] * 8, *[MISSED] * 3, FULL]  # back at 4, one token of the nine kept weeks spent
    soon = [FULL] * 2
    late = [FULL] * 6

    assert after(*first, *soon)[0] == 6
    assert after(*first, *soon, MISSED, FULL)[0] == 1
    assert after(*first, *late)[:1] == (10,)
    assert after(*first, *late, *[MISSED] * 2, FULL)[0] == 5


def test_a_week_that_is_not_decided_can_be_kept_but_not_missed() -> None:
    assert after(FULL, undecided=(3, 2)) == (2, 2, 1)
    assert after(FULL, undecided=(3, 1)) == (1, 1, 1)


def test_active_weeks_are_counted_whatever_becomes_of_the_run() -> None:
    found = streak(StreakWeek(eligible=3, done=done) for done in (3, 2, 0, 1, 0))

    assert (found.active, found.best) == (3, 2)


some_weeks = st.lists(
    st.integers(0, 3).flatmap(lambda days: st.tuples(st.just(days), st.integers(0, days)))
)


@given(some_weeks)
def test_runs_and_tokens_stay_in_their_bounds(weeks: list[tuple[int, int]]) -> None:
    run, best, tokens = after(*weeks)

    assert 0 <= run <= best <= len(weeks)
    assert 0 <= tokens <= 2


@given(some_weeks, some_weeks)
def test_a_week_of_holidays_changes_no_run(
    before: list[tuple[int, int]], later: list[tuple[int, int]]
) -> None:
    assert after(*before, HOLIDAYS) == after(*before)
    assert after(*before, *later)[1] >= after(*before)[1]


@given(some_weeks, st.integers(0, 2), st.integers(0, 3))
def test_a_short_week_is_never_stricter_than_a_whole_one(
    before: list[tuple[int, int]], days: int, number: int
) -> None:
    """Whoever does as many of its days stands no worse, and who misses as many goes on as well."""
    done, missed = min(days, number), min(days, number)

    assert after(*before, (days, done))[0] >= after(*before, (3, done))[0]
    if after(*before, (3, 3 - missed))[0]:
        assert after(*before, (days, days - missed))[0] >= after(*before)[0]


def test_a_single_day_that_was_missed_ends_nothing() -> None:
    assert after(*[FULL] * 3, (1, 0), (1, 0), (1, 0)) == (3, 3, 1)
    assert after(*[FULL] * 3, (2, 1), (2, 1)) == (5, 5, 2)


def test_a_full_week_may_be_a_short_one() -> None:
    lost = [*[FULL] * 3, *[FULL] * 5, *[MISSED] * 3]

    assert after(*lost, (2, 2))[0] == after(*lost, FULL)[0] == 4


# --- weeks from challenges --------------------------------------------------------------------


def challenges(*days: int) -> list[Challenge]:
    """One challenge that many days after the first Monday, numbered by its day."""
    return [
        a_challenge(day, opens_at=FIRST_MONDAY + timedelta(days=day), week=day // 7 + 1)
        for day in days
    ]


def weeks(
    *days: int,
    tried: set[int],
    at: datetime,
    joined_days: float = 0,
    holidays: tuple[date, ...] = (),
    excused: tuple[date, ...] = (),
) -> list[StreakWeek]:
    member = a_member(joined_at=FIRST_MONDAY + timedelta(days=joined_days))
    return weeks_of(
        replace(member, excused=frozenset(excused)),
        replace(a_cohort(), holidays=frozenset(holidays)),
        challenges(*days),
        tried=tried,
        now=at,
    )


def test_a_week_is_decided_when_its_last_late_answer_is_due() -> None:
    friday_until = FIRST_MONDAY + timedelta(days=4, hours=96)  # Tuesday of the second week

    before, _ = weeks(0, 2, 4, tried={0}, at=friday_until - timedelta(seconds=1))
    then, _ = weeks(0, 2, 4, tried={0}, at=friday_until)

    assert before == StreakWeek(eligible=3, done=1, decided=False)
    assert then == StreakWeek(eligible=3, done=1, decided=True)


def test_challenges_still_to_come_count_in_the_present_week() -> None:
    (week,) = weeks(0, tried={0}, at=FIRST_MONDAY + timedelta(hours=1))

    assert week == StreakWeek(eligible=3, done=1, decided=False)


def test_who_joins_on_thursday_has_friday() -> None:
    found = weeks(0, 2, 4, tried={4}, at=FIRST_MONDAY + timedelta(days=9), joined_days=3)

    assert found[0] == StreakWeek(eligible=1, done=1)


def test_a_holiday_and_a_slot_that_was_never_posted_are_not_eligible() -> None:
    at = FIRST_MONDAY + timedelta(days=9)

    assert weeks(0, 2, tried={0}, at=at)[0].eligible == 2
    assert weeks(0, 2, 4, tried={0}, at=at, holidays=(date(2026, 11, 25),))[0].eligible == 2


def test_a_day_on_which_the_member_is_excused_is_not_eligible_but_counts_if_it_is_tried() -> None:
    at, wednesday = FIRST_MONDAY + timedelta(days=9), (date(2026, 11, 25),)

    assert weeks(0, 2, 4, tried={0}, at=at, excused=wednesday)[0].eligible == 2
    assert weeks(0, 2, 4, tried={0, 2}, at=at, excused=wednesday)[0].done == 2


def test_an_extra_challenge_by_a_mentor_can_be_attempted_but_is_not_needed() -> None:
    at = FIRST_MONDAY + timedelta(days=9)

    assert weeks(0, 1, 2, 3, 4, tried={1, 3}, at=at)[0] == StreakWeek(eligible=3, done=2)


def test_weeks_begin_when_the_member_joined() -> None:
    found = weeks(0, 2, 4, 7, tried=set(), at=datetime(2026, 12, 9, tzinfo=UTC), joined_days=8)

    assert len(found) == 2
