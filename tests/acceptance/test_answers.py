"""From a message in the thread to its feedback."""

import json
from dataclasses import replace

import pytest

from bot.domain.chat.events import Attachment
from bot.domain.chat.message import Form
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.errors import TransientError
from bot.domain.grading import Verdict
from tests.support.world import (
    ANA,
    BEN,
    HALF,
    MENTORS,
    PRACTICE,
    RIGHT,
    WRONG,
    World,
    fenced,
    text_of,
)


def file(world: World, name: str, data: bytes) -> Attachment:
    world.chat.files[name] = data
    return Attachment(name=name, size_bytes=len(data), media_type="text/plain", ref=name)


async def test_code_in_the_thread_is_graded_into_one_message(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(RIGHT), thread)
    [answer] = world.answers()
    assert answer.ref.conversation == thread
    assert "Solved" in answer.text
    assert "2 of 2 checks" in answer.text
    assert "+6 points" in answer.text
    assert answer.private_to is None


async def test_the_message_says_received_then_running_then_the_verdict(
    world: World, thread: ConversationRef
) -> None:
    services = world.services

    async def send(user: UserRef) -> None:
        await services.dispatcher.accept(world.message(user, fenced(HALF), thread))
        await services.dispatcher.drain()

    await send(BEN)
    assert await services.grading.claim() is not None
    await send(ANA)
    await services.delivery.deliver()
    [mine] = world.answers()
    assert mine.text == "Received. You are next."
    world.clock.advance(seconds=1)
    claim = await services.grading.claim()
    await services.delivery.deliver()
    assert mine.edits == 0  # the verdict may come at any moment
    world.clock.advance(seconds=3)
    await services.delivery.deliver()
    assert "Running" in mine.text
    assert claim is not None
    await services.grading.grade(claim)
    await services.delivery.deliver()
    assert "Partly there" in mine.text
    assert mine.private_to is None


async def test_what_is_graded_at_once_is_said_at_once(
    world: World, thread: ConversationRef
) -> None:
    """One message that somebody is notified of, and not three that replace each other."""
    await world.say(ANA, fenced(RIGHT), thread)
    [answer] = world.answers()
    assert "Solved" in answer.text
    assert answer.edits == 0


async def test_those_who_wait_hear_of_the_line_when_it_means_something_else(
    world: World, thread: ConversationRef
) -> None:
    people = [replace(ANA, user=f"learner-{number}") for number in range(12)]
    await world.joined(*people)
    for person in people:
        await world.services.dispatcher.accept(world.message(person, fenced(RIGHT), thread))
        await world.services.dispatcher.drain()
    world.clock.advance(seconds=1)
    await world.services.delivery.deliver()
    assert [answer.text for answer in world.answers()] == [
        "Running your code in the sandbox …",
        *["Received. One or two answers are before yours."] * 2,
        *["Received. Fewer than 10 answers are before yours."] * 7,
        *["Received. 10 or more answers are before yours."] * 2,
    ]

    assert await world.services.grading.claim() is not None
    await world.services.delivery.deliver()
    assert not any(answer.edits for answer in world.answers())
    world.clock.advance(seconds=3)
    await world.services.delivery.deliver()
    told = [number for number, answer in enumerate(world.answers()) if answer.edits]
    assert told == [1, 3, 10]  # who is next, will be soon, has come nearer


async def test_a_line_that_moves_quickly_is_not_told_of_step_by_step(
    world: World, thread: ConversationRef
) -> None:
    people = [replace(ANA, user=f"learner-{number}") for number in range(9)]
    await world.joined(*people)
    for person in people:
        await world.services.dispatcher.accept(world.message(person, fenced(RIGHT), thread))
        await world.services.dispatcher.drain()
        world.clock.advance(seconds=0.1)
        await world.services.delivery.deliver()
    while claim := await world.services.grading.claim():
        world.clock.advance(seconds=0.5)
        await world.services.delivery.deliver()
        await world.services.grading.grade(claim)
        await world.services.delivery.deliver()
    assert all("Solved" in answer.text for answer in world.answers())
    assert sum(answer.edits for answer in world.answers()) <= 12  # 9 verdicts, and little else


async def test_an_answer_that_mentions_the_bot_is_graded(
    world: World, thread: ConversationRef
) -> None:
    for text in (RIGHT, fenced(RIGHT)):
        await world.take(world.message(ANA, text, thread, mentions_bot=True))
    assert [answer.text[:10] for answer in world.answers()] == ["✅ **Solved"] * 2


async def test_conversation_is_left_alone(world: World, thread: ConversationRef) -> None:
    assert await world.say(ANA, "Is `double` meant to take tensors?", thread) == ""
    assert world.answers() == []


async def test_an_answer_outside_of_a_code_block_is_told_how_to_send_it(
    world: World, thread: ConversationRef
) -> None:
    remark = await world.say(ANA, f"Here it is:\n{RIGHT}", thread)

    assert "three backticks" in remark
    assert world.answers() == []


async def test_code_without_the_entry_point_is_a_remark_and_no_try(
    world: World, thread: ConversationRef
) -> None:
    remark = await world.say(ANA, "```\ndef treble(x): ...\n```", thread)
    assert "does not define `double`" in remark
    assert await world.submissions(ANA) == []


async def test_code_outside_a_challenge_is_left_alone(world: World) -> None:
    await world.joined(ANA)
    assert await world.say(ANA, fenced(RIGHT), PRACTICE) == ""
    assert await world.submissions(ANA) == []


async def test_an_answer_in_the_channel_is_told_where_it_belongs(
    world: World, thread: ConversationRef
) -> None:
    code = file(world, "a.py", RIGHT.encode())
    for event in (
        world.message(ANA, fenced(RIGHT), PRACTICE),
        world.message(ANA, RIGHT, PRACTICE, mentions_bot=True),
        world.message(ANA, "", PRACTICE, attachments=(code,)),
    ):
        [remark] = (await world.take(event)).replies
        assert "in the challenge's thread" in text_of(remark)
        assert f"Double it ({thread.thread})" in text_of(remark)
    assert await world.submissions(ANA) == []


@pytest.mark.parametrize("text", ["Good morning!", "```py\nx = 1\n```", "What is `double`?"])
async def test_talk_in_the_channel_is_left_alone(
    world: World, thread: ConversationRef, text: str
) -> None:
    assert await world.say(ANA, text, thread.parent) == ""


async def test_code_is_expected_in_a_cohorts_channel_while_it_can_be_answered(
    world: World, thread: ConversationRef
) -> None:
    expects = world.services.dispatcher.expects_code
    channels = (PRACTICE, MENTORS, thread, replace(PRACTICE, channel="other"))
    assert [await expects(channel) for channel in channels] == [True, False, False, False]
    world.clock.advance(hours=200)
    assert not await expects(PRACTICE)


async def test_a_challenge_once_solved_stays_solved_for_that_member(
    world: World, thread: ConversationRef
) -> None:
    solved = world.services.dispatcher.has_solved
    first = world.message(ANA, fenced(RIGHT), thread)
    assert not await solved(thread, ANA)
    await world.take(first)
    await world.take(world.edited(first, fenced(WRONG)))
    assert "Not yet" in world.answers()[0].text
    askers = ((thread, ANA), (thread, BEN), (PRACTICE, ANA))
    assert [await solved(where, who) for where, who in askers] == [True, False, False]


async def test_an_edited_message_is_a_new_submission_in_the_same_feedback(
    world: World, thread: ConversationRef
) -> None:
    first = world.message(ANA, fenced(WRONG), thread)
    await world.take(first)
    assert "Not yet" in world.answers()[0].text
    await world.take(world.edited(first, fenced(RIGHT)))
    [answer] = world.answers()
    assert "Solved" in answer.text
    assert "try 2" in answer.text
    history = await world.submissions(ANA)
    assert [item.grade.verdict for item in history if item.grade] == [
        Verdict.SOLVED,
        Verdict.WRONG,
    ]
    seeds = {request.seed for request in world.grader.requests}
    assert len(seeds) == 2


async def test_an_edit_that_leaves_the_code_alone_is_no_new_try(
    world: World, thread: ConversationRef
) -> None:
    first = world.message(ANA, fenced(WRONG), thread)
    await world.take(first)
    await world.take(world.edited(first, "Now with better words\n" + fenced(WRONG)))
    assert len(await world.submissions(ANA)) == 1


async def test_feedback_of_an_older_edit_never_covers_the_newer(
    world: World, thread: ConversationRef
) -> None:
    first = world.message(ANA, fenced(WRONG), thread)
    await world.services.dispatcher.accept(first)
    await world.services.dispatcher.drain()
    old = await world.services.grading.claim()
    assert old is not None
    await world.take(world.edited(first, fenced(RIGHT)))
    await world.services.grading.grade(old)
    await world.services.delivery.deliver()
    assert world.answers()[0].text == "Received. You are next."
    await world.settle()
    assert "Solved" in world.answers()[0].text


async def test_a_redelivered_event_changes_nothing(world: World, thread: ConversationRef) -> None:
    event = world.message(ANA, fenced(RIGHT), thread)
    await world.take(event)
    await world.take(event)
    assert len(await world.submissions(ANA)) == 1
    assert len(world.grader.requests) == 1


async def test_an_event_whose_handling_was_cut_off_is_taken_up_again(
    world: World, thread: ConversationRef
) -> None:
    event = world.message(ANA, fenced(RIGHT), thread)
    async with world.store.write() as tx:
        await tx.inbox.put(event)  # stored, then the process died
    await world.services.dispatcher.recover()
    await world.settle()
    assert "Solved" in world.answers()[0].text


async def test_a_python_file_and_a_notebook_count_as_code(
    world: World, thread: ConversationRef
) -> None:
    cell = {
        "cell_type": "code",
        "source": f"%matplotlib inline\n{RIGHT}",
        "outputs": ["x"] * 900_000,
    }
    notebook = json.dumps({"cells": [{"cell_type": "markdown", "source": "# x"}, cell]}).encode()
    for name, data in (("a.py", RIGHT.encode()), ("a.ipynb", notebook)):
        await world.take(world.message(ANA, "", thread, attachments=(file(world, name, data),)))
    sources = [submission.source for submission in await world.submissions(ANA)]
    assert len(sources) == 2
    assert all(RIGHT.strip() in source for source in sources)


@pytest.mark.parametrize(
    ("names", "data", "words"),
    [
        (["a.py", "b.py"], RIGHT.encode(), "Two code files"),
        (["a.py"], b"\xff\xfe\x00", "UTF-16"),
        (["a.py"], b"caf\xe9 = 1", "not UTF-8"),
        (["a.py"], b"# " + b"x" * 70_000 + b"\n" + RIGHT.encode(), "64 KiB"),
        (["a.ipynb"], b"{", "not a notebook"),
        (["a.ipynb"], b" " * 30_000_000, "over 25600 KiB"),
        (["a.py"], b"x" * 2_000_000, "over 1024 KiB"),
        (["a.py"], b"", "`a.py` is empty"),
        (["a.zip"], b"PK", "`a.zip` is neither"),
        (["a.md"], b"# How I did it", "`a.md` is neither"),
        (["message.txt"], b"step 1, loss 0.3", "`message.txt` is neither"),
        (["message.txt"], b"def duoble(x): ...", "does not define `double`"),
        (["a.ipynb"], b'{"cells": [{"cell_type": "code", "source": "%%bash\\nls"}]}', "found bash"),
    ],
)
async def test_a_file_that_cannot_be_taken_gets_its_own_sentence(  # cases
    world: World, thread: ConversationRef, names: list[str], data: bytes, words: str
) -> None:
    attachments = tuple(file(world, name, data) for name in names)
    responder = await world.take(world.message(ANA, "", thread, attachments=attachments))
    assert words in text_of(responder.replies[0])
    assert await world.submissions(ANA) == []


async def test_a_file_that_the_platform_does_not_hand_out_is_asked_for_again(
    world: World, thread: ConversationRef
) -> None:
    attached = (file(world, "a.py", RIGHT.encode()),)
    world.chat.trouble = [TransientError("500")]
    responder = await world.take(world.message(ANA, "", thread, attachments=attached))
    assert "could not be read just now" in text_of(responder.replies[0])
    assert await world.submissions(ANA) == []


async def test_late_answers_are_graded_and_marked_and_later_ones_refused(
    world: World, thread: ConversationRef
) -> None:
    world.clock.advance(hours=49)
    await world.say(ANA, fenced(RIGHT), thread)
    assert "late" in world.answers()[0].text
    world.clock.advance(hours=48)
    assert "This challenge is over" in await world.say(BEN, fenced(RIGHT), thread)
    assert await world.submissions(BEN) == []


async def test_one_member_can_have_only_so_many_waiting(
    world: World, thread: ConversationRef
) -> None:
    for number in range(3):
        event = world.message(ANA, fenced(f"{WRONG}# {number}\n"), thread)
        await world.services.dispatcher.accept(event)
    await world.services.dispatcher.drain()
    responder = await world.take(world.message(ANA, fenced(RIGHT), thread))
    assert "limit" in text_of(responder.replies[0])
    assert len(await world.submissions(ANA)) == 3
    await world.say(ANA, fenced(RIGHT), thread)
    assert len(await world.submissions(ANA)) == 4


async def test_a_private_submission_shows_to_its_author_alone(
    world: World, thread: ConversationRef
) -> None:
    opened = await world.press_for_form(ANA, "submit:1", where=thread)
    assert opened.forms[0].accepts_file
    await world.form(ANA, opened.forms[0].form_id, {"code": HALF}, where=thread)
    [answer] = world.answers()
    assert answer.private_to == ANA
    assert "Check 2 holds" in answer.text


@pytest.mark.parametrize("text", [RIGHT, fenced(RIGHT)])
async def test_what_discord_makes_a_file_of_is_an_answer(
    world: World, thread: ConversationRef, text: str
) -> None:
    long = file(world, "message.txt", text.encode())
    await world.take(world.message(ANA, "", thread, attachments=(long,)))
    assert "Solved" in world.answers()[0].text


async def test_an_answer_beside_a_file_without_one_is_graded(
    world: World, thread: ConversationRef
) -> None:
    log = file(world, "log.txt", b"step 1, loss 0.3")
    await world.take(world.message(ANA, fenced(RIGHT), thread, attachments=(log,)))
    assert "Solved" in world.answers()[0].text


@pytest.mark.parametrize(
    "text",
    [
        '```\nTraceback (most recent call last):\n  File "a.py", line 1, in double\n```',
        "```\n$ pip install torch\n```",
        "Look at https://gist.github.com/ana/1 : is that the paper's way?",
        "See https://docs.python.org/3/library/math.html",
    ],
)
async def test_output_and_links_in_conversation_get_no_remark(
    world: World, thread: ConversationRef, text: str
) -> None:
    assert await world.say(ANA, text, thread) == ""


@pytest.mark.parametrize(
    "link",
    [
        "https://gist.github.com/ana/1",
        "mine: https://colab.research.google.com/drive/1",
        "https://github.com/ana/answers/blob/main/double.py",
    ],
)
async def test_a_link_is_told_that_it_is_not_followed(
    world: World, thread: ConversationRef, link: str
) -> None:
    assert "cannot follow links" in await world.say(ANA, link, thread)


async def test_the_form_holds_the_last_try_or_the_starter(
    world: World, thread: ConversationRef
) -> None:
    async def form_of(user: UserRef) -> Form:
        return (await world.press_for_form(user, "submit:1", where=thread)).forms[0]

    starter = (await form_of(ANA)).fields[0].value
    await world.say(ANA, fenced(WRONG), thread)
    form = await form_of(ANA)
    assert "def double" in starter
    assert form.fields[0].value.strip() == WRONG.strip()
    assert (await form_of(BEN)).fields[0].value == starter
    assert form.beside


async def test_an_edit_takes_the_place_of_what_waits_even_at_the_limit(
    world: World, thread: ConversationRef
) -> None:
    events = [world.message(ANA, fenced(f"{WRONG}# {number}"), thread) for number in range(3)]
    for event in (*events, world.edited(events[2], fenced(RIGHT))):
        await world.services.dispatcher.accept(event)
    await world.settle()

    assert [answer.text[:5] for answer in world.answers()] == ["🔴 **N", "🔴 **N", "✅ **S"]
    assert len(world.grader.requests) == 3


async def test_an_edit_of_the_prose_alone_leaves_what_waits_in_line(
    world: World, thread: ConversationRef
) -> None:
    event = world.message(ANA, fenced(RIGHT), thread)
    for each in (event, world.edited(event, f"Look: {fenced(RIGHT)}")):
        await world.services.dispatcher.accept(each)
    await world.settle()

    [answer] = world.answers()
    assert "Solved" in answer.text


async def test_while_grading_is_paused_nobody_is_told_that_their_code_runs_or_is_next(
    world: World, thread: ConversationRef
) -> None:
    """Neither who is first nor who is far behind, in the moment before the worker looks."""
    services, people = world.services, [UserRef("fake", "here", f"dora{n}") for n in range(12)]
    await world.joined(*people)
    world.grader.problem = "the engine does not answer."

    for person in people:
        await services.dispatcher.accept(world.message(person, fenced(RIGHT), thread))
    await services.dispatcher.drain()
    await services.delivery.deliver()

    paused = "Received, and safe with us. Grading is paused: the engine does not answer."
    assert len(world.answers()) == len(people)
    assert [said.text for said in world.answers() if not said.text.startswith(paused)] == []


async def test_code_that_was_kept_is_not_said_to_be_graded_while_grading_is_paused(
    world: World, thread: ConversationRef
) -> None:
    dora = UserRef("fake", "here", "dora")
    await world.say(dora, fenced(RIGHT), thread)
    world.grader.problem = "the engine does not answer."

    assert "being graded" not in await world.press(dora, f"join:{world.cohort.id}")
    assert "Grading is paused" in world.answers()[0].text
