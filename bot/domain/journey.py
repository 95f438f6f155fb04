"""Where a member stands on the journey: stages and milestones, derived from outcomes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations

from bot.domain.exercise import MILESTONES, STAGES, Day, Exercise
from bot.domain.progression import Outcome, outcome_value

GOOD_VALUE = 0.80
SPREAD = timedelta(days=7)
_HALF_LIFE_DAYS = 60.0
_RESTING_AFTER = timedelta(days=60)
_LAST_EXERCISES = 5
_LEAST_EXERCISES = 3
_SIGNED_OFF_FROM = 5


class StageState(StrEnum):
    """How far a stage's evidence goes."""

    OPEN = "open"
    REACHED = "reached"
    RESTING = "resting"  # reached, but nothing of it was practised for 60 days
    SIGNOFF = "needs a mentor's sign-off"  # the evidence is there; stages 5 and 6


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStanding:
    """A member's evidence for one stage.

    Attributes:
        stage: 1 to 6.
        value: Weighted mean outcome over the last five exercises of the stage; None without any.
        exercises: How many different ones that are.
        missing: What is not shown yet, as short phrases; empty unless the stage is open.
    """

    stage: int
    state: StageState
    value: float | None
    exercises: int
    missing: tuple[str, ...]

    @property
    def name(self) -> str:
        """The journey's name for the stage."""
        return STAGES[self.stage - 1]


def stages(
    outcomes: Iterable[Outcome], exercises: Mapping[str, Exercise], *, now: datetime
) -> tuple[StageStanding, ...]:
    """A member's standing at all six stages.

    A stage is reached once, over the last 5 different exercises of it, the mean outcome weighted by
    0.5^(age / 60 days) is at least 0.80, from at least 3 exercises on 2 kinds of day, one of them
    Wednesday, spread over 7 days; stages 5 and 6 also want a mentor's word. It is never taken away:
    after 60 days without practice it rests. (Learning, "Stage".)
    """
    ordered = sorted(outcomes, key=lambda outcome: outcome.at)
    return tuple(
        _stage(stage, [item for item in ordered if _stage_of(item, exercises) == stage], now=now)
        for stage in range(1, len(STAGES) + 1)
    )


def current_stage(standings: Iterable[StageStanding]) -> int:
    """The highest stage reached, resting or not; 0 for none yet."""
    reached = {StageState.REACHED, StageState.RESTING}
    return max((item.stage for item in standings if item.state in reached), default=0)


def _stage(stage: int, evidence: Sequence[Outcome], *, now: datetime) -> StageStanding:
    """The standing from outcomes of this stage alone, oldest first."""
    recent = _last_distinct(evidence)
    ever_met = any(
        not _missing(_last_distinct(evidence[:count])) for count in range(1, len(evidence) + 1)
    )
    if not ever_met:
        state = StageState.OPEN
    elif stage >= _SIGNED_OFF_FROM:
        state = StageState.SIGNOFF
    else:
        is_resting = now - evidence[-1].at > _RESTING_AFTER
        state = StageState.RESTING if is_resting else StageState.REACHED
    return StageStanding(
        stage=stage,
        state=state,
        value=_mean_value(recent) if recent else None,
        exercises=len(recent),
        missing=() if ever_met else _missing(recent),
    )


def _missing(recent: Sequence[Outcome]) -> tuple[str, ...]:
    days = {outcome.day for outcome in recent}
    wanted = _LEAST_EXERCISES - len(recent)
    value = _mean_value(recent) if recent else 0.0
    conditions = (
        (wanted <= 0, f"{wanted} more exercise{'' if wanted == 1 else 's'} of this stage"),
        (
            not recent or value >= GOOD_VALUE,
            f"{GOOD_VALUE:.0%} over the last five ({value:.0%} so far)",
        ),
        (Day.DEBUG in days, "one of them on a Wednesday"),
        (len(days) > 1 or Day.DEBUG not in days, "one of them on a Monday or Friday"),
        (not recent or _spread(recent) >= SPREAD, f"spread over {SPREAD.days} days"),
    )
    return tuple(phrase for is_met, phrase in conditions if not is_met)


def _mean_value(recent: Sequence[Outcome]) -> float:
    """Weighted mean; only differences in age matter, so they are counted from the newest."""
    newest = max(outcome.at for outcome in recent)
    weights = [0.5 ** ((newest - item.at) / timedelta(days=_HALF_LIFE_DAYS)) for item in recent]
    values = (weight * outcome_value(item) for weight, item in zip(weights, recent, strict=True))
    return sum(values) / sum(weights)


def _last_distinct(evidence: Sequence[Outcome]) -> list[Outcome]:
    """The newest outcome of each of the last five different exercises."""
    newest = {outcome.exercise: outcome for outcome in evidence}
    return sorted(newest.values(), key=lambda outcome: outcome.at)[-_LAST_EXERCISES:]


def _spread(outcomes: Sequence[Outcome]) -> timedelta:
    return max(item.at for item in outcomes) - min(item.at for item in outcomes)


def _stage_of(outcome: Outcome, exercises: Mapping[str, Exercise]) -> int | None:
    exercise = exercises.get(outcome.exercise)
    return exercise.stage if exercise else None


# --- milestones -------------------------------------------------------------------------------

_ALL_OF = {"A3": frozenset({"ddp", "ddp-debug"})}
_ONE_OF = {"A2": frozenset({"adamw", "rmsnorm-rope", "lora"})}
_BY_MENTOR = {
    "A4": "a mentor's word on a merged pull request, an issue with a reproducer, or a docs fix"
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneStanding:
    """A member's evidence for one milestone.

    Attributes:
        code: ``F1`` to ``A4``.
        shown: Exercises that showed it with an outcome of at least 0.80, in order.
        missing: What is not shown yet, as a short phrase; empty when it is reached.
    """

    code: str
    shown: tuple[str, ...]
    missing: str

    @property
    def name(self) -> str:
        """The journey's words for the milestone."""
        return MILESTONES[self.code]

    @property
    def reached(self) -> bool:
        """Whether everything is shown."""
        return not self.missing


def milestones(
    outcomes: Iterable[Outcome], exercises: Mapping[str, Exercise]
) -> tuple[MilestoneStanding, ...]:
    """A member's standing at all twelve milestones.

    Each wants two different exercises tagged with it, outcomes of at least 0.80, 7 days apart, one
    of the two without hints; A2 and A3 name exercises, A4 is a mentor's to give. (Learning,
    "Milestones".)
    """
    good = sorted(
        (item for item in outcomes if outcome_value(item) >= GOOD_VALUE), key=lambda item: item.at
    )
    return tuple(_milestone(code, good, exercises) for code in MILESTONES)


def _milestone(
    code: str, good: Sequence[Outcome], exercises: Mapping[str, Exercise]
) -> MilestoneStanding:
    tagged = {slug for slug, exercise in exercises.items() if code in exercise.milestones}
    evidence = [outcome for outcome in good if outcome.exercise in tagged]
    shown = tuple(dict.fromkeys(outcome.exercise for outcome in evidence))
    missing = _BY_MENTOR.get(code) or _missing_exercises(code, shown) or _missing_pair(evidence)
    return MilestoneStanding(code=code, shown=shown, missing=missing)


def _missing_exercises(code: str, shown: Sequence[str]) -> str:
    wanted = _ALL_OF.get(code, frozenset()).difference(shown)
    if wanted:
        return f"the exercise{'' if len(wanted) == 1 else 's'} {' and '.join(sorted(wanted))}"
    choice = _ONE_OF.get(code, frozenset())
    if choice and choice.isdisjoint(shown):
        return f"one of the exercises {', '.join(sorted(choice))}"
    return ""


def _missing_pair(evidence: Sequence[Outcome]) -> str:
    pairs = [(a, b) for a, b in combinations(evidence, 2) if a.exercise != b.exercise]
    if not pairs:
        return "one more exercise" if evidence else "two different exercises"
    spaced = [(a, b) for a, b in pairs if b.at - a.at >= SPREAD]
    if not spaced:
        return f"another exercise, {SPREAD.days} days after the first"
    if not any(a.hints == 0 or b.hints == 0 for a, b in spaced):
        return "one of the two without hints"
    return ""
