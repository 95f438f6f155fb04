"""Mentors decide on single answers and days, with a reason that the member is told."""

import pytest

from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.grading import Verdict
from bot.domain.member import Role
from tests.support.sql import select
from tests.support.world import ANA, BEN, HALF, MENTOR, PRACTICE, RIGHT, WRONG, World, fenced


def notes(world: World) -> list[tuple[str, str]]:
    """Who was told what."""
    return [
        (posted.private_to.user if posted.private_to else "all", posted.text)
        for key, posted in world.chat.posted.items()
        if key.startswith("note:")
    ]


async def verdicts(world: World) -> list[tuple[Verdict, int]]:
    """Of Ana's answers, the newest first: verdict and try."""
    return [
        (item.grade.verdict, item.try_number) for item in await world.submissions(ANA) if item.grade
    ]


async def override(world: World, submission: str, decision: str, reason: str = "we looked") -> str:
    return await world.command(
        MENTOR, "challenge override", submission=submission, decision=decision, reason=reason
    )


# --- overrides --------------------------------------------------------------------------------


async def test_a_mentor_passes_an_answer(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(HALF), thread)

    answer = await override(world, "s0001·Ana·double-it", "pass", "The check *was* too strict")

    assert "**Ana**'s answer to **Double it** is solved now. +3 points." in answer
    [(who, said)] = notes(world)
    assert who == "ana"
    assert "passed it: it is solved now. +3 points." in said
    assert "Why: The check \\*was\\* too strict" in said
    assert await verdicts(world) == [(Verdict.SOLVED, 1)]
    [status] = world.answers()
    assert "Solved" in status.text
    assert "A mentor looked at it and passed it." in status.text
    assert "strict" not in status.text
    assert "Every check holds" not in status.text
    assert "6 of 6" in await world.command(ANA, "leaderboard")
    assert "1 of 1 challenges solved" in await world.command(ANA, "progress")


async def test_feedback_on_an_answer_that_was_deleted_stays_a_line(
    world: World, thread: ConversationRef
) -> None:
    event = world.message(ANA, fenced(HALF), thread)
    await world.take(event)
    await world.take(world.deleted(event))

    await override(world, "s0001", "pass")

    assert "Solved" in world.answers()[0].text
    assert "this answer was deleted" in world.answers()[0].text


async def test_a_command_is_typed_in_one_line(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(HALF), thread)
    line = "challenge override s0001·Ana·double-it·partly pass too strict, sorry"
    await world.take(world.message(MENTOR, line, thread, mentions_bot=True))

    assert "Why: too strict, sorry" in notes(world)[0][1]


async def test_a_fail_takes_no_points_away(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(RIGHT), thread)

    answer = await override(world, "s0001", "fail")

    assert "The points that they were told of stay" in answer
    assert "The points that you have stay yours" in notes(world)[0][1]
    assert await verdicts(world) == [(Verdict.WRONG, 1)]
    assert "6 of 6" in await world.command(ANA, "leaderboard")
    assert "0 of 1 challenges solved" in await world.command(ANA, "progress")
    assert "ask a mentor" in world.answers()[0].text


async def test_a_void_answer_is_no_try(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(WRONG), thread)
    await world.say(ANA, fenced(RIGHT), thread)

    await override(world, "s0001", "void")

    assert await verdicts(world) == [(Verdict.SOLVED, 1), (Verdict.WRONG, 0)]
    assert "does not count as a try" in notes(world)[0][1]
    async with world.store.read() as tx:
        turnouts = await tx.progress.turnouts([1])
    assert turnouts[1].solved_first == 1


async def test_a_decision_can_be_taken_back(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(RIGHT), thread)
    for decision in ("void", "fail", "pass"):
        await override(world, "s0001", decision)

    assert await verdicts(world) == [(Verdict.SOLVED, 1)]
    assert len(notes(world)) == 3
    assert "6 of 6" in await world.command(ANA, "leaderboard")


async def test_the_reason_is_in_the_audit_trail(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(HALF), thread)
    await override(world, "s0001", "pass", "x" * 300)

    query = "SELECT actor, target, note FROM audit WHERE action = 'override pass'"
    rows = select(world.store.reading.url.render_as_string(), query)
    assert rows == [("fake:mentor", "submission s0001", "x" * 300)]


async def test_what_a_mentor_decided_is_not_regraded(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(RIGHT), thread)
    await override(world, "s0001", "fail")

    assert "No answer" in await world.command(MENTOR, "challenge regrade", challenge="1")


@pytest.mark.parametrize(
    ("args", "answer"),
    [
        ({"submission": "s0009", "decision": "pass", "reason": "r"}, "no graded answer `s0009`"),
        ({"submission": "s0001", "decision": "maybe", "reason": "r"}, "`pass`, `fail`, `void`"),
        ({"submission": "s0001", "decision": "pass"}, "needs `reason`"),
    ],
)
async def test_what_cannot_be_decided_is_explained(
    world: World, thread: ConversationRef, args: dict[str, str], answer: str
) -> None:
    await world.say(ANA, fenced(HALF), thread)

    assert answer in await world.command(MENTOR, "challenge override", where=PRACTICE, **args)
    assert notes(world) == []


async def test_answers_and_members_are_offered_to_mentors_alone(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(HALF), thread)
    await world.say(BEN, fenced(RIGHT), thread)

    assert await world.suggest(MENTOR, "challenge override", "submission", "ana") == [
        "s0001·Ana·double-it·partly"
    ]
    assert await world.suggest(MENTOR, "challenge excuse", "member") == ["1·Ana", "2·Ben"]
    assert not await world.suggest(BEN, "challenge override", "submission")


# --- excuses ----------------------------------------------------------------------------------


async def excuse(world: World, member: str, date: str = "2026-11-23", reason: str = "ill") -> str:
    return await world.command(MENTOR, "challenge excuse", member=member, date=date, reason=reason)


@pytest.mark.parametrize("member", ["1·Ana", "ana", "ANA", "<@ana>", "@Ana"])
@pytest.mark.usefixtures("thread")
async def test_a_member_is_excused_and_told(world: World, member: str) -> None:
    answer = await excuse(world, member, reason="She is ill")

    assert "**Ana** is excused on Monday, 23 November 2026" in answer
    [(who, said)] = notes(world)
    assert who == "ana"
    assert "need not answer that day's challenge" in said
    assert "Why: She is ill" in said
    assert "Double it | excused" in await world.command(ANA, "plan")
    assert "Double it | open" in await world.command(BEN, "plan")


async def test_an_excused_day_is_not_possible_points_and_no_reminder(
    world: World, thread: ConversationRef
) -> None:
    await excuse(world, "ana")
    await world.say(BEN, fenced(RIGHT), thread)
    world.clock.advance(hours=36)
    await world.services.challenges.tick()
    await world.settle()

    assert "Together we solved **1 of 1**" in await world.command(ANA, "leaderboard")
    assert not [key for key in world.chat.posted if key.startswith("reminder:")]


async def test_what_an_excused_member_answers_counts(world: World, thread: ConversationRef) -> None:
    await excuse(world, "ana")
    await world.say(ANA, fenced(RIGHT), thread)

    assert "6 of 6" in await world.command(ANA, "leaderboard")
    assert "Double it | ✅ solved" in await world.command(ANA, "plan")


@pytest.mark.parametrize(
    ("member", "date", "answer"),
    [
        ("carl", "2026-11-23", "no member `carl`"),
        ("7·Ana", "2026-11-23", "no member"),
        ("ana", "Monday", "year-month-day"),
        ("ana", "2036-11-23", "more than a year"),
    ],
)
@pytest.mark.usefixtures("thread")
async def test_who_or_what_cannot_be_excused_is_explained(
    world: World, member: str, date: str, answer: str
) -> None:
    assert answer in await excuse(world, member, date)
    assert notes(world) == []


@pytest.mark.usefixtures("thread")
async def test_a_name_that_two_members_have_is_asked_about(world: World) -> None:
    async with world.store.write() as tx:
        await tx.members.join(
            cohort=world.cohort.id,
            user=UserRef("fake", "here", "other-ana"),
            name="Ana",
            role=Role.LEARNER,
            at=world.clock(),
        )

    answer = await excuse(world, "ana smith")
    assert "no member `ana smith`" in answer
    answer = await excuse(world, "@ANA")
    assert "`1·Ana`, `3·Ana`" in answer
    assert "**Ana** is excused" in await excuse(world, "3·Ana")
    assert [who for who, _ in notes(world)] == ["other-ana"]
