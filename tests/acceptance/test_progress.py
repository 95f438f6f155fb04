"""How members see where they stand, and what they can ask for."""

from dataclasses import replace

import pytest

from bot.domain.chat.refs import ConversationRef
from bot.domain.exercise import MILESTONES
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


async def test_the_first_day_says_what_stages_are_and_what_comes_next(world: World) -> None:
    await world.joined(ANA)

    progress = await world.command(ANA, "progress")
    assert "`/plan` leads there" in progress
    assert "6 stages, from Prompt Consumer to AI Partner" in progress
    assert "0 points" not in progress


async def test_milestones_tell_their_evidence_and_what_is_missing(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(RIGHT), thread)
    begun = await world.command(ANA, "milestones")
    world.clock.advance(days=8, hours=1)  # a day on which the calendar posts nothing
    await world.command(MENTOR, "challenge post", exercise="build-it")
    await world.say(ANA, fenced(RIGHT), await world.opened())
    reached = await world.command(ANA, "milestones")

    assert "🟡 Understand tensor operations: shown by Double it (23 Nov); needs one more" in begun
    assert "one more exercise, such as Build it or Mend it" in begun
    assert "✅ Understand tensor operations: reached 1 Dec; shown by Double it (23 Nov)" in reached
    assert "Build it (1 Dec)" in reached
    assert "**Foundational**" in reached
    assert reached.count("\n- ") == len(MILESTONES)
    assert "Milestones: 1 of 12" in await world.command(ANA, "progress")


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

    assert "/board [named | alias | hidden]" in await world.command(ANA, "help")
    assert "`/board alias`" in await world.command(ANA, "board", mode="blue")


async def test_what_can_be_switched_says_alone_how_it_stands(world: World) -> None:
    await world.joined(ANA)

    assert "Reminders are on" in await world.command(ANA, "reminders")
    assert "shows you under your alias" in await world.command(ANA, "board")
    await world.command(ANA, "reminders", switch="off")
    await world.command(ANA, "board", mode="hidden")
    assert "`/reminders on` switches them on" in await world.command(ANA, "reminders")
    assert "leaves you out" in await world.command(ANA, "board")


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


# --- what is said stays true ------------------------------------------------------------------


async def test_a_day_that_has_passed_without_a_post_is_not_announced(world: World) -> None:
    await world.joined(ANA)
    world.clock.advance(minutes=10)
    plan = await world.command(ANA, "plan")
    assert "Function | was not posted" in plan
    assert "Bug | announced on Wednesday" in plan
    assert "0 of 2 days answered" in plan

    world.clock.advance(days=6)
    plan = await world.command(ANA, "plan")
    assert "announced" not in plan
    assert plan.count("was not posted") == 3


async def test_what_is_closed_is_never_called_open(world: World) -> None:
    """Not even where the programme's weeks were counted anew since."""
    await world.joined(ANA)
    await world.opened()
    for hours in (49, 48):
        world.clock.advance(hours=hours)
        assert "| open" not in await world.command(ANA, "plan")

    await world.command(MENTOR, "cohort setup", starts="2026-11-16")
    assert "| open" not in await world.command(ANA, "plan")


async def test_history_shows_the_time_of_the_cohort(world: World, thread: ConversationRef) -> None:
    await world.command(MENTOR, "cohort setup", timezone="Asia/Tokyo")
    await world.say(ANA, fenced(RIGHT), thread)

    history = await world.command(ANA, "history")
    assert "23 Nov 18:00" in history
    assert "Asia/Tokyo" in history


@pytest.mark.parametrize("late_hours", ["0", "48"])
async def test_nothing_is_graded_until_a_moment_that_has_passed(
    world: World, late_hours: str
) -> None:
    """What was posted stays there, and nobody edits it once the late hours are over."""
    await world.command(MENTOR, "cohort rules", rule="late_hours", value=late_hours)
    await world.opened()
    world.clock.advance(hours=48)
    await world.services.challenges.tick()
    await world.settle()

    said = "\n".join(posted.text for posted in world.chat.posted.values())
    assert "**Closed.**" in said
    assert "graded until" not in said
    assert ("Deadline for late answers" in said) == (late_hours != "0")


# --- points -----------------------------------------------------------------------------------


async def test_points_say_what_they_are_for(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(HALF), thread)
    assert "Double it | 2 | 1 | 0" in await world.command(ANA, "points")

    await world.say(ANA, fenced(RIGHT), thread)
    seen = await world.command(ANA, "points")
    assert "**Week 1: 6 points** of 6" in seen
    assert "Double it | 2 | 3 | 1" in seen
    assert "late answer" in seen
    assert "0 points** of 6" in await world.command(BEN, "points")


async def test_a_late_answer_adds_half(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(HALF), thread)
    world.clock.advance(hours=49)
    await world.services.challenges.tick()
    await world.say(ANA, fenced(RIGHT), thread)

    assert "+1.5 points · late" in world.answers()[-1].text
    assert "Double it | 2 | 2 | 0.5" in await world.command(ANA, "points")
