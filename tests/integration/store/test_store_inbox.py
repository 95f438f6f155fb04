"""The inbox: every event once, until it is handled."""

from dataclasses import replace

from bot.domain.chat.events import CommandInvoked, Event, MessagePosted
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.store.store import SqlStore
from tests.support.sql import execute, select
from tests.support.stores import NOW, later

CHANNEL = ConversationRef("web", "local", "practice")
USER = UserRef("web", "local", "u1")


def an_event(key: str) -> MessagePosted:
    return MessagePosted(
        key=key,
        at=NOW,
        conversation=CHANNEL,
        user=USER,
        message=MessageRef(CHANNEL, key),
        text="zero \0, half \ud800",
    )


async def test_event_is_pending_until_it_is_handled(store: SqlStore) -> None:
    events: list[Event] = [
        an_event("b"),
        CommandInvoked(
            key="a", at=NOW, conversation=CHANNEL, user=USER, name="plan", args={"week": "1"}
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
        assert await tx.inbox.purge(later(1), limit=9) == 1
        assert not await tx.inbox.put(an_event("a"))
        assert await tx.inbox.pending() == []


async def test_an_event_is_found_until_its_content_is_forgotten(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.inbox.put(an_event("a"))
        assert await tx.inbox.find("a") == an_event("a")
        await tx.inbox.handled("a", at=NOW)
        assert await tx.inbox.find("a") == an_event("a")
        await tx.inbox.purge(later(1), limit=9)
        assert await tx.inbox.find("a") is None
        assert await tx.inbox.find("b") is None


async def test_purge_spares_pending_and_recent_events(store: SqlStore) -> None:
    async with store.write() as tx:
        for key in ("pending", "recent", "old"):
            await tx.inbox.put(an_event(key))
        await tx.inbox.handled("recent", at=later(10))
        await tx.inbox.handled("old", at=later(0))

        assert await tx.inbox.has_kept(later(10))
        assert await tx.inbox.purge(later(10), limit=9) == 1
        assert not await tx.inbox.has_kept(later(10))
        assert await tx.inbox.purge(later(10), limit=9) == 0
        assert await tx.inbox.pending() == [an_event("pending")]


async def test_unreadable_event_does_not_hold_up_the_others(
    store: SqlStore, database_url: str
) -> None:
    async with store.write() as tx:
        await tx.inbox.put(an_event("bad"))
        await tx.inbox.put(an_event("good"))
    execute(database_url, """UPDATE inbox SET payload = '{"type": "New"}' WHERE key = 'bad'""")

    async with store.read() as tx:
        assert await tx.inbox.pending() == [an_event("good")]


async def test_purge_takes_the_oldest_first_and_no_more_than_it_should(
    store: SqlStore, database_url: str
) -> None:
    async with store.write() as tx:
        for number in (3, 1, 2):
            await tx.inbox.put(an_event(f"e{number}"))
            await tx.inbox.handled(f"e{number}", at=later(number))
        assert await tx.inbox.purge(later(10), limit=2) == 2

    assert select(database_url, "SELECT key FROM inbox WHERE payload IS NOT NULL") == [("e3",)]


async def test_event_handled_with_an_error_is_done_and_keeps_it(
    store: SqlStore, database_url: str
) -> None:
    async with store.write() as tx:
        await tx.inbox.put(an_event("a"))
        await tx.inbox.handled("a", at=NOW, error="KeyError")
        await tx.inbox.handled("a", at=later(1))  # too late: the first word counts
        assert await tx.inbox.pending() == []

    assert select(database_url, "SELECT error FROM inbox") == [("KeyError",)]
