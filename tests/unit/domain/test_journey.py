"""Stages and milestones."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.exercise import MILESTONES, STAGES, Day
from bot.domain.journey import (
    MilestoneStanding,
    StageStanding,
    StageState,
    current_stage,
    milestones,
    stages,
)
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
        ([], "3 more exercises of this stage"),
        (enough()[:2], "1 more exercise of this stage"),
        ([*enough()[:2], an_outcome("a", after_days=9)], "1 more exercise of this stage"),
        ([*enough()[:2], an_outcome("c", after_days=6.9)], "spread over 7 days"),
        ([an_outcome(slug, after_days=ord(slug)) for slug in "abc"], "one of them on a Wednesday"),
        (
            [an_outcome(slug, day=Day.DEBUG, after_days=9 * ord(slug)) for slug in "abc"],
            "one of them on a Monday or Friday",
        ),
        ([*enough()[:2], an_outcome("c", share=0.3, after_days=7)], "80% over the last five"),
    ],
)
def test_an_open_stage_says_what_is_missing(outcomes: Sequence[Outcome], missing: str) -> None:
    standing = stage(4, outcomes)

    assert standing.state is StageState.OPEN
    assert any(phrase.startswith(missing) for phrase in standing.missing)


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
    standing = stage(5, enough("ABC"))

    assert standing.state is StageState.SIGNOFF
    assert standing.state == "needs a mentor's sign-off"


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
            ("plant-a-bug", ("A4",)),
            ("pull-request", ("A4",)),
        ]
    }
    standings = {standing.code: standing for standing in milestones(outcomes, exercises)}
    assert list(standings) == list(MILESTONES)
    return standings[code]


def pair(first: str, second: str, *, days: float = 7, hints: int = 0) -> list[Outcome]:
    return [an_outcome(first, hints=hints), an_outcome(second, hints=hints, after_days=days)]


def test_two_good_exercises_a_week_apart_reach_a_milestone() -> None:
    standing = milestone("F1", pair("clip", "mask"))

    assert standing.reached
    assert standing.shown == ("clip", "mask")
    assert standing.name == "Understand tensor operations"


@pytest.mark.parametrize(
    ("outcomes", "missing"),
    [
        ([], "two different exercises"),
        ([an_outcome("clip", share=0.79)], "two different exercises"),
        ([an_outcome("clip")], "one more exercise"),
        (pair("clip", "clip"), "one more exercise"),
        (pair("clip", "mask", days=6.9), "another exercise, 7 days after the first"),
        (pair("clip", "mask", hints=1), "one of the two without hints"),
    ],
)
def test_an_open_milestone_says_what_is_missing(outcomes: list[Outcome], missing: str) -> None:
    standing = milestone("F1", outcomes)

    assert not standing.reached
    assert standing.missing == missing


def test_one_exercise_of_the_pair_may_have_had_hints() -> None:
    first, second = pair("clip", "mask", hints=1)

    assert milestone("F1", [first, second, an_outcome("clip", after_days=20)]).reached


def test_papers_want_one_of_three_exercises() -> None:
    assert milestone("A2", pair("paper", "other-paper")).missing == (
        "one of the exercises adamw, lora, rmsnorm-rope"
    )
    assert milestone("A2", pair("paper", "lora")).reached


def test_distributed_training_wants_both_of_its_exercises() -> None:
    assert milestone("A3", []).missing == "the exercises ddp and ddp-debug"
    assert milestone("A3", [an_outcome("ddp")]).missing == "the exercise ddp-debug"
    assert milestone("A3", pair("ddp-debug", "ddp")).reached


def test_contributing_is_a_mentors_to_give() -> None:
    standing = milestone("A4", pair("plant-a-bug", "pull-request"))

    assert not standing.reached
    assert standing.missing.startswith("a mentor's word")
