"""What mentors sign off, and what the member concerned reads of it."""

from dataclasses import replace
from typing import TypedDict

import pytest
from sqlalchemy import select

from bot.domain.chat.refs import UserRef
from bot.domain.exercise import MilestoneRule
from bot.store.audit import AuditRow
from tests.support.world import ANA, BEN, MENTOR, RIGHT, Posted, World, fenced

OTTO = replace(MENTOR, user="otto")
WHY = "Wrote the attention block alone, and explained it to us."


class Options(TypedDict):
    """Of both commands."""

    member: str
    kind: str
    code: str
    reason: str


def sixth(
    code: str = "6", *, kind: str = "stage", member: str = "Ana", reason: str = WHY
) -> Options:
    return Options(member=member, kind=kind, code=code, reason=reason)


async def signed(
    world: World, mentor: UserRef, what: Options, *, command: str = "challenge signoff"
) -> str:
    """The answer to a mentor who signs off."""
    return await world.command(
        mentor,
        command,
        member=what["member"],
        kind=what["kind"],
        code=what["code"],
        reason=what["reason"],
    )


async def withdrawn(world: World, mentor: UserRef, what: Options) -> str:
    """The answer to a mentor who takes it back."""
    return await signed(world, mentor, what, command="challenge withdraw")


@pytest.fixture
async def cohort(world: World) -> World:
    """Ana and Ben with two mentors, where every exercise is of stage 6."""
    world.chat.mentors.add("otto")
    world.catalogue.milestone_rules = {"A4": MilestoneRule(by_mentor="a docs fix")}
    exercises = world.catalogue.exercises
    exercises.update({slug: replace(item, stage=6) for slug, item in exercises.items()})
    await world.joined(ANA, BEN)
    return world


async def all_exercises(world: World, user: UserRef) -> None:
    """Solve what a stage wants."""
    for days, slug in ((0, "double-it"), (3, "mend-it"), (5, "build-it")):
        world.clock.advance(days=days, hours=1)
        await world.command(MENTOR, "challenge post", exercise=slug)
        async with world.store.read() as tx:
            [challenge] = await tx.challenges.newest(world.cohort.id, limit=1)
        await world.say(user, fenced(RIGHT), challenge.threads[0])


def told(world: World) -> list[Posted]:
    return [post for key, post in world.chat.posted.items() if key.startswith("signoff:")]


async def test_the_last_stage_wants_the_exercises_and_two_mentors(cohort: World) -> None:
    await all_exercises(cohort, ANA)
    assert "needs the sign-offs of two mentors" in await cohort.command(ANA, "stage")

    first = await signed(cohort, MENTOR, sixth())
    assert "It still needs the sign-off of one more mentor" in first
    assert "signed off stage 6 (AI Partner) for Ana already" in await signed(
        cohort, MENTOR, sixth()
    )
    assert "It is reached now" in await signed(cohort, OTTO, sixth())

    stages = await cohort.command(ANA, "stage")
    assert "You are here: stage 6, AI Partner" in stages
    assert f"- stage 6 (AI Partner): Otto, 1 Dec: {WHY}" in stages
    assert [post.private_to for post in told(cohort)] == [ANA, ANA]
    assert "**Otto has signed off stage 6 (AI Partner) for you.** 🎉" in told(cohort)[1].text
    assert WHY not in await cohort.command(BEN, "stage")


async def test_words_before_the_exercises_are_kept_and_say_what_is_missing(cohort: World) -> None:
    answer = await signed(cohort, MENTOR, sixth("5"))

    assert "It still needs 3 more exercises of this stage" in answer
    assert "3 more exercises" in told(cohort)[0].text


async def test_a_milestone_left_to_mentors_is_reached_by_their_word(cohort: World) -> None:
    a4 = sixth("a4", kind="milestone")
    assert "a mentor's word on a docs fix" in await cohort.command(ANA, "milestones")
    assert "It is reached now" in await signed(cohort, MENTOR, a4)
    assert "✅ Contribute to the PyTorch ecosystem: reached 23 Nov" in await cohort.command(
        ANA, "milestones"
    )


async def test_a_signoff_is_taken_back_with_a_reason_that_the_member_reads(cohort: World) -> None:
    a4 = sixth("A4", kind="milestone")
    assert "Nobody has signed off" in await withdrawn(cohort, OTTO, a4)
    await signed(cohort, MENTOR, a4)
    back = sixth("A4", kind="milestone", reason="The pull *request* was closed.")
    answer = await withdrawn(cohort, OTTO, back)

    assert "Withdrawn: Mentor's sign-off of the milestone" in answer
    milestones = await cohort.command(ANA, "milestones")
    assert "⬜ Contribute to the PyTorch ecosystem: needs a mentor's word" in milestones
    assert "withdrawn by Otto, 23 Nov: The pull \\*request\\* was closed." in milestones
    assert "**Otto has withdrawn Mentor's sign-off" in told(cohort)[1].text
    assert "It is reached now" in await signed(cohort, MENTOR, a4)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (sixth("4"), "Mentors sign off stage 5 or 6, or milestone A4."),
        (sixth("F1", kind="milestone"), "Exercises alone reach everything else"),
        (sixth("6", kind="badge"), "Mentors sign off stage 5 or 6"),
        (sixth(member="Anna"), "There is no member `Anna`"),
        (sixth(member="9" * 500), "There is no member"),
        (sixth(member="3·Mentor"), "Nobody signs themselves off"),
        (sixth(reason=""), "needs `reason`"),
    ],
)
async def test_what_cannot_be_signed_is_explained(cohort: World, args: Options, words: str) -> None:
    await cohort.joined(MENTOR)

    assert words in await signed(cohort, MENTOR, args)
    assert told(cohort) == []


async def test_mentors_alone_sign_and_are_offered_members(cohort: World) -> None:
    await cohort.joined(MENTOR)

    assert "Only mentors" in await signed(cohort, ANA, sixth(member="Ben"))
    names = await cohort.suggest(MENTOR, "challenge signoff", "member", "an")
    assert names == ["1·Ana"]
    assert not await cohort.suggest(ANA, "challenge signoff", "member")
    assert await cohort.suggest(MENTOR, "challenge signoff", "code") == ["5", "6", "A4"]
    assert "Signed off" in await signed(cohort, MENTOR, sixth(member="1·Ana"))


async def test_what_a_mentor_signs_stands_in_the_audit_trail_with_its_reason(
    cohort: World,
) -> None:
    await signed(cohort, MENTOR, sixth())

    columns = (AuditRow.actor, AuditRow.action, AuditRow.target, AuditRow.note)
    async with cohort.store.reading.connect() as connection:
        lines = [tuple(row) for row in await connection.execute(select(*columns))]
    assert ("fake:mentor", "sign off stage 6", "member 1", WHY) in lines
