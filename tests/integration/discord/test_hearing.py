"""What the bot hears on Discord, and what it does not."""

from dataclasses import replace

import pytest

from bot.chat.discord import files
from bot.domain.chat.events import Attachment, MessageDeleted, MessageEdited, MessagePosted
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import GoneError, TooLargeError, TransientError
from tests.contract.on_discord import Discord
from tests.fakes.discord import model, payloads
from tests.fakes.discord.people import Person
from tests.fakes.discord.permissions import ALL
from tests.integration.discord.steps import PINNED, RENAMED, hear_last_word, message_at, open_thread
from tests.support.values import a_key

# --- messages -------------------------------------------------------------------------------------


async def test_talk_elsewhere_is_not_heard(scene: Discord, ana: Person) -> None:
    _, room = await open_thread(scene)
    theirs = scene.guild.thread(scene.place, "Lunch", ana)
    said = [ana.say(place, "noodles?") for place in (scene.place, theirs)]
    ana.edit(said[1], "rice?")
    await hear_last_word(scene, ana, room)


async def test_code_in_a_channel_is_heard_where_it_is_expected(scene: Discord, ana: Person) -> None:
    _, room = await open_thread(scene)
    theirs = scene.guild.thread(scene.place, "Lunch", ana)
    code = "```py\ndef clip(x): ...\n```"
    ana.say(scene.place, code)
    ana.say(room, "one")
    await scene.sink.heard(MessagePosted)
    scene.sink.expecting = [scene.channel]
    for place, text in ((theirs, code), (scene.place, "noodles?"), (scene.place, code)):
        ana.say(place, text)
    ana.say(scene.place, "", [("clip.py", b"x = 1")])
    ana.say(room, "two")
    await scene.sink.heard(MessagePosted, 4)
    heard = [event for event in scene.sink.events if isinstance(event, MessagePosted)]
    assert [event.text for event in heard] == ["one", code, "", "two"]
    assert heard[1].conversation == scene.channel


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("@Freehand plan", "plan"),
        ("plan @Freehand", "plan"),
        ("@Freehand\n```python\nx = 1\n```", "```python\nx = 1\n```"),
    ],
)
async def test_a_mention_is_heard_anywhere_and_at_any_place(
    scene: Discord, ana: Person, typed: str, text: str
) -> None:
    theirs = scene.guild.thread(scene.place, "Lunch", ana)
    channel = scene.channel
    thread = ConversationRef("discord", channel.tenant, channel.channel, str(theirs.id))
    for count, (place, ref) in enumerate(((scene.place, channel), (theirs, thread)), start=1):
        ana.say(place, typed)
        heard = await scene.sink.heard(MessagePosted, count)
        assert (heard.text, heard.mentions_bot, heard.conversation) == (text, True, ref)


async def test_deletions_are_heard_in_our_threads_alone_and_one_by_one(
    scene: Discord, ana: Person
) -> None:
    moderator = scene.guild.person("Mo", roles=[scene.guild.role("Mods", ALL)])
    _, room = await open_thread(scene)
    theirs = scene.guild.thread(scene.place, "Lunch", ana)
    for place in (theirs, scene.place):
        ana.delete(ana.say(place, "not for the bot"))
    said = [ana.say(room, "x = 1"), ana.say(room, "x = 2")]
    moderator.clear_up(room)
    deleted = [await scene.sink.heard(MessageDeleted, count) for count in (1, 2)]
    assert {event.message.message for event in deleted} == {str(one.id) for one in said}
    assert {event.user.user for event in deleted} == {""}


async def test_a_reply_to_the_bot_mentions_it_only_where_its_name_is_typed(
    scene: Discord, ana: Person
) -> None:
    thread, room = await open_thread(scene)
    task = await scene.chat.post(thread, Message.of("The task"), key=a_key("task"))
    post = await scene.chat.post(scene.channel, Message.of("Hello"), key=a_key("hello"))
    ana.say(scene.place, "hello yourself", reply_to=message_at(scene, post))
    ana.say(room, "x = 1", reply_to=message_at(scene, task))
    heard = await scene.sink.heard(MessagePosted)
    assert (heard.text, heard.mentions_bot) == ("x = 1", False)


async def test_other_bots_are_not_heard(scene: Discord, ana: Person) -> None:
    _, room = await open_thread(scene)
    bot = Person(scene.fake, scene.fake.world.new_user("Echo", bot=True))
    scene.guild.admit(bot)
    bot.edit(bot.say(room, "@Freehand echo"), "@Freehand echo echo")
    await hear_last_word(scene, ana, room)


async def test_what_discord_itself_says_in_a_thread_is_not_heard(
    scene: Discord, ana: Person
) -> None:
    _, room = await open_thread(scene)
    for kind in (RENAMED, PINNED):  # they have the person as their author
        scene.guild.system_message(room, kind, ana)
    await hear_last_word(scene, ana, room)


async def test_a_preview_or_a_pin_is_no_edit(scene: Discord, ana: Person) -> None:
    _, room = await open_thread(scene)
    said = ana.say(room, "see https://example.org")
    ana.unfurl(said)
    preview = payloads.heard(said, scene.fake.world, scene.fake.backend.links)
    scene.fake.gateway.tell("MESSAGE_UPDATE", {**preview, "pinned": True})
    ana.say(room, "the last word")
    await scene.sink.heard(MessagePosted, 2)
    assert [type(event) for event in scene.sink.events] == [MessagePosted] * 2


async def test_an_edit_is_heard_once_although_a_preview_follows(
    scene: Discord, ana: Person
) -> None:
    _, room = await open_thread(scene)
    said = ana.say(room, "one")
    ana.edit(said, "two https://example.org")
    ana.unfurl(said)
    ana.say(room, "the last word")
    await scene.sink.heard(MessagePosted, 2)
    assert [event.text for event in scene.sink.events if isinstance(event, MessagePosted)] == [
        "one",
        "two https://example.org",
        "the last word",
    ]


async def test_what_happens_to_messages_in_an_archived_thread_is_heard(
    scene: Discord, ana: Person
) -> None:
    thread, room = await open_thread(scene)
    status = await scene.chat.post(thread, Message.of("Not yet"), key=a_key("status"))
    theirs = scene.guild.thread(scene.place, "Lunch", ana)
    said, lunch, slip = ana.say(room, "x = 1"), ana.say(theirs, "noodles"), ana.say(room, "x = 3")
    await scene.sink.heard(MessagePosted, 2)
    for place in (room, theirs):
        scene.guild.archive(place)
    ana.edit(lunch, "rice")
    ana.edit(said, "x = 2")
    edit = await scene.sink.heard(MessageEdited)
    assert (edit.text, edit.conversation, edit.message.message) == ("x = 2", thread, str(said.id))
    ana.delete(slip)
    assert (await scene.sink.heard(MessageDeleted)).message.message == str(slip.id)
    await scene.chat.edit(status, Message.of("Solved"))
    assert not room.archived


async def test_a_thread_whose_event_was_lost_is_looked_for(scene: Discord, ana: Person) -> None:
    _, room = await open_thread(scene)
    scene.fake.gateway.tell("THREAD_DELETE", payloads.channel(room))
    ana.say(room, "x = 1")
    assert (await scene.sink.heard(MessagePosted)).text == "x = 1"


# --- attachments ----------------------------------------------------------------------------------


async def send_files(
    scene: Discord, ana: Person, *files: tuple[str, bytes]
) -> tuple[model.Message, tuple[Attachment, ...]]:
    """A message with files, and the files as they were heard."""
    _, room = await open_thread(scene)
    said = ana.say(room, "", files)
    return said, (await scene.sink.heard(MessagePosted)).attachments


async def test_two_attachments_are_heard_and_fetched(scene: Discord, ana: Person) -> None:
    _, files = await send_files(scene, ana, ("a.py", b"a = 1"), ("b.ipynb", b"{}"))
    assert [(file.name, file.size_bytes) for file in files] == [("a.py", 5), ("b.ipynb", 2)]
    fetched = [await scene.chat.fetch(file, max_bytes=10) for file in files]
    assert fetched == [b"a = 1", b"{}"]


async def test_an_attachment_is_fetched_after_its_link_has_expired(
    scene: Discord, ana: Person
) -> None:
    _, files = await send_files(scene, ana, ("a.py", b"a = 1"), ("b.py", b"b = 2"))
    scene.fake.clock.move(hours=48)
    fetched = [await scene.chat.fetch(file, max_bytes=10) for file in files]
    assert fetched == [b"a = 1", b"b = 2"]


async def test_a_file_server_that_fails_is_asked_again_a_few_times(
    scene: Discord, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "RETRY_S", (0.0, 0.0))
    _, [file] = await send_files(scene, ana, ("answer.py", b"x = 1"))
    scene.fake.no_content = [500, 503]
    assert await scene.chat.fetch(file, max_bytes=10) == b"x = 1"
    scene.fake.no_content = [500] * 9
    with pytest.raises(TransientError):
        await scene.chat.fetch(file, max_bytes=10)
    assert len(scene.fake.no_content) == 6


async def test_an_attachment_that_was_taken_out_is_gone(scene: Discord, ana: Person) -> None:
    said, [first, second] = await send_files(scene, ana, ("a.py", b"a = 1"), ("b.py", b"b = 2"))
    ana.remove_file(said, "a.py")
    with pytest.raises(GoneError):
        await scene.chat.fetch(first, max_bytes=10)
    assert await scene.chat.fetch(second, max_bytes=10) == b"b = 2"
    ana.delete(said)
    with pytest.raises(GoneError):
        await scene.chat.fetch(second, max_bytes=10)


async def test_what_is_too_large_is_not_even_asked_for(scene: Discord, ana: Person) -> None:
    said, [file] = await send_files(scene, ana, ("a.py", b"a = 1"))
    ana.delete(said)
    with pytest.raises(TooLargeError):
        await scene.chat.fetch(file, max_bytes=4)


async def test_what_is_larger_than_it_said_is_read_no_further(scene: Discord, ana: Person) -> None:
    _, [file] = await send_files(scene, ana, ("a.py", b"a" * 1000))
    with pytest.raises(TooLargeError):
        await scene.chat.fetch(replace(file, size_bytes=1), max_bytes=10)
