"""What budgets of statements rest on: everything is counted, and by its kind."""

import pytest

from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef
from bot.domain.outbox import Wanted
from bot.store.store import SqlStore
from tests.support.statements import counted, kind_of

CHANNEL = ConversationRef("web", "local", "practice")


async def say(store: SqlStore, key: str) -> None:
    async with store.write() as tx:
        await tx.outbox.say(
            Wanted(
                key=MessageKey(Kind.TASK, key), conversation=CHANNEL, message=Message.of("words")
            )
        )


async def test_reads_and_writes_are_told_apart(store: SqlStore) -> None:
    with counted(store) as seen:
        await say(store, "one")
        async with store.read() as tx:
            await tx.inbox.pending()
        async with store.read() as tx:
            await tx.inbox.pending()

    assert (seen.write_transactions, seen.read_transactions) == (1, 2)
    assert seen.kinds["BEGIN"] == 3
    assert seen.kinds["SELECT inbox"] == 2


async def test_begin_is_a_statement_and_what_was_before_or_after_is_not(store: SqlStore) -> None:
    await say(store, "before")
    with counted(store) as seen:
        async with store.read() as tx:
            await tx.inbox.pending()
    await say(store, "after")

    assert seen.total == 2
    assert seen.write_transactions == 0


async def test_too_many_are_listed_by_kind(store: SqlStore) -> None:
    with counted(store) as seen:
        await say(store, "one")
    seen.check(write_transactions=1, statements=seen.total)

    with pytest.raises(AssertionError, match=r"1 +INSERT outbox"):
        seen.check(write_transactions=1, statements=seen.total - 1)
    with pytest.raises(AssertionError, match="1 write transactions"):
        seen.check(write_transactions=0, statements=seen.total)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("SELECT a.b, a.c\nFROM a JOIN d ON a.b = d.b", "SELECT a"),
        ('insert into "order" (b) VALUES (?)', "INSERT order"),
        ("UPDATE a SET b=? WHERE a.c = ?", "UPDATE a"),
        ("DELETE FROM a WHERE a.c = ?", "DELETE a"),
        ("WITH x AS (SELECT 1 FROM a) SELECT * FROM x", "WITH a"),
        ("SELECT pg_advisory_xact_lock(1)", "SELECT pg_advisory_xact_lock"),
        ("SAVEPOINT sa_savepoint_1", "SAVEPOINT"),
    ],
)
def test_kind_is_the_verb_and_the_first_table(statement: str, kind: str) -> None:
    assert kind_of(statement) == kind
