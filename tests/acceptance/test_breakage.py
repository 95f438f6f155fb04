"""When something breaks, is gone, or is taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import (
    CatalogueError,
    LeaseLostError,
    SandboxError,
    SandboxUnavailableError,
    TransientError,
)
from bot.domain.submission import SubmissionState
from bot.services.submissions.released import ReleasedExercises
from tests.support.world import (
    ANA,
    BEN,
    MENTOR,
    RIGHT,
    WRONG,
    FakeResponder,
    World,
    actions_of,
    fenced,
)


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
    assert world.answers()[0].text == (
        "✅ **Solved.** Ana · this answer was deleted; what it earned stays."
    )
    [details] = actions_of(world.answers()[0].message)
    assert "try 1" in await world.press(ANA, details, where=thread)


async def test_a_message_that_is_deleted_while_its_code_runs_gets_a_line_for_feedback(
    world: World, thread: ConversationRef
) -> None:
    answer = world.message(ANA, fenced(RIGHT), thread)
    await world.services.dispatcher.accept(answer, FakeResponder())
    await world.services.dispatcher.drain()
    claim = await world.services.grading.claim()
    assert claim is not None

    await world.take(world.deleted(answer))
    assert "deleted while its code was running" in world.answers()[0].text
    await world.services.grading.grade(claim)
    await world.settle()

    assert world.answers()[0].text.endswith("Ana · this answer was deleted; what it earned stays.")
    assert "6 points" in await world.command(ANA, "progress")


async def test_who_has_withdrawn_is_reminded(world: World, thread: ConversationRef) -> None:
    answer = world.message(ANA, fenced(RIGHT), thread)
    for event in (answer, world.deleted(answer)):
        await world.services.dispatcher.accept(event)
    await world.settle()
    world.clock.advance(hours=36)
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


async def test_restarts_and_an_engine_that_is_away_do_not_count_as_faults(
    world: World, thread: ConversationRef
) -> None:
    await world.services.dispatcher.accept(world.message(ANA, fenced(RIGHT), thread))
    await world.services.dispatcher.drain()
    for _ in range(5):
        assert await world.services.grading.claim() is not None
        assert await world.services.grading.take_back() == 1
    world.grader.trouble.extend(SandboxUnavailableError("it restarts") for _ in range(5))
    world.grader.trouble.append(SandboxError("the judge died"))
    for _ in range(8):
        world.clock.advance(seconds=30)
        await world.settle()

    assert "+6 points" in world.answers()[0].text
    [submission] = await world.submissions(ANA)
    assert submission.run > 10


async def test_lost_key_of_hidden_inputs_costs_nothing(
    world: World, thread: ConversationRef
) -> None:
    await world.services.dispatcher.accept(world.message(ANA, fenced(RIGHT), thread))
    await world.services.dispatcher.drain()
    async with world.store.writing.begin() as connection:
        await connection.execute(text("DELETE FROM input_keys"))
    await world.services.seeds.refresh()
    await world.settle()

    [submission] = await world.submissions(ANA)
    assert submission.seed_key != world.services.seeds.current_key
    assert "+6 points" in world.answers()[0].text


async def test_submission_never_starts_before_it_was_received(
    world: World, thread: ConversationRef
) -> None:
    await world.services.dispatcher.accept(world.message(ANA, fenced(RIGHT), thread))
    await world.services.dispatcher.drain()
    world.clock.advance(minutes=-10)  # somebody sets the machine's clock
    await world.settle()

    [submission] = await world.submissions(ANA)
    assert submission.started_at is not None
    assert submission.started_at >= submission.received_at
    assert submission.finished_at is not None
    assert submission.finished_at >= submission.started_at


async def test_a_run_whose_process_died_is_graded_once_after_the_restart(
    world: World, thread: ConversationRef
) -> None:
    await world.services.dispatcher.accept(world.message(ANA, fenced(RIGHT), thread))
    await world.services.dispatcher.drain()
    dead = await world.services.grading.claim()
    assert dead is not None
    assert await world.services.grading.take_back() == 1
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


async def test_an_answer_is_graded_by_the_exercise_that_was_released(
    world: World, thread: ConversationRef
) -> None:
    released = world.catalogue.exercises["double-it"]
    world.catalogue.exercises["double-it"] = replace(
        released, fingerprint="another", entry=("triple",), hints=("new", "new", "new")
    )
    await world.say(ANA, fenced(RIGHT), thread)
    assert "the concept" in await world.press(ANA, "hint:1", where=thread)
    del world.catalogue.exercises["double-it"]
    await world.say(BEN, fenced(RIGHT), thread)

    assert [request.exercise.fingerprint for request in world.grader.requests] == [
        released.fingerprint
    ] * 2
    assert all("Solved" in answer.text for answer in world.answers())


@pytest.mark.parametrize("kept", [True, False])
async def test_a_changed_exercise_is_told_of_where_the_released_one_is_graded(
    world: World, thread: ConversationRef, *, kept: bool
) -> None:
    """Of one that an earlier version released nothing is kept: it may be the same as before."""
    del thread
    released = world.catalogue.exercises["double-it"]
    world.catalogue.exercises["double-it"] = replace(released, fingerprint="another")
    async with world.store.writing.begin() as connection:
        await connection.execute(text("UPDATE exercise_versions SET whole = :kept"), {"kept": kept})

    with capture_logs() as logged:
        await world.services.challenges.notice_changes()

    assert [line["event"] for line in logged] == ["exercise_changed"] * kept


async def test_an_exercise_that_is_neither_kept_nor_there_is_said_to_be_gone(
    world: World, thread: ConversationRef
) -> None:
    """Earlier versions did not keep exercises whole."""
    del world.catalogue.exercises["double-it"]
    async with world.store.writing.begin() as connection:
        await connection.execute(text("UPDATE exercise_versions SET whole = false"))
    async with world.store.read() as tx:
        challenge = await tx.challenges.find_by_thread(thread)
        assert challenge is not None
        with pytest.raises(CatalogueError, match="no exercise double-it"):
            await ReleasedExercises(catalogue=world.catalogue).of(tx, challenge)
    assert "double-it" in await world.command(MENTOR, "challenge list")


async def test_an_unknown_button_is_answered(world: World) -> None:
    assert "older version" in await world.press(ANA, "teleport:1")
    assert "older version" in await world.press(ANA, "hint:one")
