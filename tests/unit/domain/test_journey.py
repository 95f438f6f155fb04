"""Stages and milestones."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.exercise import MILESTONES, STAGES, Day, MilestoneRule
from bot.domain.journey import StageCondition, StageStanding, StageState, current_stage, stages
from bot.domain.milestones import MilestoneCondition, MilestoneGap, MilestoneStanding, milestones
from bot.domain.progression import Outcome
from tests.support.values import FIRST_MONDAY, an_exercise, an_outcome

EXERCISES = {
    slug: an_exercise(slug, stage=stage)
    for slug, stage in [
        *((letter, 4) for letter in "abcdefgh"),
        *((letter.upper(), 5) for letter in "abcd"),
    ]
}


def stage(number: int, outcomes: Sequence[Outcome], *, after_days: float = 30) -> StageStanding:
    now = FIRST_MONDAY + timedelta(days=after_days)
    return stages(outcomes, EXERCISES, now=now)[number - 1]


def enough(slugs: str = "abc") -> list[Outcome]:
    """Just what a stage wants."""
    first, second, third = slugs
    return [
        an_outcome(first),
        an_outcome(second, day=Day.DEBUG, after_days=2),
        an_outcome(third, day=Day.MODULE, after_days=7),
    ]


def test_three_good_exercises_with_a_wednesday_over_a_week_reach_a_stage() -> None:
    standing = stage(4, enough())

    assert standing.state is StageState.REACHED
    assert standing.missing == ()
    assert standing.name == "Code Editor"


@pytest.mark.parametrize(
    ("outcomes", "missing"),
    [
        ([], StageCondition.EXERCISES),
        (enough()[:2], StageCondition.EXERCISES),
        ([*enough()[:2], an_outcome("a", after_days=9)], StageCondition.EXERCISES),
        ([*enough()[:2], an_outcome("c", after_days=6.9)], StageCondition.SPREAD),
        ([an_outcome(slug, after_days=ord(slug)) for slug in "abc"], StageCondition.DEBUG_DAY),
        (
            [an_outcome(slug, day=Day.DEBUG, after_days=9 * ord(slug)) for slug in "abc"],
            StageCondition.OTHER_DAY,
        ),
        ([*enough()[:2], an_outcome("c", share=0.3, after_days=7)], StageCondition.VALUE),
    ],
)
def test_an_open_stage_says_what_is_missing(
    outcomes: Sequence[Outcome], missing: StageCondition
) -> None:
    standing = stage(4, outcomes)

    assert standing.state is StageState.OPEN
    assert missing in standing.missing


def test_the_worked_example_reaches_stage_4_and_the_stage_5_exercise_does_not_count() -> None:
    # Equal ages and values 0.9, 0.875, 0.82, 0.79; here the shares are the values.
    values = {"a": 0.9, "b": 0.875, "c": 0.82, "d": 0.79, "A": 0.559}
    outcomes = [an_outcome(slug, share=value) for slug, value in values.items()]

    standing = stage(4, outcomes)

    assert standing.value == pytest.approx(0.846, abs=5e-4)
    assert standing.exercises == 4


def test_an_older_exercise_weighs_half_after_60_days() -> None:
    outcomes = [an_outcome("a", share=0.0), an_outcome("b", share=0.9, after_days=60)]

    assert stage(4, outcomes, after_days=200).value == pytest.approx(0.6)


def test_only_the_last_five_exercises_count() -> None:
    poor = [an_outcome(slug, share=0.1) for slug in "abc"]
    good = [an_outcome(slug, after_days=1 + number) for number, slug in enumerate("defgh")]

    standing = stage(4, [*good, *poor])

    assert standing.value == pytest.approx(1.0)
    assert standing.exercises == 5


def test_the_newest_outcome_of_an_exercise_stands_for_it() -> None:
    outcomes = [an_outcome("a", share=0.2), an_outcome("a", share=0.9, after_days=3)]

    assert stage(4, outcomes).value == pytest.approx(0.9)


def test_a_reached_stage_is_never_taken_away() -> None:
    poor = [an_outcome(slug, share=0.0, after_days=20) for slug in "defgh"]

    standing = stage(4, [*enough(), *poor])

    assert standing.state is StageState.REACHED
    assert standing.value == 0.0


def test_a_stage_rests_after_60_days_without_practice() -> None:
    last = 7

    assert stage(4, enough(), after_days=last + 60).state is StageState.REACHED
    assert stage(4, enough(), after_days=last + 60.1).state is StageState.RESTING
    again = [*enough(), an_outcome("d", share=0.0, after_days=last + 61)]
    assert stage(4, again, after_days=last + 62).state is StageState.REACHED


def test_stages_5_and_6_wait_for_a_mentor() -> None:
    assert stage(5, enough("ABC")).state is StageState.SIGNOFF


def test_the_current_stage_is_the_highest_reached_one() -> None:
    now = FIRST_MONDAY + timedelta(days=100)

    assert current_stage(stages([], EXERCISES, now=now)) == 0
    assert current_stage(stages([*enough(), *enough("ABC")], EXERCISES, now=now)) == 4


def test_outcomes_of_deleted_exercises_are_passed_over() -> None:
    outcomes = [an_outcome("gone"), *enough()]

    assert stage(4, outcomes) == stage(4, enough())
    assert len(stages(outcomes, {}, now=FIRST_MONDAY)) == len(STAGES)


some_outcomes = st.lists(
    st.builds(
        an_outcome,
        st.sampled_from(sorted(EXERCISES)),
        share=st.sampled_from([0.0, 0.5, 0.8, 1.0]),
        tries=st.integers(1, 4),
        day=st.sampled_from(Day),
        after_days=st.integers(0, 120),
    ),
    max_size=12,
    unique_by=lambda outcome: outcome.at,
)


@given(some_outcomes, st.integers(0, 12))
def test_more_outcomes_never_close_a_stage(outcomes: list[Outcome], count: int) -> None:
    ordered = sorted(outcomes, key=lambda outcome: outcome.at)

    if stage(4, ordered[:count]).state is not StageState.OPEN:
        assert stage(4, ordered).state is not StageState.OPEN


@given(some_outcomes.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_the_order_in_which_outcomes_are_told_does_not_matter(
    orders: tuple[list[Outcome], list[Outcome]],
) -> None:
    assert stage(4, orders[0]) == stage(4, orders[1])


# --- milestones -------------------------------------------------------------------------------


RULES = {
    "A2": MilestoneRule(one_of=frozenset({"lora", "adamw", "not-written-yet"})),
    "A3": MilestoneRule(all_of=frozenset({"ddp", "ddp-debug"})),
    "A4": MilestoneRule(by_mentor="a docs fix"),
}


def milestone(code: str, outcomes: Sequence[Outcome]) -> MilestoneStanding:
    exercises = {
        slug: an_exercise(slug, milestones=tags)
        for slug, tags in [
            ("clip", ("F1", "I3")),
            ("mask", ("F1",)),
            ("ddp", ("A3",)),
            ("ddp-debug", ("A3",)),
            ("paper", ("A2",)),
            ("other-paper", ("A2",)),
            ("lora", ("A2",)),
            ("adamw", ("A2",)),
            ("plant-a-bug", ("A4",)),
            ("pull-request", ("A4",)),
        ]
    }
    standings = {standing.code: standing for standing in milestones(outcomes, exercises, RULES)}
    assert list(standings) == list(MILESTONES)
    return standings[code]


def pair(first: str, second: str, *, days: float = 7, hints: int = 0) -> list[Outcome]:
    return [an_outcome(first, hints=hints), an_outcome(second, hints=hints, after_days=days)]


def test_two_good_exercises_a_week_apart_reach_a_milestone() -> None:
    standing = milestone("F1", pair("clip", "mask"))

    assert standing.reached
    assert standing.shown == ("clip", "mask")
    assert standing.name == "Understand tensor operations"


def test_a_milestone_is_reached_when_the_first_pair_that_is_enough_is_whole() -> None:
    with_hints = pair("clip", "mask", hints=1)
    later_ones = [an_outcome("clip", after_days=20), an_outcome("mask", after_days=30)]

    assert milestone("F1", pair("clip", "mask")[:1]).reached_at is None
    assert milestone("F1", pair("clip", "mask")).reached_at == FIRST_MONDAY + timedelta(days=7)
    standing = milestone("F1", [*with_hints, *later_ones])
    assert standing.reached_at == FIRST_MONDAY + timedelta(days=20)
    assert [item.at for item in standing.evidence] == [item.at for item in with_hints]


def test_a_rules_exercises_may_come_after_the_pair() -> None:
    pair_first = [*pair("paper", "other-paper"), an_outcome("lora", after_days=9)]

    assert milestone("A2", pair_first).reached_at == FIRST_MONDAY + timedelta(days=9)


@pytest.mark.parametrize(
    ("outcomes", "missing"),
    [
        ([], MilestoneCondition.TWO_EXERCISES),
        ([an_outcome("clip", share=0.79)], MilestoneCondition.TWO_EXERCISES),
        ([an_outcome("clip")], MilestoneCondition.ONE_MORE_EXERCISE),
        (pair("clip", "clip"), MilestoneCondition.ONE_MORE_EXERCISE),
        (pair("clip", "mask", days=6.9), MilestoneCondition.SPREAD),
        (pair("clip", "mask", hints=1), MilestoneCondition.WITHOUT_HINTS),
    ],
)
def test_an_open_milestone_says_what_is_missing(
    outcomes: list[Outcome], missing: MilestoneCondition
) -> None:
    standing = milestone("F1", outcomes)

    assert not standing.reached
    assert standing.missing == MilestoneGap(condition=missing)


def test_one_exercise_of_the_pair_may_have_had_hints() -> None:
    first, second = pair("clip", "mask", hints=1)

    assert milestone("F1", [first, second, an_outcome("clip", after_days=20)]).reached


def test_a_rule_may_want_one_of_some_exercises() -> None:
    assert milestone("A2", pair("paper", "other-paper")).missing == MilestoneGap(
        condition=MilestoneCondition.ONE_OF, exercises=("adamw", "lora")
    )
    assert milestone("A2", pair("paper", "lora")).reached


def test_a_rule_may_want_several_exercises() -> None:
    def wants(*exercises: str) -> MilestoneGap:
        return MilestoneGap(condition=MilestoneCondition.ALL_OF, exercises=exercises)

    assert milestone("A3", []).missing == wants("ddp", "ddp-debug")
    assert milestone("A3", [an_outcome("ddp")]).missing == wants("ddp-debug")
    assert milestone("A3", pair("ddp-debug", "ddp")).reached


def test_a_rule_may_leave_a_milestone_to_mentors() -> None:
    standing = milestone("A4", pair("plant-a-bug", "pull-request"))

    assert not standing.reached
    assert standing.missing == MilestoneGap(
        condition=MilestoneCondition.BY_MENTOR, by_mentor="a docs fix"
    )


some_evidence = st.lists(
    st.builds(
        an_outcome,
        st.sampled_from(["clip", "mask", "paper", "other-paper", "lora", "ddp", "ddp-debug"]),
        share=st.sampled_from([0.5, 0.8, 1.0]),
        hints=st.integers(0, 2),
        after_days=st.integers(0, 40),
    ),
    max_size=10,
    unique_by=lambda outcome: outcome.at,
)


@given(some_evidence, st.sampled_from(["F1", "A2", "A3"]))
def test_a_milestone_is_reached_by_the_first_outcomes_that_are_enough(
    outcomes: list[Outcome], code: str
) -> None:
    """What is told of the past is what was told then."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.at)
    told = (milestone(code, ordered[:count]).reached_at for count in range(len(ordered) + 1))
    first = next((at for at in told if at is not None), None)

    assert milestone(code, ordered).reached_at == first
    assert first in {None, *(outcome.at for outcome in ordered)}
