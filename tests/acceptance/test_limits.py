"""How much one person may have: of gradings, of answers, of the database."""

from datetime import timedelta

from bot.domain.chat.events import Event
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import SandboxError
from bot.domain.grading import Verdict
from bot.domain.submission import Claim
from bot.services.submissions.grading import MAX_RUNS
from tests.support.world import ANA, BEN, MENTOR, RIGHT, WRONG, World, fenced


def wrong(number: int) -> str:
    """One of many answers that differ."""
    return fenced(f"{WRONG}# {number}\n")


# --- edits ------------------------------------------------------------------------------------


async def test_five_edits_in_a_row_end_with_the_last_one_graded(
    world: World, thread: ConversationRef
) -> None:
    """However many gradings run side by side: those who edit what runs wait for it."""
    message = world.message(ANA, wrong(0), thread)
    services = world.services
    first = await _sent(world, message)
    assert first is not None
    for text in (*map(wrong, (1, 2, 3, 4)), fenced(RIGHT)):
        assert await _sent(world, world.edited(message, text)) is None
    await services.grading.grade(first)
    await world.settle()

    assert [request.source.strip() for request in world.grader.requests] == [
        f"{WRONG}# 0".strip(),
        RIGHT.strip(),
    ]
    [answer] = world.answers()
    assert "Solved" in answer.text
    assert "try 2" in answer.text


async def _sent(world: World, event: Event) -> Claim | None:
    """Deliver an event, and begin what can be graded then."""
    await world.services.dispatcher.accept(event)
    await world.services.dispatcher.drain()
    return await world.services.grading.claim()


# --- gradings ---------------------------------------------------------------------------------


async def test_a_member_has_so_many_gradings_in_a_day(
    world: World, thread: ConversationRef
) -> None:
    await world.command(MENTOR, "cohort rules", rule="daily_limit", value="3")
    message = world.message(ANA, wrong(0), thread)
    await world.take(message)
    for number in (1, 2):
        await world.take(world.edited(message, wrong(number)))

    refused = await world.say(ANA, fenced(RIGHT), thread)
    assert "3 of your answers were graded in the last 24 hours" in refused
    assert "costs no try" in refused
    assert len(world.grader.requests) == 3
    assert await world.say(BEN, fenced(RIGHT), thread) == ""

    world.clock.advance(hours=24, seconds=1)
    assert await world.say(ANA, fenced(RIGHT), thread) == ""
    assert "Solved" in world.answers()[-1].text


async def test_a_member_has_so_many_gradings_of_one_challenge(
    world: World, thread: ConversationRef
) -> None:
    await world.command(MENTOR, "cohort rules", rule="challenge_limit", value="2")
    for number in range(2):
        await world.say(ANA, wrong(number), thread)

    world.clock.advance(hours=25)
    assert "this challenge" in await world.say(ANA, fenced(RIGHT), thread)
    world.clock.now += timedelta(days=1)
    other = await world.opened()
    assert await world.say(ANA, fenced(RIGHT), other) == ""
    assert len(world.grader.requests) == 3


async def test_a_fault_of_ours_costs_nobody_a_grading(
    world: World, thread: ConversationRef
) -> None:
    await world.command(MENTOR, "cohort rules", rule="daily_limit", value="1")
    world.grader.trouble = [SandboxError("broken")] * MAX_RUNS
    await world.say(ANA, wrong(0), thread)
    for _ in range(MAX_RUNS):
        world.clock.advance(seconds=6)
        await world.settle()
    [fault] = await world.submissions(ANA)
    assert fault.grade is not None
    assert fault.grade.verdict is Verdict.SANDBOX_FAULT

    assert await world.say(ANA, fenced(RIGHT), thread) == ""
