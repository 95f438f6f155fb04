"""A cohort's days off: how they are read and changed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from bot.domain.cohort import Cohort
from bot.domain.errors import UserError
from bot.domain.text import quoted

PLANNED_AHEAD = timedelta(days=366)
"""Nobody plans further: a day beyond it is a slip of the finger."""

ADD, REMOVE = CHANGES = ("add", "remove")

_ONE_DAY = timedelta(days=1)


def read_date(text: str) -> date:
    """A day as people write it.

    Raises:
        UserError: It is not a date.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError(
            f"{quoted(text)} is not a date. Give it as year-month-day, for example 2026-11-23."
        ) from error


def with_days_off(cohort: Cohort, *, first: str, last: str, change: str, today: date) -> Cohort:
    """The cohort with more days off, or fewer.

    Args:
        cohort: As it was.
        first: The first of the days.
        last: The last of them; the first alone if empty.
        change: One of `CHANGES`; the first if empty.
        today: The cohort's local date: what is past stays as it was.

    Raises:
        UserError: They are not days, or in the wrong order, past, or too far away.
    """
    days = _days(read_date(first), read_date(last or first), today=today)
    match change or ADD:
        case "add":
            return replace(cohort, holidays=cohort.holidays | days)
        case "remove":
            return replace(cohort, holidays=cohort.holidays - days)
        case _:
            raise UserError(f"The change must be `{ADD}` or `{REMOVE}`.")


def spans(cohort: Cohort, *, today: date) -> list[tuple[date, date]]:
    """The days off to come, as first and last of each run of days that follow each other."""
    return list(_spans(sorted(day for day in cohort.holidays if day >= today)))


def _days(first: date, last: date, *, today: date) -> set[date]:
    if last < first:
        raise UserError("The last day comes before the first.")
    if first < today:
        raise UserError("Those days have begun already. Give a first day from today on.")
    if last > today + PLANNED_AHEAD:
        raise UserError("That is more than a year away.")
    return {first + number * _ONE_DAY for number in range((last - first).days + 1)}


def _spans(days: list[date]) -> Iterator[tuple[date, date]]:
    while days:
        length = next((n for n, day in enumerate(days) if day != days[0] + n * _ONE_DAY), len(days))
        yield days[0], days[length - 1]
        days = days[length:]
