"""A member's standing at the twelve milestones, derived from outcomes and sign-offs."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import combinations

from bot.domain.exercise import MILESTONES, Exercise, MilestoneRule
from bot.domain.journey import GOOD_VALUE, SPREAD
from bot.domain.progression import Outcome, outcome_value
from bot.domain.signoff import Signed, Signoff, that_stand

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
        exercises: Slugs of those that are needed, in order, where the condition names some; of
            those that one can choose from, what the catalogue has.
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
        others: Exercises that would show it as well, in the order of their weeks.
    """

    code: str
    evidence: tuple[Shown, ...]
    missing: MilestoneGap | None
    reached_at: datetime | None
    signoffs: tuple[Signoff, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The journey's words for the milestone."""
        return MILESTONES[self.code]

    @property
    def goal(self) -> str:
        """Names the milestone among all that can be reached."""
        return self.code

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
    standings = (
        _milestone(
            code,
            [item for item in good if code in _milestones_of(item, exercises)],
            _in_catalogue(rules.get(code, MilestoneRule()), exercises),
            that_stand(signoffs, Signed.MILESTONE, code),
        )
        for code in MILESTONES
    )
    return tuple(replace(item, others=_others(item, exercises)) for item in standings)


def _others(standing: MilestoneStanding, exercises: Mapping[str, Exercise]) -> tuple[str, ...]:
    """What is tagged with it and has not shown it."""
    tagged = (item for item in exercises.values() if standing.code in item.milestones)
    in_turn = sorted(tagged, key=lambda item: (item.week, item.difficulty, item.slug))
    return tuple(item.slug for item in in_turn if item.slug not in standing.shown)


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


def _in_catalogue(rule: MilestoneRule, exercises: Container[str]) -> MilestoneRule:
    """The rule without choices that nobody has, as long as one is left."""
    choice = frozenset(slug for slug in rule.one_of if slug in exercises)
    return replace(rule, one_of=choice or rule.one_of)


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
