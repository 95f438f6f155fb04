"""Mentors give challenges more time: those that are open, and those that are closed."""

import pytest

from bot.domain.chat.message import Buttons
from bot.domain.chat.refs import ConversationRef
from tests.support.world import ANA, BEN, MENTOR, PRACTICE, RIGHT, WRONG, Posted, World, fenced


async def tick(world: World) -> None:
    await world.services.challenges.tick()
    await world.settle()


async def after(world: World, **delta: float) -> None:
    """Let time pass, hour by hour, with everything that is due."""
    world.clock.advance(**delta)
    await tick(world)


def reminders(world: World) -> list[str]:
    return [
        posted.text for key, posted in world.chat.posted.items() if key.startswith("reminder:1:")
    ]


def news(world: World) -> list[str]:
    return [posted.text for key, posted in world.chat.posted.items() if key.startswith("news:1:")]


def spent(posted: Posted) -> list[bool]:
    """Of each button of a message, whether it can do no more."""
    rows = [block.row for block in posted.message.blocks if isinstance(block, Buttons)]
    return [button.spent for row in rows for button in row]


async def test_an_extended_challenge_stays_open_and_its_thread_is_told(
    world: World, thread: ConversationRef
) -> None:
    answer = await world.command(MENTOR, "challenge extend", challenge="1", hours="12")

    assert "Open until 2026-11-25 21:00" in answer
    assert "Deadline for late answers 2026-11-27 21:00" in answer
    [told] = news(world)
    assert told.endswith("Open until 2026-11-25 21:00")
    assert "Open until 2026-11-25 21:00" in world.chat.posted["challenge:1"].text
    await after(world, hours=50)
    assert "Double it" in await world.command(ANA, "plan")
    assert "Open now: Double it" in await world.command(ANA, "plan")
    await world.say(ANA, fenced(RIGHT), thread)
    assert not (await world.submissions(ANA))[0].late
    assert "closing:1" not in world.chat.posted
    await after(world, hours=11)
    assert "1 person tried it" in world.chat.posted["closing:1"].text


@pytest.mark.usefixtures("thread")
async def test_the_reminder_follows_the_new_time(world: World) -> None:
    await after(world, hours=36)
    assert len(reminders(world)) == 2
    await world.command(MENTOR, "challenge extend", challenge="1", hours="24")
    await after(world, hours=12)
    assert len(reminders(world)) == 2
    await after(world, hours=12)

    assert [said.partition("Open until ")[2][:16] for said in reminders(world)] == [
        *["2026-11-25 09:00"] * 2,
        *["2026-11-26 09:00"] * 2,
    ]


@pytest.mark.usefixtures("thread")
async def test_who_was_reminded_is_not_reminded_again_for_an_hour_more(world: World) -> None:
    await after(world, hours=36)
    await after(world, hours=11)
    await world.command(MENTOR, "challenge extend", challenge="1", hours="1")
    await tick(world)

    assert len(reminders(world)) == 2


async def test_a_closed_challenge_is_opened_again_and_late_answers_count(
    world: World, thread: ConversationRef
) -> None:
    await after(world, hours=49)
    await world.say(ANA, fenced(WRONG), thread)
    assert (await world.submissions(ANA))[0].late

    answer = await world.command(MENTOR, "challenge reopen", challenge="1·double-it")

    assert "is open again" in answer
    assert "Open until 2026-11-26 10:00" in answer
    assert [told.partition(",")[0] for told in news(world)] == ["This challenge is open again"]
    assert "opened it again" in world.chat.posted["closing:1"].text
    assert "Open until 2026-11-26 10:00" in world.chat.posted["challenge:1"].text
    await world.say(BEN, fenced(RIGHT), thread)
    assert not (await world.submissions(ANA))[0].late
    assert not (await world.submissions(BEN))[0].late
    assert "Double it | open" in await world.command(MENTOR, "challenge list")


@pytest.mark.usefixtures("thread")
async def test_a_challenge_that_closes_again_has_a_summary_of_its_own(world: World) -> None:
    await world.confirmed(MENTOR, "challenge close", challenge="1")
    await world.command(MENTOR, "challenge reopen", challenge="1", hours="2")
    await after(world, hours=3)

    assert "opened it again" in world.chat.posted["closing:1"].text
    assert "**Closed.**" in world.chat.posted["closing:1:1"].text
    assert "**Closed.**" in world.chat.posted["challenge:1"].text


async def test_the_private_form_works_again_where_a_challenge_that_was_over_is_opened(
    world: World, thread: ConversationRef
) -> None:
    await after(world, hours=100)
    was_spent = spent(world.chat.posted["task:1"])
    await world.command(MENTOR, "challenge reopen", challenge="1")

    assert was_spent == [True, False, False]
    assert spent(world.chat.posted["task:1"]) == [False, False]
    await world.say(ANA, fenced(RIGHT), thread)
    assert not (await world.submissions(ANA))[0].late


@pytest.mark.parametrize(
    ("command", "args", "answer"),
    [
        ("challenge extend", {"challenge": "1", "hours": "0"}, "from 1 to 336"),
        ("challenge extend", {"challenge": "1", "hours": "²"}, "from 1 to 336"),
        ("challenge extend", {"challenge": "1", "hours": "300"}, "at most 336 more hours"),
        ("challenge extend", {"challenge": "7"}, "no challenge 7"),
        ("challenge reopen", {"challenge": "1"}, "is open still"),
        ("challenge reopen", {"challenge": "one"}, "Say its number"),
    ],
)
@pytest.mark.usefixtures("thread")
async def test_what_cannot_be_done_is_explained(
    world: World, command: str, args: dict[str, str], answer: str
) -> None:
    assert answer in await world.command(MENTOR, command, where=PRACTICE, **args)
    assert not news(world)


@pytest.mark.usefixtures("thread")
async def test_a_closed_challenge_is_not_extended_and_not_opened_beside_its_like(
    world: World,
) -> None:
    await world.confirmed(MENTOR, "challenge close", challenge="1")
    assert "`/challenge reopen`" in await world.command(MENTOR, "challenge extend", challenge="1")
    await world.command(MENTOR, "challenge post", exercise="double-it")

    answer = await world.command(MENTOR, "challenge reopen", challenge="1")

    assert "open already, as number 2" in answer


async def test_a_challenge_without_a_thread_is_not_opened_again(
    world: World, thread: ConversationRef
) -> None:
    await world.confirmed(MENTOR, "challenge close", challenge="1")
    await world.services.challenges.lose_threads(thread)

    assert "no thread any more" in await world.command(MENTOR, "challenge reopen", challenge="1")
    assert await world.suggest(MENTOR, "challenge reopen", "challenge") == []


@pytest.mark.usefixtures("thread")
async def test_what_can_be_extended_and_opened_again_is_offered(world: World) -> None:
    await world.command(MENTOR, "challenge post", exercise="build-it")
    await world.confirmed(MENTOR, "challenge close", challenge="1")

    assert await world.suggest(MENTOR, "challenge extend", "challenge") == ["2·build-it"]
    assert await world.suggest(MENTOR, "challenge reopen", "challenge") == ["1·double-it"]
    assert not await world.suggest(ANA, "challenge reopen", "challenge")
