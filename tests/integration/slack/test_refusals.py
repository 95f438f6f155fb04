"""What Slack refuses, and what the core refuses there."""

import asyncio

import pytest

from bot.chat.slack.files import NO_SCOPE
from bot.chat.slack.workspace import NOT_KNOWN
from bot.domain.chat.events import (
    CommandInvoked,
    ConversationDeleted,
    FormSubmitted,
    MessageDeleted,
    MessagePosted,
)
from bot.domain.chat.message import Message
from bot.domain.errors import (
    AmbiguousError,
    ForbiddenError,
    GoneError,
    TransientError,
)
from tests.contract.on_slack import Slack
from tests.fakes.slack.people import Person
from tests.integration.slack.steps import (
    hear_last_word,
    open_form,
    open_thread,
    responder_to,
    said_by_bot,
    say,
    until_health_says,
)
from tests.support.values import a_key

# --- tokens and scopes ------------------------------------------------------------------------


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    "event",
    [
        {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}},
        {"type": "app_uninstalled"},
    ],
    ids=lambda event: event["type"],
)
async def test_a_token_that_is_taken_away_is_said(scene: Slack, event: dict[str, object]) -> None:
    scene.fake.methods.valid = False
    scene.fake.socket.event(event)
    assert await until_health_says(scene, "OAuth") == NOT_KNOWN
    with pytest.raises(TransientError):
        await scene.chat.post(scene.channel, Message.of("Hello?"), key=a_key("k"))


@pytest.mark.usefixtures("hurried")
async def test_a_token_that_is_taken_away_while_the_socket_is_cut_is_said(scene: Slack) -> None:
    scene.fake.methods.valid = False
    await scene.fake.socket.cut()
    assert await until_health_says(scene, "OAuth") == NOT_KNOWN


async def test_the_token_of_a_person_is_none_of_the_bots(scene: Slack, ana: Person) -> None:
    scene.fake.socket.event(
        {"type": "tokens_revoked", "tokens": {"oauth": [ana.user.id], "bot": []}}
    )
    await hear_last_word(scene, ana)
    assert await scene.chat.health() == ""


@pytest.mark.usefixtures("hurried")
async def test_a_file_that_may_not_be_read_is_said_with_what_to_do(
    scene: Slack, ana: Person
) -> None:
    thread = await open_thread(scene)
    ana.say(scene.place, "", thread_ts=thread.thread, files=[("a.py", b"x = 1")])
    [file] = (await scene.sink.heard(MessagePosted)).attachments
    scene.fake.world.scopes.discard("files:read")
    with pytest.raises(ForbiddenError) as raised:
        await scene.chat.fetch(file, max_bytes=100)
    assert str(raised.value) == NO_SCOPE
    scene.fake.world.scopes.add("files:read")
    assert await scene.chat.fetch(file, max_bytes=100) == b"x = 1"
    del scene.fake.world.files[file.ref.split()[0]]
    with pytest.raises(GoneError):
        await scene.chat.fetch(file, max_bytes=100)


async def test_without_user_groups_people_have_none(scene: Slack, ana: Person) -> None:
    group = scene.fake.group("mentors", [ana])
    ana.command(scene.place, "/freehand plan")
    assert (await scene.sink.heard(CommandInvoked)).info.roles == {group}
    scene.fake.world.scopes.discard("usergroups:read")
    await scene.restart()
    ana.command(scene.place, "/freehand plan")
    heard = await scene.sink.heard(CommandInvoked, 2)
    assert (heard.info.name, heard.info.roles) == ("Ana", frozenset())


# --- forms ------------------------------------------------------------------------------------


async def test_a_form_that_is_refused_stays_open_with_what_is_wrong(
    scene: Slack, ana: Person
) -> None:
    view, thread = await open_form(scene, ana)
    sent = asyncio.create_task(ana.submit(view, {"code": "x ="}))
    refusing = await responder_to(scene, FormSubmitted)
    await refusing.refuse(Message.of("That is **no** Python: `x =`."))
    assert await sent == {"code": "That is no Python: x =."}
    assert view.open

    sent = asyncio.create_task(ana.submit(view, {"code": "x = 1"}))
    taking = await responder_to(scene, FormSubmitted, 2)
    await taking.reply(Message.of("Received"))
    assert await sent == {}
    assert not view.open
    assert "Received" in ana.reads(scene.place, thread.thread)
    assert "no Python" not in ana.reads(scene.place, thread.thread)


async def test_a_form_that_is_refused_too_late_is_answered(
    scene: Slack, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.chat.slack.responder.MAX_DECIDING_S", 0.01)
    view, thread = await open_form(scene, ana)
    assert await ana.submit(view, {"code": "x ="}) == {}
    responder = await responder_to(scene, FormSubmitted)
    await responder.refuse(Message.of("That is no Python."))
    assert "no Python" in ana.reads(scene.place, thread.thread)


async def test_an_answer_that_takes_too_long_is_left_to_the_outbox(
    scene: Slack, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.chat.slack.responder.MAX_ANSWERING_S", 0.0)
    ana.command(scene.place, "/freehand plan")
    responder = await responder_to(scene, CommandInvoked)
    with pytest.raises(AmbiguousError):
        await responder.reply(Message.of("Your week"))


# --- channels that are closed -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "words"),
    [({"archived": True}, "the channel is archived"), ({"has_bot": False}, "/invite @Freehand")],
    ids=["archived", "left"],
)
async def test_a_channel_that_is_closed_to_the_bot_is_said_until_it_is_open(
    scene: Slack, state: dict[str, bool], words: str
) -> None:
    before = {name: getattr(scene.place, name) for name in state}
    for name, value in state.items():
        setattr(scene.place, name, value)
    with pytest.raises(ForbiddenError, match=words):
        await scene.chat.post(scene.channel, Message.of("Hello?"), key=a_key("k"))
    said = await scene.chat.health()
    assert words in said
    assert scene.place.id in said
    [problem] = await scene.chat.problems(scene.channel, with_threads=True)
    assert "#practice" in problem
    for name, value in before.items():
        setattr(scene.place, name, value)
    await scene.chat.post(scene.channel, Message.of("Hello?"), key=a_key("k"))
    assert await scene.chat.health() == ""
    assert said_by_bot(scene.place, "Hello?") == 1


async def test_a_channel_that_is_deleted_is_heard_and_is_no_trouble(scene: Slack) -> None:
    await scene.chat.post(scene.channel, Message.of("Hello"), key=a_key("k"))
    scene.fake.delete_channel(scene.place)
    heard = await scene.sink.heard(ConversationDeleted)
    assert heard.conversation == scene.channel
    with pytest.raises(GoneError):
        await scene.chat.post(scene.channel, Message.of("Hello?"), key=a_key("k2"))
    assert await scene.chat.health() == ""


async def test_what_is_said_in_a_channel_that_the_bot_left_is_heard_when_it_is_back(
    scene: Slack, ana: Person
) -> None:
    thread = await open_thread(scene)
    message = say(scene, ana, "x = 1", thread)
    await scene.sink.heard(MessagePosted)
    ana.delete(message)
    await scene.sink.heard(MessageDeleted)
    scene.place.has_bot = False
    await scene.chat.stop()
    say(scene, ana, "x = 2", thread)
    scene.place.has_bot = True
    await scene.start()
    assert (await scene.sink.heard(MessagePosted, 2)).text == "x = 2"
