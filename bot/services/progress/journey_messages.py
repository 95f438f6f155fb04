"""What members read about their journey: stages and milestones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.chat.message import ChannelLink, Message
from bot.domain.exercise import STAGES, Exercise
from bot.domain.journey import (
    GOOD_VALUE,
    LEAST_EXERCISES,
    SPREAD,
    StageCondition,
    StageStanding,
    StageState,
    current_stage,
)
from bot.domain.milestones import LEVELS, MilestoneCondition, MilestoneGap, MilestoneStanding
from bot.domain.next_step import NextStep
from bot.domain.progression import Outcome
from bot.domain.reached import Goal
from bot.domain.streak import Streak
from bot.domain.text import sentence, shown_name
from bot.services.challenges.messages import KINDS
from bot.services.progress.messages import TitleOf
from bot.services.submissions.messages import points_text

_NAMED = 3
"""Exercises that help, of several."""

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
_BY_ANY_OTHER = {MilestoneCondition.ONE_MORE_EXERCISE, MilestoneCondition.SPREAD}
"""What any exercise helps that is tagged with the milestone."""

NOTHING_YET = (
    "No answer of yours counts yet. To begin, send your code in the thread of an open challenge:"
    " `/plan` leads there.\n"
    f"Your way has {len(STAGES)} stages, from {STAGES[0]} to {STAGES[-1]}, and each exercise is of"
    f" one. You reach a stage with {LEAST_EXERCISES} of its exercises done well, over"
    f" {SPREAD.days} days or more; a milestone is one skill, shown in the same way."
)
"""How somebody stands on their first day, and what comes next."""

LAST_STAGE = "The last stage is yours. Helping others on their way is what comes next."

HOW_MILESTONES_COUNT = (
    f"An exercise counts from {GOOD_VALUE:.0%} on: the share of its core checks that hold, and a"
    " little less for each further try and each hint."
)


@dataclass(frozen=True, slots=True)
class Names:
    """How exercises and days are called.

    Attributes:
        title_of: Names an exercise.
        zone: Of the days.
    """

    title_of: TitleOf
    zone: ZoneInfo

    def day(self, at: datetime) -> str:
        """The day of a moment, such as 4 Dec."""
        local = at.astimezone(self.zone)
        return f"{local.day} {local:%b}"


# --- stages -----------------------------------------------------------------------------------


def stages(
    standings: Sequence[StageStanding],
    step: NextStep | None,
    links: Sequence[ChannelLink],
    names: Names,
) -> Message:
    """All six stages, where the member is among them, and what to do next.

    Args:
        standings: At all six.
        step: Towards the next one, if there is one.
        links: To where its exercise can be answered now.
        names: How exercises and days are called.
    """
    here = current_stage(standings)
    ahead = step.stage.stage if step else 0
    head = f"You are here: stage {here}, {STAGES[here - 1]}" if here else "You are at the start"
    return Message.of(
        f"**{head}**",
        "\n".join(_stage(item, here, ahead, names) for item in standings),
        *([_next(step, names)] if step else [LAST_STAGE]),
        *links,
    )


def _stage(standing: StageStanding, here: int, ahead: int, names: Names) -> str:
    begun = standing.exercises or standing.state is StageState.SIGNOFF
    mark = "✅" if standing.reached else "🟡" if begun else "⬜"
    where = " 👈 you are here" if standing.stage == here else ""
    wants_told = begun or standing.stage == ahead
    parts = _state_of(standing, names) if wants_told or standing.reached else ["open"]
    return f"- {mark} **{standing.stage} {standing.name}**: {'; '.join(parts)}{where}"


def _state_of(standing: StageStanding, names: Names) -> list[str]:
    match standing.state:
        case StageState.OPEN:
            return [f"needs {stage_gaps(standing)}"]
        case StageState.SIGNOFF:
            return ["your exercises are there", f"needs {mentors_missing(standing)}"]
        case StageState.REACHED:
            return _reached(standing, names)
        case StageState.RESTING:
            return [*_reached(standing, names), "resting, for nothing of it came up for 60 days"]


def _reached(standing: StageStanding, names: Names) -> list[str]:
    return [f"reached {names.day(standing.reached_at)}" if standing.reached_at else "reached"]


def _next(step: NextStep, names: Names) -> str:
    head = f"**Next step** to stage {step.stage.stage}:"
    if step.stage.state is StageState.SIGNOFF:
        return f"{head} {mentors_missing(step.stage)}. Your exercises are all there: ask for it."
    if not step.exercises:
        return f"{head} {stage_gaps(step.stage)}."
    first, *others = (_with_kind(item, names) for item in step.exercises[:_NAMED])
    if step.is_open:
        return f"{head} {first}, which is open now."
    since = f"from {names.day(step.not_before)} on, " if step.not_before else ""
    choice = " or ".join([first, *others])
    return f"{head} {since}{choice}, when it is posted."


def _with_kind(exercise: Exercise, names: Names) -> str:
    return f"*{names.title_of(exercise.slug)}* ({KINDS[exercise.day].lower()})"


def shown(name: str) -> str:
    """A person's name in a sentence, emphasised or not."""
    return sentence(shown_name(name))


def celebration(reached: Goal, name: str) -> Message:
    """One line on what was reached, once.

    Args:
        reached: The stage or milestone.
        name: Whose it is; empty where they alone read it.
    """
    if isinstance(reached, StageStanding):
        what, where = f"stage {reached.stage}, {reached.name}", "/stage"
    else:
        what, where = f"the milestone “{reached.name}”", "/milestones"
    if not name:
        return Message.of(f"🎉 You have reached {what}. `{where}` shows what led to it.")
    return Message.of(f"🎉 {shown(name)} has reached {what}.")


# --- /progress --------------------------------------------------------------------------------


def standing(
    stages: Sequence[StageStanding],
    milestones: Sequence[MilestoneStanding],
    outcomes: Sequence[Outcome],
    *,
    points: float,
    streak: Streak,
) -> Message:
    """Stage, points, weeks and milestones of a member."""
    if not outcomes:
        return Message.of(NOTHING_YET, _in_short(milestones))
    current = current_stage(stages)
    head = f"Stage {current}: {STAGES[current - 1]}" if current else "Stages: none reached yet"
    solved = sum(outcome.solved for outcome in outcomes)
    return Message.of(
        f"**{head}** · {points_text(points)} · {solved} of {len(outcomes)} challenges solved"
        f" · {streak_text(streak)}",
        "`/stage` shows all six stages, with your next step.",
        _in_short(milestones),
    )


def streak_text(streak: Streak) -> str:
    """A member's weeks: a run that ended is never shown as a zero."""
    return f"active weeks {streak.active} · best run {streak.best}"


def stage_gaps(stage: StageStanding) -> str:
    """What a stage still wants; empty unless it is open."""
    return "; ".join(_stage_gap(condition, stage) for condition in stage.missing)


def mentors_missing(stage: StageStanding) -> str:
    """Whose word a stage still wants."""
    if stage.signoffs:
        return "the sign-off of one more mentor"
    return "the sign-offs of two mentors" if stage.signoffs_missing > 1 else "a mentor's sign-off"


def milestone_gap(gap: MilestoneGap, title_of: TitleOf) -> str:
    """What a milestone still wants."""
    titles = [title_of(slug) for slug in gap.exercises]
    match gap.condition:
        case MilestoneCondition.BY_MENTOR:
            return f"a mentor's word on {gap.by_mentor}"
        case MilestoneCondition.ALL_OF:
            return " and ".join(titles)
        case MilestoneCondition.ONE_OF:
            return f"one of {', '.join(titles)}"
        case condition:
            return _MILESTONE_CONDITIONS[condition]


def _stage_gap(condition: StageCondition, stage: StageStanding) -> str:
    if condition is StageCondition.EXERCISES:
        wanted = LEAST_EXERCISES - stage.exercises
        return f"{wanted} more exercise{'' if wanted == 1 else 's'} of this stage"
    if condition is StageCondition.VALUE:
        return f"{GOOD_VALUE:.0%} over the last five ({stage.value or 0.0:.0%} so far)"
    return _STAGE_CONDITIONS[condition]


def _in_short(standings: Sequence[MilestoneStanding]) -> str:
    reached = sum(standing.reached for standing in standings)
    return (
        f"**Milestones: {reached} of {len(standings)}.** `/milestones` shows each, with what it"
        " still needs."
    )


# --- milestones -------------------------------------------------------------------------------


def milestones(standings: Sequence[MilestoneStanding], names: Names) -> Message:
    """All twelve: a list for each level, which a phone shows without scrolling sideways."""
    reached = sum(standing.reached for standing in standings)
    return Message.of(
        f"**Milestones: {reached} of {len(standings)}**",
        *(
            _of_level(level, [item for item in standings if item.level == letter], names)
            for letter, level in LEVELS.items()
        ),
        HOW_MILESTONES_COUNT,
    )


def _of_level(level: str, standings: Sequence[MilestoneStanding], names: Names) -> str:
    return "\n".join([f"**{level}**", *(_milestone(standing, names) for standing in standings)])


def _needs(gap: MilestoneGap, standing: MilestoneStanding, names: Names) -> str:
    """What is missing; of a milestone that is begun also what would show it."""
    words = milestone_gap(gap, names.title_of)
    if gap.condition not in _BY_ANY_OTHER or not (standing.evidence and standing.others):
        return words
    return f"{words}, such as {' or '.join(map(names.title_of, standing.others[:_NAMED]))}"


def _milestone(standing: MilestoneStanding, names: Names) -> str:
    state = "✅" if standing.reached else "🟡" if standing.evidence else "⬜"
    shown = " · ".join(
        f"{names.title_of(item.exercise)} ({names.day(item.at)})" for item in standing.evidence
    )
    parts = [
        *([f"reached {names.day(standing.reached_at)}"] if standing.reached_at else []),
        *([f"shown by {shown}"] if shown else []),
        *([f"needs {_needs(standing.missing, standing, names)}"] if standing.missing else []),
    ]
    return f"- {state} {standing.name}: {'; '.join(parts)}"
