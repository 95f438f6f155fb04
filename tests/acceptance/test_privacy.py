"""Everybody learns what is kept of them, and gets it."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from bot.domain.chat.message import File
from bot.domain.chat.refs import ConversationRef, UserRef
from tests.support.world import (
    ANA,
    BEN,
    HALF,
    MENTOR,
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
    assert "*Your code*: 365 days" in said
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
