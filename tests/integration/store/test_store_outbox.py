"""The outbox: what messages should say, until that is on the platform."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import File, Image, Message
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.outbox import Outgoing, Wanted
from bot.store import outbox
from bot.store.store import SqlStore
from tests.support.sql import execute, select
from tests.support.statements import counted
from tests.support.stores import NOW, later

CHANNEL = ConversationRef("web", "local", "practice")
USER = UserRef("web", "local", "u1")
REF = MessageRef(CHANNEL, "m1")
BOARD = MessageKey(Kind.BOARD, "1")
MINE = File("mine.zip", b"PK")
YOURS = Message.of("Yours", MINE)
PICTURE = Image("week.png", b"\x89PNG\0\xff", "the week")


def wanted(key: MessageKey, words: str, *, not_before_s: float | None = None) -> Wanted:
    return Wanted(
        key=key,
        conversation=CHANNEL,
        message=Message.of(words),
        not_before=None if not_before_s is None else later(not_before_s),
    )


async def say(store: SqlStore, *words: str, key: MessageKey = BOARD) -> None:
    for some in words:
        async with store.write() as tx:
            await tx.outbox.say(wanted(key, some))


async def unsent(store: SqlStore, *, seconds: float = 0, limit: int = 20) -> Sequence[Outgoing]:
    async with store.read() as tx:
        return await tx.outbox.unsent(later(seconds), limit=limit)


async def sent(store: SqlStore, item: Outgoing) -> None:
    async with store.write() as tx:
        await tx.outbox.sent(item, REF, at=NOW)


async def failed(store: SqlStore, item: Outgoing, *, retry_s: float | None) -> None:
    async with store.write() as tx:
        retry_at = None if retry_s is None else later(retry_s)
        await tx.outbox.failed(item, item.ref, reason="GoneError", retry_at=retry_at)


async def words_unsent(store: SqlStore, *, seconds: float = 0) -> list[Message]:
    return [item.message for item in await unsent(store, seconds=seconds)]


async def test_message_is_found_as_it_was_said_last(store: SqlStore) -> None:
    await say(store, "first", "second")
    async with store.write() as tx:
        assert await tx.outbox.find(BOARD) == Message.of("second")
        await tx.outbox.say(wanted(BOARD, "third"))
        assert await tx.outbox.find(BOARD) == Message.of("third")
        assert await tx.outbox.find(MessageKey(Kind.BOARD, "2")) is None


async def test_message_reads_back_as_it_was_said(store: SqlStore) -> None:
    said = Wanted(
        key=MessageKey(Kind.POST, "7", repost="2"),
        conversation=CHANNEL,
        message=Message.of("words", PICTURE),
        private_to=USER,
        thread_title="Double it",
    )
    async with store.write() as tx:
        await tx.outbox.say(said)

    assert await unsent(store) == [
        Outgoing(
            key=MessageKey(Kind.POST, "7:2"),
            conversation=CHANNEL,
            message=said.message,
            private_to=USER,
            thread_title="Double it",
            revision=1,
            ref=None,
            failures=0,
        )
    ]


async def test_unsent_older_wording_is_replaced(store: SqlStore) -> None:
    await say(store, "one")
    await say(store, "two")

    assert await words_unsent(store) == [Message.of("two")]


async def test_saying_the_same_again_changes_nothing(store: SqlStore) -> None:
    await say(store, "one")
    (item,) = await unsent(store)
    await sent(store, item)
    await say(store, "one")

    assert await unsent(store) == []


async def test_sent_message_is_edited_afterwards(store: SqlStore) -> None:
    await say(store, "one")
    (item,) = await unsent(store)
    await sent(store, item)
    await say(store, "two")

    (edit,) = await unsent(store)

    assert (edit.ref, edit.revision, edit.message) == (REF, 2, Message.of("two"))


async def test_edit_that_comes_during_sending_is_not_lost(store: SqlStore) -> None:
    await say(store, "one")
    (sending,) = await unsent(store)
    await say(store, "two")
    await sent(store, sending)

    assert await words_unsent(store) == [Message.of("two")]


async def test_slow_sender_does_not_undo_a_newer_revision(store: SqlStore) -> None:
    await say(store, "one")
    (slow,) = await unsent(store)
    await say(store, "two")
    (quick,) = await unsent(store)
    await sent(store, quick)
    await sent(store, slow)
    await failed(store, slow, retry_s=None)

    assert await unsent(store) == []


async def test_what_somebody_waits_for_goes_first_then_the_oldest(store: SqlStore) -> None:
    first, second = MessageKey(Kind.POST, "1"), MessageKey(Kind.POST, "2")
    answer, reply = MessageKey(Kind.ANSWER, "x"), MessageKey(Kind.REPLY, "y")
    for key in (first, second, answer, reply):
        await say(store, "words", key=key)

    in_order = [answer, reply, first, second]
    assert [item.key for item in await unsent(store)] == in_order
    assert [item.key for item in await unsent(store, limit=2)] == in_order[:2]


async def test_failed_message_waits_for_its_moment(store: SqlStore) -> None:
    await say(store, "one")
    (item,) = await unsent(store)
    await failed(store, item, retry_s=5)
    await say(store, "two")  # does not shorten what the platform asked for

    assert await unsent(store, seconds=4) == []
    (again,) = await unsent(store, seconds=5)
    assert (again.failures, again.message) == (1, Message.of("two"))


async def test_success_forgets_the_failures_before(store: SqlStore) -> None:
    await say(store, "one")
    await failed(store, (await unsent(store))[0], retry_s=5)
    await sent(store, (await unsent(store, seconds=5))[0])
    await say(store, "two")

    (item,) = await unsent(store)

    assert item.failures == 0


async def test_dead_message_is_left_alone_until_it_says_something_else(store: SqlStore) -> None:
    await say(store, "one")
    await failed(store, (await unsent(store))[0], retry_s=None)
    await say(store, "one")
    assert await unsent(store, seconds=1000) == []

    await say(store, "two")
    (item,) = await unsent(store)
    assert (item.failures, item.message) == (0, Message.of("two"))


async def test_refused_wording_does_not_bury_the_newer_one(store: SqlStore) -> None:
    await say(store, "too long")
    (sending,) = await unsent(store)
    await say(store, "short")
    await failed(store, sending, retry_s=None)

    assert await words_unsent(store) == [Message.of("short")]


async def test_concurrent_changes_of_one_message_lose_none(
    store: SqlStore, database_url: str
) -> None:
    """Two stores stand for two processes; a lost update would leave the revision behind."""
    second = await SqlStore.open(database_url)

    await asyncio.gather(
        *(say(store if number % 2 else second, f"word {number}") for number in range(200))
    )
    await second.close()

    (item,) = await unsent(store)
    assert item.revision == 200


async def test_several_messages_are_written_by_one_statement(store: SqlStore) -> None:
    keys = [MessageKey(Kind.REMINDER, f"1:{number}") for number in range(50)]
    with counted(store) as seen:
        async with store.write() as tx:
            await tx.outbox.say(*(wanted(key, "soon") for key in keys))

    assert seen.kinds["INSERT outbox"] == 1
    seen.check(write_transactions=1, statements=2)
    assert {item.key for item in await unsent(store, limit=99)} == set(keys)


async def test_more_than_one_statement_takes_are_written_all_the_same(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_ROWS_AT_ONCE", 3)
    async with store.write() as tx:
        for number in range(10):
            await tx.outbox.say(wanted(MessageKey(Kind.REMINDER, str(number)), "soon"))
        assert await tx.outbox.unsent_count(NOW) == 10

    assert len(await unsent(store)) == 10


async def test_last_word_of_a_transaction_counts(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.outbox.say(wanted(BOARD, "one"), wanted(BOARD, "two"))
        await tx.outbox.say(wanted(BOARD, "three"))
        (item,) = await tx.outbox.unsent(NOW)
        assert item.message == Message.of("three")
        await tx.outbox.say(wanted(BOARD, "four"))
        await tx.outbox.say(wanted(BOARD, "three"))

    (item,) = await unsent(store)
    assert (item.message, item.revision) == (Message.of("three"), 1)


@pytest.mark.parametrize(
    "change",
    [
        {"conversation": replace(CHANNEL, thread="7")},
        {"private_to": USER},
        {"thread_title": "Double it"},
        {"message": Message.of("other words")},
    ],
)
async def test_whatever_differs_is_a_change(store: SqlStore, change: dict[str, object]) -> None:
    first = wanted(BOARD, "words")
    changed = replace(first, **change)  # pyright: ignore[reportArgumentType]  # fields by name
    async with store.write() as tx:
        await tx.outbox.say(first)
    (item,) = await unsent(store)
    await sent(store, item)
    async with store.write() as tx:
        await tx.outbox.say(changed)

    (edit,) = await unsent(store)
    assert edit.revision == 2
    assert {name: getattr(edit, name) for name in change} == change


async def test_two_transactions_that_say_the_same_never_wait_for_each_other(
    store: SqlStore, database_url: str
) -> None:
    """Each waits for one other at most: they change the rows in the same order."""
    second = await SqlStore.open(database_url)
    keys = [MessageKey(Kind.ANSWER, str(number)) for number in range(6)]

    async def tell(store: SqlStore, word: str, order: Sequence[MessageKey]) -> None:
        async with store.write() as tx:
            for key in order:
                await tx.outbox.say(wanted(key, word))
                await tx.inbox.pending()  # gives the others time to get in between

    for turn in range(10):
        await asyncio.gather(
            tell(store, f"a{turn}", keys),
            tell(second, f"b{turn}", keys[::-1]),
            tell(store, f"c{turn}", keys[3:] + keys[:3]),
        )
    await second.close()

    items = await unsent(store)
    assert [item.revision for item in items] == [30] * 6


async def test_message_is_not_posted_before_its_moment(store: SqlStore) -> None:
    async with store.write() as tx:
        assert await tx.outbox.next_due() is None
        await tx.outbox.say(wanted(BOARD, "one", not_before_s=5))
        assert await tx.outbox.next_due() == later(5)

    assert await unsent(store, seconds=4) == []
    assert await words_unsent(store, seconds=5) == [Message.of("one")]


async def test_change_makes_a_message_due_at_once_and_the_same_words_do_not(
    store: SqlStore,
) -> None:
    async with store.write() as tx:
        await tx.outbox.say(wanted(BOARD, "one", not_before_s=5))
    async with store.write() as tx:
        await tx.outbox.say(wanted(BOARD, "one", not_before_s=9))
        assert await tx.outbox.next_due() == later(5)
    await say(store, "two")

    assert await words_unsent(store) == [Message.of("two")]


async def test_edit_that_is_not_urgent_waits_for_something_better(store: SqlStore) -> None:
    await say(store, "one")
    await sent(store, (await unsent(store))[0])
    for seconds, word in ((5, "two"), (9, "three")):  # what changes again waits no longer
        async with store.write() as tx:
            await tx.outbox.say(wanted(BOARD, word, not_before_s=seconds))
    assert await unsent(store, seconds=4) == []
    assert await words_unsent(store, seconds=5) == [Message.of("three")]

    await say(store, "four")
    async with store.write() as tx:
        await tx.outbox.say(wanted(BOARD, "five", not_before_s=9))

    assert await words_unsent(store) == [Message.of("five")]


async def test_readers_who_are_seen_to_already_are_left_out(store: SqlStore) -> None:
    """In one conversation, what is said to one person is apart from what is said to all."""
    elsewhere = replace(CHANNEL, thread="7")
    several = {
        "here": wanted(MessageKey(Kind.BOARD, "1"), "here"),
        "there": replace(wanted(MessageKey(Kind.BOARD, "2"), "there"), conversation=elsewhere),
        "private": replace(wanted(MessageKey(Kind.BOARD, "3"), "private"), private_to=USER),
    }
    async with store.write() as tx:
        await tx.outbox.say(*several.values())
        for without, found in (
            ([(CHANNEL, None)], ["there", "private"]),
            ([(CHANNEL, USER)], ["here", "there"]),
            ([(CHANNEL, USER), (CHANNEL, None), (elsewhere, USER)], ["there"]),
        ):
            items = await tx.outbox.unsent(NOW, without=without)
            assert [item.message for item in items] == [Message.of(words) for words in found]


async def test_message_without_its_thread_is_not_posted_again(store: SqlStore) -> None:
    await say(store, "one")
    (item,) = await unsent(store)
    async with store.write() as tx:
        await tx.outbox.failed(item, REF, reason="ForbiddenError", retry_at=later(5))

    (again,) = await unsent(store, seconds=5)
    assert again.ref == REF


async def test_count_of_the_unsent_leaves_out_the_sent_and_the_dead(store: SqlStore) -> None:
    for number in range(4):
        await say(store, "words", key=MessageKey(Kind.BOARD, str(number)))
    first, second, *_ = await unsent(store)
    await sent(store, first)
    await failed(store, second, retry_s=None)

    async with store.read() as tx:
        assert await tx.outbox.unsent_count(NOW) == 2


async def test_pictures_of_sent_messages_are_forgotten_and_their_words_kept(
    store: SqlStore, database_url: str
) -> None:
    keys = [MessageKey(Kind.BOARD, str(number)) for number in range(4)]
    pictured = Message.of("words", PICTURE)
    async with store.write() as tx:
        await tx.outbox.say(*(replace(wanted(key, ""), message=pictured) for key in keys))
    for seconds, item in enumerate((await unsent(store))[:3]):
        async with store.write() as tx:
            await tx.outbox.sent(item, REF, at=later(seconds))

    async with store.write() as tx:
        assert not await tx.outbox.has_pictures(NOW)
        assert await tx.outbox.has_pictures(later(2))
        assert await tx.outbox.purge(later(2), limit=1) == 1
        assert await tx.outbox.purge(later(2), limit=9) == 1
        assert await tx.outbox.purge(later(2), limit=9) == 0
        assert not await tx.outbox.has_pictures(later(2))

    pictures = "SELECT key FROM outbox WHERE message LIKE '%iVBOR%' ORDER BY key"
    assert select(database_url, pictures) == [("board:2",), ("board:3",)]
    assert await words_unsent(store) == [pictured]


async def test_what_another_version_wrote_is_passed_over(
    store: SqlStore, database_url: str
) -> None:
    good = MessageKey(Kind.BOARD, "good")
    for key in ("bad", "lost", "strange", "good"):
        await say(store, "two", key=MessageKey(Kind.BOARD, key))
    execute(
        database_url,
        """UPDATE outbox SET message = '{"blocks":[{"type":"New"}]}' WHERE key = 'board:bad'""",
    )
    execute(database_url, "UPDATE outbox SET ref = '[1]' WHERE key = 'board:lost'")
    execute(database_url, "UPDATE outbox SET key = 'sculpture:1' WHERE key = 'board:strange'")

    assert [item.key for item in await unsent(store)] == [good]
    assert len(await unsent(store, limit=3)) == 1  # and what is not known takes nobody's turn


async def test_a_file_is_kept_until_it_is_sent(store: SqlStore, database_url: str) -> None:
    await say_file(store)
    [item] = await unsent(store)
    assert item.message == YOURS

    await failed(store, item, retry_s=1)
    assert MINE.name in words_kept(database_url)
    await sent(store, item)

    assert MINE.name not in words_kept(database_url)
    assert "Yours" in words_kept(database_url)


async def test_a_file_is_kept_until_it_is_given_up(store: SqlStore, database_url: str) -> None:
    await say_file(store)

    await failed(store, (await unsent(store))[0], retry_s=None)

    assert MINE.name not in words_kept(database_url)


async def test_what_is_to_be_said_by_now_outlives_the_file_before_it(store: SqlStore) -> None:
    await say_file(store)
    [item] = await unsent(store)
    await say(store, "Something else")

    await sent(store, item)

    assert await words_unsent(store) == [Message.of("Something else")]


async def say_file(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.outbox.say(replace(wanted(BOARD, ""), message=YOURS))


def words_kept(database_url: str) -> str:
    return str(select(database_url, "SELECT message FROM outbox"))
