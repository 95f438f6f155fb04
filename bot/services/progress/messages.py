"""What members read about their week, their submissions, and the board."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.domain.board import Standings
from bot.domain.challenge import Window
from bot.domain.chat.message import ChannelLink, Image, Message, Table
from bot.domain.cohort import theme_of
from bot.domain.exercise import Day
from bot.domain.grading import Verdict
from bot.domain.progression import (
    CHALLENGE_POINTS,
    CHECKS_POINTS,
    SOLVED_POINTS,
    TRY_POINTS,
    Outcome,
    PlanItem,
    PlanReason,
    PointsEvent,
    PointsReason,
)
from bot.domain.submission import Submission, SubmissionState
from bot.services.challenges.messages import KINDS
from bot.services.submissions.messages import points_text

TitleOf = Callable[[str], str]
"""The title of an exercise, by its slug."""

RANKS_IN_WORDS = 10
"""Of a picture. Discord takes 1024 characters, and the table beside it has them all."""

_SLOT_DAYS = {Day.IMPLEMENT: "Monday", Day.DEBUG: "Wednesday", Day.MODULE: "Friday"}
"""When the calendar posts each kind."""

_NEW = "new to your cohort"
_LONGEST_AGO = "the one that your cohort has not met for longest"
_THEMED = "It belongs to this week's theme, {theme}, and is {novelty}."
_OTHER = "It goes beyond this week's theme, {theme}, and is {novelty}."
_REASONS = {
    PlanReason.CHOSEN_BY_MENTOR: "A mentor chose it for the cohort.",
    PlanReason.PINNED: "A mentor chose it for this day.",
    PlanReason.THEME_NEW: _THEMED.replace("{novelty}", _NEW),
    PlanReason.THEME_LONGEST_AGO: _THEMED.replace("{novelty}", _LONGEST_AGO),
    PlanReason.OTHER_NEW: _OTHER.replace("{novelty}", _NEW),
    PlanReason.OTHER_LONGEST_AGO: _OTHER.replace("{novelty}", _LONGEST_AGO),
}
VERDICTS = {
    Verdict.SOLVED: "solved",
    Verdict.PARTLY: "partly solved",
    Verdict.WRONG: "not yet",
    Verdict.UNATTEMPTED: "the starter",
    Verdict.NOT_ALLOWED: "not allowed",
    Verdict.SYNTAX_ERROR: "syntax error",
    Verdict.CRASHED: "crashed",
    Verdict.TIMED_OUT: "timed out",
    Verdict.STALLED: "stalled",
    Verdict.OUT_OF_MEMORY: "out of memory",
    Verdict.TOO_MUCH_OUTPUT: "too much output",
    Verdict.SANDBOX_FAULT: "our fault",
}
_SUBMISSION_STATES = {
    SubmissionState.QUEUED: "waiting",
    SubmissionState.RUNNING: "running",
    SubmissionState.GRADED: "graded",
    SubmissionState.WITHDRAWN: "withdrawn",
}

NO_SUBMISSIONS = Message.of(
    "Nothing yet. Send code in a challenge's thread, and it is listed here."
)


def which_week(last: int) -> str:
    """To who asked for the board of a week that does not exist."""
    if last == 1:
        return "The programme is in its first week, so week 1 is the only one."
    return f"The week must be a number from 1 to {last}."


# --- the week ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Names:
    """What a plan says of exercises.

    Attributes:
        title_of: Names one by its slug.
        windows: Whether the challenges are open, by slug.
        without_thread: The slugs of those that cannot be answered anywhere.
        excused: The slugs of those that the member need not answer.
        to_come: Days of the week that are still ahead.
    """

    title_of: TitleOf
    windows: Mapping[str, Window]
    without_thread: AbstractSet[str] = frozenset()
    excused: AbstractSet[str] = frozenset()
    to_come: AbstractSet[Day] = frozenset()


_UNTRIED = {
    Window.OPEN: "open",
    Window.LATE: "closed; late answers are graded",
    Window.OVER: "over",
}


def plan(
    week: int,
    items: Sequence[PlanItem],
    outcomes: Sequence[Outcome],
    links: Sequence[ChannelLink],
    names: Names,
) -> Message:
    """A member's week: its theme, its days, what is done, and why these exercises.

    Args:
        week: Of the programme.
        items: The days that are not days off.
        outcomes: The member's, of this week.
        links: To where they can answer now.
        names: How exercises are called, and which are closed.
    """
    head = f"**Week {week} · {theme_of(week)[1]}**"
    if not items:
        return Message.of(f"{head} — days off, no challenge", *links)
    done = sum(any(outcome.exercise == item.exercise for outcome in outcomes) for item in items)
    days = sum(bool(item.exercise) or item.day in names.to_come for item in items)
    rows = tuple(_plan_row(item, outcomes, names) for item in items)
    reasons = [f"{KINDS[item.day]}: {reason}" for item in items if (reason := _reason(item))]
    return Message.of(
        f"{head} — {done} of {days} days answered",
        Table(("Kind", "Challenge", "You"), rows),
        *reasons,
        *links,
    )


def _plan_row(item: PlanItem, outcomes: Sequence[Outcome], names: Names) -> tuple[str, str, str]:
    kind = KINDS[item.day]
    if not item.exercise:
        to_come = f"announced on {_SLOT_DAYS[item.day]}"
        return kind, to_come if item.day in names.to_come else "was not posted", ""
    mine = [outcome for outcome in outcomes if outcome.exercise == item.exercise]
    title = names.title_of(item.exercise)
    return kind, title, _result(mine) if mine else _untried(item.exercise, names)


def _untried(exercise: str, names: Names) -> str:
    if exercise in names.excused:
        return "excused"
    window = names.windows.get(exercise, Window.OVER)
    if window is not Window.OVER and exercise in names.without_thread:
        return f"{'open' if window is Window.OPEN else 'closed'}; it has no thread"
    return _UNTRIED[window]


def _result(outcomes: Sequence[Outcome]) -> str:
    if any(outcome.solved for outcome in outcomes):
        return "✅ solved"
    return f"🟡 {max(outcome.best_core_share for outcome in outcomes):.0%} of the core checks"


def _reason(item: PlanItem) -> str:
    return _REASONS.get(item.reason, "").format(theme=theme_of(item.week)[1])


# --- points -----------------------------------------------------------------------------------


def points(week: int, titles: Mapping[int, str], events: Sequence[PointsEvent]) -> Message:
    """What a member's points of a week are for.

    Args:
        week: Of the programme.
        titles: Of the week's challenges, by id.
        events: The member's, of this week.
    """
    rows = tuple(_points_row(title, challenge, events) for challenge, title in titles.items())
    earned = sum(event.points for event in events)
    most = CHALLENGE_POINTS * len(titles)
    return Message.of(
        f"**Week {week}: {points_text(earned)}** of {most:g}",
        *([Table(("Challenge", "Try", "Checks", "Solved"), rows)] if rows else []),
        POINTS_RULES,
    )


def _points_row(
    title: str, challenge: int, events: Sequence[PointsEvent]
) -> tuple[str, str, str, str]:
    first, checks, solved = (
        sum(event.points for event in events if event.challenge == challenge and event.reason in of)
        for of in _POINTS_OF
    )
    return title, f"{first:g}", f"{checks:g}", f"{solved:g}"


_POINTS_OF = (
    {PointsReason.TRY},
    {PointsReason.CHECKS, PointsReason.LATE_CHECKS},
    {PointsReason.SOLVED, PointsReason.LATE_SOLVED},
)

POINTS_RULES = (
    f"- **{TRY_POINTS:g}** for the first answer with which at least one core check holds\n"
    f"- up to **{CHECKS_POINTS:g}** for the core checks that hold, by their weight\n"
    f"- **{SOLVED_POINTS:g}** for solving it\n\n"
    "What a late answer adds to the last two counts half: solutions may be talked about by then."
    " Tries, hints and time cost nothing, and nothing is ever taken away."
)


# --- submissions and the board ----------------------------------------------------------------


def history(
    submissions: Sequence[Submission],
    exercises: Mapping[int, str],
    title_of: TitleOf,
    *,
    zone: ZoneInfo,
) -> Message:
    """A member's newest submissions.

    Args:
        submissions: Newest first.
        exercises: Slugs by challenge.
        title_of: Names an exercise.
        zone: Of the times.
    """
    if not submissions:
        return NO_SUBMISSIONS
    rows = tuple(
        _history_row(item, title_of(exercises[item.challenge]), zone) for item in submissions
    )
    return Message.of(
        Table(("When", "Exercise", "Verdict", "Checks", "Try"), rows), f"Times are those of {zone}."
    )


def _history_row(submission: Submission, title: str, zone: ZoneInfo) -> tuple[str, ...]:
    grade, received_at = submission.grade, submission.received_at.astimezone(zone)
    return (
        f"{received_at:%d %b %H:%M}{' · late' if submission.late else ''}",
        title,
        VERDICTS[grade.verdict] if grade else _SUBMISSION_STATES[submission.state],
        f"{grade.passed} of {len(grade.checks)}" if grade and grade.checks else "-",
        str(submission.try_number or "-"),
    )


def board(seen: Standings, picture: bytes) -> Message:
    """The cohort's total first, then the ranks."""
    _, theme = theme_of(seen.week)
    head = f"**Week {seen.week} · {theme}**"
    if not seen.rows:
        return Message.of(f"{head}\nNobody has points in this week yet.")
    together = f"Together we solved **{seen.solved} of {seen.possible}** challenges."
    rows = tuple(
        (
            str(row.rank),
            f"{row.shown}{' · personal best' if row.personal_best else ''}",
            f"{row.points:g} of {row.possible:g}",
        )
        for row in seen.rows
    )
    image = (Image("leaderboard.png", picture, _in_words(seen)),) if picture else ()
    return Message.of(f"{head}\n{together}", Table(("", "Who", "Points"), rows), *image)


def _in_words(seen: Standings) -> str:
    """What the picture shows, for who does not see it."""
    rows = seen.rows[:RANKS_IN_WORDS]
    ranks = "; ".join(f"{row.rank}. {row.shown}, {row.points:g} points" for row in rows)
    others = len(seen.rows) - len(rows)
    more = f"; and {others} more" if others else ""
    return f"Bars of the points in week {seen.week}: {ranks}{more}."
