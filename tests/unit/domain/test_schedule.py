"""The cohort's calendar."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import schedule
from bot.domain.cohort import Cohort
from bot.domain.exercise import Day, Exercise
from bot.domain.progression import PlanReason
from bot.domain.schedule import BoardSlot, Slot, SlotKind
from tests.support import values
from tests.support.values import an_exercise

NEW_YORK = "America/New_York"
BERLIN = "Europe/Berlin"
TRANSITIONS = [
    (NEW_YORK, date(2026, 3, 8)),
    (NEW_YORK, date(2026, 11, 1)),
    (NEW_YORK, date(2027, 3, 14)),
    (NEW_YORK, date(2027, 11, 7)),
    (BERLIN, date(2026, 3, 29)),
    (BERLIN, date(2026, 10, 25)),
    (BERLIN, date(2027, 3, 28)),
    (BERLIN, date(2027, 10, 31)),
]
STARTED_ON = date(2026, 1, 7)  # a Wednesday
ALWAYS = timedelta(days=10_000)


def a_cohort(timezone: str = BERLIN, *, starts_on: date = STARTED_ON, hour: int = 9) -> Cohort:
    return values.a_cohort(timezone, starts_on=starts_on, hour=hour)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # pyright: ignore[reportArgumentType]  # year to minute


def between(cohort: Cohort, first: date, last: date) -> list[Slot]:
    """Every challenge slot of these local dates."""
    start = datetime(first.year, first.month, first.day, tzinfo=cohort.zone) - timedelta(minutes=1)
    end = datetime(last.year, last.month, last.day, 23, 59, tzinfo=cohort.zone)
    return schedule.due_slots(
        cohort, after=start.astimezone(UTC), now=end.astimezone(UTC), catch_up=ALWAYS
    )


# --- the week ---------------------------------------------------------------------------------


def test_a_week_has_monday_implement_wednesday_debug_and_friday_module() -> None:
    slots = between(a_cohort(), date(2026, 11, 23), date(2026, 11, 29))

    assert [(slot.kind, slot.on, slot.day, slot.due_at) for slot in slots] == [
        (SlotKind.POST, date(2026, 11, 23), Day.IMPLEMENT, utc(2026, 11, 23, 8)),
        (SlotKind.POST, date(2026, 11, 25), Day.DEBUG, utc(2026, 11, 25, 8)),
        (SlotKind.POST, date(2026, 11, 27), Day.MODULE, utc(2026, 11, 27, 8)),
    ]


def test_a_holiday_has_no_challenge() -> None:
    cohort = replace(a_cohort(), holidays=frozenset({date(2026, 11, 25)}))

    slots = between(cohort, date(2026, 11, 23), date(2026, 11, 29))

    assert [slot.day for slot in slots] == [Day.IMPLEMENT, Day.MODULE]
    assert schedule.slots_of(cohort, 47) == slots


def test_nothing_is_due_before_the_monday_of_the_first_week() -> None:
    cohort = a_cohort(starts_on=date(2026, 11, 26))  # a Thursday

    slots = between(cohort, date(2026, 11, 1), date(2026, 11, 30))

    assert slots[0].on == date(2026, 11, 23)


def test_the_leaderboard_comes_every_monday_after_the_first_even_on_a_holiday() -> None:
    cohort = replace(
        a_cohort(starts_on=date(2026, 11, 9)), holidays=frozenset({date(2026, 11, 23)})
    )

    boards = schedule.due_boards(
        cohort, after=utc(2026, 11, 1), now=utc(2026, 11, 24), catch_up=timedelta(days=2)
    )

    assert boards == [
        BoardSlot(week=1, on=date(2026, 11, 16), due_at=utc(2026, 11, 16, 8), missed=True),
        BoardSlot(week=2, on=date(2026, 11, 23), due_at=utc(2026, 11, 23, 8)),
    ]
    assert (boards[1].kind, boards[1].on) == (SlotKind.BOARD, date(2026, 11, 23))


def test_a_slot_is_due_from_its_very_moment_on() -> None:
    cohort = a_cohort()
    due_at = utc(2026, 11, 23, 8)
    second = timedelta(seconds=1)

    assert schedule.due_slots(cohort, after=None, now=due_at - second) == []
    assert [slot.due_at for slot in schedule.due_slots(cohort, after=None, now=due_at)] == [due_at]
    assert schedule.due_slots(cohort, after=due_at, now=due_at + second) == []


def test_a_slot_older_than_the_catch_up_is_missed_and_a_younger_one_is_not() -> None:
    cohort = a_cohort()
    after = utc(2026, 11, 22)

    (in_time,) = schedule.due_slots(cohort, after=after, now=utc(2026, 11, 24, 8))
    (too_late,) = schedule.due_slots(cohort, after=after, now=utc(2026, 11, 24, 8, 1))

    assert not in_time.missed
    assert too_late.missed


def test_a_new_cohort_looks_back_by_the_catch_up_alone() -> None:
    cohort = a_cohort()

    assert schedule.due_slots(cohort, after=None, now=utc(2026, 11, 24, 12)) == []
    assert len(schedule.due_slots(cohort, after=None, now=utc(2026, 11, 23, 12))) == 1


def test_the_next_slot_skips_holidays_and_waits_for_the_start() -> None:
    cohort = replace(a_cohort(starts_on=date(2027, 1, 4)), holidays=frozenset({date(2027, 1, 4)}))

    found = schedule.next_slot(cohort, now=utc(2026, 11, 23))

    assert found is not None
    assert found.on == date(2027, 1, 6)


def test_there_is_no_next_slot_in_a_year_of_holidays() -> None:
    year = frozenset(date(2026, 1, 1) + timedelta(days=number) for number in range(800))

    assert schedule.next_slot(replace(a_cohort(), holidays=year), now=utc(2026, 2, 1)) is None


def test_a_week_ends_on_sunday_midnight_local_time() -> None:
    cohort = a_cohort(NEW_YORK, starts_on=date(2026, 10, 26))

    assert schedule.week_ends_at(cohort, 1) == utc(2026, 11, 2, 5)  # the clocks went back


# --- daylight saving --------------------------------------------------------------------------


@pytest.mark.parametrize(("timezone", "sunday"), TRANSITIONS)
@pytest.mark.parametrize("hour", [0, 2, 9, 23])
def test_across_a_change_of_clocks_every_slot_stays_at_its_local_hour(
    timezone: str, sunday: date, hour: int
) -> None:
    cohort = a_cohort(timezone, starts_on=date(2026, 1, 5), hour=hour)

    slots = between(cohort, sunday - timedelta(days=6), sunday + timedelta(days=7))

    local = [slot.due_at.astimezone(ZoneInfo(timezone)) for slot in slots]
    assert [at.weekday() for at in local] == [0, 2, 4, 0, 2, 4]
    assert {(at.hour, at.minute) for at in local} == {(hour, 0)}


@pytest.mark.parametrize(("timezone", "sunday"), TRANSITIONS)
@pytest.mark.parametrize("hour", range(4))
def test_minutely_ticks_through_a_change_of_clocks_take_each_slot_once(
    timezone: str, sunday: date, hour: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(schedule.WEEKDAYS, sunday.weekday(), Day.MODULE)
    cohort = a_cohort(timezone, starts_on=date(2026, 1, 5), hour=hour)
    start = datetime(sunday.year, sunday.month, sunday.day, tzinfo=cohort.zone).astimezone(UTC)

    dates = taken(cohort, [start + timedelta(minutes=minute) for minute in range(-1, 6 * 60)])

    assert dates == [sunday]


def test_a_skipped_hour_is_due_right_after_the_gap() -> None:
    # Cairo, Friday 2026-04-24: the clocks jump from 00:00 to 01:00.
    cohort = a_cohort("Africa/Cairo", hour=0)

    (slot,) = between(cohort, date(2026, 4, 24), date(2026, 4, 24))

    assert slot.due_at == utc(2026, 4, 23, 22)
    assert slot.due_at.astimezone(cohort.zone).isoformat() == "2026-04-24T01:00:00+03:00"


def test_a_repeated_hour_is_due_the_first_time_only() -> None:
    # Amman, Friday 2021-10-29: the clocks go back from 01:00 to 00:00.
    cohort = a_cohort("Asia/Amman", starts_on=date(2021, 1, 4), hour=0)
    first = utc(2021, 10, 28, 21)

    ticks = [first + timedelta(minutes=minute) for minute in range(-30, 180)]

    assert taken(cohort, ticks) == [date(2021, 10, 29)]
    assert between(cohort, date(2021, 10, 29), date(2021, 10, 29))[0].due_at == first


# --- ticks at any moment ----------------------------------------------------------------------


def taken(cohort: Cohort, ticks: Sequence[datetime], last: datetime | None = None) -> list[date]:
    """Dates in the order in which these ticks take their slots, as the store remembers them."""
    dates: list[date] = []
    for now in sorted(ticks):
        for slot in schedule.due_slots(cohort, after=last, now=now):
            dates.append(slot.on)
            last = slot.due_at
    return dates


@given(
    st.sampled_from([NEW_YORK, BERLIN, "Africa/Cairo", "Asia/Kathmandu", "Pacific/Auckland"]),
    st.integers(0, 23),
    st.lists(st.integers(0, 60 * 24 * 60), min_size=1, max_size=40),
)
def test_ticks_at_any_moments_take_every_slot_exactly_once(
    timezone: str, hour: int, minutes: list[int]
) -> None:
    cohort = a_cohort(timezone, hour=hour)
    start = utc(2026, 3, 2, 0, 30)
    ticks = [start + timedelta(minutes=minute) for minute in minutes]

    every = schedule.due_slots(cohort, after=start, now=max(ticks))

    assert taken(cohort, ticks, last=start) == [slot.on for slot in every]


@given(st.integers(1, 72), st.lists(st.integers(0, 60 * 24 * 30), min_size=2, max_size=30))
def test_a_slot_is_posted_when_a_tick_comes_within_the_catch_up_and_missed_otherwise(
    hours: int, minutes: list[int]
) -> None:
    cohort = a_cohort()
    catch_up = timedelta(hours=hours)
    ticks = sorted(utc(2026, 10, 5) + timedelta(minutes=minute) for minute in set(minutes))

    last = ticks[0]
    for now in ticks:
        for slot in schedule.due_slots(cohort, after=last, now=now, catch_up=catch_up):
            first_tick = min(tick for tick in ticks if tick >= slot.due_at)
            assert slot.missed == (first_tick - slot.due_at > catch_up)
        last = now


@given(st.integers(1, 200), st.integers(0, 200))
def test_a_window_counts_elapsed_hours(open_hours: int, late_hours: int) -> None:
    cohort = replace(a_cohort(), open_hours=open_hours, late_hours=late_hours)
    opened_at = utc(2026, 10, 23, 7)

    closes_at, late_until = schedule.window(cohort, opened_at)

    assert closes_at - opened_at == timedelta(hours=open_hours)
    assert late_until - closes_at == timedelta(hours=late_hours)


# --- which exercise ---------------------------------------------------------------------------


def choose(
    exercises: Sequence[Exercise], pinned: str | None = None, **last_used: datetime
) -> tuple[str, PlanReason]:
    choice = schedule.choose_exercise(
        exercises, day=Day.IMPLEMENT, theme=2, last_used=last_used, pinned=pinned
    )
    assert choice is not None
    return choice[0].slug, choice[1]


def test_a_pin_goes_before_everything_whatever_its_day() -> None:
    exercises = [an_exercise("a", week=2), an_exercise("b", Day.MODULE)]

    assert choose(exercises, pinned="b") == ("b", PlanReason.PINNED)


def test_a_pin_that_no_longer_exists_is_passed_over() -> None:
    assert choose([an_exercise("a", week=2)], pinned="gone")[0] == "a"


def test_what_the_cohort_has_not_met_goes_before_the_weeks_theme() -> None:
    exercises = [an_exercise("a", week=1), an_exercise("b", week=2)]

    assert choose(exercises) == ("b", PlanReason.THEME_NEW)
    assert choose(exercises, b=utc(2026, 11, 2)) == ("a", PlanReason.OTHER_NEW)
    both = choose(exercises, a=utc(2026, 11, 9), b=utc(2026, 11, 2))
    assert both == ("b", PlanReason.THEME_LONGEST_AGO)


def test_beyond_the_theme_it_comes_from_the_theme_that_has_most_left() -> None:
    exercises = [
        *(an_exercise(slug, week=5) for slug in ("d", "e")),
        *(an_exercise(slug, week=1) for slug in ("a", "b")),
        an_exercise("c", week=3, difficulty=-1),
    ]

    assert choose(exercises)[0] == "a"
    assert choose(exercises, a=utc(2026, 11, 2))[0] == "d"


def test_never_used_goes_before_used_and_old_before_recent() -> None:
    exercises = [an_exercise(slug, week=2) for slug in ("a", "b", "c")]
    old, recent = utc(2026, 10, 5), utc(2026, 11, 2)

    assert choose(exercises, a=old, b=recent)[0] == "c"
    assert choose(exercises, a=recent, b=old, c=recent)[0] == "b"


def test_ties_go_to_the_easier_one_and_then_by_slug() -> None:
    exercises = [
        an_exercise("c", week=2, difficulty=1),
        an_exercise("b", week=2),
        an_exercise("a", week=2, difficulty=1),
    ]

    assert choose(exercises)[0] == "b"
    assert choose(exercises, b=utc(2026, 11, 2))[0] == "a"


def test_without_the_theme_the_kind_is_kept_and_the_reason_says_so() -> None:
    exercises = [an_exercise("a", week=5), an_exercise("b", Day.DEBUG, week=2)]

    assert choose(exercises) == ("a", PlanReason.OTHER_NEW)
    assert choose(exercises, a=utc(2026, 11, 2)) == ("a", PlanReason.OTHER_LONGEST_AGO)


def test_a_day_without_any_exercise_has_no_choice() -> None:
    exercises = [an_exercise("a", Day.DEBUG)]

    assert schedule.choose_exercise(exercises, day=Day.MODULE, theme=1, last_used={}) is None


@given(st.permutations([("a", 0), ("b", 0), ("c", 1), ("d", 2)]))
def test_the_choice_does_not_depend_on_the_order_of_the_catalogue(
    order: list[tuple[str, int]],
) -> None:
    exercises = [an_exercise(slug, week=2, difficulty=hard) for slug, hard in order]

    assert choose(exercises)[0] == "a"
