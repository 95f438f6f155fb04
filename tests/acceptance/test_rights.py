"""Who may do what: what the platform says now, and only where one is."""

from dataclasses import replace

import pytest

from bot.domain.chat.refs import ConversationRef
from bot.domain.submission import SubmissionState
from tests.support.world import ANA, BEN, MENTOR, PRACTICE, RIGHT, WRONG, World, fenced

EVENING = replace(PRACTICE, channel="evening")
ELSEWHERE = replace(PRACTICE, channel="elsewhere")
LONG = "9" * 5000

# --- mentors ----------------------------------------------------------------------------------


async def a_mentor_for_a_while(world: World) -> None:
    """Ben joins as a mentor, and then his role is taken away."""
    await world.command(MENTOR, "cohort setup", mentor_role="77")
    world.chat.roles["ben"] = {"77"}
    await world.joined(BEN)
    world.chat.roles["ben"] = set()


async def test_who_is_no_mentor_any_more_steers_no_more(world: World) -> None:
    await a_mentor_for_a_while(world)

    assert "Only mentors" in await world.command(BEN, "challenge list")
    assert "/challenge list" not in await world.command(BEN, "help")


async def test_a_question_is_answered_by_somebody_who_still_may(world: World) -> None:
    await world.opened()
    await world.command(MENTOR, "cohort setup", mentor_role="77")
    world.chat.roles["ben"] = {"77"}
    question = await world.ask(BEN, "challenge close", challenge="1")
    world.chat.roles["ben"] = set()

    [yes] = [
        button.action
        for block in question.blocks
        for button in getattr(block, "row", ())
        if button.action.startswith("yes:")
    ]
    assert "Only mentors" in await world.press(BEN, yes)
    assert "Double it | open" in await world.command(MENTOR, "challenge list")


async def test_options_of_mentors_commands_are_completed_for_mentors_alone(world: World) -> None:
    await world.opened()

    assert await world.suggest(MENTOR, "challenge post", "exercise") != []
    for command, option in (
        ("challenge post", "exercise"),
        ("challenge close", "challenge"),
        ("cohort setup", "timezone"),
    ):
        assert not await world.suggest(ANA, command, option)


async def test_the_board_ranks_those_who_are_no_mentors_any_more(world: World) -> None:
    await a_mentor_for_a_while(world)
    thread = await world.opened()
    await world.say(BEN, fenced(RIGHT), thread)
    assert "6 of 6" not in await world.command(ANA, "leaderboard")

    await world.command(BEN, "plan")

    assert "6 of 6" in await world.command(ANA, "leaderboard")


async def test_nobody_has_the_role_that_no_place_names(world: World) -> None:
    world.chat.roles["ana"] = {""}

    assert "Only mentors" in await world.command(ANA, "challenge list")


# --- buttons and edits ------------------------------------------------------------------------


@pytest.mark.parametrize("where", [EVENING, ELSEWHERE])
async def test_a_cohort_is_joined_where_it_practises(world: World, where: ConversationRef) -> None:
    await world.command(
        MENTOR, "cohort setup", where=EVENING, timezone="Europe/Berlin", mentors="evening-mentors"
    )

    answer = await world.press(ANA, f"join:{world.cohort.id}", where=where)

    assert "practises elsewhere" in answer
    assert "The pledge" in await world.command(ANA, "join")


@pytest.mark.parametrize("number", [LONG, "99999999999", "-1", "1.0", "²", "٣", "", "0x1"])
@pytest.mark.parametrize("verb", ["join", "submit", "hint"])
async def test_a_button_with_a_number_that_nobody_wrote_is_an_old_one(
    world: World, verb: str, number: str
) -> None:
    assert "older version" in await world.press(ANA, f"{verb}:{number}")


@pytest.mark.parametrize("verb", ["details", "dispute", "yes", "no"])
async def test_a_button_with_a_text_that_nobody_wrote_is_an_old_one(
    world: World, verb: str
) -> None:
    assert "older version" in await world.press(ANA, f"{verb}:{LONG}")


@pytest.mark.parametrize(
    ("command", "option", "answer"),
    [
        ("leaderboard", {"week": LONG}, "is the only one"),
        ("challenge close", {"challenge": LONG}, "Say its number"),
        ("challenge close", {"challenge": "²"}, "Say its number"),
        ("challenge pin", {"date": LONG, "exercise": "double-it"}, "year-month-day"),
        ("cohort holidays", {"first": LONG}, "year-month-day"),
        ("cohort rules", {"rule": "open_hours", "value": LONG}, "from 1 to 336"),
        ("cohort limits", {"limit": "seconds", "cap": LONG}, "must be a number"),
        ("cohort setup", {"hour": LONG}, "from 0 to 23"),
    ],
)
async def test_a_number_of_any_length_is_answered_with_what_it_should_be(
    world: World, command: str, option: dict[str, str], answer: str
) -> None:
    said = await world.command(MENTOR, command, where=PRACTICE, **option)

    assert answer in said
    assert len(said) < 300


async def test_an_edit_in_the_name_of_somebody_else_changes_nothing(
    world: World, thread: ConversationRef
) -> None:
    message = world.message(ANA, fenced(WRONG), thread)
    await world.services.dispatcher.accept(message)
    await world.take(world.edited(message, fenced(RIGHT), by=BEN))

    [mine] = await world.submissions(ANA)
    assert (mine.state, mine.source.strip()) == (SubmissionState.GRADED, WRONG.strip())
    assert await world.submissions(BEN) == []
    assert [answer.text[:9] for answer in world.answers()] == ["🔴 **Not y"]
