"""A file of an earlier version is taken over: `old_chat.sql` is what that version wrote."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientSession
from sqlalchemy import func, select
from yarl import URL

from bot.app.files import OLD_CHAT, take_over_chat
from bot.chat.web.adapter import WebChat
from bot.domain.chat.events import (
    ActionPressed,
    CommandInvoked,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from bot.domain.chat.message import (
    Button,
    Buttons,
    ButtonStyle,
    ChannelLink,
    Code,
    Form,
    FormField,
    Message,
    Moment,
    Table,
    Text,
)
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.errors import StoreError
from bot.domain.local_chat import (
    BotContent,
    Conversation,
    PersonContent,
    StoredImage,
    Viewer,
)
from bot.store.engine import migration_engine, parse_url
from bot.store.local_messages import MessageRow
from bot.store.store import SqlStore
from tests.contract.platforms import COMMANDS
from tests.fakes.ports import RecordingSink, SteppingClock
from tests.support.values import a_key
from tests.support.visitor import visit

OLD = Path(__file__).parent / "old_chat.sql"
IMPORTED = f"{OLD_CHAT}.imported"
COOKIE = "a-known-cookie"

PRACTICE = ConversationRef("web", "local", "practice")
MENTORS = ConversationRef("web", "local", "mentors")
ANA = UserRef("web", "local", "ana")
CHALLENGE = 1795424402
MENTOR = Viewer("mentor", ("practice", "mentors"))


def write_old(folder: Path, script: str = "") -> Path:
    """Make the file that the earlier version left."""
    file = folder / OLD_CHAT
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(OLD.read_text("utf-8"))
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(script)
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir()
    return made


@pytest.fixture
async def taken_over(database_url: str, store: SqlStore, folder: Path) -> SqlStore:
    write_old(folder)
    await take_over_chat(folder, database_url)
    return store


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def count_messages(url: str) -> int:
    engine = migration_engine(parse_url(url))
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(MessageRow))
    engine.dispose()
    return count or 0


async def test_what_the_bot_said_is_the_same(taken_over: SqlStore) -> None:
    async with taken_over.local_chat.read() as chat:
        post = await chat.messages.get(CHALLENGE)
        image = await chat.files.get("png-d9c9bcbbba3f78d5acb0e0223861c44f79e918c1")
    assert post.content == BotContent(
        (
            Text("Some **strong** words"),
            Code("print('a < b')"),
            Table(("Day", "State"), (("Monday", "solved"),)),
            Moment("Open until", datetime(2026, 11, 25, 9, tzinfo=UTC)),
            ChannelLink("Over there:", MENTORS, "mentors"),
            StoredImage("png-d9c9bcbbba3f78d5acb0e0223861c44f79e918c1", "board.png", "Ana leads"),
            Buttons((Button("details:1", "Details", ButtonStyle.PRIMARY),)),
        )
    )
    assert (post.key, post.revision, post.author) == ("freehand:all", 2, "freehand")
    assert post.posted_at == datetime(2026, 11, 23, 9, 0, 3, tzinfo=UTC)
    assert (image.name, image.media_type) == ("board.png", "image/png")
    assert image.content == b"\x89PNG\r\n\x1a\n" + bytes(8)


async def test_what_people_wrote_is_the_same(taken_over: SqlStore) -> None:
    async with taken_over.local_chat.read() as chat:
        changes = await chat.messages.changes(MENTOR, after=0, limit=100)
        answer = await chat.messages.get(1795424405)
        private = await chat.messages.get(1795424409)
        assert isinstance(answer.content, PersonContent)
        [file] = answer.content.attachments
        stored = await chat.files.get(file.ref)
    assert [message.revision for message in changes] == [2, 3, 5, 6, 10, 13, 14, 16]
    assert [message.id for message in changes if message.dismissed] == [1795424408, 1795424411]
    assert [message.id for message in changes if message.edited] == [1795424407]
    assert answer.conversation == Conversation("practice", CHALLENGE)
    assert answer.content.text == "@freehand my **answer**"
    assert (file.name, file.size_bytes, stored.content) == ("answer.py", 6, b"x = 1\n")
    assert (private.private_to, private.about) == ("ana", "/plan")


async def test_threads_marks_forms_and_uploads_are_the_same(taken_over: SqlStore) -> None:
    async with taken_over.local_chat.write() as chat:
        [thread] = await chat.threads.latest(Viewer("ben", ("practice",)), limit=10)
        marks = [
            await chat.messages.read_up_to("ana", Conversation("practice")),
            await chat.messages.read_up_to("ana", Conversation("practice", CHALLENGE)),
            await chat.messages.read_up_to("ben", Conversation("practice")),
        ]
        opened = await chat.forms.find("NTyGaZT8tQG10UTgShR-ag", "ana")
        left = await chat.files.take(["rjCO-Rs-Lzjt3zEeL1vw6gUb"])
        used = await chat.files.take(["sysZMPurE6d3dxRZcRUskdxF"])
    assert (thread.id, thread.title, thread.replies) == (CHALLENGE, "A challenge", 2)
    assert marks == [1795424407, 1795424405, 1795424411]
    assert opened is not None
    assert opened.conversation == Conversation("practice")
    fields = (FormField("code", "Code", code=True), FormField("why", "Why", required=False))
    assert opened.form == Form("submit:1", "Submit", fields, "Send", accepts_file=True)
    assert [file.name for file in left] == ["left.py"]
    assert used == ()


async def test_the_core_hears_what_it_had_not_heard(taken_over: SqlStore) -> None:
    async with taken_over.local_chat.read() as chat:
        events = await chat.events.waiting(limit=100)
        assert await chat.events.has("message:1795424405")  # accepted, and still known
    assert Counter(type(event) for event in events) == Counter(
        [
            CommandInvoked,
            MessagePosted,
            MessageEdited,
            ActionPressed,
            FormSubmitted,
            MessagePosted,
            MessageDeleted,
        ]
    )
    form = next(event for event in events if isinstance(event, FormSubmitted))
    assert (form.form_id, form.fields) == ("submit:1", {"code": "x = 2\n", "why": ""})
    assert [file.name for file in form.attachments] == ["form.py"]
    edit = next(event for event in events if isinstance(event, MessageEdited))
    assert edit.key == "edit:1795424407:14"
    assert edit.text == "hello, edited while away"
    assert edit.message == MessageRef(PRACTICE, "1795424407")
    assert edit.user == UserRef("web", "local", "ben")
    assert edit.at == datetime(2026, 11, 23, 9, 0, 29, tzinfo=UTC)
    pressed = next(event for event in events if isinstance(event, ActionPressed))
    assert (pressed.action, pressed.conversation) == ("details:1", PRACTICE)


async def test_the_chat_goes_on_where_it_stopped(taken_over: SqlStore) -> None:
    sink = RecordingSink()
    chat = WebChat(taken_over.local_chat, clock=SteppingClock(), port=0)
    await chat.start(sink, COMMANDS)
    try:
        assert (await sink.heard(MessagePosted, 2)).text == "deleted while away"
        again = await chat.post(PRACTICE, Message.of("the same post"), key=a_key("1"))
        assert again.message == "1795424406"  # an answer that is known
        async with visit(chat, "ben") as ben:
            assert int((await ben.say("on"))["message"]) == 1795424412
            page = await ben.page()
            assert [item["message"] for item in page["items"]] == [
                CHALLENGE,
                1795424407,
                1795424410,
                1795424412,
            ]
            thread = await ben.page(f"practice/{CHALLENGE}")
            assert "<strong>answer</strong>" in thread["items"][1]["html"]
    finally:
        await chat.stop()


async def test_a_browser_that_was_let_in_stays_in(taken_over: SqlStore) -> None:
    chat = WebChat(taken_over.local_chat, clock=SteppingClock(), port=0)
    await chat.start(RecordingSink(), COMMANDS)
    url = URL(chat.url)
    try:
        cookies = {f"freehand-{url.port}": COOKIE}
        async with ClientSession(url.origin()) as http, http.get("/", cookies=cookies) as answer:
            assert answer.status == 200
    finally:
        await chat.stop()


# --- once -------------------------------------------------------------------------------------


async def test_the_file_is_renamed_when_everything_is_here(
    taken_over: SqlStore, database_url: str, folder: Path
) -> None:
    del taken_over
    assert names_in(folder) == [IMPORTED]
    await take_over_chat(folder, database_url)
    assert count_messages(database_url) == 10


async def test_a_crash_before_the_file_is_renamed_imports_nothing_twice(
    taken_over: SqlStore, database_url: str, folder: Path
) -> None:
    (folder / IMPORTED).rename(folder / OLD_CHAT)
    chat = WebChat(taken_over.local_chat, clock=SteppingClock(), port=0)
    await chat.post(PRACTICE, Message.of("said since"), key=a_key("since"))
    await take_over_chat(folder, database_url)
    assert names_in(folder) == [IMPORTED]
    assert count_messages(database_url) == 11


async def test_a_file_set_aside_earlier_stays(
    taken_over: SqlStore, database_url: str, folder: Path
) -> None:
    del taken_over
    before = (folder / IMPORTED).read_bytes()
    write_old(folder, "DELETE FROM marks")
    await take_over_chat(folder, database_url)
    assert names_in(folder) == [IMPORTED, f"{IMPORTED}2"]
    assert (folder / IMPORTED).read_bytes() == before


async def test_a_file_that_cannot_be_read_changes_nothing(
    store: SqlStore, database_url: str, folder: Path
) -> None:
    file = write_old(folder, "UPDATE events SET content = '{}' WHERE number = 14")
    with pytest.raises(StoreError, match=r"web-chat\.sqlite3.* cannot be read"):
        await take_over_chat(folder, database_url)
    assert file.exists()
    assert count_messages(database_url) == 0
    async with store.local_chat.read() as chat:
        assert await chat.browsers.all() == []


async def test_what_is_no_database_is_said(database_url: str, folder: Path) -> None:
    (folder / OLD_CHAT).write_text("something else, and more of it than a header has" * 10)
    with pytest.raises(StoreError, match="Move it elsewhere"):
        await take_over_chat(folder, database_url)


async def test_another_chats_file_is_left_alone(
    store: SqlStore, database_url: str, folder: Path
) -> None:
    chat = WebChat(store.local_chat, clock=SteppingClock(), port=0)
    await chat.post(PRACTICE, Message.of("mine"), key=a_key("mine"))
    file = write_old(folder)
    await take_over_chat(folder, database_url)
    assert file.exists()
    assert count_messages(database_url) == 1


async def test_without_a_file_nothing_happens(database_url: str, folder: Path) -> None:
    await take_over_chat(folder, database_url)
    assert count_messages(database_url) == 0
