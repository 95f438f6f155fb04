"""Where a member stands on the journey: stages and milestones, derived from outcomes."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations

from bot.domain.exercise import MILESTONES, STAGES, Day, Exercise, MilestoneRule
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


# --- milestones -------------------------------------------------------------------------------

LEVELS = {"F": "Foundational", "I": "Intermediate", "A": "Advanced"}
"""Of milestones, by the letter that their codes begin with."""


class MilestoneCondition(StrEnum):
    """What a milestone wants."""

    BY_MENTOR = "by-mentor"  # a mentor's word, as its rule says
    ALL_OF = "all-of"  # the exercises that its rule names
    ONE_OF = "one-of"  # one of the exercises that its rule names
    TWO_EXERCISES = "two-exercises"
    ONE_MORE_EXERCISE = "one-more-exercise"
    SPREAD = "spread"  # another exercise, `SPREAD` after the first
    WITHOUT_HINTS = "without-hints"  # one of the two


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneGap:
    """What a milestone still wants.

    Attributes:
        exercises: Slugs of those that are needed, in order, where the condition names some.
        by_mentor: For what a mentor gives it.
    """

    condition: MilestoneCondition
    exercises: tuple[str, ...] = ()
    by_mentor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An exercise that showed a milestone, and when it did so first."""

    exercise: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneStanding:
    """A member's evidence for one milestone.

    Attributes:
        code: ``F1`` to ``A4``.
        evidence: Exercises that showed it with an outcome of at least 0.80, in order.
        missing: What is not shown yet; None when it is reached.
        reached_at: When the last of what it wants was shown; None while something is missing.
        signoffs: Mentors' words on it that stand.
    """

    code: str
    evidence: tuple[Shown, ...]
    missing: MilestoneGap | None
    reached_at: datetime | None
    signoffs: tuple[Signoff, ...] = ()

    @property
    def name(self) -> str:
        """The journey's words for the milestone."""
        return MILESTONES[self.code]

    @property
    def level(self) -> str:
        """Which of `LEVELS` it is of, by its letter."""
        return self.code[0]

    @property
    def reached(self) -> bool:
        """Whether everything is shown."""
        return self.missing is None

    @property
    def shown(self) -> tuple[str, ...]:
        """The exercises alone."""
        return tuple(item.exercise for item in self.evidence)


def milestones(
    outcomes: Iterable[Outcome],
    exercises: Mapping[str, Exercise],
    rules: Mapping[str, MilestoneRule],
    signoffs: Sequence[Signoff] = (),
) -> tuple[MilestoneStanding, ...]:
    """A member's standing at all twelve milestones.

    Each wants two different exercises tagged with it, outcomes of at least 0.80, 7 days apart, one
    of the two without hints; some have a rule of their own besides. A mentor's word reaches those
    that are left to mentors, whatever the exercises. (Learning, "Milestones".)

    Args:
        outcomes: The member's.
        exercises: The catalogue, by slug.
        rules: Of the milestones that have one, by code.
        signoffs: The member's.
    """
    good = sorted(
        (item for item in outcomes if outcome_value(item) >= GOOD_VALUE), key=lambda item: item.at
    )
    return tuple(
        _milestone(
            code,
            [item for item in good if code in _milestones_of(item, exercises)],
            rules.get(code, MilestoneRule()),
            that_stand(signoffs, Signed.MILESTONE, code),
        )
        for code in MILESTONES
    )


def _milestone(
    code: str, evidence: Sequence[Outcome], rule: MilestoneRule, signoffs: tuple[Signoff, ...]
) -> MilestoneStanding:
    shown = _first_of_each(evidence)
    missing = None if signoffs else _missing_by_rule(rule, shown) or _missing_pair(evidence)
    if signoffs:
        reached_at = signoffs[0].at
    else:
        reached_at = None if missing else max(_rule_met_at(rule, shown), _pair_met_at(evidence))
    return MilestoneStanding(
        code=code,
        evidence=tuple(Shown(exercise=slug, at=at) for slug, at in shown.items()),
        missing=missing,
        reached_at=reached_at,
        signoffs=signoffs,
    )


def _milestones_of(outcome: Outcome, exercises: Mapping[str, Exercise]) -> tuple[str, ...]:
    exercise = exercises.get(outcome.exercise)
    return exercise.milestones if exercise else ()


def _first_of_each(evidence: Sequence[Outcome]) -> dict[str, datetime]:
    """When each exercise showed it first, oldest first."""
    shown: dict[str, datetime] = {}
    for outcome in evidence:
        shown.setdefault(outcome.exercise, outcome.at)
    return shown


def _missing_by_rule(rule: MilestoneRule, shown: Container[str]) -> MilestoneGap | None:
    if rule.by_mentor:
        return MilestoneGap(condition=MilestoneCondition.BY_MENTOR, by_mentor=rule.by_mentor)
    wanted = tuple(sorted(slug for slug in rule.all_of if slug not in shown))
    if wanted:
        return MilestoneGap(condition=MilestoneCondition.ALL_OF, exercises=wanted)
    if rule.one_of and not any(slug in shown for slug in rule.one_of):
        choice = tuple(sorted(rule.one_of))
        return MilestoneGap(condition=MilestoneCondition.ONE_OF, exercises=choice)
    return None


def _rule_met_at(rule: MilestoneRule, shown: Mapping[str, datetime]) -> datetime:
    """When a rule that is met came to be; the first exercise of all where it wants none."""
    all_of = [shown[slug] for slug in rule.all_of]
    one_of = min(shown[slug] for slug in rule.one_of.intersection(shown) or shown)
    return max([*all_of, one_of])


def _missing_pair(evidence: Sequence[Outcome]) -> MilestoneGap | None:
    condition = _missing_of_pair(evidence)
    return None if condition is None else MilestoneGap(condition=condition)


def _missing_of_pair(evidence: Sequence[Outcome]) -> MilestoneCondition | None:
    pairs = _pairs(evidence)
    if not pairs:
        if evidence:
            return MilestoneCondition.ONE_MORE_EXERCISE
        return MilestoneCondition.TWO_EXERCISES
    spaced = [pair for pair in pairs if _is_spaced(pair)]
    if not spaced:
        return MilestoneCondition.SPREAD
    if not any(_is_without_hints(pair) for pair in spaced):
        return MilestoneCondition.WITHOUT_HINTS
    return None


def _pair_met_at(evidence: Sequence[Outcome]) -> datetime:
    """When the first pair that is enough was whole; there is one."""
    return min(
        pair[1].at for pair in _pairs(evidence) if _is_spaced(pair) and _is_without_hints(pair)
    )


def _pairs(evidence: Sequence[Outcome]) -> list[tuple[Outcome, Outcome]]:
    """Two outcomes each of different exercises, the earlier first."""
    return [(a, b) for a, b in combinations(evidence, 2) if a.exercise != b.exercise]


def _is_spaced(pair: tuple[Outcome, Outcome]) -> bool:
    return pair[1].at - pair[0].at >= SPREAD


def _is_without_hints(pair: tuple[Outcome, Outcome]) -> bool:
    return any(outcome.hints == 0 for outcome in pair)
