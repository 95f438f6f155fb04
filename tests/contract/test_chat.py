"""What the core may rely on, whatever the platform. Every adapter passes the same laws."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.chat.events import (
    UNKNOWN_PERSON,
    ActionPressed,
    CommandInvoked,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from bot.domain.chat.message import (
    Address,
    Button,
    Buttons,
    ChannelLink,
    Code,
    File,
    Form,
    FormField,
    Image,
    Message,
    Moment,
    Table,
)
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.errors import ExpiredError, GoneError, StoreError, TooLargeError
from tests.contract.platforms import PLATFORMS, Platform
from tests.support.values import a_key

CODE = "Mine:\n```python\ndef f(x):\n    return x < 2 and '<b>' != \"&amp;\"\n```"


@pytest.fixture(params=sorted(PLATFORMS))
async def platform(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Platform]:
    async with PLATFORMS[request.param](tmp_path) as made:
        yield made


async def in_thread(platform: Platform) -> ConversationRef:
    post = await platform.chat.post(
        platform.channel, Message.of("A challenge"), key=a_key("challenge")
    )
    return await platform.chat.open_thread(post, "A challenge")


# --- what the core says -----------------------------------------------------------------------


async def test_references_carry_the_platforms_name(platform: Platform) -> None:
    ref = await platform.chat.post(platform.channel, Message.of("Hello"), key=a_key("k"))
    assert ref.conversation == platform.channel
    assert ref.conversation.platform == platform.chat.platform


async def test_every_kind_of_block_can_be_posted_and_read(platform: Platform) -> None:
    at = datetime(2026, 11, 25, 9, tzinfo=UTC)
    message = Message.of(
        "Some **strong** words",
        Code("print('a < b')"),
        Table(("Day", "State"), (("Monday", "solved"),)),
        Moment("Open until", at),
        ChannelLink("Over there:", platform.channel, "The channel"),
        Address(UserRef(platform.chat.platform, "1", "2"), "A word to you"),
        Image("board.png", b"\x89PNG\r\n\x1a\n" + bytes(40), "Ana leads"),
        Buttons((Button("details:1", "Details"),)),
    )
    await platform.chat.post(platform.channel, message, key=a_key("all"))
    async with platform.learner() as ana:
        read = await ana.reads(platform.channel)
    expected = (
        "strong",
        "print",
        "Monday",
        "Open until",
        "Over there:",
        "A word to you",
        "Ana leads",
        "Details",
    )
    assert [words for words in expected if words not in read] == []


async def test_a_file_reaches_the_one_person_whom_it_is_for(platform: Platform) -> None:
    message = Message.of("All that I keep", File("mine.zip", b"PK\x05\x06" + bytes(18)))
    async with platform.learner() as ana, platform.other() as ben:
        await platform.chat.post(platform.channel, message, key=a_key("mine"), private_to=ana.user)
        assert "mine.zip" in await ana.reads(platform.channel)
        read_by_others = await ben.reads(platform.channel)
    assert "mine.zip" not in read_by_others
    assert "All that I keep" not in read_by_others


async def test_the_same_key_posts_once(platform: Platform) -> None:
    first = await platform.chat.post(platform.channel, Message.of("Once"), key=a_key("k"))
    second = await platform.chat.post(platform.channel, Message.of("Once"), key=a_key("k"))
    assert first == second
    async with platform.learner() as ana:
        read = await ana.reads(platform.channel)
    assert read.count("Once") == 1


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Message.of("Solved"), "Solved"),
        (Message.of("Solved. " * 400), "Solved"),
        (Message.of("Received", Buttons((Button("details:1", "Details"),))), "Details"),
        (
            Message.of("Received", Image("week.png", b"\x89PNG" + bytes(40), "Ana leads")),
            "Ana leads",
        ),
    ],
)
async def test_a_known_key_says_what_is_wanted_now(
    platform: Platform, wanted: Message, words: str
) -> None:
    """The answer to the first post was lost, and something better is to be said meanwhile."""
    first = await platform.chat.post(platform.channel, Message.of("Received"), key=a_key("k"))
    assert await platform.chat.post(platform.channel, wanted, key=a_key("k")) == first
    async with platform.learner() as ana:
        read = await ana.reads(platform.channel)
    assert words in read
    assert read.count("Received") == sum("Received" in str(block) for block in wanted.blocks)


async def test_the_same_key_posts_once_across_a_restart(platform: Platform) -> None:
    first = await platform.chat.post(platform.channel, Message.of("Once"), key=a_key("k"))
    await platform.restart()
    assert await platform.chat.post(platform.channel, Message.of("Once"), key=a_key("k")) == first


async def test_an_edit_replaces_what_is_read(platform: Platform) -> None:
    ref = await platform.chat.post(platform.channel, Message.of("Queued"), key=a_key("k"))
    await platform.chat.edit(ref, Message.of("Running"))
    async with platform.learner() as ana:
        read = await ana.reads(platform.channel)
    assert "Running" in read
    assert "Queued" not in read


async def test_what_is_not_there_is_gone(platform: Platform) -> None:
    chat, channel = platform.chat, platform.channel
    nowhere = ConversationRef(channel.platform, channel.tenant, "no-such-channel")
    with pytest.raises(GoneError):
        await chat.post(nowhere, Message.of("Hello?"), key=a_key("k"))
    with pytest.raises(GoneError):
        await chat.edit(MessageRef(channel, "1"), Message.of("Hello?"))
    with pytest.raises(GoneError):
        await chat.open_thread(MessageRef(channel, "1"), "A thread")


async def test_a_private_message_is_read_by_its_person_alone(platform: Platform) -> None:
    async with platform.learner() as ana, platform.other() as ben, platform.mentor() as mentor:
        await platform.chat.post(
            platform.channel, Message.of("For one"), key=a_key("k"), private_to=ana.user
        )
        assert "For one" in await ana.reads(platform.channel)
        assert "For one" not in await ben.reads(platform.channel)
        assert "For one" not in await mentor.reads(platform.channel)


async def test_a_message_has_one_thread(platform: Platform) -> None:
    thread = await in_thread(platform)
    post = await platform.chat.post(
        platform.channel, Message.of("A challenge"), key=a_key("challenge")
    )
    assert await platform.chat.open_thread(post, "Another title") == thread
    assert thread.parent == platform.channel
    assert thread != platform.channel


async def test_a_thread_keeps_its_messages_out_of_the_channel(platform: Platform) -> None:
    thread = await in_thread(platform)
    await platform.chat.post(thread, Message.of("The task"), key=a_key("task"))
    async with platform.learner() as ana:
        assert "The task" in await ana.reads(thread)
        assert "The task" not in await ana.reads(platform.channel)


# --- what the core hears ----------------------------------------------------------------------


async def test_who_did_something_comes_with_their_name_and_role(platform: Platform) -> None:
    async with platform.learner() as ana, platform.mentor() as mentor:
        await ana.say("/plan", platform.channel)
        await mentor.say("/plan", platform.channel)
        heard = [await platform.sink.heard(CommandInvoked, count) for count in (1, 2)]
    assert all(event.info.name for event in heard)
    assert [event.info.mentor for event in heard] == [False, True]


async def test_a_message_is_heard_as_typed(platform: Platform) -> None:
    thread = await in_thread(platform)
    async with platform.learner() as ana:
        ref = await ana.say(CODE, thread)
        heard = await platform.sink.heard(MessagePosted)
        user = ana.user
    assert heard.text == CODE
    assert heard.message == ref
    assert (heard.conversation, heard.user) == (thread, user)
    assert heard.info.name
    assert heard.at.tzinfo is not None
    assert not heard.mentions_bot


async def test_a_mention_is_heard_without_the_name(platform: Platform) -> None:
    thread = await in_thread(platform)
    async with platform.learner() as ana:
        await ana.say("@Freehand plan", thread)
        heard = await platform.sink.heard(MessagePosted)
    assert (heard.text, heard.mentions_bot) == ("plan", True)


async def test_an_edit_is_heard_with_a_key_of_its_own(platform: Platform) -> None:
    thread = await in_thread(platform)
    async with platform.learner() as ana:
        ref = await ana.say("first", thread, [("a.py", b"x = 1")])
        assert ref is not None
        await ana.edit(ref, "second")
        await ana.edit(ref, "third")
        edits = [await platform.sink.heard(MessageEdited, count) for count in (1, 2)]
    assert [edit.text for edit in edits] == ["second", "third"]
    assert {edit.message for edit in edits} == {ref}
    assert all([file.name for file in edit.attachments] == ["a.py"] for edit in edits)
    assert len({event.key for event in platform.sink.events}) == 3
    assert len({event.info for event in platform.sink.events}) == 1


async def test_a_deletion_is_heard_and_nobody_reads_the_message_any_more(
    platform: Platform,
) -> None:
    thread = await in_thread(platform)
    async with platform.learner() as ana:
        ref = await ana.say("a slip", thread)
        assert ref is not None
        await ana.delete(ref)
        heard = await platform.sink.heard(MessageDeleted)
        assert "a slip" not in await ana.reads(thread)
        user = ana.user
    assert (heard.message, heard.conversation) == (ref, thread)
    assert heard.user in {user, replace(user, user="")}
    assert heard.info == UNKNOWN_PERSON


async def test_an_attachment_is_fetched_with_a_limit(platform: Platform) -> None:
    thread = await in_thread(platform)
    async with platform.learner() as ana:
        await ana.say("", thread, [("answer.py", b"x = 1\n")])
        heard = await platform.sink.heard(MessagePosted)
    [file] = heard.attachments
    assert (file.name, file.size_bytes) == ("answer.py", 6)
    assert await platform.chat.fetch(file, max_bytes=6) == b"x = 1\n"
    with pytest.raises(TooLargeError):
        await platform.chat.fetch(file, max_bytes=5)


async def test_a_command_is_heard_with_its_options(platform: Platform) -> None:
    place = await in_thread(platform) if platform.has_commands_in_threads else platform.channel
    async with platform.mentor() as mentor:
        await mentor.say("/challenge post clip-grad-norm", place)
        heard = await platform.sink.heard(CommandInvoked)
    assert (heard.name, heard.args) == ("challenge post", {"exercise": "clip-grad-norm"})
    assert heard.conversation == place


async def test_a_button_is_heard_with_its_message_also_after_a_restart(
    platform: Platform,
) -> None:
    message = Message.of("Ready?", Buttons((Button("join:1", "I am"),)))
    ref = await platform.chat.post(platform.channel, message, key=a_key("k"))
    await platform.restart()
    async with platform.learner() as ana:
        await ana.press(ref, "join:1")
        heard = await platform.sink.heard(ActionPressed)
    assert (heard.action, heard.message) == ("join:1", ref)


async def test_a_reply_is_for_the_person_alone(platform: Platform) -> None:
    async with platform.learner() as ana, platform.other() as ben:
        await ana.say("/plan", platform.channel)
        heard = await platform.sink.heard(CommandInvoked)
        await platform.sink.responders[heard.key].reply(Message.of("Your week"))
        assert "Your week" in await ana.reads(platform.channel)
        assert "Your week" not in await ben.reads(platform.channel)


async def test_a_button_that_one_person_sees_is_spent_when_it_has_done_its_work(
    platform: Platform,
) -> None:
    message = Message.of("Sure?", Buttons((Button("yes:1", "Yes"), Button("no:1", "No"))))
    async with platform.learner() as ana:
        ref = await platform.chat.post(
            platform.channel, message, key=a_key("k"), private_to=ana.user
        )
        await ana.press(ref, "yes:1")
        heard = await platform.sink.heard(ActionPressed)
        await platform.sink.responders[heard.key].spend()
        await platform.sink.responders[heard.key].reply(Message.of("Done"))
        read = await ana.reads(platform.channel)
        for action in ("yes:1", "no:1"):
            with pytest.raises(AssertionError):
                await ana.press(ref, action)
    assert "Sure?" in read
    assert "Done" in read


async def test_a_button_that_all_see_stays(platform: Platform) -> None:
    message = Message.of("The task", Buttons((Button("hint:1", "Hint"),)))
    ref = await platform.chat.post(platform.channel, message, key=a_key("k"))
    async with platform.learner() as ana, platform.other() as ben:
        await ana.press(ref, "hint:1")
        heard = await platform.sink.heard(ActionPressed)
        await platform.sink.responders[heard.key].spend()
        await ben.press(ref, "hint:1")
        assert await platform.sink.heard(ActionPressed, 2)


async def test_a_spent_button_is_shown_and_cannot_be_pressed(platform: Platform) -> None:
    message = Message.of(Buttons((Button("submit:1", "Submit"),)).spent())
    ref = await platform.chat.post(platform.channel, message, key=a_key("k"))
    async with platform.learner() as ana:
        assert "Submit" in await ana.reads(platform.channel)
        with pytest.raises(AssertionError):
            await ana.press(ref, "submit:1")


async def test_a_form_is_opened_filled_and_heard(platform: Platform) -> None:
    form = Form("submit:1", "Submit", (FormField("code", "Your code", code=True),))
    message = Message.of(Buttons((Button("submit:1", "Submit privately"),)))
    ref = await platform.chat.post(platform.channel, message, key=a_key("k"))
    async with platform.learner() as ana:
        await ana.press(ref, "submit:1")
        pressed = await platform.sink.heard(ActionPressed)
        await platform.sink.responders[pressed.key].open_form(form)
        submit = await ana.form()
        await submit({"code": CODE})
        heard = await platform.sink.heard(FormSubmitted)
        user = ana.user
    assert (heard.form_id, heard.fields) == ("submit:1", {"code": CODE})
    assert (heard.conversation, heard.user) == (platform.channel, user)


async def test_a_form_cannot_open_for_somebody_who_has_left(platform: Platform) -> None:
    message = Message.of(Buttons((Button("submit:1", "Submit privately"),)))
    ref = await platform.chat.post(platform.channel, message, key=a_key("k"))
    async with platform.learner() as ana:
        await ana.press(ref, "submit:1")
        pressed = await platform.sink.heard(ActionPressed)
    with pytest.raises(ExpiredError):
        await platform.sink.responders[pressed.key].open_form(
            Form("f", "F", (FormField("why", "Why?"),))
        )


# --- delivery ---------------------------------------------------------------------------------


async def test_what_the_core_could_not_store_is_delivered_again(platform: Platform) -> None:
    thread = await in_thread(platform)
    platform.sink.trouble.extend([StoreError("full"), StoreError("still full")])
    async with platform.learner() as ana:
        await ana.say("hello", thread)
        heard = await platform.sink.heard(MessagePosted)
    assert heard.text == "hello"
    assert platform.sink.deliveries == 3


async def test_what_was_not_delivered_before_a_stop_is_delivered_after_the_start(
    platform: Platform,
) -> None:
    thread = await in_thread(platform)
    platform.sink.trouble.extend(StoreError("full") for _ in range(99))
    async with platform.learner() as ana:
        await ana.say("hello", thread)
        await platform.sink.delivered(1)
    platform.sink.trouble.clear()
    await platform.restart()
    assert (await platform.sink.heard(MessagePosted)).text == "hello"


async def test_one_event_that_cannot_be_handled_holds_up_no_other(platform: Platform) -> None:
    thread = await in_thread(platform)
    platform.sink.trouble.append(RuntimeError("a bug"))
    async with platform.learner() as ana:
        await ana.say("one", thread)
        await platform.sink.delivered(1)
        await ana.say("two", thread)
        assert (await platform.sink.heard(MessagePosted)).text == "two"


async def test_nothing_is_delivered_after_a_stop(platform: Platform) -> None:
    await platform.chat.stop()
    heard: list[Event] = list(platform.sink.events)
    assert await platform.chat.health() != ""
    assert platform.sink.events == heard


async def test_a_connected_platform_is_well(platform: Platform) -> None:
    assert await platform.chat.health() == ""
