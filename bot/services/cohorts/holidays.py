"""A cohort's days off: how they are read, changed and shown."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from bot.domain.chat.message import Message
from bot.domain.cohort import Cohort
from bot.domain.errors import UserError

WITHIN = timedelta(days=366)
"""Nobody plans further: a day beyond it is a slip of the finger."""

CHANGES = ("add", "remove")

_ONE_DAY = timedelta(days=1)


def read(text: str) -> date:
    """A day as people write it.

    Raises:
        UserError: It is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError("Give the date as year-month-day, for example 2026-11-23.") from error


def changed(cohort: Cohort, *, first: str, last: str, change: str, today: date) -> Cohort:
    """The cohort with more days off, or fewer.

    Args:
        cohort: As it was.
        first: The first of the days.
        last: The last of them; the first alone if empty.
        change: One of `CHANGES`; the first if empty.
        today: The cohort's local date: what is past stays as it was.

    Raises:
        UserError: They are no days, in no order, past, or too far away.
    """
    begin, end = read(first), read(last or first)
    if end < begin:
        raise UserError("The last day comes before the first.")
    if begin < today:
        raise UserError("Those days have begun already. Give a first day from today on.")
    if end > today + WITHIN:
        raise UserError("That is more than a year away.")
    days = {begin + number * _ONE_DAY for number in range((end - begin).days + 1)}
    match change or "add":
        case "add":
            return replace(cohort, holidays=cohort.holidays | days)
        case "remove":
            return replace(cohort, holidays=cohort.holidays - days)
        case _:
            raise UserError("The change is `add` or `remove`.")


def told(cohort: Cohort, *, today: date) -> Message:
    """The days off to come."""
    spans = list(_spans(sorted(day for day in cohort.holidays if day >= today)))
    if not spans:
        return Message.of(
            "There are no days off to come. `/cohort holidays` with a first and a last day adds"
            " some: no challenge is posted on them, and they cost nobody a week of their streak."
        )
    lines = [f"- {_day(a)}" if a == b else f"- {_day(a)} to {_day(b)}" for a, b in spans]
    return Message.of("No challenge is posted on these days:", "\n".join(lines))


def _spans(days: list[date]) -> Iterator[tuple[date, date]]:
    """First and last of each run of days that follow each other."""
    while days:
        length = next((n for n, day in enumerate(days) if day != days[0] + n * _ONE_DAY), len(days))
        yield days[0], days[length - 1]
        days = days[length:]


def _day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"
