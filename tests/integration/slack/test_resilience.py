"""What goes wrong between the bot and Slack, and what comes of it."""

import asyncio
import contextlib

import pytest

from bot.chat.slack import connection, refs
from bot.chat.slack.connection import NOT_CAUGHT_UP
from bot.domain.chat.events import (
    CommandInvoked,
    MessageEdited,
    MessagePosted,
)
from bot.domain.chat.message import Image, Message
from bot.domain.errors import (
    AmbiguousError,
    ChatError,
    RateLimitedError,
)
from tests.contract.on_slack import Slack
from tests.fakes.slack.methods import Fault
from tests.fakes.slack.people import Person
from tests.integration.slack.steps import (
    HISTORY,
    POST,
    REPLIES,
    hear_last_word,
    open_thread,
    said_by_bot,
    say,
    until_health_says,
)
from tests.support.values import a_key

# --- what is told twice -----------------------------------------------------------------------


async def test_an_event_that_is_told_twice_is_heard_once(scene: Slack, ana: Person) -> None:
    thread = await open_thread(scene)
    say(scene, ana, "x = 1", thread)
    await scene.sink.heard(MessagePosted)
    told = scene.fake.socket.envelopes[-1]
    scene.fake.socket.send(told)
    assert told.tries == 2
    await hear_last_word(scene, ana, 1)
    assert scene.sink.deliveries == 2


async def test_a_mention_that_is_told_in_two_ways_is_heard_once(scene: Slack, ana: Person) -> None:
    ana.say(scene.place, "@Freehand plan")
    kinds = [told.payload["event"]["type"] for told in scene.fake.socket.envelopes[-2:]]
    assert kinds == ["message", "app_mention"]
    [heard] = await hear_last_word(scene, ana, 1)
    assert isinstance(heard, MessagePosted)
    assert (heard.text, heard.mentions_bot) == ("plan", True)
    assert scene.sink.deliveries == 2


async def test_a_command_that_is_told_twice_is_heard_once(scene: Slack, ana: Person) -> None:
    told = ana.command(scene.place, "/freehand plan")
    await scene.sink.heard(CommandInvoked)
    scene.fake.socket.send(told)
    await hear_last_word(scene, ana, 1)


async def test_everything_that_is_told_is_acknowledged(scene: Slack, ana: Person) -> None:
    thread = await open_thread(scene)
    message = say(scene, ana, "x = 1", thread)
    ana.edit(message, "x = 2")
    ana.delete(message)
    ana.command(scene.place, "/freehand plan")
    ana.command(scene.place, "/freehand nonsense")
    scene.fake.socket.event({"type": "message", "channel": "C1"})
    told = scene.fake.socket.envelopes
    await scene.fake.until(lambda: all(one.acknowledged for one in told), "an answer to each")


async def test_an_event_that_nobody_asked_for_is_acknowledged(scene: Slack) -> None:
    """Slack sends again what is not, and in the end nothing more."""
    told = scene.fake.socket.event({"type": "team_join", "user": {}})
    await scene.fake.until(lambda: told.acknowledged, "an answer to it")


# --- answers that are lost --------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["", "<html>502</html>", "no json"])
async def test_a_post_whose_answer_was_lost_is_not_doubled(scene: Slack, answer: str) -> None:
    thread = await open_thread(scene)
    for place in (scene.channel, thread):
        scene.fake.fail(POST, Fault(done=True, status=502, answer=answer))
        with contextlib.suppress(AmbiguousError):
            await scene.chat.post(place, Message.of("Solved"), key=a_key("k"))
        ref = await scene.chat.post(place, Message.of("Solved"), key=a_key("k"))
        assert await scene.chat.post(place, Message.of("Solved"), key=a_key("k")) == ref
    assert said_by_bot(scene.place, "Solved") == 2


async def test_a_direct_message_that_is_repeated_is_not_doubled(scene: Slack, ana: Person) -> None:
    user, thread = refs.user_in(scene.channel.tenant, ana.user.id), await open_thread(scene)
    said = [
        await scene.chat.post(thread, Message.of("A hint"), key=a_key("k"), private_to=user)
        for _ in range(2)
    ]
    assert said[0] == said[1]
    assert said_by_bot(ana.direct, "A hint") == 1


async def test_a_direct_message_whose_answer_was_lost_is_not_doubled(
    scene: Slack, ana: Person
) -> None:
    user, thread = refs.user_in(scene.channel.tenant, ana.user.id), await open_thread(scene)
    scene.fake.fail(POST, Fault(done=True))
    with contextlib.suppress(AmbiguousError):
        await scene.chat.post(thread, Message.of("A hint"), key=a_key("k"), private_to=user)
    ref = await scene.chat.post(thread, Message.of("A hint"), key=a_key("k"), private_to=user)
    assert ref.conversation == refs.direct_messages(ana.direct.id, thread)
    assert said_by_bot(ana.direct, "A hint") == 1


async def test_a_post_that_was_never_carried_out_is_posted_when_repeated(scene: Slack) -> None:
    scene.fake.fail(POST, Fault(times=2))
    with pytest.raises(AmbiguousError):
        await scene.chat.post(scene.channel, Message.of("Solved"), key=a_key("k"))
    scene.fake.methods.faults.clear()
    await scene.chat.post(scene.channel, Message.of("Solved"), key=a_key("k"))
    assert said_by_bot(scene.place, "Solved") == 1


async def test_a_post_that_was_given_up_is_not_doubled(scene: Slack) -> None:
    """Whoever waits for it may stop waiting; what came of it is looked up."""
    await scene.chat.post(scene.channel, Message.of("Hello"), key=a_key("first"))
    posted = asyncio.create_task(
        scene.chat.post(scene.channel, Message.of("Solved"), key=a_key("k"))
    )
    await scene.fake.until(lambda: said_by_bot(scene.place, "Solved"), "a post")
    posted.cancel()
    await asyncio.gather(posted, return_exceptions=True)
    await scene.chat.post(scene.channel, Message.of("Solved"), key=a_key("k"))
    assert said_by_bot(scene.place, "Solved") == 1


async def test_what_is_said_to_one_person_at_once_is_not_doubled_when_repeated(
    scene: Slack, ana: Person
) -> None:
    user = refs.user_in(scene.channel.tenant, ana.user.id)
    threads = [await open_thread(scene, name) for name in ("one", "two")]
    said = [(thread, f"About {thread.thread}") for thread in threads]

    async def say_all() -> None:
        await asyncio.gather(
            *(
                scene.chat.post(
                    thread, Message.of(words), key=a_key(thread.thread), private_to=user
                )
                for thread, words in said
            )
        )

    await say_all()
    await say_all()
    assert [said_by_bot(ana.direct, words) for _, words in said] == [1, 1]


async def test_a_picture_that_slack_does_not_take_is_no_message(scene: Slack) -> None:
    picture = Image("board.png", b"\x89PNG", "Ana leads")
    scene.fake.fail("files.completeUploadExternal", Fault(answer="{}"))
    with pytest.raises(ChatError):
        await scene.chat.post(scene.channel, Message.of("The week", picture), key=a_key("k"))
    await scene.chat.post(scene.channel, Message.of("The week", picture), key=a_key("k"))
    assert said_by_bot(scene.place, "The week") == 1


# --- too much at once -------------------------------------------------------------------------


async def test_slack_asks_to_wait_and_other_channels_go_on(scene: Slack) -> None:
    other = refs.conversation_in(scene.channel.tenant, scene.fake.channel("other").id)
    scene.fake.fail(POST, Fault(retry_after_s=17))
    with pytest.raises(RateLimitedError) as raised:
        await scene.chat.post(scene.channel, Message.of("Solved"), key=a_key("k"))
    assert raised.value.retry_after_s == 17
    await scene.chat.post(other, Message.of("Elsewhere"), key=a_key("o"))
    assert await scene.chat.health() == ""
    assert len(scene.fake.asked(POST)) == 2
    await scene.chat.post(scene.channel, Message.of("Solved"), key=a_key("k"))
    assert said_by_bot(scene.place, "Solved") == 1


@pytest.mark.parametrize("method", [REPLIES, HISTORY, "conversations.open", "users.info"])
async def test_any_method_may_ask_to_wait(scene: Slack, ana: Person, method: str) -> None:
    thread = await open_thread(scene)
    place = scene.channel if method == HISTORY else thread
    await scene.restart()  # so that it does not know any more what it has said
    user = refs.user_in(scene.channel.tenant, ana.user.id)
    private_to = user if method == "conversations.open" else None
    scene.fake.fail(method, Fault(retry_after_s=17))
    if method == "users.info":  # somebody of whom nothing is known is heard all the same
        say(scene, ana, "x = 1", thread)
        assert (await scene.sink.heard(MessagePosted)).info.name == ""
        return
    with pytest.raises(RateLimitedError):
        await scene.chat.post(place, Message.of("Hi"), key=a_key("k"), private_to=private_to)


# --- the socket -------------------------------------------------------------------------------


async def be_away(scene: Slack) -> None:
    """The socket is cut, and nothing is told until it is back."""
    opened = scene.fake.socket.opened
    scene.fake.socket.silent = True
    await scene.fake.socket.cut()
    await scene.fake.until(lambda: scene.fake.socket.opened > opened, "another socket")


@pytest.mark.usefixtures("hurried")
async def test_what_was_said_while_the_socket_was_away_is_heard(scene: Slack, ana: Person) -> None:
    thread = await open_thread(scene)
    message = say(scene, ana, "x = 1", thread)
    await scene.sink.heard(MessagePosted)
    scene.fake.fail("apps.connections.open", Fault(answer="{}"))
    opened = scene.fake.socket.opened
    await scene.fake.socket.cut()
    ana.edit(message, "x = 2")
    ana.say(scene.place, "@Freehand plan")
    say(scene, ana, "x = 3", thread)
    await scene.fake.until(lambda: scene.fake.socket.opened > opened, "another socket")
    assert (await scene.sink.heard(MessageEdited)).text == "x = 2"
    heard = [await scene.sink.heard(MessagePosted, count) for count in (2, 3)]
    assert [event.text for event in heard] == ["plan", "x = 3"]
    await until_health_says(scene)
    assert len({event.info for event in scene.sink.events}) == 1


async def test_what_was_said_while_the_socket_was_away_for_a_moment_is_heard(
    scene: Slack, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library makes another socket at once, between two looks at it."""
    monkeypatch.setattr(connection, "LOOK_EVERY_S", 1.0)
    await scene.restart()
    thread = await open_thread(scene)
    await scene.fake.socket.cut()
    say(scene, ana, "x = 1", thread)
    await scene.fake.until(lambda: scene.fake.socket.opened == 3, "another socket")
    assert (await scene.sink.heard(MessagePosted)).text == "x = 1"


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_slack_may_ask_for_another_socket(scene: Slack, ana: Person, reason: str) -> None:
    opened = scene.fake.socket.opened
    scene.fake.socket.disconnect(reason)
    if reason == "refresh_requested":
        await scene.fake.until(lambda: scene.fake.socket.opened > opened, "another socket")
    await hear_last_word(scene, ana)


@pytest.mark.usefixtures("hurried")
async def test_what_cannot_be_read_yet_is_said_and_read_later(scene: Slack, ana: Person) -> None:
    thread = await open_thread(scene)
    await scene.chat.stop()
    say(scene, ana, "x = 1", thread)
    scene.fake.fail(HISTORY, Fault(times=10**6, answer='{"ok": false, "error": "fatal_error"}'))
    await scene.start()
    assert await until_health_says(scene, "cannot be read yet") == NOT_CAUGHT_UP
    scene.fake.methods.faults.clear()
    assert (await scene.sink.heard(MessagePosted)).text == "x = 1"
    await until_health_says(scene)


async def test_a_channel_that_is_closed_keeps_no_other_from_being_read(
    scene: Slack, ana: Person
) -> None:
    closed, thread = scene.fake.channel("closed"), await open_thread(scene)
    await scene.chat.stop()
    say(scene, ana, "x = 1", thread)
    scene.fake.fail(HISTORY, Fault(answer='{"ok": false, "error": "not_in_channel"}'))
    closed.has_bot = True
    await scene.start()
    assert (await scene.sink.heard(MessagePosted)).text == "x = 1"
