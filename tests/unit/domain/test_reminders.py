"""When people are reminded: never at night, never on a day off, never too late."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.challenge import Challenge
from bot.domain.cohort import Cohort
from bot.domain.schedule import is_reminder_due
from tests.support.values import a_challenge, a_cohort

MINUTE = timedelta(minutes=1)


def local(cohort: Cohort, text: str) -> datetime:
    """A moment of the cohort's wall clock, such as ``2026-11-24 21:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=cohort.zone).astimezone(UTC)


def reminded_at(cohort: Cohort, challenge: Challenge, *, away_until: str = "") -> str:
    """The first minute in which people are reminded, local time; empty if never."""
    at = local(cohort, away_until) if away_until else challenge.opens_at
    while at < challenge.closes_at + timedelta(days=1):
        if is_reminder_due(cohort, challenge, at):
            return f"{at.astimezone(cohort.zone):%Y-%m-%d %H:%M}"
        at += MINUTE
    return ""


def opened(cohort: Cohort, at: str, *, hours: float = 48) -> Challenge:
    opens_at = local(cohort, at)
    challenge = a_challenge(1, opens_at=opens_at)
    return replace(challenge, closes_at=opens_at + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("at", "hours", "reminded"),
    [
        ("2026-11-23 09:00", 48, "2026-11-24 21:00"),  # 03:00 would be at night
        ("2026-11-23 16:00", 48, "2026-11-25 10:00"),
        ("2026-11-23 09:30", 48, "2026-11-24 21:30"),
        ("2026-11-23 23:00", 9.5, "2026-11-24 08:00"),  # not open in the evening before
        ("2026-11-23 22:30", 8, ""),  # open at night alone
        ("2026-11-23 09:00", 5, "2026-11-23 09:00"),
        ("2026-11-23 04:00", 24, "2026-11-23 21:00"),  # 22:00 is night already
        ("2026-11-23 14:00", 24, "2026-11-24 08:00"),  # and 08:00 is not
        ("2026-10-23 09:00", 48, "2026-10-24 21:00"),  # the clocks go back in that night
    ],
)
def test_a_reminder_at_night_comes_in_the_evening_before_or_in_the_morning(
    at: str, hours: float, reminded: str
) -> None:
    cohort = a_cohort()

    assert reminded_at(cohort, opened(cohort, at, hours=hours)) == reminded


def test_the_night_is_the_cohorts() -> None:
    for zone in ("Asia/Tokyo", "America/Los_Angeles", "Asia/Kolkata"):
        cohort = a_cohort(zone)
        assert reminded_at(cohort, opened(cohort, "2026-11-23 09:00")) == "2026-11-24 21:00"


def test_who_was_away_in_the_evening_reminds_in_the_morning() -> None:
    cohort = a_cohort()
    challenge = opened(cohort, "2026-11-23 09:00")

    assert reminded_at(cohort, challenge, away_until="2026-11-24 22:00") == "2026-11-25 08:00"
    assert reminded_at(cohort, challenge, away_until="2026-11-25 09:00") == ""


def test_nobody_is_reminded_on_a_day_off() -> None:
    wednesday, tuesday = date(2026, 11, 25), date(2026, 11, 24)
    cohort = replace(a_cohort(), holidays=frozenset({wednesday}))
    afternoon = opened(cohort, "2026-11-23 16:00")
    assert reminded_at(cohort, afternoon) == "2026-11-24 21:00"

    cohort = replace(cohort, holidays=frozenset({tuesday, wednesday}))
    assert reminded_at(cohort, afternoon) == "2026-11-23 21:00"
    assert reminded_at(cohort, opened(cohort, "2026-11-24 09:00")) == "2026-11-26 08:00"


def test_quiet_hours_are_a_rule_of_the_cohort() -> None:
    never = replace(a_cohort(), quiet_from=0, quiet_until=0)
    assert reminded_at(never, opened(never, "2026-11-23 09:00")) == "2026-11-25 03:00"

    noon = replace(a_cohort(), quiet_from=12, quiet_until=14)
    assert reminded_at(noon, opened(noon, "2026-11-23 19:00")) == "2026-11-25 11:00"


@given(
    st.integers(0, 23),
    st.integers(0, 23),
    st.integers(1, 336),
    st.integers(1, 168),
    st.integers(0, 270 * 24),
    st.integers(0, 336 * 60),
)
def test_nobody_is_reminded_while_it_is_quiet_or_once_it_is_closed(  # what a rule may be
    quiet_from: int, quiet_until: int, hours: int, before: int, opened_h: int, minutes: int
) -> None:
    opens_at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=opened_h)
    cohort = replace(
        a_cohort(),
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        reminder_hours=before,
        holidays=frozenset({opens_at.date(), opens_at.date() + timedelta(days=3)}),
    )
    challenge = replace(
        a_challenge(1, opens_at=opens_at), closes_at=opens_at + timedelta(hours=hours)
    )
    now = opens_at + timedelta(minutes=minutes)

    if is_reminder_due(cohort, challenge, now):
        local = now.astimezone(cohort.zone)
        night = [
            hour % 24 for hour in range(quiet_from, quiet_until + 24 * (quiet_until < quiet_from))
        ]
        assert local.hour not in night
        assert local.date() not in cohort.holidays
        assert opens_at <= now < challenge.closes_at
