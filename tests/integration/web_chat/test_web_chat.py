"""The local web chat over real HTTP and WebSockets."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import ClientConnectionError, ClientSession, WSMsgType
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from bot.chat.web.adapter import WebChat
from bot.domain.chat.events import (
    ActionPressed,
    CommandInvoked,
    FormSubmitted,
    MessageEdited,
    MessagePosted,
)
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Button, Buttons, Form, FormField, Image, Message
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.errors import SettingsError, TransientError
from bot.store.store import SqlStore
from tests.contract.platforms import COMMANDS
from tests.fakes.ports import RecordingSink, SteppingClock
from tests.support.local_chats import limit_pages, opened_store
from tests.support.values import a_key
from tests.support.visitor import Visitor, browser, visit

PRACTICE = ConversationRef("web", "local", "practice")
MENTORS = ConversationRef("web", "local", "mentors")
ANA = UserRef("web", "local", "ana")
MEGABYTE = 1024 * 1024


@asynccontextmanager
async def started(
    store: SqlStore, sink: RecordingSink, *, port: int = 0, notice: str = ""
) -> AsyncGenerator[WebChat]:
    chat = WebChat(store.local_chat, clock=SteppingClock(), port=port, notice=notice)
    await chat.start(sink, COMMANDS)
    try:
        yield chat
    finally:
        await chat.stop()


@pytest.fixture
def sink() -> RecordingSink:
    return RecordingSink(words=("clip-grad-norm", "not-converging"))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[SqlStore]:
    async with opened_store(tmp_path) as opened:
        yield opened


@pytest.fixture
async def chat(store: SqlStore, sink: RecordingSink) -> AsyncGenerator[WebChat]:
    async with started(store, sink) as made:
        yield made


def origin(chat: WebChat) -> str:
    return str(URL(chat.url).origin())


# --- who may come in --------------------------------------------------------------------------


async def test_the_link_lets_a_browser_in_and_leaves_the_address_bar(chat: WebChat) -> None:
    async with ClientSession() as http, http.get(chat.url, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


async def test_every_start_has_a_token_of_its_own(store: SqlStore, sink: RecordingSink) -> None:
    links: list[str] = []
    for _ in range(2):
        async with started(store, sink) as chat:
            links.append(URL(chat.url).query["token"])
    assert links[0] != links[1]


async def test_a_browser_that_was_let_in_is_known_after_a_restart(
    store: SqlStore, sink: RecordingSink
) -> None:
    async with started(store, sink) as chat:
        port = URL(chat.url).port or 0
        async with browser(chat) as http:
            [cookie] = http.cookie_jar
    async with started(store, sink, port=port) as chat, ClientSession(origin(chat)) as http:
        async with http.get("/alive", cookies={cookie.key: cookie.value}) as answer:
            assert answer.status == 204
        async with http.get("/alive", cookies={cookie.key: "guessed"}) as answer:
            assert answer.status == 403


@pytest.mark.parametrize(
    "path", ["/", "/page/page.js", "/files/x", "/socket", "/alive", "/nothing"]
)
@pytest.mark.parametrize("query", ["", "token=", "token=guessed", "token=%ff%00"])
async def test_without_the_link_nothing_opens(chat: WebChat, path: str, query: str) -> None:
    async with (
        ClientSession(origin(chat)) as http,
        http.get(URL(f"{path}?{query}", encoded=True)) as answer,
    ):
        assert answer.status == 403
        if path == "/":
            assert "terminal" in await answer.text()


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"},
        {"Host": "freehand.localhost:8765"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"},
    ],
    ids=str,
)
async def test_no_other_page_and_no_other_name_gets_an_answer(
    chat: WebChat, headers: dict[str, str]
) -> None:
    async with browser(chat) as http:
        for path in ("/alive", "/socket", "/page/page.css"):
            async with http.get(path, headers=headers) as answer:
                assert answer.status == 403
        async with http.post("/files?name=a.py", data=b"x", headers=headers) as answer:
            assert answer.status == 403


async def test_a_link_from_another_page_still_opens_the_chat(chat: WebChat) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    async with ClientSession() as http, http.get(chat.url, headers=headers) as answer:
        assert answer.status != 500
        assert answer.url.path == "/"


async def test_the_page_forbids_itself_foreign_and_inline_code(chat: WebChat) -> None:
    async with browser(chat) as http, http.get("/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        text = await answer.text()
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "https://" not in text
    assert "<script>" not in text


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org", ""])  # noqa: S104
async def test_any_address_but_loopback_is_refused(store: SqlStore, host: str) -> None:
    with pytest.raises(SettingsError, match=r"127\.0\.0\.1"):
        WebChat(store.local_chat, clock=SteppingClock(), host=host)


async def test_a_port_in_use_is_a_clear_sentence(store: SqlStore, sink: RecordingSink) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"Port {port} .*FREEHAND_WEB_PORT"):
            async with started(store, sink, port=port):
                pass


async def test_assets_are_served_and_nothing_beside_them(chat: WebChat) -> None:
    async with browser(chat) as http:
        async with http.get("/page/page.js") as answer:
            assert answer.content_type == "text/javascript"
        for path in ("/page/index.html", "/page/..%2fadapter.py", "/page/%2e%2e%2faccess.py"):
            async with http.get(URL(path, encoded=True)) as answer:
                assert answer.status == 404


async def test_the_notice_stands_on_the_page(store: SqlStore, sink: RecordingSink) -> None:
    async with (
        started(store, sink, notice="No <isolation>.") as chat,
        browser(chat) as http,
        http.get("/") as answer,
    ):
        assert "No &lt;isolation&gt;." in await answer.text()


# --- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("answer.py", "answer.py"),
        ("../../etc/answer.py", "answer.py"),
        ("C:\\code\\answer.ipynb", "answer.ipynb"),
        ('a"<b>\n.py', "a__b_ .py"),
    ],
)
async def test_a_file_is_taken_under_a_harmless_name(chat: WebChat, name: str, kept: str) -> None:
    async with browser(chat) as http:
        async with http.post("/files", params={"name": name}, data=b"x = 1") as answer:
            read = await answer.json()
        assert read["name"] == kept
        async with http.get(f"/files/{read['id']}") as answer:
            assert await answer.read() == b"x = 1"
            assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("name", ["", "page.html", "py", "a.py.exe", "x" * 500])
async def test_other_files_are_refused_with_a_sentence(chat: WebChat, name: str) -> None:
    async with (
        browser(chat) as http,
        http.post("/files", params={"name": name}, data=b"x") as answer,
    ):
        assert answer.status == 415
        assert ".ipynb" in (await answer.json())["error"]


async def test_a_file_may_have_one_megabyte_and_no_byte_more(chat: WebChat) -> None:
    async with browser(chat) as http:
        async with http.post("/files?name=a.py", data=BytesIO(bytes(MEGABYTE))) as answer:
            assert answer.status == 200
        async with http.post("/files?name=a.py", data=BytesIO(bytes(MEGABYTE + 1))) as answer:
            assert answer.status == 413
            assert "1024 KiB" in (await answer.json())["error"]


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_a_huge_upload_is_neither_kept_nor_fatal(chat: WebChat) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100 * 16):
            yield bytes(MEGABYTE // 16)

    async with browser(chat) as http:
        before = resident_bytes()
        try:
            async with http.post("/files?name=a.py", data=endless()) as answer:
                assert answer.status == 413
        except ClientConnectionError:
            pass  # the server hung up on it, which is as good
        assert resident_bytes() - before < 50 * MEGABYTE
        async with http.get("/alive") as answer:
            assert answer.status == 204


async def test_a_picture_is_shown_to_who_reads_its_message(chat: WebChat) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(60)
    await chat.post(PRACTICE, Message.of(Image("b.png", png, "A board")), key=a_key("k"))
    async with visit(chat, "ana") as ana:
        page = await ana.page()
        source = page["items"][0]["html"].partition('src="/files/')[2].partition('"')[0]
        async with ana.http.get(f"/files/{source}") as answer:
            assert answer.content_type == "image/png"
            assert await answer.read() == png


# --- what a page hears ------------------------------------------------------------------------


async def test_a_message_reaches_every_open_page(chat: WebChat) -> None:
    async with visit(chat, "ana") as ana, visit(chat, "ben") as ben:
        await ana.say("hello, `ben`")
        html = (await ben.message("hello"))["html"]
    assert "<code>ben</code>" in html
    assert 'data-author="ana"' in html


async def test_own_words_come_back_for_editing_and_others_words_do_not(chat: WebChat) -> None:
    async with visit(chat, "ana") as ana, visit(chat, "ben") as ben:
        await ana.say("**mine**")
        assert (await ben.message("mine"))["text"] is None
        [own] = (await ana.page())["items"]
        assert own["text"] == "**mine**"


async def test_private_messages_and_the_mentors_channel_reach_their_readers_alone(
    chat: WebChat,
) -> None:
    async with (
        visit(chat, "ana") as ana,
        visit(chat, "ben") as ben,
        visit(chat, "mentor") as mentor,
    ):
        await chat.post(PRACTICE, Message.of("for ana"), key=a_key("a"), private_to=ANA)
        await chat.post(MENTORS, Message.of("for mentors"), key=a_key("m"))
        await ana.message("for ana")
        await mentor.message("for mentors")
        for page in (ana, ben, mentor):
            await page.page()  # whatever was on its way has come before this
    seen = {
        name: json.dumps(page.frames)
        for name, page in (("ana", ana), ("ben", ben), ("mentor", mentor))
    }
    assert "for ana" not in seen["ben"] + seen["mentor"]
    assert "for mentors" not in seen["ana"] + seen["ben"]
    assert "mentors" not in seen["ana"]


async def test_a_page_that_comes_back_hears_what_it_missed_once(chat: WebChat) -> None:
    async with visit(chat, "ana") as ana:
        first = await chat.post(PRACTICE, Message.of("one"), key=a_key("1"))
        await ana.message("one")
        since = ana.since
    await chat.edit(first, Message.of("one, edited"))
    await chat.post(PRACTICE, Message.of("two"), key=a_key("2"))
    await chat.post(PRACTICE, Message.of("three"), key=a_key("3"))
    async with visit(chat, "ana", since=since) as ana:
        await ana.message("three")
        assert ana.frames[0]["resumed"] is True
        missed = [frame["html"] for frame in ana.frames if frame["type"] == "message"]
    assert [("one, edited" in html, "two" in html, "three" in html) for html in missed] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


async def test_a_page_catches_up_across_a_restart(store: SqlStore, sink: RecordingSink) -> None:
    async with started(store, sink) as chat, visit(chat, "ana") as ana:
        await chat.post(PRACTICE, Message.of("before"), key=a_key("1"))
        await ana.message("before")
        since = ana.since
    async with started(store, sink) as chat:
        await chat.post(PRACTICE, Message.of("after"), key=a_key("2"))
        async with visit(chat, "ana", since=since) as ana:
            await ana.message("after")
            assert "before" not in json.dumps(ana.frames)


@pytest.mark.parametrize("since", [10**15, 1])
async def test_a_page_begins_afresh_where_it_cannot_catch_up(
    chat: WebChat, since: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.chat.web.session.CATCH_UP_LIMIT", 50)
    for number in range(60):
        await chat.post(PRACTICE, Message.of(f"{number}"), key=a_key(f"{number}"))
    async with visit(chat, "ana", since=since) as ana:
        page = await ana.page()
        assert ana.frames[0]["resumed"] is False
    assert len(page["items"]) == 50
    assert page["more"] is True


async def test_unread_marks_follow_what_was_read(chat: WebChat) -> None:
    ref = await chat.post(PRACTICE, Message.of("news"), key=a_key("1"))
    async with visit(chat, "ana") as ana:
        assert (await ana.until("sidebar"))["unread"] == 1
        await ana.send("read", conversation="practice", message=int(ref.message))
        assert (await ana.until("sidebar"))["unread"] == 0


async def test_a_dismissed_answer_leaves_the_page(chat: WebChat) -> None:
    ref = await chat.post(PRACTICE, Message.of("for ana"), key=a_key("1"), private_to=ANA)
    async with visit(chat, "ana") as ana, visit(chat, "ben") as ben:
        await ben.send("dismiss", message=int(ref.message))
        await ben.until("error")
        await ana.send("dismiss", message=int(ref.message))
        assert (await ana.until("gone"))["message"] == int(ref.message)
        assert (await ana.page())["items"] == []


# --- what a page does -------------------------------------------------------------------------


async def test_a_message_that_is_sent_twice_is_one(chat: WebChat, sink: RecordingSink) -> None:
    async with visit(chat, "ana") as ana:
        file = await ana.upload("a.py", b"x = 1")
        frames = [
            await ana.ask("say", id="same", conversation="practice", text="hi", files=[file])
            for _ in range(2)
        ]
        assert frames[0]["message"] == frames[1]["message"]
        await ana.say("later")
        await sink.heard(MessagePosted, 2)
    assert len(sink.events) == 2


async def test_anyone_can_begin_a_thread(chat: WebChat, sink: RecordingSink) -> None:
    async with visit(chat, "ana") as ana, visit(chat, "ben") as ben:
        parent = (await ana.say("How do I `clip`?"))["message"]
        await ben.say("Like this", f"practice/{parent}")
        assert "1 reply" in (await ana.until("thread", message=parent))["html"]
        page = await ben.page(f"practice/{parent}")
    assert page["title"] == "How do I clip?"
    assert len(page["items"]) == 2
    heard = await sink.heard(MessagePosted, 2)
    assert heard.conversation == ConversationRef("web", "local", "practice", str(parent))


async def test_what_is_read_in_one_tab_is_read_in_every_tab(chat: WebChat) -> None:
    post = await chat.post(PRACTICE, Message.of("A challenge"), key=a_key("1"))
    thread = await chat.open_thread(post, "A challenge")
    await chat.post(thread, Message.of("for all"), key=a_key("2"))
    await chat.post(thread, Message.of("for Ana"), key=a_key("3"), private_to=ANA)
    async with visit(chat, "ana") as here, visit(chat, "ana") as there:
        for tab in (here, there):
            line = (await tab.page())["items"][0]["thread"]
            assert ("1 reply" in line, "1 new" in line) == (True, True)
        last = (await here.page(f"practice/{post.message}"))["items"][-1]["message"]
        await here.send("read", conversation=f"practice/{post.message}", message=last)
        for tab in (here, there):
            line = (await tab.until("thread", message=int(post.message)))["html"]
            assert ("1 reply" in line, "new" in line) == (True, False)


async def test_no_thread_begins_at_a_private_message_or_in_a_thread(chat: WebChat) -> None:
    private = await chat.post(PRACTICE, Message.of("for ana"), key=a_key("1"), private_to=ANA)
    async with visit(chat, "ana") as ana:
        parent = (await ana.say("parent"))["message"]
        reply = (await ana.say("reply", f"practice/{parent}"))["message"]
        for thread in (private.message, reply, 12345):
            assert (await ana.say("x", f"practice/{thread}"))["type"] == "error"


async def test_only_the_author_edits_a_message(chat: WebChat, sink: RecordingSink) -> None:
    by_bot = await chat.post(PRACTICE, Message.of("by the bot"), key=a_key("1"))
    async with visit(chat, "ana") as ana, visit(chat, "ben") as ben:
        mine = (await ana.say("mine"))["message"]
        for page, message in ((ben, mine), (ana, int(by_bot.message)), (ana, 12345)):
            assert (await page.ask("edit", message=message, text="other"))["type"] == "error"
        assert (await ana.ask("edit", message=mine, text="  "))["type"] == "error"
        assert (await ana.ask("edit", message=mine, text="mine"))["type"] == "sent"
        assert (await ana.ask("edit", message=mine, text="changed"))["type"] == "sent"
        assert "(edited)" in (await ben.message("changed"))["html"]
        await sink.heard(MessageEdited)
    assert len(sink.events) == 2


async def test_only_a_button_one_can_see_can_be_pressed(chat: WebChat, sink: RecordingSink) -> None:
    message = Message.of("?", Buttons((Button("join:1", "Join"),)))
    private = int((await chat.post(PRACTICE, message, key=a_key("1"), private_to=ANA)).message)
    mentors = int((await chat.post(MENTORS, message, key=a_key("2"))).message)
    async with visit(chat, "ana") as ana, visit(chat, "ben") as ben:
        for page, number, action in (
            (ben, private, "join:1"),
            (ana, mentors, "join:1"),
            (ana, private, "join:2"),
            (ana, 12345, "join:1"),
        ):
            answer = await page.ask("press", message=number, action=action)
            assert answer["type"] == "error"
        for _ in range(2):
            await ana.ask("press", id="p", message=private, action="join:1")
        heard = await sink.heard(ActionPressed)
        await sink.responders[heard.key].reply(Message.of("Welcome"))
        assert (await ana.until("done"))["id"] == "p"
    assert len(sink.events) == 1


async def test_an_unknown_command_gets_the_nearest_names_privately(
    chat: WebChat, sink: RecordingSink
) -> None:
    async with visit(chat, "ana") as ana:
        await ana.say("/plam")
        html = (await ana.message("Did you mean"))["html"]
        await ana.say("/challenge bake")
        other = (await ana.message("bake"))["html"]
    assert "/plan" in html
    assert "Only you can see this" in html
    assert "challenge list" not in other  # it is for mentors
    assert sink.events == []


async def test_commands_are_offered_by_role(chat: WebChat) -> None:
    names: list[set[str]] = []
    for person in ("ana", "mentor"):
        async with visit(chat, person) as page:
            names.append({command["name"] for command in page.frames[0]["commands"]})
    assert names == [{"plan"}, {"plan", "challenge list", "challenge post"}]


async def test_options_complete_through_the_core(chat: WebChat) -> None:
    async with visit(chat, "mentor") as mentor:
        await mentor.send(
            "suggest",
            conversation="practice",
            command="challenge post",
            option="exercise",
            partial="clip",
        )
        assert (await mentor.until("suggestions"))["items"] == ["clip-grad-norm"]


async def test_an_answer_names_the_command_it_answers(chat: WebChat, sink: RecordingSink) -> None:
    async with visit(chat, "ana") as ana:
        await ana.say("/plan")
        heard = await sink.heard(CommandInvoked)
        await sink.responders[heard.key].reply(Message.of("Your week"))
        assert "You used <code>/plan</code>" in (await ana.message("Your week"))["html"]


async def test_a_repeated_answer_to_one_event_is_posted_once(
    chat: WebChat, sink: RecordingSink
) -> None:
    """After a crash the core answers again through its outbox, under the event's key."""
    async with visit(chat, "ana") as ana:
        await ana.say("/plan")
        heard = await sink.heard(CommandInvoked)
        await sink.responders[heard.key].reply(Message.of("Your week"))
        again = Message.of("Your week again")
        await chat.post(PRACTICE, again, key=MessageKey(Kind.REPLY, heard.key), private_to=ANA)
        assert len((await ana.page())["items"]) == 1


async def opened_form(chat: WebChat, sink: RecordingSink, ana: Visitor, form: Form) -> str:
    message = Message.of(Buttons((Button("open", "Open"),)))
    number = int((await chat.post(PRACTICE, message, key=a_key("form"))).message)
    await ana.ask("press", message=number, action="open")
    heard = await sink.heard(ActionPressed)
    await sink.responders[heard.key].open_form(form)
    html = str((await ana.until("form"))["html"])
    return html.partition('data-token="')[2].partition('"')[0]


async def test_a_form_checks_its_fields_and_takes_a_file(
    chat: WebChat, sink: RecordingSink
) -> None:
    fields = (FormField("code", "Code", code=True), FormField("why", "Why", required=False))
    async with visit(chat, "ana") as ana, visit(chat, "ben") as ben:
        form = Form("submit:1", "Submit", fields, accepts_file=True)
        token = await opened_form(chat, sink, ana, form)
        file = await ana.upload("a.py", b"x")
        empty = await ana.ask("submit", id=token, fields={"code": " "}, files=[])
        assert "Code" in empty["text"]
        stolen = await ben.ask("submit", id=token, fields={"code": "x"}, files=[])
        assert stolen["type"] == "error"
        answers = [
            await ana.ask("submit", id=token, fields={"code": "x", "more": "?"}, files=[file])
            for _ in range(2)
        ]
        assert [answer["type"] for answer in answers] == ["sent", "sent"]
        heard = await sink.heard(FormSubmitted)
    assert heard.fields == {"code": "x", "why": ""}
    assert [attachment.name for attachment in heard.attachments] == ["a.py"]


async def test_a_form_outlives_a_lost_connection_and_a_restart(
    store: SqlStore, sink: RecordingSink
) -> None:
    async with started(store, sink) as chat, visit(chat, "ana") as ana:
        token = await opened_form(chat, sink, ana, Form("f", "F", (FormField("code", "C"),)))
    async with started(store, sink) as chat, visit(chat, "ana") as ana:
        answer = await ana.ask("submit", id=token, fields={"code": "x"}, files=[])
        assert answer["type"] == "sent"
        assert (await sink.heard(FormSubmitted)).fields == {"code": "x"}


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("", []),
        (" \n ", []),
        ("x" * (100 * 1024 + 1), []),
        ("x", ["no-such-file"]),
        ("x", ["f"] * 11),
    ],
)
async def test_what_cannot_be_sent_is_answered_with_a_sentence(
    chat: WebChat, sink: RecordingSink, text: str, files: list[str]
) -> None:
    async with visit(chat, "ana") as ana:
        answer = await ana.say(text, "practice", *files)
        assert answer["type"] == "error"
        assert answer["text"].endswith(".")
        assert (await ana.page())["items"] == []
    assert sink.events == []


async def test_a_hundred_kibibytes_pass(chat: WebChat, sink: RecordingSink) -> None:
    text = "```python\n" + "x = 1\n" * 17_000
    async with visit(chat, "ana") as ana:
        assert (await ana.say(text))["type"] == "sent"
        assert (await sink.heard(MessagePosted)).text == text


async def test_a_full_disk_refuses_kindly_and_passes(
    chat: WebChat, store: SqlStore, sink: RecordingSink
) -> None:
    async with visit(chat, "ana") as ana:
        await limit_pages(store, 1)  # as if there were no room for another page
        answer = await ana.say("x" * 50_000)
        assert "could not be stored" in answer["text"]
        with pytest.raises(TransientError):
            await chat.post(PRACTICE, Message.of("y" * 50_000), key=a_key("k"))
        async with visit(chat, "ben"):
            pass  # and others may still come in
        await limit_pages(store, 100_000)
        assert (await ana.say("x" * 50_000))["type"] == "sent"
    assert len((await sink.heard(MessagePosted)).text) == 50_000


# --- garbage ----------------------------------------------------------------------------------


async def test_garbage_is_answered_and_in_the_end_hung_up_on(chat: WebChat) -> None:
    async with visit(chat, "ana") as ana:
        for _ in range(20):
            await ana.socket.send_str("{")
        types = [(await ana.socket.receive()).type for _ in range(22)]
        assert WSMsgType.CLOSE in types
    async with visit(chat, "ana"):
        pass  # and the next one is welcome


@pytest.mark.parametrize("size", [1, 300 * 1024])
async def test_binary_and_oversized_frames_close_that_socket_alone(
    chat: WebChat, size: int
) -> None:
    async with visit(chat, "ben") as ben:
        async with visit(chat, "ana") as ana:
            await ana.socket.send_bytes(bytes(size))
            async for _ in ana.socket:
                pass
            assert ana.socket.close_code in {1003, 1009}
        assert (await ben.say("still here"))["type"] == "sent"


@pytest.mark.parametrize(
    "first",
    ["{}", "x", '{"type": "hello", "person": "eve", "tab": "", "since": 0}', '{"type": "open"}'],
)
async def test_who_does_not_say_who_they_are_is_shown_out(chat: WebChat, first: str) -> None:
    async with browser(chat) as http, http.ws_connect("/socket") as page:
        await page.send_str(first)
        assert (await page.receive_json())["type"] == "error"
        assert (await page.receive()).type is WSMsgType.CLOSE


JUNK = st.one_of(
    st.text(max_size=50),
    st.integers(),
    st.none(),
    st.booleans(),
    st.lists(st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
    st.sampled_from(["practice", "mentors", "practice/1", "practice/0", "/plan", "@freehand", ""]),
)
KINDS = ["hello", "open", "older", "say", "edit", "press", "submit", "suggest", "read", "dismiss"]
NAMES = ["id", "conversation", "text", "files", "message", "action", "fields", "before", "command"]


def garbage(kind: str, values: dict[str, object]) -> str:
    return json.dumps({**values, "type": kind})


GARBAGE = st.text(max_size=200) | st.builds(
    garbage,
    st.sampled_from([*KINDS, "", "nothing"]),
    st.dictionaries(st.sampled_from([*NAMES, "option", "partial"]), JUNK),
)


def test_no_frame_ends_the_process(tmp_path: Path) -> None:
    async def play(chat: WebChat, frames: list[str]) -> None:
        async with visit(chat, "ana") as ana:
            for frame in frames:
                if not ana.socket.closed:
                    await ana.socket.send_str(frame)
        async with visit(chat, "ben") as ben:
            assert (await ben.say("still here"))["type"] == "sent"
        assert await chat.health() == ""

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        store = runner.run(stack.enter_async_context(opened_store(tmp_path)))
        chat = runner.run(stack.enter_async_context(started(store, RecordingSink())))

        @settings(deadline=None, max_examples=60)
        @given(st.lists(GARBAGE, max_size=15))
        def send(frames: list[str]) -> None:
            runner.run(play(chat, frames))

        try:
            send()
        finally:
            runner.run(stack.aclose())


async def test_noise_that_is_no_http_at_all_is_survived(chat: WebChat) -> None:
    url = URL(chat.url)
    for noise in (b"\x00\xff" * 500, b"GET / HTTP/9.9\r\n\r\n", b"GET " + b"/" * 20_000):
        reader, writer = await asyncio.open_connection("127.0.0.1", url.port)
        writer.write(noise)
        writer.write_eof()
        await reader.read()
        writer.close()
    async with visit(chat, "ana") as ana:
        assert (await ana.say("still here"))["type"] == "sent"
