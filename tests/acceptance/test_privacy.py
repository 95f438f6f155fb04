"""Everybody learns what is kept of them, gets it, and can have it forgotten."""

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.chat.message import File
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.cohort import Cohort, Place
from bot.domain.errors import LeaseLostError, TransientError
from bot.domain.progression import Turnout
from bot.domain.submission import SubmissionState
from tests.support.world import (
    ANA,
    BEN,
    HALF,
    MENTOR,
    PRACTICE,
    RIGHT,
    WRONG,
    FakeResponder,
    World,
    actions_of,
    fenced,
)

ELSEWHERE = ConversationRef("fake", "here", "a-channel-of-no-cohort")


def unpacked(responder: FakeResponder) -> Mapping[str, str]:
    """The file of an answer."""
    [file] = [block for block in responder.replies[-1].blocks if isinstance(block, File)]
    with zipfile.ZipFile(io.BytesIO(file.content)) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


async def exported(world: World, user: UserRef) -> Mapping[str, str]:
    """What somebody gets who presses the button."""
    return unpacked(await world.press_for_form(user, "export:", where=ELSEWHERE))


async def kept(world: World, user: UserRef) -> Mapping[str, Any]:
    """What is kept of somebody, by what it is about."""
    return json.loads((await exported(world, user))["me.json"])


@pytest.mark.usefixtures("thread")
async def test_privacy_tells_what_is_kept_for_how_long_and_who_sees_it(world: World) -> None:
    said = await world.command(ANA, "privacy")

    assert "You are in `Practice`." in said
    assert "180 days after your cohort's last challenge, 365 days at most" in said
    assert "as it came*: 7 days" in said


async def test_privacy_is_answered_where_no_cohort_practises(world: World) -> None:
    await world.joined(ANA)

    assert "You are in `Practice`." in await world.command(ANA, "privacy", where=ELSEWHERE)
    assert "You are in no cohort." in await world.command(BEN, "privacy", where=ELSEWHERE)


async def test_an_export_holds_everything_that_is_kept(
    world: World, thread: ConversationRef
) -> None:
    await world.press(ANA, "hint:1")
    await world.say(ANA, fenced(HALF), thread)
    await world.say(ANA, fenced(RIGHT), thread)
    [newest, older] = await world.submissions(ANA)
    await world.form(ANA, f"dispute:{older.id}", {"why": "Two is right"}, where=thread)
    await world.press(ANA, "board:named")

    files = await exported(world, ANA)
    mine = json.loads(files["me.json"])

    assert files[f"code/2026-11-23-double-it-{newest.id}.py"].strip() == RIGHT.strip()
    assert files[f"code/2026-11-23-double-it-{older.id}.py"].strip() == HALF.strip()
    assert "me.json" in files["README.txt"]
    [membership] = mine["memberships"]
    assert (membership["name"], membership["leaderboard"]) == ("Ana", "named")
    assert membership["reminders"] is True
    assert mine["accounts"][0]["user"]["user"] == "ana"
    assert [row["verdict"] for row in mine["submissions"]] == ["solved", "partly"]
    assert {row["title"] for row in mine["checks"]} == {"Check 1 holds", "Check 2 holds"}
    assert [row["exercise"] for row in mine["hints"]] == ["double-it"]
    assert sum(row["points"] for row in mine["points"]) == 6
    assert mine["plan"][0]["week"] == 1
    assert [row["note"] for row in mine["disputes"]] == ["Two is right"]
    assert any(event.get("text") == fenced(RIGHT) for event in said(mine))


def said(mine: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row["json"] for row in mine["messages_and_presses"]]


async def test_reminders_are_in_an_export(world: World, thread: ConversationRef) -> None:
    del thread
    world.clock.advance(hours=47)
    await world.services.challenges.tick()
    await world.settle()

    mine = await kept(world, BEN)

    [reminder] = mine["messages_to_you"]
    assert reminder["key"].startswith("reminder:1:")


async def test_an_export_holds_nothing_of_anybody_else(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(HALF), thread)
    await world.say(BEN, fenced(WRONG), thread)
    [theirs] = await world.submissions(BEN)
    await world.form(BEN, f"dispute:{theirs.id}", {"why": "Not wrong"}, where=thread)
    await world.confirmed(MENTOR, "challenge close", challenge="1")

    for user, others in ((ANA, ("ben", theirs.id, "Not wrong")), (BEN, ("ana", HALF.strip()))):
        whole = "\n".join((await exported(world, user)).values()).lower()
        assert [words for words in (*others, "fake:mentor") if words.lower() in whole] == []


async def test_an_export_holds_no_secret_and_no_hidden_input(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(WRONG), thread)
    async with world.store.read() as tx:
        keys = (await tx.input_keys.all()).values()

    files = await exported(world, ANA)

    whole = "\n".join(files.values())
    assert "seed" not in whole
    assert keys
    assert [key.name for key in keys if key.name in whole or key.secret.hex() in whole] == []
    assert "example" not in json.loads(files["me.json"])["checks"][0]


async def test_what_a_mentor_did_is_in_their_own_export_alone(
    world: World, thread: ConversationRef
) -> None:
    del thread
    await world.confirmed(MENTOR, "challenge close", challenge="1")

    assert [row["action"] for row in (await kept(world, MENTOR))["audit"]] == ["challenge close"]
    assert (await kept(world, ANA))["audit"] == []


async def test_who_is_no_member_gets_what_they_wrote(world: World) -> None:
    mine = await kept(world, BEN)

    assert mine["memberships"] == []
    assert [event["type"] for event in said(mine)] == ["ActionPressed"]


@pytest.mark.usefixtures("thread")
async def test_the_button_under_privacy_exports(world: World) -> None:
    [export, *_] = actions_of(await world.ask(ANA, "privacy"))

    assert "me.json" in unpacked(await world.press_for_form(ANA, export))
    assert "in this file" in await world.command(ANA, "privacy", do="export")
    assert "`/privacy export`" in await world.command(ANA, "privacy", do="everything")


# --- other cohorts, and those who left --------------------------------------------------------


async def another_cohort(world: World) -> Cohort:
    """A second cohort in a channel of its own, with Ana in it."""
    channel = ConversationRef("fake", "here", "second")
    mentors = ConversationRef("fake", "here", "second-mentors")
    async with world.store.write() as tx:
        made = await tx.cohorts.add(
            replace(
                world.cohort,
                id=0,
                name="Second",
                places=(Place(channel=channel, mentors_channel=mentors),),
            )
        )
    await world.press(ANA, f"join:{made.id}", where=channel)
    return made


@pytest.mark.usefixtures("thread")
async def test_privacy_is_about_every_cohort_of_somebody(world: World) -> None:
    second = await another_cohort(world)
    where = second.places[0].channel

    assert "You are in `Practice`, `Second`." in await world.command(ANA, "privacy", where=where)
    assert [row["cohort"] for row in (await kept(world, ANA))["memberships"]] == [
        "Second",
        "Practice",
    ]
    assert [row["cohort"] for row in (await kept(world, BEN))["memberships"]] == ["Practice"]

    await forgotten(world, ANA)

    assert (await kept(world, ANA))["memberships"] == []
    assert len((await kept(world, BEN))["memberships"]) == 1


async def test_a_mentor_of_another_cohort_has_no_door(
    world: World, thread: ConversationRef
) -> None:
    await another_cohort(world)
    await world.say(ANA, fenced(HALF), thread)

    for other in (MENTOR, BEN, UserRef("fake", "elsewhere", "ana")):
        mine = await kept(world, other)
        assert (mine["submissions"], mine["checks"], mine["points"]) == ([], [], [])
        await forgotten(world, other)

    assert len((await kept(world, ANA))["submissions"]) == 1


async def test_who_has_left_the_cohorts_channel_still_has_both(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(HALF), thread)
    moved = ConversationRef("fake", "here", "moved")
    [place] = world.cohort.places
    async with world.store.write() as tx:
        cohort = await tx.cohorts.get(world.cohort.id)
        places = (replace(place, channel=moved, mentors_channel=moved),)
        await tx.cohorts.update(replace(cohort, places=places))

    assert len((await kept(world, ANA))["submissions"]) == 1
    assert "You are forgotten." in await forgotten(world, ANA)
    assert "You are in no cohort." in await world.command(ANA, "privacy", where=ELSEWHERE)


# --- forgetting -------------------------------------------------------------------------------


async def asked_once(world: World, user: UserRef) -> list[str]:
    """The answers to the first question."""
    [_, forget] = actions_of(await world.ask(user, "privacy"))
    [question] = (await world.press_for_form(user, forget, where=ELSEWHERE)).replies
    return actions_of(question)


async def asked_twice(world: World, user: UserRef) -> list[str]:
    """The answers to the second question."""
    yes, _no = await asked_once(world, user)
    [question] = (await world.press_for_form(user, yes, where=ELSEWHERE)).replies
    return actions_of(question)


async def forgotten(world: World, user: UserRef) -> str:
    yes, _no = await asked_twice(world, user)
    return await world.press(user, yes, where=ELSEWHERE)


@pytest.mark.usefixtures("thread")
async def test_who_wants_to_be_forgotten_is_asked_twice(world: World) -> None:
    yes, no = await asked_once(world, ANA)
    assert await world.press(ANA, no) == "Nothing was changed."
    assert "answered that question already" in await world.press(ANA, yes)

    yes, no = await asked_twice(world, ANA)
    assert await world.press(ANA, no) == "Nothing was changed."
    assert len((await kept(world, ANA))["memberships"]) == 1

    assert "You are forgotten." in await forgotten(world, ANA)
    assert "You are in no cohort." in await world.command(ANA, "privacy")


@pytest.mark.usefixtures("thread")
async def test_nobody_can_answer_for_somebody_else(world: World) -> None:
    yes, _no = await asked_twice(world, ANA)

    for other in (BEN, MENTOR):
        assert "Only the person who gave the command" in await world.press(other, yes)

    assert len((await kept(world, ANA))["memberships"]) == 1


@pytest.mark.usefixtures("thread")
async def test_no_typed_command_forgets_without_asking(world: World) -> None:
    for typed in ("forget asked:twice", 'forget "twice"', "forget twice"):
        await world.take(
            replace(world.message(ANA, f"privacy {typed}", PRACTICE), mentions_bot=True)
        )

    assert len((await kept(world, ANA))["memberships"]) == 1


async def test_nothing_of_who_is_forgotten_can_be_found(
    world: World, thread: ConversationRef
) -> None:
    await world.press(ANA, "hint:1")
    await world.press(ANA, "board:named")
    await world.say(ANA, fenced(HALF), thread)
    await world.form(ANA, "submit:1", {"code": WRONG}, where=thread)
    [_, sent] = await world.submissions(ANA)
    await world.form(ANA, f"dispute:{sent.id}", {"why": "Anaconda words"}, where=thread)
    await world.say(BEN, fenced(RIGHT), thread)

    await forgotten(world, ANA)

    everything = dump(world).lower()
    for words in ("ana", "x + 2", "return x\\n", "two is right"):
        assert words not in everything
    assert "ben" in everything
    public = [posted.text for posted in world.chat.posted.values() if posted.private_to is None]
    assert [text for text in public if "Ana" in text] == []
    assert "This message is no longer here." in public


def dump(world: World) -> str:
    """Every row of the database."""
    with closing(sqlite3.connect(str(world.store.writing.url.database))) as file:
        return "\n".join(file.iterdump())


async def test_counts_of_the_cohort_stay_without_who_is_forgotten(
    world: World, thread: ConversationRef
) -> None:
    await world.press(ANA, "board:named")
    await world.press(BEN, "board:named")
    await world.say(ANA, fenced(RIGHT), thread)
    await world.say(BEN, fenced(HALF), thread)
    before = await world.command(BEN, "leaderboard")
    assert "Ana" in before

    await forgotten(world, ANA)
    after = await world.command(BEN, "leaderboard")
    async with world.store.read() as tx:
        turnouts = await tx.progress.turnouts([1])

    assert "Ana" not in after
    assert together(after) == together(before)
    assert turnouts[1] == Turnout(tried=2, solved=1, solved_first=1)


def together(board: str) -> str:
    """What a cohort solved together, as a board has it."""
    [found] = re.findall(r"solved \*{0,2}\d+ of \d+", board)
    return found


async def test_boards_that_were_posted_are_said_anew_without_who_is_forgotten(
    world: World, thread: ConversationRef
) -> None:
    await world.press(ANA, "board:named")
    await world.press(BEN, "board:named")
    await world.say(ANA, fenced(RIGHT), thread)
    await world.say(BEN, fenced(HALF), thread)
    world.clock.advance(days=7)
    await world.services.leaderboard.tick()
    await world.settle()
    board = world.chat.posted["board:1:1"]
    before = board.text
    assert "Ana" in before

    await forgotten(world, ANA)

    assert "Ana" not in board.text
    assert "Ben" in board.text
    assert together(board.text) == together(before)


async def test_what_is_forgotten_counts_in_no_later_week(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(RIGHT), thread)
    await forgotten(world, ANA)

    world.clock.advance(days=2)
    later = await world.opened()
    await world.say(BEN, fenced(RIGHT), later)

    assert "2 of 3" in together(await world.command(BEN, "leaderboard"))


async def test_an_answer_that_runs_is_withdrawn_and_its_verdict_is_void(
    world: World, thread: ConversationRef
) -> None:
    await world.services.dispatcher.accept(world.message(ANA, fenced(RIGHT), thread))
    await world.services.dispatcher.drain()
    claim = await world.services.grading.claim()
    assert claim is not None

    await forgotten(world, ANA)
    with pytest.raises(LeaseLostError):
        await world.services.grading.grade(claim)
    await world.settle()

    async with world.store.read() as tx:
        submission = await tx.submissions.get(claim.submission.id)
        assert await tx.submissions.queue_length() == 0
    assert (submission.state, submission.source) == (SubmissionState.WITHDRAWN, "")
    assert [posted.text for posted in world.answers()] == ["This message is no longer here."]


async def test_an_answer_in_line_is_never_graded(world: World, thread: ConversationRef) -> None:
    world.grader.problem = "There is no engine."
    await world.say(ANA, fenced(RIGHT), thread)
    await world.say(BEN, fenced(HALF), thread)

    await forgotten(world, ANA)
    of_ana, of_ben = (posted.text for posted in world.answers())
    assert of_ana == "This message is no longer here."
    assert "Grading is paused" in of_ben

    world.grader.problem = ""
    await world.settle()
    assert [request.source.strip() for request in world.grader.requests] == [HALF.strip()]


async def test_who_stands_behind_somebody_who_is_forgotten_hears_of_it(
    world: World, thread: ConversationRef
) -> None:
    yes, _no = await asked_twice(world, ANA)
    for user in (ANA, BEN):
        await world.services.dispatcher.accept(world.message(user, fenced(RIGHT), thread))
    await world.services.dispatcher.drain()
    await world.services.delivery.deliver()
    assert "One or two answers are before yours." in world.answers()[-1].text

    await world.services.dispatcher.accept(world.pressed(ANA, yes))
    await world.services.dispatcher.drain()
    world.clock.advance(seconds=4)
    await world.services.delivery.deliver()

    assert [posted.text for posted in world.answers()] == ["Received. You are next."]


async def test_what_waits_to_be_said_to_who_is_forgotten_is_dropped(
    world: World, thread: ConversationRef
) -> None:
    world.chat.broken["waits for you"] = TransientError("not now")
    world.clock.advance(hours=47)
    await world.services.challenges.tick()
    await world.settle()

    await forgotten(world, ANA)
    world.chat.broken.clear()
    world.clock.advance(hours=1)
    await world.settle()

    del thread
    reminded = [posted.private_to for posted in world.chat.posted.values() if posted.private_to]
    assert BEN in reminded
    assert ANA not in reminded


async def test_who_joins_again_begins_anew(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(RIGHT), thread)
    await forgotten(world, ANA)

    await world.joined(ANA)

    assert "No answer of yours counts yet." in await world.command(ANA, "progress")
    assert await world.submissions(ANA) == []
    mine = await kept(world, ANA)
    assert (len(mine["memberships"]), mine["submissions"], mine["points"]) == (1, [], [])


@pytest.mark.usefixtures("thread")
async def test_to_be_forgotten_once_more_changes_nothing(world: World) -> None:
    await forgotten(world, ANA)
    before = dump(world)

    assert "You are forgotten." in await forgotten(world, ANA)

    changed = set(dump(world).splitlines()) - set(before.splitlines())
    assert [line for line in changed if "inbox" not in line] == []


async def test_who_is_forgotten_is_neither_reminded_nor_planned_for(
    world: World, thread: ConversationRef
) -> None:
    del thread
    await forgotten(world, ANA)

    world.clock.advance(hours=47)
    await world.services.challenges.tick()
    await world.settle()

    assert {posted.private_to for posted in world.chat.posted.values()} == {None, BEN}


async def test_the_buttons_of_who_is_forgotten_are_nobodys(
    world: World, thread: ConversationRef
) -> None:
    await world.say(ANA, fenced(HALF), thread)
    [sent] = await world.submissions(ANA)
    await forgotten(world, ANA)
    await world.joined(ANA)

    for user in (ANA, BEN, MENTOR):
        assert "Only the author" in await world.press(user, f"details:{sent.id}")
