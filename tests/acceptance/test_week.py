"""The product's laws, seen through one chat platform: a week in a cohort."""

import json
from collections.abc import AsyncGenerator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.chat.events import Attachment
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import (
    LeaseLostError,
    SandboxError,
    SandboxUnavailableError,
    TransientError,
)
from bot.domain.exercise import Limits
from bot.domain.grading import Verdict
from bot.domain.submission import SubmissionState
from bot.services.cohorts.limits import UNITS
from tests.support.world import (
    ANA,
    BEN,
    HALF,
    MENTOR,
    MENTORS,
    PRACTICE,
    RIGHT,
    WRONG,
    World,
    actions_of,
    new_world,
    text_of,
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with new_world(tmp_path) as made:
        yield made


@pytest.fixture
async def thread(world: World) -> ConversationRef:
    await world.joined(ANA, BEN)
    return await world.opened()


def fenced(source: str) -> str:
    return f"Here it is:\n```python\n{source}```"


def file(world: World, name: str, data: bytes) -> Attachment:
    world.chat.files[name] = data
    return Attachment(name=name, size_bytes=len(data), media_type="text/plain", ref=name)


# --- the calendar -----------------------------------------------------------------------------


async def test_monday_at_the_hour_posts_the_challenge_and_the_task_in_its_thread(
    world: World,
) -> None:
    thread = await world.opened()
    post = world.chat.posted["challenge:1"]
    task = world.chat.posted["task:1"]
    assert post.ref.conversation == PRACTICE
    assert "Double it" in post.text
    assert world.chat.threads[post.ref] == "Double it"
    assert task.ref.conversation == thread
    assert "Write `double`" in task.text
    assert actions_of(task.message) == ["submit:1", "hint:1"]


async def test_a_second_tick_posts_nothing_more(world: World) -> None:
    await world.opened()
    await world.services.challenges.tick()
    await world.settle()
    assert [key for key in world.chat.posted if key.startswith("challenge:")] == ["challenge:1"]


async def test_the_week_brings_one_challenge_for_each_of_the_three_days(world: World) -> None:
    for _ in range(7 * 24):
        await world.services.challenges.tick()
        world.clock.advance(hours=1)
    async with world.store.read() as tx:
        days = [challenge.day.value for challenge in await tx.challenges.of(world.cohort.id)]
    assert days == ["implement", "debug", "module"]


async def test_a_slot_missed_by_more_than_a_day_is_not_posted(world: World) -> None:
    await world.opened()
    world.clock.advance(days=3, hours=12)  # Thursday evening: Wednesday's slot is 36 hours old
    await world.services.challenges.tick()
    async with world.store.read() as tx:
        assert len(await tx.challenges.of(world.cohort.id)) == 1
    world.clock.advance(hours=24)  # Friday evening: Friday's slot is 12 hours old
    await world.services.challenges.tick()
    async with world.store.read() as tx:
        assert [item.day.value for item in await tx.challenges.of(world.cohort.id)] == [
            "implement",
            "module",
        ]


async def test_what_a_mentor_has_just_posted_is_not_posted_a_second_time(world: World) -> None:
    await world.command(MENTOR, "challenge post", exercise="double-it")
    await world.services.challenges.tick()  # Monday at nine
    async with world.store.read() as tx:
        assert len(await tx.challenges.of(world.cohort.id)) == 1


async def test_a_pin_decides_what_its_day_posts(world: World) -> None:
    answer = await world.command(MENTOR, "challenge pin", date="2026-11-23", exercise="build-it")
    assert "Build it" in answer
    await world.opened()
    assert "Build it" in world.chat.posted["challenge:1"].text


async def test_only_members_without_an_answer_are_reminded_and_only_if_they_like(
    world: World, thread: ConversationRef
) -> None:
    carl = ANA.__class__("fake", "here", "carl")
    await world.joined(carl)
    assert "No more" in await world.command(BEN, "reminders", switch="off")
    await world.say(ANA, fenced(WRONG), thread)
    world.clock.advance(hours=43)
    await world.services.challenges.tick()
    await world.settle()
    reminders = [
        posted for key, posted in world.chat.posted.items() if key.startswith("reminder:1:")
    ]
    assert [posted.private_to for posted in reminders] == [carl]


async def test_closing_posts_a_summary_that_names_nobody(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(RIGHT), thread)
    await world.say(BEN, fenced(WRONG), thread)
    world.clock.advance(hours=48)
    await world.services.challenges.tick()
    await world.settle()
    summary = world.chat.posted["closing:1"].text
    assert "2 people tried it, 1 solved it, 1 of them at the first try" in summary
    assert "Ana" not in summary


# --- from message to feedback -----------------------------------------------------------------


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
    await services.dispatcher.accept(world.message(ANA, fenced(HALF), thread))
    await services.dispatcher.drain()
    await services.delivery.deliver()
    assert "Received" in world.answers()[0].text
    claim = await services.grading.claim()
    await services.delivery.deliver()
    assert "Running" in world.answers()[0].text
    assert claim is not None
    await services.grading.grade(claim)
    await services.delivery.deliver()
    assert "Partly there" in world.answers()[0].text
    assert len(world.answers()) == 1


async def test_those_who_wait_see_their_place_in_line(
    world: World, thread: ConversationRef
) -> None:
    for user in (ANA, BEN):
        await world.services.dispatcher.accept(world.message(user, fenced(RIGHT), thread))
        await world.services.dispatcher.drain()
    await world.services.delivery.deliver()
    assert [answer.text for answer in world.answers()] == [
        "Received. You are next.",
        "Received. Place 2 in line, 1 before you.",
    ]


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
    remark = await world.say(ANA, "```\nTraceback (most recent call last):\n```", thread)
    assert "does not define `double`" in remark
    assert await world.submissions(ANA) == []


async def test_code_outside_a_challenge_is_left_alone(world: World) -> None:
    await world.joined(ANA)
    assert await world.say(ANA, fenced(RIGHT), PRACTICE) == ""
    assert await world.submissions(ANA) == []


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
    assert "Solved" in world.answers()[0].text
    await world.services.grading.grade(old)
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
    cell = {"cell_type": "code", "source": f"%matplotlib inline\n{RIGHT}"}
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
        (["a.ipynb"], b" " * 2_000_000, "over 1024 KiB"),
    ],
)
async def test_a_file_that_cannot_be_taken_gets_its_own_sentence(  # cases
    world: World, thread: ConversationRef, names: list[str], data: bytes, words: str
) -> None:
    attachments = tuple(file(world, name, data) for name in names)
    responder = await world.take(world.message(ANA, "", thread, attachments=attachments))
    assert words in text_of(responder.replies[0])
    assert await world.submissions(ANA) == []


async def test_who_is_no_member_is_told_how_to_become_one(
    world: World, thread: ConversationRef
) -> None:
    stranger = ANA.__class__("fake", "here", "stranger")
    assert "/join" in await world.say(stranger, fenced(RIGHT), thread)
    assert world.grader.requests == []


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


# --- what follows -----------------------------------------------------------------------------


async def test_details_open_for_the_author_alone(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(HALF), thread)
    [details, _hint] = actions_of(world.answers()[0].message)
    seen = await world.press(ANA, details, where=thread)
    assert "saw 3, should be 4" in seen
    assert "Only the author" in await world.press(BEN, details, where=thread)
    assert "saw 3" not in world.answers()[0].text


async def test_hints_come_one_level_at_a_time_and_are_counted(
    world: World, thread: ConversationRef
) -> None:
    assert "Hint 1 of 3" in await world.say(ANA, "hint", thread)
    assert "the place" in await world.press(ANA, "hint:1", where=thread)
    assert "nearly all" in await world.command(ANA, "hint", where=thread)
    assert "Hint 3 of 3" in await world.command(ANA, "hint", where=thread)
    async with world.store.read() as tx:
        member = await tx.members.find(world.cohort.id, ANA)
        assert member is not None
        assert await tx.progress.hints_of(member=member.id, challenge=1) == 3


async def test_a_disputed_check_reaches_the_mentors_with_the_case(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(HALF), thread)
    submission = (await world.submissions(ANA))[0]
    opened = await world.press_for_form(ANA, f"dispute:{submission.id}", where=thread)
    await world.form(ANA, opened.forms[0].form_id, {"why": "Three is right."}, where=thread)
    [case] = [posted for key, posted in world.chat.posted.items() if key.startswith("dispute:")]
    assert case.ref.conversation == MENTORS
    assert "Three is right." in case.text
    assert HALF in case.text


@pytest.mark.parametrize("name", ["challenge post", "challenge list", "challenge close"])
async def test_learners_cannot_steer(world: World, name: str) -> None:
    await world.joined(ANA)
    assert "Only mentors" in await world.command(ANA, name, exercise="build-it", challenge="1")
    async with world.store.read() as tx:
        assert await tx.challenges.of(world.cohort.id) == []


async def test_a_mentor_posts_lists_and_closes(world: World) -> None:
    assert "Posted" in await world.command(MENTOR, "challenge post", exercise="build-it")
    assert "Build it" in world.chat.posted["challenge:1"].text
    assert "Build it | open" in await world.command(MENTOR, "challenge list")
    assert "Closed" in await world.command(MENTOR, "challenge close", challenge="1 build-it")
    assert "Build it | late" in await world.command(MENTOR, "challenge list")
    assert "closed already" in await world.command(MENTOR, "challenge close", challenge="1")
    assert "Open until" not in world.chat.posted["challenge:1"].text


async def test_what_is_open_is_not_posted_again(world: World) -> None:
    await world.command(MENTOR, "challenge post", exercise="build-it")
    again = await world.command(MENTOR, "challenge post", exercise="build-it")
    await world.command(MENTOR, "challenge close", challenge="1")

    assert "open already, as number 1" in again
    assert "number 2" in await world.command(MENTOR, "challenge post", exercise="build-it")


async def test_a_pin_needs_a_day_of_challenges(world: World) -> None:
    answer = await world.command(MENTOR, "challenge pin", date="2026-11-26", exercise="build-it")

    assert "is a Thursday" in answer


async def test_help_names_what_can_be_chosen(world: World) -> None:
    await world.joined(ANA)

    assert "/board <named | alias | hidden>" in await world.command(ANA, "help")
    assert "/board alias" in await world.command(ANA, "board")


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
        ("seconds", "", "needs `cap`"),
        ("", "3", "needs `limit`"),
    ],
)
async def test_a_cap_that_is_none_is_explained(
    world: World, limit: str, cap: str, answer: str
) -> None:
    assert answer in await world.command(MENTOR, "cohort limits", limit=limit, cap=cap)


def test_every_limit_can_be_capped() -> None:
    assert set(UNITS) == {limit.name for limit in fields(Limits)}


async def test_a_mention_that_is_no_command_and_no_code_gets_help(
    world: World, thread: ConversationRef
) -> None:
    for words in ("", "dance"):
        event = world.message(ANA, words, thread, mentions_bot=True)
        [reply] = (await world.take(event)).replies
        assert "/plan" in text_of(reply)


async def test_a_text_file_is_remarked_upon(world: World, thread: ConversationRef) -> None:
    file = Attachment(name="mine.txt", size_bytes=9, media_type="text/plain", ref="f")
    event = world.message(ANA, "", thread, attachments=(file,))
    [reply] = (await world.take(event)).replies
    assert "mine.txt is neither" in text_of(reply)


async def test_a_check_disputed_twice_is_one_case(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(WRONG), thread)
    [submission] = await world.submissions(ANA)
    for why in ("it is right", "no, really"):
        await world.form(ANA, f"dispute:{submission.id}", {"why": why}, where=thread)
    [case] = [said.text for key, said in world.chat.posted.items() if key.startswith("dispute:")]
    assert "no, really" in case


async def test_a_misspelt_exercise_gets_a_suggestion(world: World) -> None:
    assert "`double-it`" in await world.command(MENTOR, "challenge post", exercise="double-itt")


async def test_a_mention_in_a_thread_is_a_command(world: World, thread: ConversationRef) -> None:
    event = world.message(ANA, "plan", thread, mentions_bot=True)
    await world.services.dispatcher.accept(event)  # a mention brings no responder
    await world.settle()
    [answer] = [posted for key, posted in world.chat.posted.items() if key.startswith("reply:")]
    assert answer.private_to == ANA
    assert "Double it" in answer.text


async def test_a_welcome_and_the_plan_lead_to_what_is_open(
    world: World, thread: ConversationRef
) -> None:
    dora = replace(ANA, user="dora")
    welcome = await world.press(dora, f"join:{world.cohort.id}")
    for message in (welcome, await world.command(ANA, "plan")):
        assert f"Open now: Double it ({thread.thread})" in message
    await world.command(MENTOR, "challenge close", challenge="1")
    assert "Open now" not in await world.command(ANA, "plan")


async def test_the_plan_shows_three_days_and_what_is_done(
    world: World, thread: ConversationRef
) -> None:
    before = await world.command(ANA, "plan")
    assert "Hyper-parameters" in before
    assert "announced on Wednesday" in before
    await world.say(ANA, fenced(RIGHT), thread)
    assert "solved" in await world.command(ANA, "plan")


async def test_progress_counts_points_and_history_lists_tries(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(HALF), thread)
    await world.say(ANA, fenced(RIGHT), thread)
    assert "6 points" in await world.command(ANA, "progress")
    history = await world.command(ANA, "history")
    assert history.index("solved") < history.index("partly")


async def test_the_board_of_a_finished_week_posts_itself_once_with_a_picture(
    world: World, thread: ConversationRef
) -> None:
    await world.press(ANA, "board:named")
    await world.say(ANA, fenced(RIGHT), thread)
    await world.say(BEN, fenced(HALF), thread)
    world.clock.advance(days=7)
    for _ in range(2):
        await world.services.leaderboard.tick()
        await world.settle()
    boards = [posted for key, posted in world.chat.posted.items() if key.startswith("board:")]
    assert len(boards) == 1
    assert "Ana" in boards[0].text
    assert "Ben" not in boards[0].text  # an alias until he chooses


# --- when things break ------------------------------------------------------------------------


async def test_without_a_sandbox_submissions_wait_and_the_thread_says_so(
    world: World, thread: ConversationRef
) -> None:
    world.grader.trouble.append(SandboxUnavailableError("the Docker engine does not answer."))
    await world.say(ANA, fenced(RIGHT), thread)
    assert "Docker engine does not answer" in world.answers()[0].text
    world.clock.advance(seconds=30)
    await world.settle()
    assert "Solved" in world.answers()[0].text


async def test_an_answer_deleted_before_its_turn_is_withdrawn_and_counts_for_nothing(
    world: World, thread: ConversationRef
) -> None:
    answer, other = (world.message(user, fenced(WRONG), thread) for user in (ANA, BEN))
    for event in (answer, other, world.edited(answer, fenced(RIGHT)), world.deleted(answer)):
        await world.services.dispatcher.accept(event)
    await world.settle()

    assert {submission.state for submission in await world.submissions(ANA)} == {
        SubmissionState.WITHDRAWN
    }
    mine, others = world.answers()
    assert mine.text.startswith("Withdrawn: the message was deleted")
    assert "Not yet." in others.text
    assert "withdrawn" in await world.command(ANA, "history")
    assert "0 of 3 days answered" in await world.command(ANA, "plan")


async def test_a_deleted_message_keeps_the_grade_that_it_has(
    world: World, thread: ConversationRef
) -> None:
    answer = world.message(ANA, fenced(RIGHT), thread)
    await world.take(answer)
    await world.take(world.deleted(answer))

    [submission] = await world.submissions(ANA)
    assert submission.state is SubmissionState.GRADED
    assert "Solved." in world.answers()[0].text


async def test_who_has_withdrawn_is_reminded(world: World, thread: ConversationRef) -> None:
    answer = world.message(ANA, fenced(RIGHT), thread)
    for event in (answer, world.deleted(answer)):
        await world.services.dispatcher.accept(event)
    await world.settle()
    world.clock.advance(hours=43)
    await world.services.challenges.tick()
    await world.settle()

    reminded = [
        posted.private_to
        for key, posted in world.chat.posted.items()
        if key.startswith("reminder:")
    ]
    assert ANA in reminded


async def test_a_fault_of_ours_is_retried_then_owned_and_costs_no_try(
    world: World, thread: ConversationRef
) -> None:
    world.grader.trouble.extend(SandboxError("the judge died") for _ in range(9))
    await world.say(ANA, fenced(RIGHT), thread)
    for _ in range(9):
        world.clock.advance(seconds=30)
        await world.settle()
    assert "our fault" in world.answers()[0].text
    assert any(key.startswith("fault:") for key in world.chat.posted)
    world.grader.trouble.clear()
    await world.say(ANA, fenced(RIGHT), thread)
    assert "try 1" in world.answers()[1].text


async def test_a_run_whose_process_died_is_graded_once_after_the_restart(
    world: World, thread: ConversationRef
) -> None:
    await world.services.dispatcher.accept(world.message(ANA, fenced(RIGHT), thread))
    await world.services.dispatcher.drain()
    dead = await world.services.grading.claim()
    assert dead is not None
    async with world.store.write() as tx:
        assert await tx.submissions.reclaim() == 1
    await world.settle()
    [submission] = await world.submissions(ANA)
    assert submission.state is SubmissionState.GRADED
    with pytest.raises(LeaseLostError):
        await world.services.grading.grade(dead)
    assert len(world.answers()) == 1
    assert "+6 points" in world.answers()[0].text


async def test_a_message_that_could_not_be_sent_is_sent_later(
    world: World, thread: ConversationRef
) -> None:
    world.chat.trouble.append(TransientError("the platform is down"))
    await world.say(ANA, fenced(RIGHT), thread)
    world.clock.now += timedelta(minutes=5)
    await world.settle()
    assert "Solved" in world.answers()[0].text


async def test_an_exercise_that_is_gone_gets_a_kind_sentence(
    world: World, thread: ConversationRef
) -> None:
    del world.catalogue.exercises["double-it"]
    assert "no longer in the catalogue" in await world.say(ANA, fenced(RIGHT), thread)
    await world.services.challenges.tick()
    assert "double-it" in await world.command(MENTOR, "challenge list")


async def test_an_unknown_button_is_answered(world: World) -> None:
    assert "older version" in await world.press(ANA, "teleport:1")
    assert "older version" in await world.press(ANA, "hint:one")
