"""How much one person may have: of gradings, of answers, of the database."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.chat.events import Attachment, CommandInvoked, Event
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.errors import Limit, SandboxError
from bot.domain.grading import Verdict
from bot.domain.pace import MAX_IN_WINDOW
from bot.domain.submission import Claim
from bot.services.submissions.grading import MAX_FAILURES
from tests.support.statements import counted
from tests.support.world import ANA, BEN, MENTOR, PRACTICE, RIGHT, WRONG, World, fenced


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
    world.grader.trouble = [SandboxError("broken")] * MAX_FAILURES
    await world.say(ANA, wrong(0), thread)
    for _ in range(MAX_FAILURES):
        world.clock.advance(seconds=6)
        await world.settle()
    [fault] = await world.submissions(ANA)
    assert fault.grade is not None
    assert fault.grade.verdict is Verdict.SANDBOX_FAULT

    assert await world.say(ANA, fenced(RIGHT), thread) == ""


# --- answers ----------------------------------------------------------------------------------


async def helped(world: World, user: UserRef, times: int) -> list[str]:
    """What somebody is answered who asks for help again and again."""
    return [said for _ in range(times) if (said := await world.command(user, "help"))]


async def test_who_asks_without_a_pause_is_told_once_and_then_left_alone(world: World) -> None:
    said = await helped(world, ANA, 100)

    assert ["/plan" in answer for answer in said] == [True] * MAX_IN_WINDOW + [False]
    assert "silent for a minute" in said[-1]
    assert world.limits == [Limit.PACE] * (100 - MAX_IN_WINDOW)
    assert len(await helped(world, BEN, 1)) == 1  # nobody else has to wait

    world.clock.advance(minutes=1)
    assert "/plan" in await world.command(ANA, "help")


async def test_what_nobody_is_answered_is_not_stored(world: World) -> None:
    await helped(world, ANA, MAX_IN_WINDOW)
    event = CommandInvoked(
        key="once more", at=world.clock(), conversation=PRACTICE, user=ANA, name="help"
    )
    with counted(world.store) as seen:
        await world.services.dispatcher.accept(event)
        await world.services.dispatcher.drain()

    assert seen.total == 0


async def test_who_is_answered_no_more_is_graded_all_the_same(
    world: World, thread: ConversationRef
) -> None:
    await helped(world, ANA, 2 * MAX_IN_WINDOW)
    assert await world.say(ANA, "hint", thread) == ""
    await world.say(ANA, fenced(RIGHT), thread)

    [answer] = world.answers()
    assert "Solved" in answer.text


async def test_remarks_come_no_faster_than_answers(world: World, thread: ConversationRef) -> None:
    for number in range(2 * MAX_IN_WINDOW):
        await world.services.dispatcher.accept(
            world.message(ANA, f"```python\nx = {number}\n```", thread)
        )
    await world.settle()

    remarks = [key for key in world.chat.posted if key.startswith("reply:")]
    assert len(remarks) == MAX_IN_WINDOW  # one turn was for joining, and the last says why


# --- what is kept -----------------------------------------------------------------------------


async def test_code_is_forgotten_after_a_year_and_what_came_of_it_stays(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(RIGHT), thread)
    for days in (170, 170, 24):  # the cohort goes on meanwhile
        world.clock.advance(days=days)
        await world.services.challenges.tick()
    await world.services.retention.tick()
    [before] = await world.submissions(ANA)
    assert before.source.strip() == RIGHT.strip()

    world.clock.advance(days=2)
    await world.services.retention.tick()
    [after] = await world.submissions(ANA)
    assert after == replace(before, source="")
    assert "6 points" in await world.command(ANA, "progress")
    with counted(world.store) as seen:
        await world.services.retention.tick()
    assert seen.write_transactions == 0


async def test_code_is_forgotten_half_a_year_after_the_cohorts_last_challenge(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(RIGHT), thread)
    world.clock.advance(days=4 + 179)  # two days open, two for late answers
    await world.services.retention.tick()
    assert [sent.source.strip() for sent in await world.submissions(ANA)] == [RIGHT.strip()]

    world.clock.advance(days=2)
    await world.services.retention.tick()

    assert [sent.source for sent in await world.submissions(ANA)] == [""]


async def test_answers_are_forgotten_after_a_week_and_disputes_with_the_code(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(WRONG), thread)
    [sent] = await world.submissions(ANA)
    await world.form(ANA, f"dispute:{sent.id}", {"why": "Two is right"}, where=thread)
    await unanswered(world, ANA, "plan")

    assert {"reply", "dispute"} <= await kinds_left(world)
    world.clock.advance(days=8)
    assert {"reply", "dispute"} & await kinds_left(world) == {"dispute"}
    world.clock.advance(days=180)
    assert {"reply", "dispute"} & await kinds_left(world) == set()


async def kinds_left(world: World) -> set[str]:
    """Of what the outbox keeps, once what is old is forgotten."""
    await world.services.retention.tick()
    async with world.store.writing.connect() as connection:
        keys = await connection.exec_driver_sql("SELECT key FROM outbox")
        return {str(key).partition(":")[0] for (key,) in keys}


async def unanswered(world: World, user: UserRef, name: str) -> None:
    """A command whose answer has to go through the outbox."""
    event = CommandInvoked(
        key=world.key(),
        at=world.clock(),
        conversation=PRACTICE,
        user=user,
        info=world.chat.info(user),
        name=name,
    )
    await world.services.dispatcher.accept(event)
    await world.settle()


async def test_what_waits_for_its_grade_keeps_its_code(
    world: World, thread: ConversationRef
) -> None:
    await world.services.dispatcher.accept(world.message(ANA, fenced(RIGHT), thread))
    await world.services.dispatcher.drain()
    world.clock.advance(days=400)
    await world.services.retention.tick()

    [waiting] = await world.submissions(ANA)
    assert waiting.source.strip() == RIGHT.strip()


async def test_a_file_over_the_limit_is_counted(world: World, thread: ConversationRef) -> None:
    world.chat.files["a.py"] = b" " * 2_000_000
    file = Attachment(name="a.py", size_bytes=2_000_000, media_type="text/plain", ref="a.py")
    await world.take(world.message(ANA, "", thread, attachments=(file,)))

    assert world.limits == [Limit.SIZE]
