"""One line where a stage or milestone is reached."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.domain.chat.refs import ConversationRef
from bot.domain.exercise import MilestoneRule
from tests.support.world import (
    ANA,
    BEN,
    HALF,
    MENTOR,
    PRACTICE,
    RIGHT,
    WRONG,
    Posted,
    World,
    fenced,
)

OTHER_WAY = f"{RIGHT}# another way\n"


@pytest.fixture
async def cohort(world: World) -> World:
    await world.joined(ANA, BEN)
    return world


async def challenged(world: World, slug: str, *, days: float = 0) -> ConversationRef:
    """Some days and an hour later, an exercise's thread."""
    world.clock.advance(days=days, hours=1)
    await world.command(MENTOR, "challenge post", exercise=slug)
    async with world.store.read() as tx:
        [challenge] = await tx.challenges.newest(world.cohort.id, limit=1)
    return challenge.threads[0]


async def all_but_the_last(world: World) -> ConversationRef:
    """Ana solves two of what stage 4 and milestone F1 want; the thread of the third."""
    for days, slug in ((0, "double-it"), (3, "mend-it")):
        await world.say(ANA, fenced(RIGHT), await challenged(world, slug, days=days))
    return await challenged(world, "build-it", days=5)


def said(world: World) -> Sequence[Posted]:
    return [post for key, post in world.chat.posted.items() if key.startswith("celebration:")]


async def test_it_stands_in_the_thread_once_whatever_comes_after(cohort: World) -> None:
    thread = await all_but_the_last(cohort)
    assert said(cohort) == []
    await cohort.say(ANA, fenced(HALF), thread)
    assert said(cohort) == []
    for source in (RIGHT, WRONG, OTHER_WAY):
        await cohort.say(ANA, fenced(source), thread)

    lines = {post.text: post for post in said(cohort)}
    assert set(lines) == {
        "🎉 Ana has reached stage 4, Code Editor.",
        "🎉 Ana has reached the milestone “Understand tensor operations”.",
    }
    assert {(post.private_to, post.ref.conversation) for post in lines.values()} == {(None, thread)}
    assert {post.edits for post in lines.values()} == {0}


async def test_what_comes_after_takes_nothing_away(cohort: World) -> None:
    """Neither other ways to solve it nor hints that are read once it is solved."""
    thread = await all_but_the_last(cohort)
    await cohort.say(ANA, fenced(RIGHT), thread)
    for number in range(4):
        await cohort.say(ANA, fenced(f"{WRONG}# {number}\n"), thread)
    cohort.clock.advance(minutes=1)
    for _ in range(3):
        await cohort.command(ANA, "hint", where=thread)

    assert "You are here: stage 4" in await cohort.command(ANA, "stage")
    assert "1 of 12" in await cohort.command(ANA, "milestones")


@pytest.mark.parametrize("why", ["hidden", "private"])
async def test_it_is_private_for_who_is_hidden_or_answered_in_private(
    cohort: World, why: str
) -> None:
    thread = await all_but_the_last(cohort)
    if why == "hidden":
        await cohort.command(ANA, "board", mode="hidden")
        await cohort.say(ANA, fenced(RIGHT), thread)
    else:
        await cohort.form(ANA, "submit:3", {"code": RIGHT}, where=thread)

    assert {post.private_to for post in said(cohort)} == {ANA}
    assert any("🎉 You have reached stage 4, Code Editor. `/stage`" in p.text for p in said(cohort))
    assert not any("Ana has reached" in post.text for post in cohort.chat.posted.values())


async def test_a_grade_that_is_recorded_again_says_the_same_once(cohort: World) -> None:
    """The line belongs to the transaction of the grade, and its key to the member."""
    thread = await all_but_the_last(cohort)
    await cohort.say(ANA, fenced(RIGHT), thread)
    before = {key: post.text for key, post in cohort.chat.posted.items() if "celebration" in key}
    [*_, submission] = sorted(await cohort.submissions(ANA), key=lambda item: item.received_at)
    async with cohort.store.write() as tx:
        await cohort.services.grading.celebrate(tx, submission)
    await cohort.settle()

    assert {
        key: post.text for key, post in cohort.chat.posted.items() if "celebration" in key
    } == before
    assert {post.edits for post in said(cohort)} == {0}


async def test_a_mentors_early_word_counts_when_the_exercises_are_there(cohort: World) -> None:
    exercises = cohort.catalogue.exercises
    exercises.update({slug: replace(item, stage=5) for slug, item in exercises.items()})
    cohort.catalogue.milestone_rules = {"F1": MilestoneRule(by_mentor="a talk")}
    await cohort.command(
        MENTOR, "challenge signoff", member="Ana", kind="stage", code="5", reason="Seen."
    )
    await cohort.say(ANA, fenced(RIGHT), await all_but_the_last(cohort))

    assert [post.text for post in said(cohort)] == ["🎉 Ana has reached stage 5, Code Writer."]


async def test_without_the_word_that_it_wants_nothing_is_celebrated(cohort: World) -> None:
    exercises = cohort.catalogue.exercises
    exercises.update(
        {slug: replace(item, stage=6, milestones=()) for slug, item in exercises.items()}
    )
    await cohort.say(ANA, fenced(RIGHT), await all_but_the_last(cohort))

    assert said(cohort) == []
    assert "needs the sign-offs of two mentors" in await cohort.command(
        ANA, "stage", where=PRACTICE
    )
