"""What happened while nobody listened, and until when everything was heard."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.chat.discord import connection
from bot.chat.discord.connection import NO_COMMANDS, NOT_CAUGHT_UP
from bot.domain.chat.events import MessageEdited, MessagePosted
from bot.domain.chat.message import Message
from bot.domain.errors import StoreError
from tests.contract.on_discord import Discord, MemoryMark, discord
from tests.fakes.discord.people import Person
from tests.fakes.discord.permissions import EVERYONE, Allow
from tests.fakes.ports import RecordingSink
from tests.integration.discord.steps import (
    ACTIVE,
    ARCHIVED,
    COMMANDS,
    COMMANDS_ROUTE,
    HISTORY,
    MEMBER,
    hear_last_word,
    open_thread,
    until_health_is,
)
from tests.support.patience import PATIENCE_S
from tests.support.values import a_key


def texts(scene: Discord) -> list[str]:
    """What was said and changed, in the order in which it was heard."""
    return [event.text for event in scene.sink.events if isinstance(event, MessagePosted)]


async def test_what_was_sent_while_nobody_listened_is_heard_in_order_and_once(
    scene: Discord, ana: Person
) -> None:
    _, one = await open_thread(scene, "one")
    _, two = await open_thread(scene, "two")
    before = ana.say(one, "before")
    await scene.sink.heard(MessagePosted)
    scene.fake.clock.move(hours=1)
    await scene.restart()  # the mark is now later than the message by more than the overlap
    await scene.chat.stop()
    for place, text in ((one, "first"), (two, "second"), (one, "third")):
        ana.say(place, text)
        scene.fake.clock.move(minutes=1)
    ana.edit(before, "changed")
    scene.guild.archive(two)
    await scene.start()
    edit = await scene.sink.heard(MessageEdited)
    ana.say(one, "the last word")
    await scene.sink.heard(MessagePosted, 5)
    assert texts(scene) == ["before", "first", "second", "third", "changed", "the last word"]
    assert edit.message.message == str(before.id)


async def test_what_was_sent_before_the_first_start_is_not_heard() -> None:
    async with discord(COMMANDS) as scene:
        ana = scene.guild.person("Ana")
        _, room = await open_thread(scene)
        ana.say(room, "history")
        await scene.sink.heard(MessagePosted)
        await scene.chat.stop()
        anew = replace(scene, mark=MemoryMark(), sink=RecordingSink())
        await anew.start()
        try:
            await hear_last_word(anew, ana, room)
        finally:
            await anew.chat.stop()


async def test_a_thread_that_is_closed_to_the_bot_keeps_it_from_hearing_no_other(
    scene: Discord, ana: Person
) -> None:
    _, hidden = await open_thread(scene, "hidden")
    elsewhere = scene.guild.channel("elsewhere")
    ref = replace(scene.channel, channel=str(elsewhere.id))
    post = await scene.chat.post(ref, Message.of("Now"), key=a_key("elsewhere"))
    await scene.chat.open_thread(post, "Now")
    room = scene.fake.world.channels[int(post.message)]
    await scene.chat.stop()
    ana.say(hidden, "unseen")
    ana.say(room, "seen")
    scene.guild.set_permissions(scene.guild.bot_role, EVERYONE)
    scene.guild.overwrite(scene.place, scene.guild.bot_role, deny=Allow.READ_MESSAGE_HISTORY)
    await scene.start()
    await scene.sink.heard(MessagePosted)
    assert texts(scene) == ["seen"]


@pytest.mark.parametrize("status", [403, 404])
async def test_what_is_gone_by_the_time_it_is_read_keeps_no_other_from_being_heard(
    scene: Discord, ana: Person, status: int
) -> None:
    _, room = await open_thread(scene)
    await scene.chat.stop()
    ana.say(room, "archived")
    scene.guild.archive(room)
    scene.fake.faults.fail(ACTIVE, status=status)
    await scene.start()
    assert (await scene.sink.heard(MessagePosted)).text == "archived"
    assert await scene.chat.health() == ""


async def test_nothing_is_heard_twice_when_a_session_goes_on(scene: Discord, ana: Person) -> None:
    _, room = await open_thread(scene)
    ana.say(room, "before")
    await scene.sink.heard(MessagePosted)
    scene.fake.gateway.cut()
    ana.say(room, "meanwhile")
    await scene.fake.until(lambda: scene.fake.gateway.resumed, "a session that goes on")
    ana.say(room, "after")
    await scene.sink.heard(MessagePosted, 3)
    assert texts(scene) == ["before", "meanwhile", "after"]
    assert scene.sink.deliveries == 3


async def test_a_session_that_was_lost_is_made_up_for(scene: Discord, ana: Person) -> None:
    _, room = await open_thread(scene)
    gateway = scene.fake.gateway
    gateway.forget()
    said = ana.say(room, "meanwhile")
    ana.edit(said, "meanwhile, changed")
    gateway.invalidate(resumable=False)
    await scene.fake.until(lambda: len(gateway.identified) == 2, "a new session")
    await scene.sink.heard(MessageEdited)
    assert texts(scene) == ["meanwhile, changed"] * 2


@pytest.mark.parametrize("route", [ACTIVE, ARCHIVED, HISTORY, COMMANDS_ROUTE])
async def test_catching_up_is_tried_until_it_works(
    scene: Discord, ana: Person, monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    monkeypatch.setattr(connection, "RECONNECT_S", (0.01,))
    _, room = await open_thread(scene)
    await scene.chat.stop()
    ana.say(room, "meanwhile")
    scene.fake.faults.fail(route, status=503, times=3)
    await scene.start()
    assert (await scene.sink.heard(MessagePosted)).text == "meanwhile"
    await scene.fake.until(lambda: not scene.fake.faults.left, f"four requests to {route}")
    await until_health_is(scene)


@pytest.mark.parametrize("route", [ACTIVE, ARCHIVED, HISTORY, MEMBER])
@pytest.mark.parametrize("status", [400, 503])
async def test_what_can_be_read_is_heard_while_something_else_cannot(
    scene: Discord, ana: Person, monkeypatch: pytest.MonkeyPatch, route: str, status: int
) -> None:
    monkeypatch.setattr(connection, "RECONNECT_S", (0.01,))
    rooms = {name: (await open_thread(scene, name))[1] for name in ("one", "two", "three")}
    await scene.chat.stop()
    for name, room in rooms.items():
        ana.say(room, name)
    scene.guild.archive(rooms["one"])
    closed = {ACTIVE: ["one"], ARCHIVED: ["three", "two"], HISTORY: ["one", "three"]}
    about = str(rooms["two"].id) if route == HISTORY else ""
    scene.fake.faults.fail(route, status=status, times=99, about=about)
    await scene.start()
    readable = closed.get(route, ["one", "three", "two"])
    await scene.sink.heard(MessagePosted, len(readable))
    assert sorted(texts(scene)) == readable
    if route == MEMBER:
        return
    await until_health_is(scene, NOT_CAUGHT_UP)
    scene.fake.faults.mend()
    await scene.sink.heard(MessagePosted, 3)
    await until_health_is(scene)
    assert sorted(texts(scene)) == ["one", "three", "two"]
    assert scene.sink.deliveries == 3


@pytest.mark.parametrize("status", [400, 405, 503])
async def test_health_says_that_commands_are_not_taken(
    scene: Discord, ana: Person, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr(connection, "RECONNECT_S", (0.01,))
    _, room = await open_thread(scene)
    await scene.chat.stop()
    ana.say(room, "heard meanwhile")
    scene.fake.faults.fail(COMMANDS_ROUTE, status=status, times=9999)
    await scene.start()
    await until_health_is(scene, NO_COMMANDS)
    ana.say(room, "heard all the same")
    await scene.sink.heard(MessagePosted, 2)
    scene.fake.faults.mend()
    await until_health_is(scene)


async def test_long_histories_are_read_to_their_end(scene: Discord, ana: Person) -> None:
    _, room = await open_thread(scene)
    first = ana.say(room, "0")
    await scene.sink.heard(MessagePosted)
    await scene.chat.stop()
    scene.fake.clock.move(hours=1)
    for number in range(1, 121):
        ana.say(room, str(number))
    ana.edit(first, "0, changed")
    await scene.start()
    await scene.sink.heard(MessageEdited)
    assert texts(scene) == [*map(str, range(121)), "0, changed"]


async def test_an_edit_of_a_message_long_ago_is_heard(scene: Discord, ana: Person) -> None:
    _, room = await open_thread(scene)
    first = ana.say(room, "0")
    for number in range(1, 250):
        ana.say(room, str(number))
    await scene.sink.heard(MessagePosted, 250)
    scene.fake.clock.move(hours=1)
    await scene.restart()  # all of these are before the mark
    await scene.chat.stop()
    ana.edit(first, "0, changed")
    await scene.start()
    assert (await scene.sink.heard(MessageEdited)).text == "0, changed"


async def test_a_thread_is_read_however_many_others_were_archived_after_it(
    scene: Discord, ana: Person
) -> None:
    _, room = await open_thread(scene)
    await scene.chat.stop()
    ana.say(room, "meanwhile")
    scene.guild.archive(room)
    for number in range(120):
        scene.guild.archive(scene.guild.thread(scene.place, f"Lunch {number}", ana))
    await scene.start()
    assert (await scene.sink.heard(MessagePosted)).text == "meanwhile"


async def until_marked(scene: Discord, later_than: datetime) -> None:
    """Wait until the mark has moved: everything was heard."""
    async with asyncio.timeout(PATIENCE_S):
        while scene.mark.at is None or scene.mark.at < later_than:  # noqa: ASYNC110  # it is asked, it does not tell
            await asyncio.sleep(0)


async def test_threads_archived_before_the_mark_are_not_read(scene: Discord) -> None:
    _, room = await open_thread(scene)
    scene.guild.archive(room)
    await scene.chat.stop()
    scene.fake.clock.move(hours=1)
    scene.mark.at = scene.fake.clock()
    scene.fake.clock.move(hours=1)
    await scene.start()
    await until_marked(scene, scene.fake.clock())
    assert len(scene.fake.asked(ARCHIVED)) == 1
    assert scene.fake.asked(HISTORY) == []


async def test_a_mark_that_cannot_be_read_is_tried_again(
    scene: Discord, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "RECONNECT_S", (0.01,))
    _, room = await open_thread(scene)
    await scene.chat.stop()
    ana.say(room, "meanwhile")
    scene.mark.trouble = [StoreError("away")] * 3
    await scene.start()
    assert (await scene.sink.heard(MessagePosted)).text == "meanwhile"
    await until_health_is(scene)


async def test_a_first_start_sets_the_mark_at_once(scene: Discord) -> None:
    await until_marked(scene, scene.fake.clock() - timedelta(minutes=1))
    assert scene.sink.events == []  # without that anything was heard


async def test_what_could_not_be_read_after_one_start_is_heard_after_the_next(
    scene: Discord, ana: Person
) -> None:
    _, room = await open_thread(scene)
    await scene.chat.stop()
    ana.say(room, "meanwhile")
    scene.fake.clock.move(hours=1)
    scene.fake.faults.fail(HISTORY, status=503)
    asked = len(scene.fake.asked(HISTORY))
    await scene.start()
    await scene.fake.requested(HISTORY, asked + 1)
    scene.fake.gateway.cut()  # a session that goes on has not caught up either
    await scene.fake.until(lambda: scene.fake.gateway.resumed, "a session that goes on")
    await until_health_is(scene, NOT_CAUGHT_UP)
    await scene.restart()
    assert (await scene.sink.heard(MessagePosted)).text == "meanwhile"
