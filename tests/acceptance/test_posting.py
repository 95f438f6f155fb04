"""What the calendar posts, reminds of and closes."""

from bot.domain.chat.message import Buttons
from bot.domain.chat.refs import ConversationRef
from tests.support.world import ANA, BEN, MENTOR, PRACTICE, RIGHT, WRONG, World, actions_of, fenced


async def test_monday_at_the_hour_posts_the_challenge_and_the_task_in_its_thread(
    world: World,
) -> None:
    thread = await world.opened()
    post = world.chat.posted["challenge:1"]
    task = world.chat.posted["task:1"]
    assert post.ref.conversation == PRACTICE
    assert "Double it" in post.text
    assert world.chat.threads[post.ref] == "Week 1 · Function · Double it"
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
        days = [
            challenge.day.value
            for challenge in await tx.challenges.newest(world.cohort.id, limit=20)
        ]
    assert days == ["implement", "debug", "module"]


async def test_a_slot_missed_by_more_than_a_day_is_not_posted(world: World) -> None:
    await world.opened()
    world.clock.advance(days=3, hours=12)  # Thursday evening: Wednesday's slot is 36 hours old
    await world.services.challenges.tick()
    async with world.store.read() as tx:
        assert len(await tx.challenges.newest(world.cohort.id, limit=20)) == 1
    world.clock.advance(hours=24)  # Friday evening: Friday's slot is 12 hours old
    await world.services.challenges.tick()
    async with world.store.read() as tx:
        assert [
            item.day.value for item in await tx.challenges.newest(world.cohort.id, limit=20)
        ] == [
            "implement",
            "module",
        ]


async def test_what_a_mentor_has_just_posted_is_not_posted_a_second_time(world: World) -> None:
    await world.command(MENTOR, "challenge post", exercise="double-it")
    await world.services.challenges.tick()  # Monday at nine
    async with world.store.read() as tx:
        assert len(await tx.challenges.newest(world.cohort.id, limit=20)) == 1


async def test_what_a_mentor_posts_on_another_day_is_named_by_what_it_is(world: World) -> None:
    world.clock.advance(days=4)  # Friday
    await world.joined(ANA)
    await world.command(MENTOR, "challenge post", exercise="double-it")

    post = world.chat.posted["challenge:1"]
    said = (world.chat.threads[post.ref], post.text, await world.command(ANA, "plan"))
    assert said[0] == "Week 1 · Function · Double it"
    assert not [words for words in said if "Mon" in words]


async def test_nothing_can_be_submitted_once_a_challenge_is_over(world: World) -> None:
    def spent() -> list[bool]:
        [row] = [b for b in world.chat.posted["task:1"].message.blocks if isinstance(b, Buttons)]
        return [button.spent for button in row.row]

    await world.opened()
    seen: list[list[bool]] = []
    for hours in (48, 47, 1):  # closed, late, over
        world.clock.advance(hours=hours)
        await world.services.challenges.tick()
        await world.settle()
        async with world.store.read() as tx:
            assert await tx.outbox.unsent_count(world.clock()) == 0  # it waits, and is not late
        seen.append(spent())

    assert seen == [[False, False], [False, False], [True, False, False]]
    assert "This challenge is over" in await world.press(ANA, "submit:1")


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
    world.clock.advance(hours=36)  # the evening before the night in which it would fall
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
