"""What brings a member nearer to their next stage."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.exercise import Day, Exercise
from bot.domain.journey import (
    LAST_EXERCISES,
    LEAST_EXERCISES,
    SPREAD,
    StageCondition,
    StageStanding,
    StageState,
    current_stage,
    last_distinct,
)
from bot.domain.progression import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """The nearest stage that is not reached, and what helps.

    Attributes:
        stage: The lowest one above the highest that is reached.
        exercises: Those that bring it nearer, the best first; none where only a mentor's word is
            missing, or the catalogue has none of the stage.
        is_open: Whether the first of them can be answered now.
        not_before: From when on another one counts, where time is what is missing.
    """

    stage: StageStanding
    exercises: tuple[Exercise, ...]
    is_open: bool
    not_before: datetime | None = None


def next_step(
    standings: Sequence[StageStanding],
    outcomes: Iterable[Outcome],
    exercises: Iterable[Exercise],
    *,
    open_now: Container[str],
) -> NextStep | None:
    """What to do next; None once the last stage is reached.

    Args:
        standings: At all six stages.
        outcomes: The member's.
        exercises: The catalogue.
        open_now: Slugs of what can be answered now.
    """
    here = current_stage(standings)
    ahead = [standing for standing in standings if standing.stage > here]
    if not ahead:
        return None
    stage = ahead[0]
    own = [item for item in exercises if item.stage == stage.stage]
    slugs = {item.slug for item in own}
    done = [outcome for outcome in outcomes if outcome.exercise in slugs]
    best = _ranked(stage, own, {outcome.exercise for outcome in done}, open_now)
    return NextStep(
        stage=stage,
        exercises=best,
        is_open=bool(best) and best[0].slug in open_now,
        not_before=_not_before(stage, done),
    )


def _ranked(
    stage: StageStanding, exercises: list[Exercise], done: Container[str], open_now: Container[str]
) -> tuple[Exercise, ...]:
    """New ones first, of those the kind that is missing, of those what is open."""
    if stage.state is StageState.SIGNOFF:
        return ()

    def rank(item: Exercise) -> tuple[bool, bool, bool, int, int, str]:
        fits, is_open = _fits(item, stage), item.slug in open_now
        return item.slug in done, not fits, not is_open, item.week, item.difficulty, item.slug

    return tuple(sorted(exercises, key=rank))


def _fits(exercise: Exercise, stage: StageStanding) -> bool:
    """Whether it is of the kind of day that the stage lacks, where only that kind helps by now."""
    if stage.exercises < LEAST_EXERCISES - 1:
        return True
    if StageCondition.DEBUG_DAY in stage.missing:
        return exercise.day is Day.DEBUG
    if StageCondition.OTHER_DAY in stage.missing:
        return exercise.day is not Day.DEBUG
    return True


def _not_before(stage: StageStanding, done: Sequence[Outcome]) -> datetime | None:
    """A week after the first that still counts beside a new one, where only time is missing."""
    if stage.missing != (StageCondition.SPREAD,):
        return None
    ordered = sorted(done, key=lambda outcome: outcome.at)
    return last_distinct(ordered)[-(LAST_EXERCISES - 1) :][0].at + SPREAD
