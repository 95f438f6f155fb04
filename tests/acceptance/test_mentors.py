"""What mentors decide about challenges and limits."""

from dataclasses import fields

import pytest

from bot.domain.chat.refs import ConversationRef
from bot.domain.exercise import Limits
from bot.services.cohorts.limits import UNITS
from tests.support.world import ANA, BEN, MENTOR, RIGHT, World, fenced


@pytest.mark.parametrize("name", ["challenge post", "challenge list", "challenge close"])
async def test_learners_cannot_steer(world: World, name: str) -> None:
    await world.joined(ANA)
    assert "Only mentors" in await world.command(ANA, name, exercise="build-it", challenge="1")
    async with world.store.read() as tx:
        assert await tx.challenges.newest(world.cohort.id, limit=20) == []


async def test_a_mentor_posts_lists_and_closes(world: World) -> None:
    assert "Posted" in await world.command(MENTOR, "challenge post", exercise="build-it")
    assert "Build it" in world.chat.posted["challenge:1"].text
    assert "Build it | open" in await world.command(MENTOR, "challenge list")
    assert "Closed" in await world.confirmed(MENTOR, "challenge close", challenge="1 build-it")
    assert "Build it | late" in await world.command(MENTOR, "challenge list")
    assert "closed already" in await world.command(MENTOR, "challenge close", challenge="1")
    assert "Open until" not in world.chat.posted["challenge:1"].text


async def test_what_is_open_is_not_posted_again(world: World) -> None:
    await world.command(MENTOR, "challenge post", exercise="build-it")
    again = await world.command(MENTOR, "challenge post", exercise="build-it")
    await world.confirmed(MENTOR, "challenge close", challenge="1")

    assert "open already, as number 1" in again
    assert "number 2" in await world.command(MENTOR, "challenge post", exercise="build-it")


async def test_a_pin_needs_a_day_of_challenges(world: World) -> None:
    answer = await world.command(MENTOR, "challenge pin", date="2026-11-26", exercise="build-it")

    assert "is a Thursday" in answer


async def test_a_preview_shows_the_task_to_the_mentor_alone(world: World) -> None:
    assert "Write `double`" in await world.command(
        MENTOR, "challenge preview", exercise="double-it"
    )
    assert world.chat.posted == {}


async def test_a_cohorts_cap_lowers_what_its_exercises_may_use(
    world: World, thread: ConversationRef
) -> None:
    assert "as the exercise says" in await world.command(MENTOR, "cohort limits")
    answer = await world.command(MENTOR, "cohort limits", limit="seconds", cap="7.5")
    assert "7.5" in answer
    await world.command(MENTOR, "cohort limits", limit="memory_mb", cap="4096")
    preview = await world.command(MENTOR, "challenge preview", exercise="double-it")
    assert "7.5 instead of 20 s" in preview
    assert "memory" not in preview.partition("caps")[2]

    await world.say(ANA, fenced(RIGHT), thread)
    await world.command(MENTOR, "cohort limits", limit="seconds", cap="off")
    await world.say(BEN, fenced(RIGHT), thread)

    limits = [request.exercise.limits for request in world.grader.requests]
    assert [limit.seconds for limit in limits] == [7.5, 20]
    assert {limit.memory_mb for limit in limits} == {1024}


@pytest.mark.parametrize(
    ("limit", "cap", "answer"),
    [
        ("speed", "3", "one of `seconds`"),
        ("seconds", "-1", "from 1 up"),
        ("seconds", "nan", "from 1 up"),
        ("processes", "17.5", "a whole number"),
        ("memory_mb", "64", "from 384 up"),
        ("seconds", "", "The cap must be a number from 1 up"),
        ("", "3", "needs `limit`"),
    ],
)
async def test_a_cap_that_is_none_is_explained(
    world: World, limit: str, cap: str, answer: str
) -> None:
    assert answer in await world.command(MENTOR, "cohort limits", limit=limit, cap=cap)


def test_every_limit_can_be_capped() -> None:
    assert set(UNITS) == {limit.name for limit in fields(Limits)}


async def test_a_misspelt_exercise_gets_a_suggestion(world: World) -> None:
    assert "`double-it`" in await world.command(MENTOR, "challenge post", exercise="double-itt")
