"""Mentors see how challenges went, and who could use a word."""

from datetime import timedelta

import pytest

from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.grading import Verdict
from tests.support.world import ANA, BEN, HALF, MENTOR, RIGHT, WRONG, World, fenced, graded

CARL = UserRef("fake", "here", "carl")


async def tries(world: World, user: UserRef, thread: ConversationRef, *sources: str) -> None:
    """Answers of one person, which differ in a comment."""
    for number, source in enumerate(sources):
        world.grader.table[f"{source}# {number}"] = {
            HALF: graded(Verdict.PARTLY, core=[True, False]),
            RIGHT: graded(Verdict.SOLVED, core=[True, True]),
        }.get(source, graded(Verdict.WRONG, core=[False, False]))
        await world.say(user, fenced(f"{source}# {number}\n"), thread)


# --- figures ----------------------------------------------------------------------------------


async def test_figures_of_one_challenge(world: World, thread: ConversationRef) -> None:
    await world.joined(CARL)
    await tries(world, ANA, thread, RIGHT, WRONG)
    await tries(world, BEN, thread, WRONG, HALF, RIGHT)

    said = await world.command(MENTOR, "challenge stats", challenge="1·double-it")

    assert "2 of 3 members tried it, 2 solved it (100%), 1 at the first try (50%)" in said
    assert "5 tries, 2.5 a member." in said
    assert said.splitlines()[1:] == [
        "Core check that fails | Tries | Of all",
        "Check 2 holds | 3 | 60%",
        "Check 1 holds | 2 | 40%",
    ]


async def test_figures_of_the_last_challenges(world: World, thread: ConversationRef) -> None:
    assert "No." in await world.command(MENTOR, "challenge stats")
    await tries(world, ANA, thread, RIGHT)
    await tries(world, BEN, thread, WRONG)
    await world.command(MENTOR, "challenge post", exercise="build-it")

    said = await world.command(MENTOR, "challenge stats")

    assert "1 | Double it | 2 | 50% | 50% | 1.0" in said
    assert "2 | Build it | 0 | - | - | -" in said
    assert "nobody has tried it" in await world.command(MENTOR, "challenge stats", challenge="2")


async def test_before_the_first_challenge_there_are_no_figures(world: World) -> None:
    assert "no challenge yet" in await world.command(MENTOR, "challenge stats")


# --- the inbox --------------------------------------------------------------------------------


async def test_who_tries_without_progress_is_stuck(world: World, thread: ConversationRef) -> None:
    await tries(world, ANA, thread, WRONG, HALF, WRONG, WRONG)
    assert "Stuck" not in await world.command(MENTOR, "challenge inbox")
    await tries(world, ANA, thread, WRONG, HALF, WRONG, WRONG, HALF)
    await tries(world, BEN, thread, WRONG, WRONG, WRONG)

    said = await world.command(MENTOR, "challenge inbox")

    assert said.splitlines()[1:3] == [
        "- Ana · Double it · 5 tries, 38% of the core checks at best",
        "- Ben · Double it · 3 tries, 0% of the core checks at best",
    ]


async def test_who_has_solved_it_is_not_stuck(world: World, thread: ConversationRef) -> None:
    await tries(world, ANA, thread, WRONG, WRONG, WRONG, RIGHT)

    assert "Nobody is stuck" in await world.command(MENTOR, "challenge inbox")


async def test_members_who_fail_alike_are_shown_together(
    world: World, thread: ConversationRef
) -> None:
    await world.joined(CARL)
    await tries(world, ANA, thread, WRONG, HALF)
    await tries(world, BEN, thread, HALF)
    await tries(world, CARL, thread, WRONG)

    said = await world.command(MENTOR, "challenge inbox")

    assert "**Failing alike**\n- Double it · Ana, Ben · Check 2 holds" in said
    assert "Carl" not in said


async def test_what_is_over_is_no_longer_in_the_inbox(
    world: World, thread: ConversationRef
) -> None:
    await tries(world, ANA, thread, WRONG, WRONG, WRONG)
    world.clock.advance(hours=97)
    await world.services.challenges.tick()
    await world.settle()

    assert "Double it" not in await world.command(MENTOR, "challenge inbox")


async def test_who_sends_nothing_for_a_week_is_silent(
    world: World, thread: ConversationRef
) -> None:
    await tries(world, ANA, thread, RIGHT)
    await world.joined(MENTOR)
    world.clock.now += timedelta(days=6)
    await world.joined(CARL)
    assert "Silent" not in await world.command(MENTOR, "challenge inbox")
    world.clock.now += timedelta(days=1, minutes=1)

    said = await world.command(MENTOR, "challenge inbox")

    assert "- Ben · no answer yet" in said
    assert "- Ana · last answer on Monday, 23 November" in said
    assert "Carl" not in said
    assert "Mentor" not in said


@pytest.mark.parametrize("name", ["challenge stats", "challenge inbox"])
async def test_learners_do_not_see_it(world: World, name: str) -> None:
    await world.joined(ANA)

    assert "Only mentors" in await world.command(ANA, name)
