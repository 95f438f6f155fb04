"""A challenge's answers are run again: a mentor sees the difference first, and nobody loses."""

from dataclasses import replace

import pytest

from bot.domain.chat.events import CommandInvoked
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import SandboxError, SandboxUnavailableError
from bot.domain.exercise import ON_CPU, Device
from bot.domain.grading import Verdict
from bot.domain.regrade import MAX_RUNS, RegradeState
from tests.support.world import (
    ANA,
    BEN,
    HALF,
    MENTOR,
    PRACTICE,
    RIGHT,
    WRONG,
    FakeResponder,
    Posted,
    World,
    actions_of,
    fenced,
    graded,
    text_of,
)

MENDED = "double-it mended"


def mend(world: World) -> None:
    """Change the exercise: what was half right is right now, and what was right is half right."""
    known = world.catalogue.exercises["double-it"]
    world.catalogue.exercises["double-it"] = replace(known, fingerprint=MENDED)
    world.grader.table_of[MENDED] = {
        HALF.strip(): graded(Verdict.SOLVED, core=[True, True]),
        RIGHT.strip(): graded(Verdict.PARTLY, core=[True, False]),
    }


def report(world: World, number: int = 1) -> Posted:
    return world.chat.posted[f"report:regrade:{number}"]


def notes(world: World) -> list[tuple[str, str]]:
    """Who was told what."""
    return [
        (posted.private_to.user if posted.private_to else "all", posted.text)
        for key, posted in world.chat.posted.items()
        if key.startswith("note:")
    ]


async def regraded(world: World, thread: ConversationRef) -> tuple[str, str]:
    """Ana has half of it and Ben all, until the exercise is mended; the two answers to that."""
    await world.say(ANA, fenced(HALF), thread)
    await world.say(BEN, fenced(RIGHT), thread)
    mend(world)
    await world.command(MENTOR, "challenge regrade", challenge="1")
    yes, no = actions_of(report(world).message)
    return yes, no


async def test_the_mentor_sees_the_difference_and_nothing_changes_before_a_yes(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(HALF), thread)
    await world.say(BEN, fenced(RIGHT), thread)
    await world.say(ANA, fenced(WRONG), thread)
    mend(world)

    answer = await world.command(MENTOR, "challenge regrade", challenge="1")

    assert "3 answers are run again" in answer
    assert report(world).private_to == MENTOR
    said = report(world).text
    assert "**1 raised**, 1 lowered, 1 the same" in said
    assert "Would be raised:\n- Ana: partly solved → solved" in said
    assert "they keep what they have:\n- Ben: solved → partly solved" in said
    assert notes(world) == []
    assert "2 of 6" not in await world.command(ANA, "leaderboard")
    verdicts = [item.grade.verdict for item in await world.submissions(ANA) if item.grade]
    assert verdicts == [Verdict.WRONG, Verdict.PARTLY]


async def test_a_yes_raises_and_tells_those_and_lowers_nobody(
    world: World, thread: ConversationRef
) -> None:
    yes, no = await regraded(world, thread)
    seeds = {request.run.split(".")[0]: request.seed for request in world.grader.requests[:2]}

    answer = await world.press(MENTOR, yes)

    assert "1 answer is raised" in answer
    [(who, said)] = notes(world)
    assert who == "ana"
    assert "A check of **Double it** was mended" in said
    assert said.endswith("it is solved now. +3 points.")
    assert all("Solved" in status.text for status in world.answers())
    assert "6 of 6" in await world.command(ANA, "leaderboard")
    assert "Together we solved **2 of 2**" in await world.command(ANA, "leaderboard")
    assert "1 of 1 challenges solved" in await world.command(ANA, "progress")
    assert "1 of 1 challenges solved" in await world.command(BEN, "progress")
    for action in (yes, no):
        assert "decided already" in await world.press(MENTOR, action)
    again = [request for request in world.grader.requests if ".again1." in request.run]
    assert {request.run.split(".")[0]: request.seed for request in again} == seeds


async def test_answers_to_come_are_graded_by_the_mended_exercise(
    world: World, thread: ConversationRef
) -> None:
    yes, _ = await regraded(world, thread)
    await world.press(MENTOR, yes)
    await world.say(BEN, fenced(HALF), thread)

    assert world.grader.requests[-1].exercise.fingerprint == MENDED


async def test_a_no_leaves_things_as_they_are(world: World, thread: ConversationRef) -> None:
    yes, no = await regraded(world, thread)

    assert await world.press(MENTOR, no) == "Nothing was changed."
    assert "decided already" in await world.press(MENTOR, yes)
    await world.say(BEN, fenced(HALF), thread)
    assert world.grader.requests[-1].exercise.fingerprint == "double-it"
    assert notes(world) == []


async def test_only_mentors_decide(world: World, thread: ConversationRef) -> None:
    yes, _ = await regraded(world, thread)

    assert "Only mentors" in await world.press(ANA, yes)
    assert "Only mentors" in await world.command(ANA, "challenge regrade", challenge="1")
    assert notes(world) == []


async def test_one_member_is_told_once_of_all_their_answers(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(f"{HALF}# one\n"), thread)
    await world.say(ANA, fenced(HALF), thread)
    mend(world)
    world.grader.table_of[MENDED][f"{HALF}# one"] = graded(Verdict.PARTLY, core=[True, False])
    await world.command(MENTOR, "challenge regrade", challenge="1")
    yes, _ = actions_of(report(world).message)

    await world.press(MENTOR, yes)

    [(who, said)] = notes(world)
    assert (who, "it is solved now" in said) == ("ana", True)
    assert "6 of 6" in await world.command(ANA, "leaderboard")


async def test_learners_go_first(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(HALF), thread)
    mend(world)
    world.grader.problem = "the engine is away"
    await world.command(MENTOR, "challenge regrade", challenge="1")
    assert "0 of 1 answer so far" in await world.command(MENTOR, "challenge regrade", challenge="1")
    event = world.message(BEN, fenced(RIGHT), thread)
    await world.services.dispatcher.accept(event)
    await world.services.dispatcher.drain()
    world.grader.problem = ""

    assert not await world.services.regrades.do_one()
    await world.settle()

    runs = [request.run for request in world.grader.requests]
    assert ".again1." in runs[-1]
    assert "**1 raised**" in report(world).text


async def test_one_challenge_of_a_cohort_at_a_time(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(HALF), thread)
    await world.command(MENTOR, "challenge post", exercise="build-it")
    world.grader.problem = "the engine is away"
    await world.command(MENTOR, "challenge regrade", challenge="1")

    answer = await world.command(MENTOR, "challenge regrade", challenge="2")

    assert "**Double it** is being run again" in answer


async def test_a_mentor_stops_what_runs(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(HALF), thread)
    mend(world)
    world.grader.problem = "the engine is away"
    await world.command(MENTOR, "challenge regrade", challenge="1")
    question = await world.ask(MENTOR, "challenge regrade", challenge="1")
    [stop] = actions_of(question)

    assert "Only mentors" in await world.press(ANA, stop)
    assert "Stopped" in await world.press(MENTOR, stop)
    world.grader.problem = ""
    await world.settle()

    assert "report:regrade:1" not in world.chat.posted
    assert "1 answer is run again" in await world.command(
        MENTOR, "challenge regrade", challenge="1"
    )


async def test_answers_that_need_a_gpu_wait_for_one_and_hold_up_nobody(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(HALF), thread)
    await world.command(MENTOR, "challenge post", exercise="build-it")
    async with world.store.read() as tx:
        [other] = (await tx.challenges.get(2)).threads
    await world.say(BEN, fenced(HALF), other)
    mend(world)
    known = world.catalogue.exercises["double-it"]
    world.catalogue.exercises["double-it"] = replace(known, device=Device.GPU)
    world.grader.gpu_problem = "the GPU is away"
    await world.command(MENTOR, "challenge regrade", challenge="1")
    assert "report:regrade:1" not in world.chat.posted
    world.grader.gpu_problem = ""
    await world.settle()
    assert "**1 raised**" in report(world).text

    world.grader.devices = ON_CPU
    assert "needs a GPU" in await world.command(MENTOR, "challenge regrade", challenge="1")


async def test_a_fault_of_ours_is_tried_again_and_then_told(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(HALF), thread)
    mend(world)
    world.grader.trouble = [SandboxError("a broken pipe")] * MAX_RUNS
    await world.command(MENTOR, "challenge regrade", challenge="1")

    assert "1 could not be run, through a fault of ours" in report(world).text
    assert "Nothing would be raised" in report(world).text
    assert actions_of(report(world).message) == []


async def test_what_cannot_begin_costs_no_run(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(HALF), thread)
    mend(world)
    world.grader.trouble = [SandboxUnavailableError("no engine") for _ in range(2 * MAX_RUNS)]
    await world.command(MENTOR, "challenge regrade", challenge="1")
    while world.grader.trouble:
        await world.settle()
    await world.settle()

    assert "**1 raised**" in report(world).text


async def test_what_was_cut_off_goes_on_with_the_next_process(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(HALF), thread)
    mend(world)
    world.grader.trouble = [RuntimeError("the process is gone")]
    with pytest.raises(RuntimeError):
        await world.command(MENTOR, "challenge regrade", challenge="1")

    await world.settle()

    yes, _ = actions_of(report(world).message)
    await world.press(MENTOR, yes)
    assert len(notes(world)) == 1


async def test_the_same_result_is_shown_again_and_not_run_again(
    world: World, thread: ConversationRef
) -> None:
    await regraded(world, thread)
    runs = len(world.grader.requests)

    answer = await world.command(MENTOR, "challenge regrade", challenge="1")

    assert "**1 raised**, 1 lowered" in answer
    assert len(world.grader.requests) == runs


async def test_what_is_being_kept_is_not_run_again(world: World, thread: ConversationRef) -> None:
    await regraded(world, thread)
    async with world.store.write() as tx:
        await tx.regrades.set_state(1, RegradeState.READY, RegradeState.APPLYING)
    event = CommandInvoked(
        key="at-once",
        at=world.clock(),
        conversation=PRACTICE,
        user=MENTOR,
        info=world.chat.info(MENTOR),
        name="challenge regrade",
        args={"challenge": "1"},
    )
    responder = FakeResponder()
    await world.services.dispatcher.accept(event, responder)
    await world.services.dispatcher.drain()

    [said] = responder.replies
    assert "being kept just now" in text_of(said)


async def test_an_older_result_cannot_be_kept_once_there_is_a_newer_one(
    world: World, thread: ConversationRef
) -> None:
    yes, _ = await regraded(world, thread)
    known = world.catalogue.exercises["double-it"]
    world.catalogue.exercises["double-it"] = replace(known, fingerprint="once more")
    await world.command(MENTOR, "challenge regrade", challenge="1")

    assert "newer result" in await world.press(MENTOR, yes)


@pytest.mark.usefixtures("thread")
async def test_where_there_is_nothing_to_run_that_is_said(world: World) -> None:
    assert "No answer" in await world.command(MENTOR, "challenge regrade", challenge="1")
    del world.catalogue.exercises["double-it"]
    assert "no longer in the catalogue" in await world.command(
        MENTOR, "challenge regrade", challenge="1"
    )
