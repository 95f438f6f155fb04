"""What members read about their week, their journey, and the board."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.domain.board import Standings
from bot.domain.challenge import Window
from bot.domain.chat.message import ChannelLink, Image, Message, Table, Text
from bot.domain.cohort import theme_of
from bot.domain.exercise import STAGES, Day
from bot.domain.grading import Verdict
from bot.domain.journey import (
    GOOD_VALUE,
    LEAST_EXERCISES,
    SPREAD,
    MilestoneCondition,
    MilestoneGap,
    MilestoneStanding,
    StageCondition,
    StageStanding,
    StageState,
    current_stage,
)
from bot.domain.progression import Outcome, PlanItem, PlanReason
from bot.domain.streak import Streak
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
_STATES = {
    StageState.OPEN: "open",
    StageState.REACHED: "reached",
    StageState.RESTING: "resting",
    StageState.SIGNOFF: "needs a mentor's sign-off",
}
_STAGE_CONDITIONS = {
    StageCondition.DEBUG_DAY: "one of them a bug",
    StageCondition.OTHER_DAY: "one of them a function or module",
    StageCondition.SPREAD: f"spread over {SPREAD.days} days",
}
_MILESTONE_CONDITIONS = {
    MilestoneCondition.TWO_EXERCISES: "two different exercises",
    MilestoneCondition.ONE_MORE_EXERCISE: "one more exercise",
    MilestoneCondition.SPREAD: f"another exercise, {SPREAD.days} days after the first",
    MilestoneCondition.WITHOUT_HINTS: "one of the two without hints",
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

NOTHING_YET = (
    "No answer of yours counts yet. To begin, send your code in the thread of an open challenge:"
    " `/plan` leads there.\n"
    f"Your way has {len(STAGES)} stages, from {STAGES[0]} to {STAGES[-1]}, and each exercise is of"
    f" one. You reach a stage with {LEAST_EXERCISES} of its exercises done well, over"
    f" {SPREAD.days} days or more; a milestone is one skill, shown in the same way."
)
"""How somebody stands on their first day, and what comes next."""

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


# --- the journey ------------------------------------------------------------------------------


def standing(
    stages: Sequence[StageStanding],
    milestones: Sequence[MilestoneStanding],
    outcomes: Sequence[Outcome],
    *,
    points: float,
    streak: Streak,
) -> Message:
    """Stage, points, weeks and milestones of a member."""
    current = current_stage(stages)
    head = f"Stage {current}: {STAGES[current - 1]}" if current else "Stages: none reached yet"
    solved = sum(outcome.solved for outcome in outcomes)
    rows = tuple(_stage_row(stage) for stage in stages if stage.exercises)
    if not outcomes and not rows:
        return Message.of(NOTHING_YET, _milestones(milestones))
    return Message.of(
        f"**{head}** · {points_text(points)} · {solved} of {len(outcomes)} challenges solved"
        f" · {streak_text(streak)}",
        *([Table(("Stage", "State", "Mean", "Still to show"), rows)] if rows else []),
        _milestones(milestones),
    )


def streak_text(streak: Streak) -> str:
    """A member's weeks: a run that ended is never shown as a zero."""
    return f"active weeks {streak.active} · best run {streak.best}"


def stage_gaps(stage: StageStanding) -> str:
    """What a stage still wants; empty unless it is open."""
    return "; ".join(_stage_gap(condition, stage) for condition in stage.missing)


def milestone_gap(gap: MilestoneGap) -> str:
    """What a milestone still wants."""
    match gap.condition:
        case MilestoneCondition.BY_MENTOR:
            return f"a mentor's word on {gap.by_mentor}"
        case MilestoneCondition.ALL_OF:
            plural = "" if len(gap.exercises) == 1 else "s"
            return f"the exercise{plural} {' and '.join(gap.exercises)}"
        case MilestoneCondition.ONE_OF:
            return f"one of the exercises {', '.join(gap.exercises)}"
        case condition:
            return _MILESTONE_CONDITIONS[condition]


def _stage_row(stage: StageStanding) -> tuple[str, str, str, str]:
    return (
        f"{stage.stage} {stage.name}",
        _STATES[stage.state],
        "-" if stage.value is None else f"{stage.value:.0%}",
        stage_gaps(stage),
    )


def _stage_gap(condition: StageCondition, stage: StageStanding) -> str:
    if condition is StageCondition.EXERCISES:
        wanted = LEAST_EXERCISES - stage.exercises
        return f"{wanted} more exercise{'' if wanted == 1 else 's'} of this stage"
    if condition is StageCondition.VALUE:
        return f"{GOOD_VALUE:.0%} over the last five ({stage.value or 0.0:.0%} so far)"
    return _STAGE_CONDITIONS[condition]


def _milestones(standings: Sequence[MilestoneStanding]) -> Text:
    reached = [standing for standing in standings if standing.reached]
    begun = [standing for standing in standings if standing.shown and standing.missing]
    lines = [f"**Milestones: {len(reached)} of {len(standings)}**"]
    lines += [f"- ✅ {standing.name}" for standing in reached]
    lines += [
        f"- 🟡 {standing.name}: needs {milestone_gap(standing.missing)}"
        for standing in begun
        if standing.missing
    ]
    if not reached and not begun:
        lines.append("Two exercises of a kind, done well and a week apart, reach the first one.")
    return Text("\n".join(lines))


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
