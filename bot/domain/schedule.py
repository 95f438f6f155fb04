"""What a cohort's calendar asks for: slots that are due, open times, the exercise to release.

A slot is named by its local calendar date, so a wall-clock hour that comes twice on the day the
clocks go back names the same slot, and storing that name makes the post happen once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count, takewhile
from typing import Protocol

from bot.domain.challenge import Challenge
from bot.domain.cohort import Cohort
from bot.domain.exercise import Day, Exercise
from bot.domain.progression import PlanReason

CATCH_UP = timedelta(hours=24)
"""A slot older than this is recorded but not posted: half of its challenge's time is over."""

WEEKDAYS = {0: Day.IMPLEMENT, 2: Day.DEBUG, 4: Day.MODULE}
"""Monday, Wednesday and Friday, as `date.weekday` counts."""

BOARD_WEEKDAY = 0

_ONE_DAY = timedelta(days=1)
_ONE_WEEK = timedelta(weeks=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


class SlotKind(StrEnum):
    """What a slot is for."""

    POST = "post"
    BOARD = "board"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A scheduled challenge of one cohort.

    Attributes:
        on: Local calendar date; with the kind it names the slot in its cohort.
        due_at: Aware UTC.
        missed: Too old to be posted; it is only recorded.
    """

    day: Day
    on: date
    due_at: datetime
    missed: bool = False
    kind: SlotKind = SlotKind.POST


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardSlot:
    """A scheduled leaderboard of one cohort.

    Attributes:
        week: The programme week that it shows, which ended the midnight before.
        on, due_at, missed: As in `Slot`.
    """

    week: int
    on: date
    due_at: datetime
    missed: bool = False
    kind: SlotKind = SlotKind.BOARD


class Calendar(Protocol):
    """Slots that were seen to, and what mentors chose for coming dates."""

    async def take_slot(self, cohort: int, slot: Slot | BoardSlot, at: datetime) -> bool:
        """Claim a scheduled moment; False when it was claimed before."""
        ...

    async def last_slots(self, kind: SlotKind) -> Mapping[int, datetime]:
        """`due_at` of the newest claimed slot of each cohort that has one, by cohort."""
        ...

    async def pin(self, *, cohort: int, on: date, exercise: str, by: int | None) -> None:
        """A mentor's choice for a date; a later pin replaces it."""
        ...

    async def unpin(self, cohort: int, on: date) -> bool:
        """Forget the choice for a date; False when there was none."""
        ...

    async def pins(self, cohort: int, since: date) -> Sequence[tuple[date, str]]:
        """What is pinned from a date on, soonest first: the date and the slug."""
        ...

    async def find_pin(self, cohort: int, on: date) -> str | None:
        """The slug pinned for a date."""
        ...


def due_slots(
    cohort: Cohort, *, after: datetime | None, now: datetime, catch_up: timedelta = CATCH_UP
) -> list[Slot]:
    """Challenges with ``after < due_at <= now``, oldest first: on their weekday, not on holidays.

    Args:
        cohort: Whose calendar.
        after: `due_at` of the last slot already recorded; None looks back by `catch_up` alone.
        now: Aware UTC.
        catch_up: Slots that were due longer ago than this are marked missed.
    """
    since = now - catch_up if after is None else after
    return [
        replace(slot, missed=now - slot.due_at > catch_up)
        for slot in _slots(cohort, cohort.local_date(since), cohort.local_date(now))
        if since < slot.due_at <= now
    ]


def due_boards(
    cohort: Cohort, *, after: datetime | None, now: datetime, catch_up: timedelta = CATCH_UP
) -> list[BoardSlot]:
    """Leaderboards with ``after < due_at <= now``, oldest first: every Monday but the first.

    A Monday that is a holiday has one too: nobody has to do anything about it. Arguments are those
    of `due_slots`.
    """
    since = now - catch_up if after is None else after
    return [
        replace(slot, missed=now - slot.due_at > catch_up)
        for slot in _board_slots(cohort, cohort.local_date(since), cohort.local_date(now))
        if since < slot.due_at <= now
    ]


def next_slot(cohort: Cohort, *, now: datetime) -> Slot | None:
    """The next challenge after a moment; None when a whole year to come holds only holidays."""
    start = max(cohort.local_date(now), first_monday(cohort))
    slots = _slots(cohort, start, start + 52 * _ONE_WEEK)
    return next((slot for slot in slots if slot.due_at > now), None)


def slots_of(cohort: Cohort, week: int) -> list[Slot]:
    """A programme week's challenges, at most three; holidays have none."""
    monday = first_monday(cohort) + (week - 1) * _ONE_WEEK
    return [slot for slot in _slots(cohort, monday, monday + 6 * _ONE_DAY) if slot.on >= monday]


def first_monday(cohort: Cohort) -> date:
    """First day of the programme."""
    return cohort.starts_on - cohort.starts_on.weekday() * _ONE_DAY


def week_starts_at(cohort: Cohort, week: int) -> datetime:
    """When a programme week begins: Monday midnight local time, as aware UTC."""
    return _instant(cohort, first_monday(cohort) + (week - 1) * _ONE_WEEK, hour=0)


def week_ends_at(cohort: Cohort, week: int) -> datetime:
    """When a programme week ends: Sunday midnight local time, as aware UTC."""
    return _instant(cohort, first_monday(cohort) + week * _ONE_WEEK, hour=0)


def window(cohort: Cohort, opened_at: datetime) -> tuple[datetime, datetime]:
    """When a challenge opened at a moment closes, and until when a late answer is graded.

    Both count elapsed hours, so a change of the clocks gives and takes nobody's time.
    """
    closes_at = opened_at + timedelta(hours=cohort.open_hours)
    return closes_at, closes_at + timedelta(hours=cohort.late_hours)


def is_reminder_due(cohort: Cohort, challenge: Challenge, now: datetime) -> bool:
    """Whether members should be reminded now of a challenge that closes.

    That is `reminder_hours` before it closes. Where it would fall into the night or on a day off,
    it comes in the last hour before, as long as the challenge is open by then, and else in the
    first moment after. Never while it is quiet, and never once it is closed.
    """
    if cohort.is_quiet(now) or now >= challenge.closes_at:
        return False
    usual = challenge.closes_at - timedelta(hours=cohort.reminder_hours)
    before = takewhile(lambda at: at > challenge.opens_at, _hours_back_from(usual))
    return now >= next((at for at in before if not cohort.is_quiet(at)), usual)


def choose_exercise(
    exercises: Sequence[Exercise],
    *,
    day: Day,
    theme: int,
    last_used: Mapping[str, datetime],
    pinned: str | None = None,
) -> tuple[Exercise, PlanReason] | None:
    """Which exercise a slot releases, and why.

    A mentor's pin comes first, whatever its day. Then comes what the cohort has not met: of that
    day's kind and the week's theme, or else of the theme that has most left of it, so that no week
    loses what it will need. When all has been met, the week's theme again, the one met longest ago.
    The easier comes first: by stage, difficulty and slug. (Learning, "Whose week".)

    Args:
        exercises: The catalogue.
        day: The slot's kind.
        theme: Number of the week's theme, 1 to 6.
        last_used: When each exercise was last opened in the cohort, by slug.
        pinned: Slug that a mentor chose for the date.

    Returns:
        None when there is no exercise for that day at all.
    """
    by_slug = {exercise.slug: exercise for exercise in exercises}
    if pinned is not None and pinned in by_slug:
        return by_slug[pinned], PlanReason.PINNED
    kind = [exercise for exercise in exercises if exercise.day is day]
    if not kind:
        return None
    new = [exercise for exercise in kind if exercise.slug not in last_used]
    left = Counter(exercise.week for exercise in new)
    chosen = min(
        new or kind,
        key=lambda item: (
            item.week != theme,
            -left[item.week],
            last_used.get(item.slug, _NEVER),
            *(item.stage, item.difficulty, item.slug),
        ),
    )
    return chosen, _reason(has_theme=chosen.week == theme, is_new=bool(new))


def _hours_back_from(at: datetime) -> Iterator[datetime]:
    return (at - timedelta(hours=hours) for hours in count())


def _reason(*, has_theme: bool, is_new: bool) -> PlanReason:
    if has_theme:
        return PlanReason.THEME_NEW if is_new else PlanReason.THEME_LONGEST_AGO
    return PlanReason.OTHER_NEW if is_new else PlanReason.OTHER_LONGEST_AGO


def _slots(cohort: Cohort, first: date, last: date) -> Iterator[Slot]:
    for on in _dates(max(first - _ONE_DAY, first_monday(cohort)), last):
        day = WEEKDAYS.get(on.weekday())
        if day and on not in cohort.holidays:
            yield Slot(day=day, on=on, due_at=_instant(cohort, on, hour=cohort.hour))


def _board_slots(cohort: Cohort, first: date, last: date) -> Iterator[BoardSlot]:
    for on in _dates(max(first - _ONE_DAY, first_monday(cohort) + _ONE_WEEK), last):
        if on.weekday() == BOARD_WEEKDAY:
            due_at = _instant(cohort, on, hour=cohort.hour)
            yield BoardSlot(week=cohort.week_of(on) - 1, on=on, due_at=due_at)


def _dates(first: date, last: date) -> Iterator[date]:
    return (first + number * _ONE_DAY for number in range((last - first).days + 1))


def _instant(cohort: Cohort, on: date, *, hour: int) -> datetime:
    """A local wall-clock hour as UTC: a repeated hour's first time, a skipped hour's after the gap.

    ``fold=0`` is both: PEP 495 reads a time inside the gap with the offset from before it. That may
    carry a slot past midnight, so callers look at the date before as well.
    """
    return datetime.combine(on, time(hour), cohort.zone).astimezone(UTC)
