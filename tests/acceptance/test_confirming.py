"""What cannot be undone is asked about first."""

from dataclasses import replace

import pytest

from bot.domain.chat.events import ActionPressed
from bot.domain.chat.refs import ConversationRef, MessageRef
from tests.support.world import (
    ANA,
    BEN,
    MENTOR,
    PRACTICE,
    RIGHT,
    World,
    actions_of,
    fenced,
    text_of,
)


async def is_open(world: World) -> bool:
    async with world.store.read() as tx:
        return (await tx.challenges.get(1)).closed_at is None


async def asked(world: World) -> tuple[str, str]:
    """The two answers to whether the first challenge should be closed."""
    yes, no = actions_of(await world.ask(MENTOR, "challenge close", challenge="1"))
    return yes, no


async def test_the_question_says_what_would_happen(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(RIGHT), thread)

    question = text_of(await world.ask(MENTOR, "challenge close", challenge="1"))

    assert "Close **Double it** now? 1 of 2 members have answered it." in question
    assert "only send late answers" in question
    assert await is_open(world)


@pytest.mark.usefixtures("thread")
async def test_a_yes_is_carried_out_once(world: World) -> None:
    yes, no = await asked(world)

    assert "Closed" in await world.press(MENTOR, yes)
    assert not await is_open(world)
    for action in (yes, no):
        assert "answered that question already" in await world.press(MENTOR, action)


@pytest.mark.usefixtures("thread")
async def test_the_buttons_of_an_answered_question_are_spent(world: World) -> None:
    yes, no = await asked(world)

    assert not (await world.press_for_form(BEN, yes)).is_spent
    for action in (no, yes):
        assert (await world.press_for_form(MENTOR, action)).is_spent


@pytest.mark.usefixtures("thread")
async def test_a_no_leaves_things_as_they_are(world: World) -> None:
    yes, no = await asked(world)

    assert await world.press(MENTOR, no) == "Nothing was changed."
    assert "answered that question already" in await world.press(MENTOR, yes)
    assert await is_open(world)


@pytest.mark.usefixtures("thread")
async def test_only_the_person_who_was_asked_can_answer(world: World) -> None:
    yes, _ = await asked(world)

    assert "Only the person who gave the command" in await world.press(BEN, yes)
    assert await is_open(world)
    assert "Closed" in await world.press(MENTOR, yes)


@pytest.mark.usefixtures("thread")
async def test_a_question_expires(world: World) -> None:
    yes, _ = await asked(world)
    world.clock.advance(minutes=61)

    assert "more than an hour old" in await world.press(MENTOR, yes)
    assert (await world.press_for_form(MENTOR, yes)).is_spent
    assert await is_open(world)


@pytest.mark.usefixtures("thread")
async def test_only_a_person_who_is_still_a_mentor_can_say_yes(world: World) -> None:
    yes, _ = await asked(world)
    world.chat.mentors.clear()

    assert "Only mentors" in await world.press(MENTOR, yes)
    assert await is_open(world)


@pytest.mark.usefixtures("thread")
async def test_a_yes_that_was_cut_off_is_carried_out_after_the_restart(world: World) -> None:
    yes, _ = await asked(world)
    event = ActionPressed(
        key="cut-off",
        at=world.clock(),
        conversation=replace(PRACTICE, thread="t"),
        user=MENTOR,
        info=world.chat.info(MENTOR),
        action=yes,
        message=MessageRef(PRACTICE, "any"),
    )
    async with world.store.write() as tx:
        await tx.inbox.put(event)
        assert await tx.confirmations.answer(
            yes.partition(":")[2], by="cut-off", at=world.clock()
        )  # and then the process died

    await world.services.dispatcher.recover()
    await world.settle()

    assert not await is_open(world)


async def test_what_cannot_be_done_is_not_asked_about(world: World) -> None:
    assert "no challenge 1" in await world.command(MENTOR, "challenge close", challenge="1")
    assert "Say its number" in await world.command(MENTOR, "challenge close", challenge="it")
