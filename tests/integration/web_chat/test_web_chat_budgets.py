"""What the local chat costs the database, in statements: counts, so that they can be held."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.chat.web.adapter import WebChat
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import StoreError
from bot.store.store import SqlStore
from tests.contract.platforms import COMMANDS
from tests.fakes.ports import RecordingSink, SteppingClock
from tests.support.local_chats import opened_store
from tests.support.statements import Statements, counted
from tests.support.values import a_key
from tests.support.visitor import visit

PRACTICE = ConversationRef("web", "local", "practice")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[SqlStore]:
    async with opened_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def sink() -> RecordingSink:
    return RecordingSink()


@pytest.fixture
async def chat(store: SqlStore, sink: RecordingSink) -> AsyncGenerator[WebChat]:
    made = WebChat(store.local_chat, clock=SteppingClock(), port=0)
    await made.start(sink, COMMANDS)
    yield made
    await made.stop()


def writes(seen: Statements) -> dict[str, int]:
    """Statements of the local chat that change something."""
    return {kind: count for kind, count in seen.kinds.items() if kind.split()[0] in CHANGING}


CHANGING = {"INSERT", "UPDATE", "DELETE"}


async def test_a_message_and_its_event_are_one_short_write(
    chat: WebChat, store: SqlStore, sink: RecordingSink
) -> None:
    sink.trouble.extend([StoreError("away")] * 100)  # so nothing is delivered meanwhile
    async with visit(chat, "ana") as ana:
        await ana.page()
        with counted(store) as seen:
            await ana.say("hello")
    assert seen.write_transactions == 1
    assert writes(seen) == {
        "INSERT local_chat_messages": 1,
        "INSERT local_chat_read_marks": 1,
        "INSERT local_chat_events": 1,
    }


async def test_a_post_of_the_bot_costs_the_same_however_long_the_chat_is(
    chat: WebChat, store: SqlStore
) -> None:
    post = await chat.post(PRACTICE, Message.of("A challenge"), key=a_key("post"))
    thread = await chat.open_thread(post, "A challenge")
    for number in range(30):
        await chat.post(thread, Message.of(f"{number}"), key=a_key(f"{number}"))
    with counted(store) as seen:
        await chat.post(thread, Message.of("one more"), key=a_key("more"))
    seen.check(write_transactions=1, statements=3)


async def test_saying_the_same_again_writes_nothing(chat: WebChat, store: SqlStore) -> None:
    post = await chat.post(PRACTICE, Message.of("In line"), key=a_key("answer"))
    with counted(store) as seen:
        await chat.edit(post, Message.of("In line"))
    assert writes(seen) == {}


async def test_a_page_is_one_read_however_many_messages_it_shows(
    chat: WebChat, store: SqlStore
) -> None:
    for number in range(40):
        post = await chat.post(PRACTICE, Message.of(f"{number}"), key=a_key(f"{number}"))
        await chat.open_thread(post, "A thread")
    async with visit(chat, "ana") as ana:
        await ana.until("sidebar")
        with counted(store) as seen:
            assert len((await ana.page())["items"]) == 40
    assert seen.read_transactions == 1
    seen.check(write_transactions=0, statements=4)


async def test_an_open_page_at_rest_asks_the_database_for_nothing(
    chat: WebChat, store: SqlStore
) -> None:
    async with visit(chat, "ana") as ana:
        await ana.until("sidebar")
        with counted(store) as seen:
            await ana.send("open", conversation="nowhere")  # is refused without the database
            await ana.until("error")
    assert seen.total == 0
