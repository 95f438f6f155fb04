"""How members see where they stand, and what they can ask for."""

from dataclasses import replace

from bot.domain.chat.refs import ConversationRef
from tests.support.world import ANA, BEN, HALF, MENTOR, RIGHT, World, fenced, text_of


async def test_a_welcome_and_the_plan_lead_to_what_is_open(
    world: World, thread: ConversationRef
) -> None:
    dora = replace(ANA, user="dora")
    welcome = await world.press(dora, f"join:{world.cohort.id}")
    for message in (welcome, await world.command(ANA, "plan")):
        assert f"Open now: Double it ({thread.thread})" in message
    await world.confirmed(MENTOR, "challenge close", challenge="1")
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


async def test_help_names_what_can_be_chosen(world: World) -> None:
    await world.joined(ANA)

    assert "/board <named | alias | hidden>" in await world.command(ANA, "help")
    assert "/board <named | alias | hidden>" in await world.command(ANA, "board")


async def test_a_mention_that_is_no_command_and_no_code_gets_help(
    world: World, thread: ConversationRef
) -> None:
    for words in ("", "dance"):
        event = world.message(ANA, words, thread, mentions_bot=True)
        [reply] = (await world.take(event)).replies
        assert "/plan" in text_of(reply)


async def test_a_mention_in_a_thread_is_a_command(world: World, thread: ConversationRef) -> None:
    event = world.message(ANA, "plan", thread, mentions_bot=True)
    await world.services.dispatcher.accept(event)  # a mention brings no responder
    await world.settle()
    [answer] = [posted for key, posted in world.chat.posted.items() if key.startswith("reply:")]
    assert answer.private_to == ANA
    assert "Double it" in answer.text
