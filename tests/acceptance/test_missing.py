"""Where something is missing, those who can mend it are told, by name; and nobody is told a lie."""

from dataclasses import replace

import pytest

from bot.domain.chat.events import ConversationDeleted
from bot.domain.chat.refs import ConversationRef, UserRef
from tests.support.world import ANA, MENTOR, MENTORS, PRACTICE, RIGHT, World, fenced

EVENING = replace(PRACTICE, channel="evening")
NO_THREADS = "In #practice I lack **Create Public Threads**. Edit that channel."


def told_to_mentors(world: World) -> list[str]:
    return [
        posted.text for posted in world.chat.posted.values() if posted.ref.conversation == MENTORS
    ]


async def test_set_up_says_what_the_bot_may_not_do(world: World) -> None:
    """Also where a cohort is: that is how it is looked at again."""
    world.chat.closed = {"practice": NO_THREADS, "evening": "In #evening I lack that too."}
    founded = await world.command(
        MENTOR, "cohort setup", where=EVENING, timezone="Europe/Berlin", mentors="evening-mentors"
    )
    assert "In #evening I lack that too." in founded

    assert NO_THREADS in await world.command(MENTOR, "cohort setup", hour="9")
    world.chat.closed = {}
    assert "I lack" not in await world.command(MENTOR, "cohort setup", hour="9")


async def test_mentors_are_told_why_a_challenge_has_no_thread(world: World) -> None:
    world.chat.closed = {"practice": NO_THREADS}
    await world.joined(ANA)
    await world.services.challenges.tick()
    await world.settle()
    assert "in the thread" not in world.chat.posted["challenge:1"].text
    assert "| open; it has no thread" in await world.command(ANA, "plan")
    assert told_to_mentors(world) == []  # it may be on its way

    for _ in range(3):
        world.clock.advance(minutes=2)
        await world.services.challenges.tick()
        await world.settle()
    [told] = told_to_mentors(world)
    assert "**Double it** has no thread" in told
    assert NO_THREADS in told

    world.chat.closed = {}
    world.clock.advance(minutes=6)
    await world.settle()
    assert "The task is in the thread" in world.chat.posted["challenge:1"].text


async def test_a_deleted_thread_is_not_said_to_be_open(
    world: World, thread: ConversationRef
) -> None:
    assert "The task is in the thread" in world.chat.posted["challenge:1"].text
    await world.take(gone(world, thread))

    plan = await world.command(ANA, "plan")
    assert "Open now" not in plan
    assert "| open; it has no thread" in plan
    assert "in the thread" not in world.chat.posted["challenge:1"].text
    [told] = told_to_mentors(world)
    assert "was deleted" in told
    assert "`/challenge close 1`" in told

    await world.confirmed(MENTOR, "challenge close", challenge="1")
    assert len(world.chat.threads) == 1  # it is not opened again
    await world.command(MENTOR, "challenge post", exercise="double-it")
    assert "Open now: Double it" in await world.command(ANA, "plan")


async def test_a_deleted_channel_takes_its_threads_with_it(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(RIGHT), thread)
    await world.take(gone(world, replace(thread, channel="another", thread="")))
    assert "Open now" in await world.command(ANA, "plan")

    await world.take(gone(world, PRACTICE))
    assert "Open now" not in await world.command(ANA, "plan")


def gone(world: World, conversation: ConversationRef) -> ConversationDeleted:
    return ConversationDeleted(
        key=world.key(),
        at=world.clock(),
        conversation=conversation,
        user=UserRef("fake", "here", ""),
    )


# --- options that point at something ----------------------------------------------------------


async def test_a_mention_of_a_channel_or_role_is_that_channel_or_role(world: World) -> None:
    line = "cohort setup Europe/Berlin mentors:<#123> mentor_role:<@&77>"
    await world.take(world.message(MENTOR, line, EVENING, mentions_bot=True))

    async with world.store.read() as tx:
        cohort = await tx.cohorts.find_by_channel(EVENING)
    assert cohort is not None
    [place] = cohort.places
    assert (place.mentors_channel.channel, place.mentor_role) == ("123", "77")


@pytest.mark.parametrize(
    ("option", "typed"),
    [
        ("mentors", "<#>"),
        ("mentors", "<@&77>"),
        ("mentors", "the mentors' channel"),
        ("mentors", "<#123> <#124>"),
        ("mentor_role", "<#123>"),
        ("mentor_role", "@everyone!"),
        ("mentor_role", "**all**"),
    ],
)
async def test_what_points_at_nothing_founds_no_cohort(
    world: World, option: str, typed: str
) -> None:
    options = {"timezone": "Europe/Berlin", "mentors": "123", option: typed}
    answer = await world.command(MENTOR, "cohort setup", where=EVENING, **options)

    assert f"`{option}` must be one" in answer
    async with world.store.read() as tx:
        assert await tx.cohorts.find_by_channel(EVENING) is None
