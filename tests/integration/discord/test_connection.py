"""The connection to Discord."""

import pytest
from structlog.testing import capture_logs

from bot.chat.discord import client, connection
from bot.chat.discord.adapter import DiscordChat
from bot.chat.discord.connection import BAD_LOGIN, RECONNECTING
from bot.domain.chat.events import MessagePosted
from bot.domain.chat.message import Message
from bot.domain.errors import ChatError, SettingsError
from tests.contract.on_discord import Discord, MemoryMark, discord
from tests.fakes.discord.errors import Json
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.people import Person
from tests.fakes.discord.server import FakeDiscord, connect
from tests.fakes.ports import RecordingSink
from tests.integration.discord.steps import (
    COMMANDS,
    LOGIN,
    hear_last_word,
    open_thread,
    until_health_is,
)
from tests.support.values import a_key


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


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("MESSAGE_CREATE", {"id": "no number"}),
        ("MESSAGE_CREATE", {}),
        ("MESSAGE_UPDATE", {"id": "1"}),
        ("INTERACTION_CREATE", {"id": "1", "token": "t", "type": 2}),
        ("GUILD_CREATE", {}),
        ("THREAD_UPDATE", None),
        ("GUILD_ROLE_UPDATE", []),
        ("CHANNEL_UPDATE", "words"),
    ],
)
async def test_an_event_that_cannot_be_read_is_left_out_and_told_of_once(
    scene: Discord, ana: Person, event: str, data: Json
) -> None:
    _, room = await open_thread(scene, "again")
    with capture_logs() as logged:
        for _ in range(3):
            scene.fake.gateway.tell(event, data)
        await hear_last_word(scene, ana, room)
    told = [line["event_name"] for line in logged if line["event"] == "discord_event_unreadable"]
    assert told == [event]
    assert scene.fake.gateway.opened == 1
    assert await scene.chat.health() == ""


@pytest.mark.parametrize("event", ["MESSAGE_CREATE", "MESSAGE_UPDATE"])
async def test_a_message_that_comes_in_part_is_asked_for(
    scene: Discord, ana: Person, event: str
) -> None:
    thread, room = await open_thread(scene)
    said = scene.fake.world.new_message(room, ana.user, content="x = 1")
    scene.fake.gateway.tell(event, {"id": str(said.id), "channel_id": str(room.id)})
    heard = await scene.sink.heard(MessagePosted)
    assert (heard.text, heard.conversation, heard.info.name) == ("x = 1", thread, "Ana")


@pytest.mark.usefixtures("_hurried")
async def test_a_session_that_breaks_before_it_is_ready_is_not_taken_for_one(
    scene: Discord, ana: Person
) -> None:
    gateway = scene.fake.gateway
    gateway.invalidate(resumable=False)
    await scene.fake.until(lambda: len(gateway.identified) == 2 and gateway.ready, "a session")
    gateway.invalidate(resumable=False)
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
