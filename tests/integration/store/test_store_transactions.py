"""What holds for every transaction, on both databases: all or nothing, and errors in our words."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import NotAllowedError, StoreError, UserError
from bot.domain.installation import InputKey
from bot.domain.jobs import Queue
from bot.domain.outbox import Wanted
from bot.domain.store import Transaction
from bot.store.store import SqlStore
from tests.support.sql import execute
from tests.support.stores import NOW, Scene, a_grade, later, new_scene

CHANNEL = ConversationRef("web", "local", "practice")


async def say(tx: Transaction, words: str) -> None:
    await tx.outbox.say(
        Wanted(key=MessageKey(Kind.BOARD, "1"), conversation=CHANNEL, message=Message.of(words))
    )


async def said(store: SqlStore) -> list[Message]:
    async with store.read() as tx:
        return [item.message for item in await tx.outbox.unsent(NOW)]


async def test_block_that_ends_is_committed(store: SqlStore) -> None:
    async with store.write() as tx:
        await say(tx, "one")

    assert await said(store) == [Message.of("one")]


@pytest.mark.parametrize("error", [UserError("no"), NotAllowedError("no"), KeyError("x")])
async def test_error_in_a_block_passes_unchanged_and_undoes_it(
    store: SqlStore, error: Exception
) -> None:
    async def fail() -> None:
        async with store.write() as tx:
            await say(tx, "one")
            raise error

    with pytest.raises(type(error)) as caught:
        await fail()

    assert caught.value is error
    assert await said(store) == []


async def test_cancelled_block_is_undone_and_the_next_one_works(store: SqlStore) -> None:
    entered = asyncio.Event()

    async def write() -> None:
        async with store.write() as tx:
            await say(tx, "one")
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with store.write() as tx:
        await say(tx, "two")
    assert await said(store) == [Message.of("two")]


async def test_block_cancelled_within_a_statement_leaves_the_store_usable(
    store: SqlStore,
) -> None:
    async def write(words: str) -> None:
        async with store.write() as tx:
            await say(tx, words)

    for yields in range(100):  # cancel at every point at which the block can wait
        task = asyncio.create_task(write("cancelled"))
        for _ in range(yields):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    await write("last")
    assert await said(store) == [Message.of("last")]


async def test_read_block_can_change_nothing(store: SqlStore) -> None:
    with pytest.raises(StoreError):
        async with store.read() as tx:
            await say(tx, "one")

    assert await said(store) == []


async def test_read_block_sees_one_moment(store: SqlStore) -> None:
    async with store.read() as reader:
        assert await reader.outbox.unsent(NOW) == []
        async with store.write() as tx:
            await say(tx, "one")
        assert await reader.outbox.unsent(NOW) == []

    assert await said(store) == [Message.of("one")]


async def test_write_block_sees_its_own_changes(scene: Scene) -> None:
    new = scene.submission()
    async with scene.store.write() as tx:
        await tx.submissions.add(new)
        claim = await tx.submissions.claim(worker="one", now=NOW, lease_s=1)
        assert claim is not None
        assert (await tx.submissions.get(new.id)).run == 1


# --- who is told of what was committed --------------------------------------------------------


@pytest.fixture
async def told(store: SqlStore) -> tuple[Scene, list[set[Queue]]]:
    """A scene, and what its store announced since."""
    heard: list[set[Queue]] = []

    def announce(queues: Collection[Queue]) -> None:
        heard.append(set(queues))

    scene = await new_scene(replace(store, announce=announce))
    heard.clear()
    return scene, heard


async def test_queues_are_announced_after_the_commit(told: tuple[Scene, list[set[Queue]]]) -> None:
    scene, heard = told
    async with scene.store.write() as tx:
        await tx.submissions.add(scene.submission())
        await say(tx, "received")
        assert heard == []

    assert heard == [{Queue.GRADING, Queue.DELIVERY}]


async def test_nothing_is_announced_after_a_rollback(
    told: tuple[Scene, list[set[Queue]]],
) -> None:
    scene, heard = told

    async def fail() -> None:
        async with scene.store.write() as tx:
            await tx.submissions.add(scene.submission())
            await say(tx, "received")
            raise UserError("no")

    with pytest.raises(UserError):
        await fail()

    assert heard == []


async def test_what_fills_no_queue_is_not_announced(told: tuple[Scene, list[set[Queue]]]) -> None:
    scene, heard = told
    known = scene.submission()
    async with scene.store.write() as tx:
        await tx.submissions.add(known)
    heard.clear()
    async with scene.store.write() as tx:
        await tx.submissions.add(known)
        await tx.workers.beat("one", NOW)
    async with scene.store.read() as tx:
        await tx.outbox.unsent(NOW)
    claim = await scene.must_claim()
    await scene.finish(claim, a_grade())

    assert heard == []


async def test_what_is_taken_back_is_announced(told: tuple[Scene, list[set[Queue]]]) -> None:
    scene, heard = told
    await scene.submit()
    await scene.must_claim(worker="one")
    heard.clear()
    async with scene.store.write() as tx:
        await tx.submissions.take_back("two")
    async with scene.store.write() as tx:
        await tx.submissions.take_back("one")

    assert heard == [{Queue.GRADING}]


# --- what processes share ---------------------------------------------------------------------


async def test_input_keys_are_kept_once_and_listed_oldest_first(store: SqlStore) -> None:
    old = InputKey(name="k1", secret=b"\0\xffold", made_at=NOW)
    new = InputKey(name="k0", secret=b"new", made_at=later(9))
    async with store.write() as tx:
        assert await tx.input_keys.all() == {}
        assert await tx.input_keys.add(new)
        assert await tx.input_keys.add(old)
        assert not await tx.input_keys.add(replace(old, secret=b"other"))
    async with store.read() as tx:
        keys = await tx.input_keys.all()

    assert list(keys.items()) == [("k1", old), ("k0", new)]
    assert "new" not in repr(new)


async def test_processes_that_make_a_key_at_once_keep_one(
    store: SqlStore, database_url: str
) -> None:
    second = await SqlStore.open(database_url)

    async def make(store: SqlStore, number: int) -> bool:
        key = InputKey(name="k1", secret=bytes([number]), made_at=NOW)
        async with store.write() as tx:
            return await tx.input_keys.add(key)

    made = await asyncio.gather(
        *(make(second if number % 2 else store, number) for number in range(6))
    )
    await second.close()

    async with store.read() as tx:
        (key,) = (await tx.input_keys.all()).values()
    assert sorted(made) == [False] * 5 + [True]
    assert key.secret == bytes([made.index(True)])


async def test_watermark_never_moves_backwards(store: SqlStore) -> None:
    async with store.write() as tx:
        assert await tx.watermarks.find("discord") is None
        for seconds in (5, 3, 9, 9, 7):
            await tx.watermarks.set("discord", later(seconds))
        await tx.watermarks.set("slack", later(1))
    async with store.read() as tx:
        assert await tx.watermarks.find("discord") == later(9)
        assert await tx.watermarks.find("slack") == later(1)


# --- errors -----------------------------------------------------------------------------------


async def test_error_message_holds_neither_sql_nor_values(scene: Scene) -> None:
    with pytest.raises(StoreError) as caught:
        async with scene.store.write() as tx:
            await tx.cohorts.add(scene.cohort)

    assert str(caught.value) == "The database refused a change that contradicts what it holds."
    assert isinstance(caught.value.__cause__, SQLAlchemyError)
    assert "INSERT" not in str(caught.value)
    assert scene.cohort.name not in str(caught.value.__cause__)


async def test_database_without_schema_says_so(empty_url: str) -> None:
    store = await SqlStore.open(empty_url)
    with pytest.raises(StoreError) as caught:
        async with store.read() as tx:
            await tx.cohorts.all()
    await store.close()

    assert "no such table" in str(caught.value)


@pytest.mark.parametrize("channel", ["", "{}", '["web"]', "[1, 2]", "null"])
async def test_garbage_in_a_row_is_told(scene: Scene, database_url: str, channel: str) -> None:
    execute(database_url, "UPDATE places SET channel = :channel", channel=channel)

    async with scene.store.read() as tx:
        with pytest.raises(StoreError, match="a reference that cannot be read"):
            await tx.cohorts.all()


async def test_naive_moment_is_refused(scene: Scene) -> None:
    naive = datetime(2026, 11, 23, 9)  # noqa: DTZ001 - that is the point
    with pytest.raises(StoreError):
        async with scene.store.write() as tx:
            await tx.challenges.set_reminded(scene.challenge.id, naive)


async def test_health_is_empty_while_the_database_answers(store: SqlStore) -> None:
    assert await store.health() == ""
