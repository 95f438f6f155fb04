"""Inbox and outbox."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.domain.chat.events import CommandInvoked, Event, MessagePosted
from bot.domain.chat.message import Image, Message
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.outbox import Kind, MessageKey
from bot.domain.store import Outgoing
from bot.store.engine import migration_engine, parse_url
from bot.store.store import SqlStore
from tests.support.stores import NOW, Scene, later

PLACE = ConversationRef("web", "local", "practice")
USER = UserRef("web", "local", "u1")
KEY = MessageKey(Kind.TASK, "1")
REF = MessageRef(PLACE, "m1")


def an_event(key: str) -> MessagePosted:
    return MessagePosted(
        key=key,
        at=NOW,
        conversation=PLACE,
        user=USER,
        message=MessageRef(PLACE, key),
        text="zero \0, half \ud800",
    )


async def say(store: SqlStore, key: str, words: str) -> None:
    async with store.write() as tx:
        await tx.outbox.say(MessageKey.read(key), PLACE, Message.of(words))


async def unsent(store: SqlStore, *, seconds: float = 0, limit: int = 20) -> Sequence[Outgoing]:
    async with store.read() as tx:
        return await tx.outbox.unsent(later(seconds), limit=limit)


async def sent(store: SqlStore, item: Outgoing) -> None:
    async with store.write() as tx:
        await tx.outbox.sent(item, REF)


async def failed(store: SqlStore, item: Outgoing, *, retry_s: float | None) -> None:
    async with store.write() as tx:
        retry_at = None if retry_s is None else later(retry_s)
        await tx.outbox.failed(item, reason="GoneError", retry_at=retry_at)


async def words_unsent(store: SqlStore, *, seconds: float = 0) -> list[Message]:
    return [item.message for item in await unsent(store, seconds=seconds)]


# --- inbox ------------------------------------------------------------------------------------


async def test_event_is_pending_until_it_is_handled(store: SqlStore) -> None:
    events: list[Event] = [
        an_event("b"),
        CommandInvoked(
            key="a", at=NOW, conversation=PLACE, user=USER, name="plan", args={"week": "1"}
        ),
    ]
    async with store.write() as tx:
        for event in events:
            assert await tx.inbox.put(event)
    async with store.read() as tx:
        assert await tx.inbox.pending() == events

    async with store.write() as tx:
        await tx.inbox.handled("b", at=later(1))
    async with store.read() as tx:
        assert await tx.inbox.pending() == events[1:]


async def test_redelivered_event_adds_nothing_even_after_a_purge(store: SqlStore) -> None:
    async with store.write() as tx:
        assert await tx.inbox.put(an_event("a"))
        assert not await tx.inbox.put(replace(an_event("a"), text="other"))
        await tx.inbox.handled("a", at=NOW)
        assert await tx.inbox.purge(later(1)) == 1
        assert not await tx.inbox.put(an_event("a"))
        assert await tx.inbox.pending() == []


async def test_purge_spares_pending_and_recent_events(store: SqlStore) -> None:
    async with store.write() as tx:
        for key in ("pending", "recent", "old"):
            await tx.inbox.put(an_event(key))
        await tx.inbox.handled("recent", at=later(10))
        await tx.inbox.handled("old", at=later(0))

        assert await tx.inbox.purge(later(10)) == 1
        assert await tx.inbox.purge(later(10)) == 0
        assert await tx.inbox.pending() == [an_event("pending")]


async def test_unreadable_event_does_not_hold_up_the_others(
    store: SqlStore, database_url: str
) -> None:
    async with store.write() as tx:
        await tx.inbox.put(an_event("bad"))
        await tx.inbox.put(an_event("good"))
    spoil(database_url, "inbox", "payload")

    async with store.read() as tx:
        assert await tx.inbox.pending() == [an_event("good")]


# --- outbox -----------------------------------------------------------------------------------


async def test_message_reads_back_as_it_was_said(scene: Scene) -> None:
    message = Message.of("words", Image("week.png", b"\x89PNG\0\xff", "the week"))
    async with scene.store.write() as tx:
        await tx.outbox.say(KEY, PLACE, message, private_to=USER, challenge=scene.challenge.id)

    assert await unsent(scene.store) == [
        Outgoing(
            key=KEY,
            conversation=PLACE,
            message=message,
            private_to=USER,
            challenge=scene.challenge.id,
            revision=1,
            ref=None,
            failures=0,
        )
    ]


async def test_unsent_older_wording_is_replaced(store: SqlStore) -> None:
    await say(store, "task:1", "one")
    await say(store, "task:1", "two")

    assert await words_unsent(store) == [Message.of("two")]


async def test_saying_the_same_again_changes_nothing(store: SqlStore) -> None:
    await say(store, "task:1", "one")
    (item,) = await unsent(store)
    await sent(store, item)
    await say(store, "task:1", "one")

    assert await unsent(store) == []


async def test_sent_message_is_edited_afterwards(store: SqlStore) -> None:
    await say(store, "task:1", "one")
    (item,) = await unsent(store)
    await sent(store, item)
    await say(store, "task:1", "two")

    (edit,) = await unsent(store)

    assert (edit.ref, edit.revision, edit.message) == (REF, 2, Message.of("two"))


async def test_edit_that_comes_during_sending_is_not_lost(store: SqlStore) -> None:
    await say(store, "task:1", "one")
    (sending,) = await unsent(store)
    await say(store, "task:1", "two")
    await sent(store, sending)

    assert await words_unsent(store) == [Message.of("two")]


async def test_slow_sender_does_not_undo_a_newer_revision(store: SqlStore) -> None:
    await say(store, "task:1", "one")
    (slow,) = await unsent(store)
    await say(store, "task:1", "two")
    (quick,) = await unsent(store)
    await sent(store, quick)
    await sent(store, slow)
    await failed(store, slow, retry_s=None)

    assert await unsent(store) == []


async def test_feedback_goes_before_announcements(store: SqlStore) -> None:
    await say(store, "challenge:1", "announcement")
    (item,) = await unsent(store)
    await sent(store, item)
    await say(store, "challenge:2", "announcement")
    await say(store, "answer:x", "received")
    await say(store, "challenge:1", "changed")

    keys = [str(item.key) for item in await unsent(store)]

    assert keys == ["challenge:1", "answer:x", "challenge:2"]
    assert [str(item.key) for item in await unsent(store, limit=2)] == keys[:2]


async def test_failed_message_waits_for_its_moment(store: SqlStore) -> None:
    await say(store, "task:1", "one")
    (item,) = await unsent(store)
    await failed(store, item, retry_s=5)
    await say(store, "task:1", "two")  # does not shorten what the platform asked for

    assert await unsent(store, seconds=4) == []
    (again,) = await unsent(store, seconds=5)
    assert (again.failures, again.message) == (1, Message.of("two"))


async def test_success_forgets_the_failures_before(store: SqlStore) -> None:
    await say(store, "task:1", "one")
    await failed(store, (await unsent(store))[0], retry_s=5)
    await sent(store, (await unsent(store, seconds=5))[0])
    await say(store, "task:1", "two")

    (item,) = await unsent(store)

    assert item.failures == 0


async def test_dead_message_is_left_alone_until_it_says_something_else(store: SqlStore) -> None:
    await say(store, "task:1", "one")
    await failed(store, (await unsent(store))[0], retry_s=None)
    await say(store, "task:1", "one")
    assert await unsent(store, seconds=1000) == []

    await say(store, "task:1", "two")
    (item,) = await unsent(store)
    assert (item.failures, item.message) == (0, Message.of("two"))


async def test_refused_wording_does_not_bury_the_newer_one(store: SqlStore) -> None:
    await say(store, "task:1", "too long")
    (sending,) = await unsent(store)
    await say(store, "task:1", "short")
    await failed(store, sending, retry_s=None)

    assert await words_unsent(store) == [Message.of("short")]


async def test_concurrent_changes_of_one_message_lose_none(
    store: SqlStore, database_url: str
) -> None:
    """Two stores stand for two processes; a lost update would leave the revision behind."""
    second = await SqlStore.open(database_url)

    await asyncio.gather(
        *(say(store if number % 2 else second, "task:1", f"word {number}") for number in range(200))
    )
    await second.close()

    (item,) = await unsent(store)
    assert item.revision == 200


async def test_unreadable_message_does_not_hold_up_the_others(
    store: SqlStore, database_url: str
) -> None:
    await say(store, "task:bad", "one")
    await say(store, "task:good", "two")
    spoil(database_url, "outbox", "message")

    assert await words_unsent(store) == [Message.of("two")]


async def test_message_of_an_unknown_kind_does_not_hold_up_the_others(
    store: SqlStore, database_url: str
) -> None:
    await say(store, "task:bad", "one")
    await say(store, "task:good", "two")
    rename(database_url, "task:bad", "newer:1")

    assert await words_unsent(store) == [Message.of("two")]


@pytest.mark.parametrize(
    ("table", "where"),
    [("outbox", "revision > sent_revision"), ("inbox", "handled_at IS NULL")],
)
async def test_what_is_done_costs_nothing_any_more(
    migrated_file: object, table: str, where: str
) -> None:
    """The queries of every tick read an index of what is left, not the whole history."""
    engine = migration_engine(parse_url(f"sqlite:///{migrated_file}"))
    with engine.connect() as connection:
        plan = connection.execute(
            text(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {where}")  # noqa: S608 - ours
        ).all()
    engine.dispose()

    assert f"USING INDEX ix_{table}_" in str(plan)


def spoil(database_url: str, table: str, column: str) -> None:
    """What a newer version might have written."""
    engine = migration_engine(parse_url(database_url))
    with engine.begin() as connection:
        connection.execute(
            text(f"UPDATE {table} SET {column} = '{{\"type\": \"New\"}}' WHERE key LIKE '%bad'")  # noqa: S608
        )
    engine.dispose()


def rename(database_url: str, old: str, new: str) -> None:
    """Give a message a key that this version does not know."""
    engine = migration_engine(parse_url(database_url))
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE outbox SET key = :new WHERE key = :old"), {"old": old, "new": new}
        )
    engine.dispose()
