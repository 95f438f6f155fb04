"""What the bot says on Slack, and how often."""

import pytest

from bot.chat.slack import refs
from bot.chat.slack.client import MAX_SAID_NO_CODE
from bot.chat.slack.render import REST
from bot.domain.chat.events import MessagePosted
from bot.domain.chat.message import Code, File, Image, Message
from bot.domain.errors import ChatError
from tests.contract.on_discord import MemoryMark
from tests.contract.on_slack import Slack
from tests.fakes.slack.methods import Fault
from tests.fakes.slack.model import BOT, Channel
from tests.fakes.slack.people import Person
from tests.integration.slack.steps import (
    hear_last_word,
    message_at,
    open_thread,
    said_by_bot,
    say,
)
from tests.support.values import a_key

LONG = Message.of("Solved", Code("x = 1\n" * 3000))
BOARD = Message.of("The week", Image("board.png", b"\x89PNG", "Ana leads"))


def files_in(channel: Channel) -> list[tuple[str, str]]:
    """The files that the bot put below its messages, with the thread that each is in."""
    return [
        (file.name, message.thread_ts)
        for message in channel.messages
        for file in message.files
        if message.user == BOT
    ]


# --- what is too long -------------------------------------------------------------------------


async def test_what_does_not_fit_is_in_a_file_below_the_message(scene: Slack) -> None:
    ref = await scene.chat.post(scene.channel, LONG, key=a_key("k"))
    assert files_in(scene.place) == [("message.md", ref.message)]
    [file] = scene.fake.world.files.values()
    assert file.content.decode().count("x = 1") == 3000
    assert said_by_bot(scene.place, REST) == 1


async def test_in_a_thread_the_file_stands_in_the_thread(scene: Slack) -> None:
    thread = await open_thread(scene)
    await scene.chat.post(thread, LONG, key=a_key("k"))
    assert files_in(scene.place) == [("message.md", thread.thread)]


async def test_the_file_is_sent_once_however_often_the_message_is_repeated(scene: Slack) -> None:
    first = await scene.chat.post(scene.channel, LONG, key=a_key("k"))
    assert await scene.chat.post(scene.channel, LONG, key=a_key("k")) == first
    await scene.restart()
    assert await scene.chat.post(scene.channel, LONG, key=a_key("k")) == first
    assert len(files_in(scene.place)) == 1


async def test_an_edit_to_the_same_words_sends_no_other_file(scene: Slack) -> None:
    ref = await scene.chat.post(scene.channel, LONG, key=a_key("k"))
    await scene.chat.edit(ref, LONG)
    assert len(files_in(scene.place)) == 1


async def test_a_file_that_could_not_be_sent_is_sent_with_the_next_try(scene: Slack) -> None:
    message, key = Message.of("Yours", File("mine.zip", b"PK")), a_key("k")
    scene.fake.fail(
        "files.completeUploadExternal", Fault(answer='{"ok":false,"error": "fatal_error"}')
    )
    with pytest.raises(ChatError):
        await scene.chat.post(scene.channel, message, key=key)
    assert files_in(scene.place) == []

    ref = await scene.chat.post(scene.channel, message, key=key)

    assert files_in(scene.place) == [("mine.zip", ref.message)]
    assert said_by_bot(scene.place, "Yours") == 1


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_without_the_file_the_message_is_said_all_the_same(scene: Slack, method: str) -> None:
    scene.fake.fail(method, Fault(answer='{"ok": false, "error": "missing_scope"}'))
    ref = await scene.chat.post(scene.channel, LONG, key=a_key("k"))
    assert message_at(scene, ref)
    assert said_by_bot(scene.place, "Solved") == 1


# --- pictures ---------------------------------------------------------------------------------


async def test_a_picture_stands_in_the_message(scene: Slack) -> None:
    ref = await scene.chat.post(scene.channel, BOARD, key=a_key("k"))
    [file] = scene.fake.world.files.values()
    kinds = {block["type"]: block for block in message_at(scene, ref).blocks}
    assert kinds["image"]["slack_file"] == {"id": file.id}
    assert file.content == b"\x89PNG"


async def test_a_picture_that_slack_is_not_done_with_is_waited_for(
    scene: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.chat.slack.outbound.PICTURE_PAUSE_S", 0.01)
    answer = '{"ok": false, "error": "invalid_blocks"}'
    scene.fake.fail("chat.postMessage", Fault(times=3, answer=answer))
    await scene.chat.post(scene.channel, BOARD, key=a_key("k"))
    assert said_by_bot(scene.place, "The week") == 1


async def test_without_the_scope_for_files_a_picture_is_its_words(scene: Slack) -> None:
    """It is among those without which only a part is missing."""
    scene.fake.world.scopes.discard("files:write")
    await scene.chat.post(scene.channel, BOARD, key=a_key("k"))
    assert said_by_bot(scene.place, "The week") == 1
    assert said_by_bot(scene.place, "Ana leads") == 1


# --- what stands there ------------------------------------------------------------------------


async def test_a_known_key_says_what_is_wanted_also_after_an_edit(scene: Slack) -> None:
    first = await scene.chat.post(scene.channel, Message.of("Received"), key=a_key("k"))
    await scene.chat.edit(first, Message.of("Running"))
    assert await scene.chat.post(scene.channel, Message.of("Received"), key=a_key("k")) == first
    assert said_by_bot(scene.place, "Received") == 1


async def test_the_same_key_is_another_message_in_another_place(scene: Slack) -> None:
    threads = [await open_thread(scene, name) for name in ("one", "two")]
    for place in (scene.channel, *threads):
        await scene.chat.post(place, Message.of("Hello"), key=a_key("k"))
    assert said_by_bot(scene.place, "Hello") == 3


async def test_a_key_is_found_in_a_busy_thread(scene: Slack, ana: Person) -> None:
    thread = await open_thread(scene)
    ref = await scene.chat.post(thread, Message.of("Hello"), key=a_key("k"))
    await scene.chat.stop()
    for number in range(450):
        say(scene, ana, f"x = {number}", thread)
    await scene.start()
    assert await scene.chat.post(thread, Message.of("Hello"), key=a_key("k")) == ref


async def test_what_somebody_else_says_in_our_words_has_no_key(scene: Slack, ana: Person) -> None:
    thread = await open_thread(scene)
    message = say(scene, ana, "Hello", thread)
    message.metadata = {"event_type": "another_app", "event_payload": {"key": str(a_key("k"))}}
    await scene.restart()
    await scene.chat.post(thread, Message.of("Hello"), key=a_key("k"))
    assert said_by_bot(scene.place, "Hello") == 2


# --- direct messages --------------------------------------------------------------------------


async def test_who_writes_to_the_bot_alone_is_told_where_to_write(
    scene: Slack, ana: Person
) -> None:
    for number in range(MAX_SAID_NO_CODE + 2):
        ana.say(ana.direct, f"x = {number}")
    told = scene.fake.socket.envelopes
    await scene.fake.until(lambda: all(one.acknowledged for one in told), "an answer to each")
    await hear_last_word(scene, ana)
    assert said_by_bot(ana.direct, "I cannot take code here") == MAX_SAID_NO_CODE


async def test_the_bot_does_not_answer_itself(scene: Slack, ana: Person) -> None:
    user = refs.user_in(scene.channel.tenant, ana.user.id)
    await scene.chat.post(scene.channel, Message.of("A hint"), key=a_key("k"), private_to=user)
    await hear_last_word(scene, ana)
    assert len(ana.direct.messages) == 1


# --- the first event --------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "retry_after_s"), [("{}", 0), ("", 17)], ids=["odd", "wait"])
async def test_what_is_heard_first_does_not_depend_on_another_question(
    scene: Slack, ana: Person, answer: str, retry_after_s: float
) -> None:
    """The library asks who it is, and where that fails it drops what it was told."""
    thread = await open_thread(scene)
    scene.mark = MemoryMark()  # so that nothing is read that was missed
    await scene.restart()
    scene.fake.fail("auth.test", Fault(times=99, answer=answer, retry_after_s=retry_after_s))
    say(scene, ana, "x = 1", thread)
    [*_, told] = scene.fake.socket.envelopes
    await scene.fake.until(lambda: told.acknowledged, "an answer")
    scene.fake.methods.faults.clear()
    say(scene, ana, "x = 2", thread)
    assert (await scene.sink.heard(MessagePosted)).text == "x = 1"
