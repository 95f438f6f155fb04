"""Where a member stands on the journey: its six stages, derived from outcomes and sign-offs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.exercise import STAGES, Day, Exercise
from bot.domain.progression import Outcome, outcome_value
from bot.domain.signoff import SIGNOFFS_WANTED, Signed, Signoff, that_stand

GOOD_VALUE = 0.80
SPREAD = timedelta(days=7)
_HALF_LIFE_DAYS = 60.0
_RESTING_AFTER = timedelta(days=60)
LAST_EXERCISES = 5
"""How many different ones of a stage count, the newest."""

LEAST_EXERCISES = 3


class StageState(StrEnum):
    """How far a stage's evidence goes."""

    OPEN = "open"
    REACHED = "reached"
    RESTING = "resting"  # reached, but nothing of it was practised for 60 days
    SIGNOFF = "signoff"  # the evidence is there, a mentor's word is not; stages 5 and 6


class StageCondition(StrEnum):
    """What a stage wants."""

    EXERCISES = "exercises"  # at least `LEAST_EXERCISES` different ones
    VALUE = "value"  # a mean of at least `GOOD_VALUE`
    DEBUG_DAY = "debug-day"  # one of them with a bug to mend
    OTHER_DAY = "other-day"  # one of them without
    SPREAD = "spread"  # over at least `SPREAD`


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStanding:
    """A member's evidence for one stage.

    Attributes:
        stage: 1 to 6.
        value: Weighted mean outcome over the last five exercises of the stage; None without any.
        exercises: How many different ones that are.
        missing: Conditions that are not met yet; empty unless the stage is open.
        shown_at: When exercises had shown all that it wants; None while the stage is open.
        signoffs: Mentors' words on it that stand, one of each mentor.
        reached_at: When the last of what it wants was there; None before.
    """

    stage: int
    state: StageState
    value: float | None
    exercises: int
    missing: tuple[StageCondition, ...]
    shown_at: datetime | None = None
    signoffs: tuple[Signoff, ...] = ()
    reached_at: datetime | None = None

    @property
    def goal(self) -> str:
        """Names the stage among all that can be reached."""
        return f"stage-{self.stage}"

    @property
    def signoffs_missing(self) -> int:
        """How many more mentors it wants."""
        return max(0, SIGNOFFS_WANTED.get(self.stage, 0) - len(self.signoffs))

    @property
    def name(self) -> str:
        """The journey's name for the stage."""
        return STAGES[self.stage - 1]

    @property
    def reached(self) -> bool:
        """Whether it is reached, resting or not."""
        return self.state in {StageState.REACHED, StageState.RESTING}


def stages(
    outcomes: Iterable[Outcome],
    exercises: Mapping[str, Exercise],
    signoffs: Sequence[Signoff] = (),
    *,
    now: datetime,
) -> tuple[StageStanding, ...]:
    """A member's standing at all six stages.

    A stage is reached once, over the last 5 different exercises of it, the mean outcome weighted by
    0.5^(age / 60 days) is at least 0.80, from at least 3 exercises on 2 kinds of day, one of them
    Wednesday, spread over 7 days. Stages 5 and 6 also want the words of one and of two mentors, who
    alone can take them back. Nothing else takes a stage away: after 60 days without practice it
    rests. (Learning, "Stage".)
    """
    ordered = sorted(outcomes, key=lambda outcome: outcome.at)
    return tuple(
        _stage(
            stage,
            [item for item in ordered if _stage_of(item, exercises) == stage],
            that_stand(signoffs, Signed.STAGE, str(stage)),
            now=now,
        )
        for stage in range(1, len(STAGES) + 1)
    )


def current_stage(standings: Iterable[StageStanding]) -> int:
    """The highest stage reached, resting or not; 0 for none yet."""
    return max((item.stage for item in standings if item.reached), default=0)


def _stage(
    stage: int, evidence: Sequence[Outcome], signoffs: tuple[Signoff, ...], *, now: datetime
) -> StageStanding:
    """The standing from outcomes of this stage and sign-offs for it alone, oldest first."""
    recent = last_distinct(evidence)
    shown_at = _first_met_at(evidence)
    reached_at = _reached_at(shown_at, signoffs, wanted=SIGNOFFS_WANTED.get(stage, 0))
    return StageStanding(
        stage=stage,
        state=_state(evidence, shown_at, reached_at, now=now),
        value=_mean_value(recent) if recent else None,
        exercises=len(recent),
        missing=() if shown_at else _missing(recent),
        shown_at=shown_at,
        signoffs=signoffs,
        reached_at=reached_at,
    )


def _reached_at(
    shown_at: datetime | None, signoffs: Sequence[Signoff], *, wanted: int
) -> datetime | None:
    """When exercises and mentors together had said enough; None before."""
    if shown_at is None or len(signoffs) < wanted:
        return None
    return max([shown_at, *(signoff.at for signoff in signoffs[:wanted])])


def _first_met_at(evidence: Sequence[Outcome]) -> datetime | None:
    """When the outcomes up to then met every condition; later ones take nothing away."""
    counts = range(1, len(evidence) + 1)
    met = (count for count in counts if not _missing(last_distinct(evidence[:count])))
    first = next(met, None)
    return None if first is None else evidence[first - 1].at


def _state(
    evidence: Sequence[Outcome],
    shown_at: datetime | None,
    reached_at: datetime | None,
    *,
    now: datetime,
) -> StageState:
    if shown_at is None:
        return StageState.OPEN
    if reached_at is None:
        return StageState.SIGNOFF
    is_resting = now - max(evidence[-1].at, reached_at) > _RESTING_AFTER
    return StageState.RESTING if is_resting else StageState.REACHED


def _missing(recent: Sequence[Outcome]) -> tuple[StageCondition, ...]:
    days = {outcome.day for outcome in recent}
    conditions = {
        StageCondition.EXERCISES: len(recent) >= LEAST_EXERCISES,
        StageCondition.VALUE: not recent or _mean_value(recent) >= GOOD_VALUE,
        StageCondition.DEBUG_DAY: Day.DEBUG in days,
        StageCondition.OTHER_DAY: len(days) > 1 or Day.DEBUG not in days,
        StageCondition.SPREAD: not recent or _spread(recent) >= SPREAD,
    }
    return tuple(condition for condition, is_met in conditions.items() if not is_met)


def _mean_value(recent: Sequence[Outcome]) -> float:
    """Weighted mean; only differences in age matter, so they are counted from the newest."""
    newest = max(outcome.at for outcome in recent)
    weights = [0.5 ** ((newest - item.at) / timedelta(days=_HALF_LIFE_DAYS)) for item in recent]
    values = (weight * outcome_value(item) for weight, item in zip(weights, recent, strict=True))
    return sum(values) / sum(weights)


def last_distinct(evidence: Sequence[Outcome]) -> list[Outcome]:
    """The newest outcome of each of the last five different exercises."""
    newest = {outcome.exercise: outcome for outcome in evidence}
    return sorted(newest.values(), key=lambda outcome: outcome.at)[-LAST_EXERCISES:]


def _spread(outcomes: Sequence[Outcome]) -> timedelta:
    return max(item.at for item in outcomes) - min(item.at for item in outcomes)


def _stage_of(outcome: Outcome, exercises: Mapping[str, Exercise]) -> int | None:
    exercise = exercises.get(outcome.exercise)
    return exercise.stage if exercise else None
