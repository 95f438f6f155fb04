"""The connection to Discord, and what was missed without it."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.chat.discord import client, connection
from bot.chat.discord.adapter import DiscordChat
from bot.chat.discord.connection import BAD_LOGIN, NO_COMMANDS, NOT_CAUGHT_UP, RECONNECTING
from bot.domain.chat.events import MessageEdited, MessagePosted
from bot.domain.chat.message import Message
from bot.domain.errors import ChatError, SettingsError, StoreError
from tests.contract.on_discord import Discord, MemoryMark, discord
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.people import Person
from tests.fakes.discord.permissions import EVERYONE, Allow
from tests.fakes.discord.server import FakeDiscord, connect
from tests.fakes.ports import RecordingSink
from tests.integration.discord.steps import (
    ACTIVE,
    ARCHIVED,
    COMMANDS,
    COMMANDS_ROUTE,
    HISTORY,
    LOGIN,
    hear_last_word,
    open_thread,
    until_health_is,
)
from tests.support.patience import PATIENCE_S
from tests.support.values import a_key

# --- what was missed ------------------------------------------------------------------------------


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


async def test_health_says_that_commands_are_not_taken(
    scene: Discord, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "RECONNECT_S", (0.2,))
    _, room = await open_thread(scene)
    scene.fake.faults.fail(COMMANDS_ROUTE, status=503)
    await scene.restart()
    await until_health_is(scene, NO_COMMANDS)
    ana.say(room, "heard all the same")
    await scene.sink.heard(MessagePosted)
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


# --- the connection -------------------------------------------------------------------------------


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are short."""
    monkeypatch.setattr(connection, "RECONNECT_S", (0.01,))


async def hear_new_session(scene: Discord, ana: Person, sessions: int = 2) -> None:
    """A new session hears what is said, and what was said meanwhile."""
    gateway = scene.fake.gateway
    await scene.fake.until(
        lambda: len(gateway.identified) >= sessions and gateway.ready, "a new session"
    )
    await until_health_is(scene)
    _, room = await open_thread(scene, "again")
    ana.say(room, "still there?")
    assert (await scene.sink.heard(MessagePosted)).text == "still there?"


@pytest.mark.usefixtures("_hurried")
async def test_a_start_survives_connections_that_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MAX_START_S", 0.01)
    async with FakeDiscord() as fake:
        guild = fake.guild("Cohort")
        fake.gateway.drops_before_hello = 3
        fake.faults.fail(LOGIN, status=503)
        scene = Discord(fake, guild, guild.channel("practice"), COMMANDS)
        with connect(fake):
            scene.chat = DiscordChat(token="token", mark=MemoryMark(), clock=fake.clock)
            await scene.chat.start(scene.sink, COMMANDS)
            assert await scene.chat.health() == RECONNECTING
            await hear_new_session(scene, guild.person("Ana"), 1)
            await scene.chat.stop()
        assert fake.gateway.opened == 4
        assert fake.violations == []


@pytest.mark.usefixtures("_hurried")
async def test_what_cannot_be_read_costs_one_connection(scene: Discord, ana: Person) -> None:
    scene.fake.gateway.tell("MESSAGE_CREATE", {"id": "no number"})
    await hear_new_session(scene, ana)


@pytest.mark.usefixtures("_hurried")
async def test_a_session_that_breaks_before_it_is_ready_is_not_taken_for_one(
    scene: Discord, ana: Person
) -> None:
    gateway = scene.fake.gateway
    gateway.invalidate(resumable=False)
    await scene.fake.until(lambda: len(gateway.identified) == 2 and gateway.ready, "a session")
    gateway.tell("MESSAGE_CREATE", {"id": "no number"})
    await hear_new_session(scene, ana, 3)


@pytest.mark.usefixtures("_hurried")
@pytest.mark.parametrize("code", [1000, 1001, 4000, 4007, 4009])
async def test_a_connection_that_is_closed_is_made_again(
    scene: Discord, ana: Person, code: int
) -> None:
    gateway = scene.fake.gateway
    gateway.close(code)
    await scene.fake.until(lambda: gateway.opened > 1 and gateway.ready, "another connection")
    await hear_new_session(scene, ana, 1)


@pytest.mark.usefixtures("_hurried")
async def test_discord_may_ask_for_another_connection(scene: Discord, ana: Person) -> None:
    gateway = scene.fake.gateway
    gateway.ask_to_reconnect()
    await scene.fake.until(lambda: gateway.resumed == 1, "a session that goes on")
    await hear_new_session(scene, ana, 1)


async def test_a_connection_that_is_dead_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_SILENCE_S", 0.3)
    monkeypatch.setattr(Gateway, "heartbeat_ms", 100)
    async with discord(COMMANDS) as scene:
        ana = scene.guild.person("Ana")
        _, room = await open_thread(scene)
        scene.fake.gateway.play_dead()
        ana.say(room, "hello?")
        assert (await scene.sink.heard(MessagePosted)).text == "hello?"
        assert scene.sink.deliveries == 1


@pytest.mark.usefixtures("_hurried")
async def test_health_is_the_truth_while_discord_is_away(scene: Discord, ana: Person) -> None:
    assert await scene.chat.health() == ""
    await scene.fake.stop()
    await until_health_is(scene, RECONNECTING)
    with pytest.raises(ChatError):
        await scene.chat.post(scene.channel, Message.of("Hello?"), key=a_key("k"))
    await scene.fake.start()
    with connect(scene.fake):  # it listens elsewhere now
        await hear_new_session(scene, ana)


async def test_a_wrong_token_ends_the_start_with_what_to_click() -> None:
    async with FakeDiscord() as fake:
        with connect(fake):
            chat = DiscordChat(token="mistyped", mark=MemoryMark(), clock=fake.clock)
            with pytest.raises(SettingsError, match="reset the token"):
                await chat.start(RecordingSink(), COMMANDS)
            assert await chat.health() != ""
    assert "mistyped" not in repr(chat)


async def test_a_missing_intent_ends_the_start_with_what_to_click() -> None:
    async with FakeDiscord() as fake:
        fake.world.app_flags = 0
        with connect(fake):
            chat = DiscordChat(token="token", mark=MemoryMark(), clock=fake.clock)
            with pytest.raises(SettingsError, match="Message Content Intent"):
                await chat.start(RecordingSink(), COMMANDS)


@pytest.mark.usefixtures("_hurried")
async def test_a_token_that_is_reset_while_the_bot_runs_is_said_in_its_health(
    scene: Discord,
) -> None:
    scene.fake.world.token = "another"
    scene.fake.gateway.forget()
    scene.fake.gateway.close(4004)
    await until_health_is(scene, BAD_LOGIN)
    scene.fake.world.token = "token"
    await scene.restart()
    await until_health_is(scene)
