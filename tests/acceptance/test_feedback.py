"""What learners do with their feedback: details, hints, disputed checks."""

import json

from bot.domain.chat.events import Attachment
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.grading import Verdict
from tests.support.world import (
    ANA,
    BEN,
    HALF,
    MENTORS,
    OTHER,
    RIGHT,
    WRONG,
    World,
    actions_of,
    fenced,
    graded,
    text_of,
)

STRANGER = UserRef("fake", "here", "stranger")


async def test_details_open_for_the_author_alone(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(HALF), thread)
    [details, _hint] = actions_of(world.answers()[0].message)
    seen = await world.press(ANA, details, where=thread)
    assert "**Double it** · try 1" in seen
    assert "saw 3, should be 4" in seen
    assert "Only the author" in await world.press(BEN, details, where=thread)
    assert "saw 3" not in world.answers()[0].text


async def test_details_of_what_is_no_try_speak_of_no_points(
    world: World, thread: ConversationRef
) -> None:
    world.grader.table[WRONG.strip()] = graded(Verdict.UNATTEMPTED, core=[])
    await world.say(ANA, fenced(WRONG), thread)
    details, *_ = actions_of(world.answers()[0].message)
    seen = await world.press(ANA, details, where=thread)
    assert "**Double it**" in seen
    assert "running" in seen
    assert "try" not in seen.split("\n")[0]
    assert "points" not in seen


async def test_details_name_the_cells_that_were_left_out(
    world: World, thread: ConversationRef
) -> None:
    cells = [{"cell_type": "code", "source": source} for source in ("%%bash\nls", WRONG)]
    world.chat.files["a"] = json.dumps({"cells": cells}).encode()
    file = Attachment(name="a.ipynb", size_bytes=9, media_type="", ref="a")
    await world.take(world.message(ANA, "", thread, attachments=(file,)))
    [details, _hint] = actions_of(world.answers()[0].message)
    assert "Left out: cell 1 (bash)." in await world.press(ANA, details, where=thread)


async def test_hints_come_one_level_at_a_time_and_are_counted(
    world: World, thread: ConversationRef
) -> None:
    assert "Hint 1 of 3" in await world.say(ANA, "hint", thread)
    assert "the place" in await world.press(ANA, "hint:1", where=thread)
    assert "nearly all" in await world.command(ANA, "hint", where=thread)
    assert "Hint 3 of 3" in await world.command(ANA, "hint", where=thread)
    async with world.store.read() as tx:
        member = await tx.members.find(world.cohort.id, ANA)
        assert member is not None
        assert await tx.progress.hints_of(member=member.id, challenge=1) == 3


async def test_a_hint_that_was_taken_and_a_pledge_are_spent(
    world: World, thread: ConversationRef
) -> None:
    assert (await world.press_for_form(ANA, "hint:1", where=thread)).is_spent
    assert (await world.press_for_form(BEN, "join:1")).is_spent
    assert not (await world.press_for_form(BEN, "board:alias")).is_spent


async def test_a_disputed_check_reaches_the_mentors_with_the_case(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(HALF), thread)
    submission = (await world.submissions(ANA))[0]
    opened = await world.press_for_form(ANA, f"dispute:{submission.id}", where=thread)
    await world.form(ANA, opened.forms[0].form_id, {"why": "Three is right."}, where=thread)
    [case] = [posted for key, posted in world.chat.posted.items() if key.startswith("dispute:")]
    assert case.ref.conversation == MENTORS
    assert "Three is right." in case.text
    assert HALF in case.text
    assert f"`/challenge override {submission.id}`" in case.text


async def test_a_check_disputed_twice_is_one_case(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(WRONG), thread)
    [submission] = await world.submissions(ANA)
    for why in ("it is right", "no, really"):
        await world.form(ANA, f"dispute:{submission.id}", {"why": why}, where=thread)
    [case] = [said.text for key, said in world.chat.posted.items() if key.startswith("dispute:")]
    assert "no, really" in case


async def test_a_crash_is_not_told_how_many_checks_do_not_hold(
    world: World, thread: ConversationRef
) -> None:
    """Nothing was checked, and nothing held."""
    world.grader.table[WRONG.strip()] = graded(Verdict.CRASHED, core=[False] * 10)
    await world.say(ANA, fenced(WRONG), thread)

    [answer] = world.answers()
    assert answer.text.splitlines()[0] == "🔴 **It crashed.** Ana · try 1"


# --- right answers ----------------------------------------------------------------------------


async def test_who_has_solved_it_compares_with_right_answers(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(RIGHT), thread)
    [_details, compare] = actions_of(world.answers()[0].message)

    [first] = (await world.press_for_form(ANA, compare, where=thread)).replies
    assert "right answer 1 of 2" in text_of(first)
    assert RIGHT in text_of(first)

    [another] = actions_of(first)
    [second] = (await world.press_for_form(ANA, another, where=thread)).replies
    assert OTHER in text_of(second)
    [first_again] = actions_of(second)
    assert first_again == compare


async def test_right_answers_stay_hidden_from_who_could_still_answer(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(RIGHT), thread)
    await world.say(BEN, fenced(HALF), thread)
    compare = actions_of(world.answers()[0].message)[-1]

    assert "once you have solved it yourself" in await world.press(BEN, compare, where=thread)
    world.clock.advance(hours=48)  # it closes; late answers are still graded
    await world.settle()
    assert "once you have solved it yourself" in await world.press(BEN, compare, where=thread)


async def test_right_answers_are_for_everybody_once_it_is_over(
    world: World, thread: ConversationRef
) -> None:
    world.clock.advance(hours=96)
    await world.services.challenges.tick()
    await world.settle()
    task = next(posted for key, posted in world.chat.posted.items() if key.startswith("task:"))
    answers = actions_of(task.message)[-1]

    assert RIGHT in await world.press(BEN, answers, where=thread)
    assert "/join" in await world.press(STRANGER, answers, where=thread)


async def test_an_exercise_that_left_the_catalogue_has_no_right_answers(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(RIGHT), thread)
    compare = actions_of(world.answers()[0].message)[-1]
    world.catalogue.exercises.clear()

    assert "no right answer to show" in await world.press(ANA, compare, where=thread)
