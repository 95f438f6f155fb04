"""What the local chat's file keeps, and for whom."""

import json
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.web import archive, ledger, outbound
from bot.chat.web.archive import Draft, Stored, Viewer
from bot.chat.web.codec import (
    Picture,
    Typed,
    content_from_json,
    content_to_json,
    event_from_json,
    event_to_json,
    form_from_json,
    form_to_json,
    stored,
)
from bot.chat.web.database import Connection, Database
from bot.chat.web.frames import FrameError, parse
from bot.chat.web.workspace import CHANNELS, PEOPLE, Person, Spot, Workspace, message_number
from bot.domain.chat.events import (
    ActionPressed,
    Attachment,
    CommandInvoked,
    Event,
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
    Image,
    Message,
    Moment,
    Table,
    Text,
)
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.errors import (
    GoneError,
    SettingsError,
    TooLargeError,
    TransientError,
    UserError,
)
from tests.support.values import a_key

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ANA = Viewer("ana", ("practice",))
MENTOR = Viewer("mentor", ("practice", "mentors"))
PRACTICE = Spot("practice")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    made = Database(tmp_path / "chat.sqlite3")
    await made.open(NOW)
    yield made
    await made.close()


async def said(
    database: Database,
    text: str,
    *,
    author: str = "ben",
    spot: Spot = PRACTICE,
    private_to: str = "",
    key: str = "",
) -> Stored:
    draft = Draft(
        key=key or text,
        spot=spot,
        author=author,
        content=Typed(text),
        at=NOW,
        private_to=private_to,
    )
    return await database.run(partial(archive.add, draft=draft))


async def news(database: Database, viewer: Viewer, after: int) -> list[str]:
    changed = await database.run(partial(archive.changed, viewer=viewer, after=after, limit=100))
    return [message.content.text for message in changed if isinstance(message.content, Typed)]


# --- messages ---------------------------------------------------------------------------------


async def test_a_key_is_stored_once(database: Database) -> None:
    first = await said(database, "one", key="k")
    assert await said(database, "two", key="k") == first


async def test_a_page_is_told_each_change_once_in_order_of_change(database: Database) -> None:
    one, two = await said(database, "one"), await said(database, "two")
    await database.run(partial(archive.change, message=one.id, content=Typed("one, edited")))
    assert await news(database, ANA, after=0) == ["two", "one, edited"]
    assert await news(database, ANA, after=two.revision) == ["one, edited"]


async def test_the_same_content_is_no_change(database: Database) -> None:
    one = await said(database, "one")
    same = await database.run(partial(archive.change, message=one.id, content=Typed("one")))
    assert same is None
    assert await news(database, ANA, after=one.revision) == []


async def test_what_is_private_or_of_another_channel_is_no_news(database: Database) -> None:
    await said(database, "for ben", private_to="ben")
    await said(database, "for mentors", spot=Spot("mentors"))
    await said(database, "for ana", private_to="ana")
    assert await news(database, ANA, after=0) == ["for ana"]
    assert await news(database, MENTOR, after=0) == ["for mentors"]
    page = await database.run(partial(archive.page, viewer=ANA, spot=Spot("mentors"), before=None))
    assert page == []


async def test_pages_go_back_to_the_first_message(database: Database) -> None:
    ids = [(await said(database, f"{number}")).id for number in range(120)]
    seen: list[int] = []
    before = None
    while page := await database.run(
        partial(archive.page, viewer=ANA, spot=PRACTICE, before=before)
    ):
        seen = [message.id for message in page] + seen
        before = seen[0]
    assert seen == ids


async def test_a_dismissed_message_returns_when_it_changes(database: Database) -> None:
    one = await said(database, "queued", private_to="ana")
    await database.run(partial(archive.dismiss, message=one.id))
    page = partial(archive.page, viewer=ANA, spot=PRACTICE, before=None)
    assert await database.run(page) == []
    await database.run(partial(archive.change, message=one.id, content=Typed("solved")))
    assert [message.id for message in await database.run(page)] == [one.id]


async def test_unread_counts_what_others_wrote_since(database: Database) -> None:
    await said(database, "one")
    await said(database, "mine", author="ana")
    last = await said(database, "two")
    unread = partial(archive.unread, viewer=ANA)
    assert await database.run(unread) == {"practice": 2}
    await database.run(partial(archive.mark_read, person="ana", spot=PRACTICE, message=last.id))
    assert await database.run(unread) == {}
    await said(database, "new")
    assert await database.run(unread) == {"practice": 1}


async def test_reading_never_goes_backwards(database: Database) -> None:
    one, two = await said(database, "one"), await said(database, "two")
    mark = partial(archive.mark_read, person="ana", spot=PRACTICE)
    assert await database.run(partial(mark, message=two.id))
    assert not await database.run(partial(mark, message=one.id))
    read = partial(archive.read_up_to, person="ana", spot=PRACTICE)
    assert await database.run(read) == two.id


async def test_a_thread_counts_the_replies_its_viewer_may_read(database: Database) -> None:
    parent = await said(database, "parent")
    spot = await database.run(partial(archive.open_thread, message=parent.id, title="T"))
    for number, reader in enumerate(("", "ana", "ben")):
        await said(database, f"reply {number}", author="freehand", spot=spot, private_to=reader)
    [thread] = await database.run(partial(archive.threads, viewer=ANA))
    assert (thread.title, thread.replies, thread.unread) == ("T", 2, 2)


async def test_a_thread_has_no_threads(database: Database) -> None:
    parent = await said(database, "parent")
    spot = await database.run(partial(archive.open_thread, message=parent.id, title="T"))
    reply = await said(database, "reply", spot=spot)
    again = await database.run(partial(archive.open_thread, message=reply.id, title="U"))
    assert again == spot


async def test_nothing_can_be_said_in_a_thread_that_is_not_there(database: Database) -> None:
    parent = await said(database, "parent")
    for spot in (Spot("practice", parent.id), Spot("practice", 7), Spot("mentors", parent.id)):
        with pytest.raises(GoneError):
            await said(database, "reply", spot=spot)


async def test_numbers_are_not_used_again_after_the_file_was_lost(tmp_path: Path) -> None:
    ids: list[int] = []
    for day in range(2):
        database = Database(tmp_path / f"{day}.sqlite3")
        await database.open(NOW + timedelta(days=day))
        ids.append((await said(database, "one")).id)
        await database.close()
    assert ids[1] - ids[0] == 24 * 60 * 60


async def test_a_failed_piece_of_work_leaves_nothing(database: Database) -> None:
    def work(tx: Connection) -> None:
        outbound.say(tx, key=a_key("k"), spot=PRACTICE, message=Message.of("half"), at=NOW)
        raise GoneError("stop")

    with pytest.raises(GoneError):
        await database.run(work)
    assert await database.run(partial(archive.find_by_key, key="freehand:k")) is None


async def test_a_closed_file_is_a_passing_trouble(tmp_path: Path) -> None:
    database = Database(tmp_path / "chat.sqlite3")
    await database.open(NOW)
    await database.close()
    with pytest.raises(TransientError):
        await database.run(archive.revision)


async def test_a_full_disk_is_a_passing_trouble_and_loses_nothing(database: Database) -> None:
    await said(database, "before")

    def fill(tx: Connection) -> None:
        tx.execute("PRAGMA max_page_count = 1")  # as if there were no room for another page

    await database.run(fill)
    with pytest.raises(TransientError):
        await said(database, "x" * 100_000)
    await database.run(lambda tx: tx.execute("PRAGMA max_page_count = 1000000").fetchone())
    await said(database, "after")
    assert await news(database, ANA, after=0) == ["before", "after"]


async def test_a_place_that_cannot_be_written_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    database = Database(tmp_path / "file" / "chat.sqlite3")
    with pytest.raises(SettingsError, match="FREEHAND_DATA_DIR"):
        await database.open(NOW)
    await database.close()


async def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    database = Database(tmp_path / "made" / "chat.sqlite3")
    await database.open(NOW)
    await database.close()
    assert (tmp_path / "made" / "chat.sqlite3").stat().st_mode & 0o077 == 0


# --- beside the messages ----------------------------------------------------------------------


async def test_an_upload_belongs_to_one_message(database: Database) -> None:
    file = ledger.File("a.py", "text/x-python", b"x")
    await database.run(partial(ledger.put_upload, file_id="f", file=file, at=NOW))
    [attachment] = await database.run(partial(ledger.take_uploads, ids=["f", "f"]))
    assert (attachment.name, attachment.size_bytes) == ("a.py", 1)
    with pytest.raises(UserError):
        await database.run(partial(ledger.take_uploads, ids=["f"]))


async def test_a_file_over_the_limit_is_not_read(database: Database) -> None:
    file = ledger.File("a.py", "text/x-python", b"xyz")
    await database.run(partial(ledger.put_upload, file_id="f", file=file, at=NOW))
    with pytest.raises(TooLargeError):
        await database.run(partial(ledger.get_file, file_id="f", max_bytes=2))
    with pytest.raises(GoneError):
        await database.run(partial(ledger.get_file, file_id="g"))


async def test_what_nobody_took_is_forgotten_after_a_day(database: Database) -> None:
    for name in ("taken", "left"):
        file = ledger.File(name, "text/x-python", b"x")
        await database.run(partial(ledger.put_upload, file_id=name, file=file, at=NOW))
    await database.run(partial(ledger.take_uploads, ids=["taken"]))
    await database.run(partial(ledger.purge, now=NOW + timedelta(days=2)))
    await database.run(partial(ledger.get_file, file_id="taken"))
    with pytest.raises(GoneError):
        await database.run(partial(ledger.get_file, file_id="left"))


async def test_a_form_opens_for_its_person_alone(database: Database) -> None:
    form = Form("submit:1", "Submit", (FormField("code", "Code", code=True),), accepts_file=True)
    opened = ledger.OpenedForm("t", "ana", PRACTICE, form)
    await database.run(partial(ledger.put_form, opened=opened, at=NOW))
    assert await database.run(partial(ledger.find_form, token="t", person="ana")) == opened
    assert await database.run(partial(ledger.find_form, token="t", person="ben")) is None


# --- JSON -------------------------------------------------------------------------------------

PLACE = ConversationRef("web", "local", "practice", "7")
COMMON: dict[str, Any] = {
    "key": "k",
    "at": NOW,
    "conversation": PLACE,
    "user": UserRef("web", "local", "ana"),
}
FILE = Attachment(name="a.py", size_bytes=3, media_type="text/x-python", ref="f")
REF = MessageRef(PLACE, "8")


@pytest.mark.parametrize(
    "event",
    [
        MessagePosted(**COMMON, message=REF, text="t", attachments=(FILE,), mentions_bot=True),
        MessageEdited(**COMMON, message=REF, text="t"),
        MessageDeleted(**COMMON, message=REF),
        CommandInvoked(**COMMON, name="challenge post", args={"exercise": "é"}),
        ActionPressed(**COMMON, action="join:1", message=REF),
        FormSubmitted(**COMMON, form_id="f", fields={"code": "x\n"}, attachments=(FILE,)),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    read = event_from_json(event_to_json(event))
    assert read == event
    assert type(read) is type(event)


def test_a_message_comes_back_as_it_was_with_its_pictures_by_name() -> None:
    message = Message.of(
        "text",
        Code("x", "pytb"),
        Table(("a",), (("b",),)),
        Moment("until", NOW),
        ChannelLink("now", PLACE, "there"),
        Image("a.png", b"png", "alt"),
        Buttons((Button("a", "b", ButtonStyle.DANGER),)),
    )
    shown = stored(message)
    assert content_from_json(content_to_json(shown)) == shown
    assert [block.name for block in shown if isinstance(block, Picture)] == ["a.png"]


@given(st.text().filter(lambda text: text.isprintable()), st.lists(st.text(max_size=5), max_size=3))
def test_any_words_come_back_as_they_were(text: str, cells: list[str]) -> None:
    content = (Text(text), Table(tuple(cells), (tuple(cells),)))
    assert content_from_json(content_to_json(content)) == content


def test_a_form_comes_back_as_it_was() -> None:
    form = Form("f", "T", (FormField("a", "A", code=True, required=False),), "Send", True)  # noqa: FBT003
    assert form_from_json(form_to_json(form)) == form


# --- frames -----------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
KINDS = ["hello", "open", "older", "say", "edit", "press", "submit", "suggest", "read", "dismiss"]


FIELDS = ["id", "conversation", "text", "files", "message", "fields", "before"]


def frame(kind: str, values: dict[str, object]) -> str:
    return json.dumps({**values, "type": kind})


@given(
    st.text()
    | JSON.map(json.dumps)
    | st.builds(frame, st.sampled_from(KINDS), st.dictionaries(st.sampled_from(FIELDS), JSON))
)
def test_whatever_a_page_sends_is_a_frame_or_refused(text: str) -> None:
    with suppress(FrameError):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"type": "dismiss", "message": true}',
        '{"type": "dismiss", "message": 1e3}',
        '{"type": "dismiss", "message": 99999999999999999999}',
        '{"type": "dismiss", "message": -1}',
        '{"type": "say", "id": "", "conversation": "practice", "text": "x"}',
        '{"type": "say", "id": "i", "conversation": "practice", "text": "\\ud800"}',
        '{"type": "say", "id": "i", "conversation": "practice", "text": "x", "files": [1]}',
        '{"type": "submit", "id": "i", "fields": {"a": 1}}',
        '{"type": ["say"]}',
        "1" * 5_000,
    ],
)
def test_frames_of_the_wrong_shape_are_refused(text: str) -> None:
    with pytest.raises(FrameError):
        parse(text)


# --- who sees what ----------------------------------------------------------------------------


def test_mentors_alone_see_their_channel() -> None:
    workspace = Workspace(PEOPLE, CHANNELS)
    ana, mentor = (workspace.find_person(name) for name in ("ana", "mentor"))
    assert ana is not None
    assert mentor is not None
    assert workspace.spot(mentor, "mentors/7") == Spot("mentors", 7)
    for name in ("mentors", "mentors/7", "elsewhere", "", "practice/x", "practice/-1"):
        with pytest.raises(UserError):
            workspace.spot(ana, name)


@given(st.integers(1, 10**17))
def test_a_conversation_comes_back_from_its_name(thread: int) -> None:
    for spot in (Spot("practice", thread), Spot("practice")):
        assert Spot.read(spot.name) == spot
        assert Spot.of(spot.ref) == spot


@pytest.mark.parametrize("text", ["", "0", "x", "-1", "1.5", "٣", "9" * 30])
def test_no_number_of_a_message(text: str) -> None:
    assert message_number(text) is None


def test_initials_are_short() -> None:
    names = ["Ana", "Ada Lovelace", "x"]
    assert [Person("id", name).initials for name in names] == ["An", "Al", "X"]
