"""Code of people who have yet to take the pledge: kept, and graded once they have."""

from dataclasses import replace

import pytest

from bot.domain.chat.events import Attachment, MessageDeleted
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef, UserRef
from tests.support.world import ANA, PRACTICE, RIGHT, WRONG, World, actions_of, fenced, text_of

CAT = UserRef("fake", "here", "cat")


async def said(world: World, text: str, thread: ConversationRef) -> Message:
    """What somebody is told who is not a member and sends this."""
    [remark] = (await world.take(world.message(CAT, text, thread))).replies
    return remark


async def test_code_is_kept_and_graded_once_the_pledge_is_taken(
    world: World, thread: ConversationRef
) -> None:
    remark = await said(world, fenced(RIGHT), thread)
    assert "I keep your code" in text_of(remark)
    assert "The pledge" in text_of(remark)
    assert world.grader.requests == []
    [take_pledge] = actions_of(remark)

    joined = await world.press(CAT, take_pledge, where=thread)
    assert "is in line now" in joined
    assert "Welcome" in joined
    [answer] = world.answers()
    assert "Solved" in answer.text
    assert answer.ref.conversation == thread


async def test_it_is_graded_as_well_where_the_pledge_is_taken_elsewhere_and_later(
    world: World, thread: ConversationRef
) -> None:
    await said(world, fenced(RIGHT), thread)
    world.clock.advance(hours=50)  # when late answers are graded
    await world.press(CAT, f"join:{world.cohort.id}", where=PRACTICE)
    [answer] = world.answers()
    assert "Solved" in answer.text
    assert "late" not in answer.text  # it was sent in time


async def test_it_is_graded_once(world: World, thread: ConversationRef) -> None:
    await said(world, fenced(RIGHT), thread)
    for _ in range(2):
        await world.press(CAT, f"join:{world.cohort.id}")
    assert len(world.grader.requests) == 1


async def test_of_several_answers_to_a_challenge_the_last_is_kept(
    world: World, thread: ConversationRef
) -> None:
    for source in (WRONG, f"{WRONG}# again", RIGHT):
        await said(world, fenced(source), thread)
    await world.press(CAT, f"join:{world.cohort.id}")
    assert [request.source for request in world.grader.requests] == [RIGHT]


async def test_what_is_over_by_then_is_forgotten(world: World, thread: ConversationRef) -> None:
    await said(world, fenced(RIGHT), thread)
    world.clock.advance(hours=200)
    assert "graded" not in await world.press(CAT, f"join:{world.cohort.id}")
    assert world.grader.requests == []


async def test_a_deleted_answer_is_not_graded(world: World, thread: ConversationRef) -> None:
    event = world.message(CAT, fenced(RIGHT), thread)
    await world.take(event)
    await world.take(
        MessageDeleted(
            key="delete", at=event.at, conversation=thread, user=CAT, message=event.message
        )
    )
    await world.press(CAT, f"join:{world.cohort.id}")
    assert world.grader.requests == []


@pytest.mark.parametrize(("text", "sources"), [(fenced(RIGHT), [RIGHT]), ("Never mind.", [])])
async def test_an_edited_answer_is_graded_as_it_is_now(
    world: World, thread: ConversationRef, text: str, sources: list[str]
) -> None:
    event = world.message(CAT, fenced(WRONG), thread)
    await world.take(event)
    await world.take(world.edited(event, text))
    await world.press(CAT, f"join:{world.cohort.id}")
    assert [request.source for request in world.grader.requests] == sources


async def test_a_private_answer_is_kept_too(world: World, thread: ConversationRef) -> None:
    told = await world.form(CAT, "submit:1", {"code": RIGHT}, where=thread)
    assert "I keep your code" in told
    await world.press(CAT, f"join:{world.cohort.id}")
    [answer] = world.answers()
    assert answer.private_to == CAT
    assert "Solved" in answer.text


async def test_a_strangers_file_is_read_only_after_the_pledge(
    world: World, thread: ConversationRef
) -> None:
    file = Attachment(name="a.py", size_bytes=9, media_type="text/plain", ref="a.py")
    [remark] = (await world.take(world.message(CAT, "", thread, attachments=(file,)))).replies
    assert "I keep your code" in text_of(remark)  # though there is no such file yet
    world.chat.files["a.py"] = RIGHT.encode()
    await world.press(CAT, f"join:{world.cohort.id}")
    assert "Solved" in world.answers()[0].text


async def test_what_cannot_be_graded_after_all_says_why_beside_the_welcome(
    world: World, thread: ConversationRef
) -> None:
    file = Attachment(name="a.py", size_bytes=9, media_type="text/plain", ref="gone")
    await world.take(world.message(CAT, "", thread, attachments=(file,)))
    joined = await world.press(CAT, f"join:{world.cohort.id}")
    assert "`a.py` cannot be read any more" in joined
    assert "Welcome" in joined


async def test_what_the_inbox_has_forgotten_is_asked_for_again(
    world: World, thread: ConversationRef
) -> None:
    await said(world, fenced(RIGHT), thread)
    async with world.store.write() as tx:
        world.clock.advance(hours=1)
        await tx.inbox.purge(world.clock(), limit=100)
    assert "Please send it once more" in await world.press(CAT, f"join:{world.cohort.id}")


async def test_nobody_gets_what_somebody_else_sent(world: World, thread: ConversationRef) -> None:
    await said(world, fenced(RIGHT), thread)
    await world.press(replace(CAT, user="dan"), f"join:{world.cohort.id}")
    await world.press(ANA, f"join:{world.cohort.id}")
    assert world.grader.requests == []


@pytest.mark.parametrize("command", ["plan", "progress", "hint", "reminders"])
async def test_who_has_to_join_first_can_press_it(
    world: World, thread: ConversationRef, command: str
) -> None:
    event = world.message(CAT, command, thread, mentions_bot=True)
    [answer] = (await world.take(event)).replies
    assert "You are not in this cohort yet" in text_of(answer)

    [join] = actions_of(answer)
    assert "Welcome" in await world.press(CAT, join, where=thread)
