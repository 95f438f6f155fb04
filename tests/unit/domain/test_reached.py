"""What was reached at a moment."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.exercise import Day
from bot.domain.journey import stages
from bot.domain.milestones import milestones
from bot.domain.progression import Outcome
from bot.domain.reached import Goal, reached_then
from tests.support.values import FIRST_MONDAY, an_exercise, an_outcome

DAYS = {"a": Day.IMPLEMENT, "b": Day.DEBUG, "c": Day.MODULE, "d": Day.DEBUG, "e": Day.MODULE}
EXERCISES = {slug: an_exercise(slug, day, milestones=("F1",)) for slug, day in DAYS.items()}


def standings(outcomes: Sequence[Outcome], now: datetime) -> list[Goal]:
    return [*stages(outcomes, EXERCISES, now=now), *milestones(outcomes, EXERCISES, {})]


def goals(found: Sequence[Goal]) -> list[str]:
    return [standing.goal for standing in found]


def done(slug: str, share: float, hints: int, days: int) -> Outcome:
    """An outcome on the exercise's own kind of day."""
    return an_outcome(slug, share=share, hints=hints, day=DAYS[slug], after_days=days)


outcomes_in_turn = st.lists(
    st.builds(
        done,
        st.sampled_from(sorted(DAYS)),
        st.sampled_from([0.5, 0.8, 1.0]),
        st.integers(0, 2),
        st.integers(0, 50),
    ),
    max_size=10,
    unique_by=lambda outcome: outcome.at,
).map(lambda some: sorted(some, key=lambda outcome: outcome.at))


@given(outcomes_in_turn)
def test_each_thing_is_told_once_and_what_is_told_is_what_is_reached(
    outcomes: list[Outcome],
) -> None:
    """As the bot lives through it: what it told at each grade is what it knows in the end."""
    told = [
        goal
        for count, outcome in enumerate(outcomes, 1)
        for goal in goals(reached_then(outcome.at, standings(outcomes[:count], outcome.at)))
    ]
    now = FIRST_MONDAY + timedelta(days=60)
    in_the_end = [standing.goal for standing in standings(outcomes, now) if standing.reached]

    assert len(set(told)) == len(told)
    assert sorted(told) == sorted(in_the_end)


@given(outcomes_in_turn)
def test_a_replay_tells_the_same_at_the_same_moments(outcomes: list[Outcome]) -> None:
    now = FIRST_MONDAY + timedelta(days=60)
    for count, outcome in enumerate(outcomes, 1):
        then = reached_then(outcome.at, standings(outcomes[:count], outcome.at))
        later = reached_then(outcome.at, standings(outcomes, now))
        assert goals(then) == goals(later)
