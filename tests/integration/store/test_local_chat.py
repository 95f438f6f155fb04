"""What the local chat keeps, and for whom."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.chat.web import outbound
from bot.chat.web.storage import ChatStorage
from bot.domain.chat.events import CommandInvoked, Event
from bot.domain.chat.message import Form, FormField, Image, Message
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.errors import GoneError, LimitError, TooLargeError, TransientError
from bot.domain.local_chat import (
    MAX_UNUSED,
    PICTURE,
    ChatFile,
    ChatMessage,
    Conversation,
    LocalChatStore,
    NewChatMessage,
    OpenedForm,
    PersonContent,
    Viewer,
)
from bot.store.store import SqlStore
from tests.support.local_chats import limit_pages, opened_store
from tests.support.values import a_key

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ANA = Viewer("ana", ("practice",))
MENTOR = Viewer("mentor", ("practice", "mentors"))
PRACTICE = Conversation("practice")


@pytest.fixture
def chats(store: SqlStore) -> LocalChatStore:
    return ChatStorage(store.local_chat)


async def said(  # noqa: PLR0913  # a message has as many sides
    chats: LocalChatStore,
    text: str,
    *,
    author: str = "ben",
    conversation: Conversation = PRACTICE,
    private_to: str = "",
    key: str = "",
    at: datetime = NOW,
) -> ChatMessage:
    message = NewChatMessage(
        key=key or text,
        conversation=conversation,
        author=author,
        content=PersonContent(text),
        posted_at=at,
        private_to=private_to,
    )
    async with chats.write() as chat:
        return await chat.messages.add(message)


async def changed(chats: LocalChatStore, message: ChatMessage, text: str) -> ChatMessage:
    async with chats.write() as chat:
        return await chat.messages.set_content(message, PersonContent(text))


async def threaded(chats: LocalChatStore, message: ChatMessage, title: str) -> Conversation:
    async with chats.write() as chat:
        return await chat.threads.open(message, title)


async def news(chats: LocalChatStore, viewer: Viewer, after: int) -> list[str]:
    async with chats.read() as chat:
        found = await chat.messages.changes(viewer, after=after, limit=100)
        assert await chat.messages.count_changes(viewer, after=after) == len(found)
    return [message.content.text for message in found if isinstance(message.content, PersonContent)]


async def shown(
    chats: LocalChatStore, conversation: Conversation = PRACTICE, *, before: int | None = None
) -> list[int]:
    async with chats.read() as chat:
        page = await chat.messages.page(ANA, conversation, before=before, limit=50)
    return [message.id for message in page]


# --- messages ---------------------------------------------------------------------------------


async def test_a_key_is_stored_once(chats: LocalChatStore) -> None:
    first = await said(chats, "one", key="k")
    assert await said(chats, "two", key="k") == first


async def test_a_message_reads_back_as_it_was_returned(chats: LocalChatStore) -> None:
    added = await said(chats, "one", private_to="ana", key="k")
    async with chats.read() as chat:
        assert await chat.messages.get(added.id) == added
        assert await chat.messages.find_by_key("k") == added
    edited = await changed(chats, added, "two")
    async with chats.read() as chat:
        assert await chat.messages.get(added.id) == edited


async def test_a_page_is_told_each_change_once_in_order_of_change(chats: LocalChatStore) -> None:
    one, two = await said(chats, "one"), await said(chats, "two")
    await changed(chats, one, "one, edited")
    assert await news(chats, ANA, after=0) == ["two", "one, edited"]
    assert await news(chats, ANA, after=two.revision) == ["one, edited"]


async def test_the_bot_saying_the_same_again_is_no_change(chats: LocalChatStore) -> None:
    async with chats.write() as chat:
        post = await outbound.say(chat, Message.of("one"), PRACTICE, key=a_key("k"), at=NOW)
    async with chats.write() as chat:
        await outbound.change(chat, post.id, Message.of("one"), NOW)
        assert await chat.messages.latest_revision() == post.revision


async def test_what_is_private_or_of_another_channel_is_no_news(chats: LocalChatStore) -> None:
    await said(chats, "for ben", private_to="ben")
    await said(chats, "for mentors", conversation=Conversation("mentors"))
    await said(chats, "for ana", private_to="ana")
    assert await news(chats, ANA, after=0) == ["for ana"]
    assert await news(chats, MENTOR, after=0) == ["for mentors"]
    assert await shown(chats, Conversation("mentors")) == []


async def test_pages_go_back_to_the_first_message(chats: LocalChatStore) -> None:
    ids = [(await said(chats, f"{number}")).id for number in range(120)]
    seen: list[int] = []
    before = None
    while page := await shown(chats, before=before):
        seen = page + seen
        before = seen[0]
    assert seen == ids


async def test_a_dismissed_message_returns_when_it_changes(chats: LocalChatStore) -> None:
    one = await said(chats, "queued", private_to="ana")
    async with chats.write() as chat:
        await chat.messages.dismiss(one.id)
    assert await shown(chats) == []
    await changed(chats, one, "solved")
    assert await shown(chats) == [one.id]


async def test_a_deleted_message_is_forgotten_and_its_pages_hear_of_it(
    chats: LocalChatStore,
) -> None:
    one = await said(chats, "a secret")
    async with chats.write() as chat:
        await chat.messages.delete(one.id)
    async with chats.read() as chat:
        [change] = await chat.messages.changes(ANA, after=one.revision, limit=10)
    assert (change.id, change.dismissed, change.content) == (one.id, True, PersonContent(""))


async def test_unread_counts_what_others_wrote_since(chats: LocalChatStore) -> None:
    async def unread() -> dict[str, int]:
        async with chats.read() as chat:
            return await chat.messages.unread(ANA)

    await said(chats, "one")
    await said(chats, "mine", author="ana")
    last = await said(chats, "two")
    await said(chats, "for Ana alone", private_to="ana")
    assert await unread() == {"practice": 2}
    async with chats.write() as chat:
        await chat.messages.mark_read("ana", PRACTICE, last.id)
    assert await unread() == {}
    await said(chats, "new")
    assert await unread() == {"practice": 1}


async def test_reading_never_goes_backwards(chats: LocalChatStore) -> None:
    one, two = await said(chats, "one"), await said(chats, "two")
    async with chats.write() as chat:
        assert await chat.messages.mark_read("ana", PRACTICE, two.id)
        assert not await chat.messages.mark_read("ana", PRACTICE, one.id)
        assert not await chat.messages.mark_read("ana", PRACTICE, two.id)
        assert await chat.messages.read_up_to("ana", PRACTICE) == two.id
        assert await chat.messages.read_up_to("ben", PRACTICE) == 0


async def test_numbers_are_not_used_again_after_the_database_was_lost(tmp_path: Path) -> None:
    ids: list[int] = []
    for day in range(2):
        folder = tmp_path / f"{day}"
        folder.mkdir()
        async with opened_store(folder) as store:
            at = NOW + timedelta(days=day)
            ids.append((await said(store.local_chat, "one", at=at)).id)
    assert ids[1] - ids[0] == 24 * 60 * 60


async def test_any_words_can_be_stored(chats: LocalChatStore) -> None:
    words = "zero \0, half a pair \ud800, 日本"
    message = await said(chats, words, key="k\0")
    async with chats.read() as chat:
        assert (await chat.messages.get(message.id)).content == PersonContent(words)


# --- threads ----------------------------------------------------------------------------------


async def test_a_thread_counts_what_others_said_to_everybody(chats: LocalChatStore) -> None:
    parent = await said(chats, "parent")
    thread = await threaded(chats, parent, "T")
    for number, reader in enumerate(("", "ana", "ben")):
        at = NOW + timedelta(seconds=number)
        await said(
            chats, f"{number}", author="freehand", conversation=thread, private_to=reader, at=at
        )
    await said(chats, "mine", author="ana", conversation=thread)
    async with chats.read() as chat:
        [summary] = await chat.threads.latest(ANA, limit=30)
        assert await chat.threads.of(ANA, {parent.id}) == [summary]
        assert await chat.threads.of(ANA, {parent.id + 1}) == []
    assert (summary.id, summary.channel, summary.title) == (parent.id, "practice", "T")
    assert (summary.replies, summary.unread) == (1, 1)
    assert summary.last_at == NOW + timedelta(seconds=1)


async def test_threads_are_listed_by_their_latest_message(chats: LocalChatStore) -> None:
    parents = [await said(chats, f"parent {number}") for number in range(3)]
    threads = [await threaded(chats, parent, "T") for parent in parents]
    await said(chats, "reply", conversation=threads[0])
    async with chats.read() as chat:
        listed = await chat.threads.latest(ANA, limit=2)
    assert [thread.id for thread in listed] == [parents[0].id, parents[2].id]
    assert (listed[1].replies, listed[1].last_at) == (0, None)


async def test_opening_a_thread_is_a_change_of_its_message_once(chats: LocalChatStore) -> None:
    parent = await said(chats, "parent")
    assert await threaded(chats, parent, "T") == await threaded(chats, parent, "U")
    async with chats.read() as chat:
        assert await chat.messages.latest_revision() == parent.revision + 1


async def test_a_thread_has_no_threads(chats: LocalChatStore) -> None:
    thread = await threaded(chats, await said(chats, "parent"), "T")
    reply = await said(chats, "reply", conversation=thread)
    assert await threaded(chats, reply, "U") == thread


async def test_the_bot_says_nothing_in_a_thread_that_is_not_there(chats: LocalChatStore) -> None:
    parent = await said(chats, "parent")
    opened = await threaded(chats, await said(chats, "other"), "T")
    for conversation in (
        Conversation("practice", parent.id),
        Conversation("practice", 7),
        Conversation("mentors", opened.thread),
    ):
        with pytest.raises(GoneError):
            async with chats.write() as chat:
                await outbound.say(chat, Message.of("x"), conversation, key=a_key("k"), at=NOW)


# --- transactions -----------------------------------------------------------------------------


async def test_a_failed_transaction_leaves_nothing(chats: LocalChatStore) -> None:
    async def fail() -> None:
        async with chats.write() as chat:
            await outbound.say(chat, Message.of("half"), PRACTICE, key=a_key("k"), at=NOW)
            await chat.messages.get(12345)

    with pytest.raises(GoneError):
        await fail()
    async with chats.read() as chat:
        assert await chat.messages.find_by_key(f"freehand:{a_key('k')}") is None


async def test_a_full_disk_is_a_passing_trouble_and_loses_nothing(tmp_path: Path) -> None:
    async with opened_store(tmp_path) as store:
        chats = ChatStorage(store.local_chat)
        await said(chats, "before")
        await limit_pages(store, 1)  # as if there were no room for another page
        with pytest.raises(TransientError):
            await said(chats, "x" * 100_000)
        await limit_pages(store, 1_000_000)
        await said(chats, "after")
        assert await news(chats, ANA, after=0) == ["before", "after"]


async def test_changes_at_the_same_moment_have_numbers_in_a_row(chats: LocalChatStore) -> None:
    made = await asyncio.gather(*(said(chats, f"{number}") for number in range(20)))
    assert sorted(message.revision for message in made) == list(range(1, 21))
    first = min(message.id for message in made)
    assert sorted(message.id - first for message in made) == list(range(20))


# --- beside the messages ----------------------------------------------------------------------


def an_event(key: str) -> Event:
    return CommandInvoked(
        key=key,
        at=NOW,
        conversation=ConversationRef("web", "local", "practice"),
        user=UserRef("web", "local", "ana"),
        name="plan",
    )


async def test_events_wait_in_order_until_they_are_accepted(chats: LocalChatStore) -> None:
    events = [an_event(key) for key in ("b", "a", "c")]
    async with chats.write() as chat:
        assert [await chat.events.put(event) for event in events] == [True, True, True]
        assert not await chat.events.put(an_event("a"))
        await chat.events.set_accepted("a", NOW)
    async with chats.read() as chat:
        assert await chat.events.waiting(limit=10) == [events[0], events[2]]
        assert await chat.events.waiting(limit=1) == [events[0]]
        assert await chat.events.has("a")
        assert not await chat.events.has("d")


async def test_an_upload_belongs_to_one_message(chats: LocalChatStore) -> None:
    async with chats.write() as chat:
        await chat.files.add_upload("f", ChatFile("a.py", "text/x-python", b"x"), NOW)
        await chat.files.add_upload("g", ChatFile("b.py", "text/x-python", b"xy"), NOW)
        taken = await chat.files.take(["g", "f", "f"])
        assert [(file.name, file.size_bytes, file.ref) for file in taken] == [
            ("b.py", 2, "g"),
            ("a.py", 1, "f"),
        ]
        assert await chat.files.take(["f", "nothing"]) == ()


async def test_a_file_over_the_limit_is_not_read(chats: LocalChatStore) -> None:
    file = ChatFile("a.py", "text/x-python", b"xyz")
    async with chats.write() as chat:
        await chat.files.add_upload("f", file, NOW)
    async with chats.read() as chat:
        assert await chat.files.get("f") == await chat.files.get("f", max_bytes=3) == file
        with pytest.raises(TooLargeError, match="3 bytes, over 2"):
            await chat.files.get("f", max_bytes=2)
        with pytest.raises(GoneError):
            await chat.files.get("g")


async def test_an_empty_file_is_a_file(chats: LocalChatStore) -> None:
    async with chats.write() as chat:
        await chat.files.add_upload("f", ChatFile("a.py", "text/x-python", b""), NOW)
        assert (await chat.files.get("f", max_bytes=0)).content == b""


async def test_a_picture_is_kept_once_by_its_content(chats: LocalChatStore) -> None:
    message = Message.of(Image("b.png", b"png", "A board"))
    async with chats.write() as chat:
        posts = [
            await outbound.say(chat, message, PRACTICE, key=a_key(key), at=NOW)
            for key in ("one", "two")
        ]
    assert posts[0].content == posts[1].content
    [block] = outbound.content_of(message).blocks
    async with chats.read() as chat:
        assert (await chat.files.get(getattr(block, "file", ""))).content == b"png"


async def test_an_upload_can_be_taken_back_until_a_message_has_it(chats: LocalChatStore) -> None:
    async with chats.write() as chat:
        for name in ("taken", "left"):
            await chat.files.add_upload(name, ChatFile(name, "text/x-python", b"x"), NOW)
        await chat.files.take(["taken"])
        for name in ("taken", "left"):
            await chat.files.drop(name)
        assert (await chat.files.get("taken")).name == "taken"
        with pytest.raises(GoneError):
            await chat.files.get("left")


async def test_what_nobody_asks_for_again_is_forgotten(chats: LocalChatStore) -> None:
    form = OpenedForm("t", "ana", PRACTICE, Form("f", "F", ()))
    async with chats.write() as chat:
        for name in ("taken", "left"):
            await chat.files.add_upload(name, ChatFile(name, "text/x-python", b"x"), NOW)
        await chat.files.take(["taken"])
        await chat.forms.add(form, NOW)
        for key in ("accepted", "waiting"):
            await chat.events.put(an_event(key))
        await chat.events.set_accepted("accepted", NOW)
        await chat.browsers.add("hash", NOW)

        await chat.purge(NOW + timedelta(days=2))
        await chat.files.get("taken")
        with pytest.raises(GoneError):
            await chat.files.get("left")
        assert await chat.forms.find("t", "ana") is None
        assert await chat.events.has("accepted")

        await chat.purge(NOW + timedelta(days=8))
        assert not await chat.events.has("accepted")
        assert await chat.events.has("waiting")
        assert await chat.browsers.all() == ["hash"]

        await chat.purge(NOW + timedelta(days=91))
        assert await chat.browsers.all() == []


async def test_code_is_forgotten_and_pictures_are_not(chats: LocalChatStore) -> None:
    async with chats.write() as chat:
        await chat.files.add_upload("code", ChatFile("a.py", "text/x-python", b"x"), NOW)
        await chat.files.take(["code"])
        await chat.files.add_shown({"board": ChatFile("b.png", PICTURE, b"png")}, NOW)
        await chat.purge(NOW, sources_before=NOW)
        await chat.files.get("code")

        await chat.purge(NOW, sources_before=NOW + timedelta(seconds=1))
        await chat.files.get("board")
        with pytest.raises(GoneError):
            await chat.files.get("code")


async def test_only_so_many_files_wait_for_a_message(chats: LocalChatStore) -> None:
    file = ChatFile("a.py", "text/x-python", b"x")
    async with chats.write() as chat:
        for number in range(MAX_UNUSED):
            await chat.files.add_upload(str(number), file, NOW)
        with pytest.raises(LimitError, match="20 files wait"):
            await chat.files.add_upload("more", file, NOW)
        await chat.files.take(["0"])
        await chat.files.add_upload("more", file, NOW)


async def test_a_form_opens_for_its_person_alone(chats: LocalChatStore) -> None:
    form = Form("submit:1", "Submit", (FormField("code", "Code", code=True),), accepts_file=True)
    opened = OpenedForm("t", "ana", PRACTICE, form)
    async with chats.write() as chat:
        await chat.forms.add(opened, NOW)
    async with chats.read() as chat:
        assert await chat.forms.find("t", "ana") == opened
        assert await chat.forms.find("t", "ben") is None
