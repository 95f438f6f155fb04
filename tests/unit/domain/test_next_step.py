"""What brings a member nearer to their next stage."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.exercise import Day, Exercise
from bot.domain.journey import stages
from bot.domain.next_step import NextStep, next_step
from bot.domain.progression import Outcome
from tests.support.values import FIRST_MONDAY, an_exercise, an_outcome

FUNCTION, BUG, MODULE = Day.IMPLEMENT, Day.DEBUG, Day.MODULE
EXERCISES: dict[str, Exercise] = {
    **{slug: an_exercise(slug, day) for slug, day in [("a", FUNCTION), ("b", BUG), ("c", MODULE)]},
    "d": an_exercise("d", BUG, week=2),
    "first": an_exercise("first", stage=1),
    **{slug: an_exercise(slug, day, stage=5) for slug, day in [("x", FUNCTION), ("y", BUG)]},
    "z": an_exercise("z", MODULE, stage=5),
}
ALL_OF_4 = [
    an_outcome("a"),
    an_outcome("b", day=BUG, after_days=2),
    an_outcome("c", day=MODULE, after_days=8),
]


def step(outcomes: Sequence[Outcome], *open_now: str) -> NextStep:
    now = FIRST_MONDAY + timedelta(days=30)
    found = next_step(
        stages(outcomes, EXERCISES, now=now), outcomes, EXERCISES.values(), open_now=open_now
    )
    assert found is not None
    return found


def test_it_begins_with_the_first_stage() -> None:
    found = step([])
    assert (found.stage.stage, [item.slug for item in found.exercises]) == (1, ["first"])


def test_what_is_above_the_highest_reached_comes_next() -> None:
    """Somebody who has shown stage 4 is not sent back to stage 1."""
    assert step(ALL_OF_4).stage.stage == 5


@pytest.mark.parametrize(
    ("outcomes", "open_now", "first"),
    [
        ([], ["y"], "y"),
        ([an_outcome("y", day=BUG)], ["y"], "x"),  # what is done helps less than what is new
        ([an_outcome("x")], ["z"], "z"),
        ([an_outcome("x"), an_outcome("z", day=MODULE)], ["z"], "y"),  # a bug is what lacks
    ],
)
def test_new_ones_come_first_then_the_kind_that_lacks_then_what_is_open(
    outcomes: list[Outcome], open_now: list[str], first: str
) -> None:
    found = step([*ALL_OF_4, *outcomes], *open_now)

    assert found.exercises[0].slug == first
    assert found.is_open == (first in open_now)


def test_where_only_time_is_missing_it_says_from_when_on() -> None:
    within_a_week = [
        an_outcome("x", after_days=10),
        an_outcome("y", day=BUG, after_days=12),
        an_outcome("z", day=MODULE, after_days=14),
    ]

    assert step([*ALL_OF_4, *within_a_week]).not_before == FIRST_MONDAY + timedelta(days=17)
    assert step([*ALL_OF_4, *within_a_week[:2]]).not_before is None


def test_where_a_mentors_word_is_missing_no_exercise_is_named() -> None:
    shown = [
        an_outcome("x", after_days=10),
        an_outcome("y", day=BUG, after_days=12),
        an_outcome("z", day=MODULE, after_days=18),
    ]
    found = step([*ALL_OF_4, *shown], "x")

    assert (found.stage.stage, found.exercises, found.is_open) == (5, (), False)


@given(
    st.lists(
        st.builds(
            an_outcome,
            st.sampled_from(sorted(EXERCISES)),
            share=st.sampled_from([0.2, 0.8, 1.0]),
            day=st.sampled_from(Day),
            after_days=st.integers(0, 25),
        ),
        max_size=10,
        unique_by=lambda outcome: outcome.at,
    ),
    st.sets(st.sampled_from(sorted(EXERCISES))),
)
def test_it_always_leads_to_the_stage_it_names(outcomes: list[Outcome], open_now: set[str]) -> None:
    found = step(outcomes, *open_now)

    assert not found.stage.reached
    assert {item.stage for item in found.exercises} <= {found.stage.stage}
    assert not found.is_open or found.exercises[0].slug in open_now
