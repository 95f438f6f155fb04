"""What holds for every transaction, on both databases: all or nothing, and errors in our words."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import NotAllowedError, SettingsError, StoreError, UserError
from bot.domain.store import Transaction
from bot.store.engine import connect, migration_engine, parse_url
from bot.store.store import SqlStore
from tests.support.databases import new_file
from tests.support.stores import NOW, Scene
from tests.support.values import a_key

PLACE = ConversationRef("web", "local", "practice")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return new_file(tmp_path / "only.sqlite3")


async def say(tx: Transaction, words: str) -> None:
    await tx.outbox.say(a_key("k"), PLACE, Message.of(words))


async def said(store: SqlStore) -> list[Message]:
    async with store.read() as tx:
        return [item.message for item in await tx.outbox.unsent(NOW)]


@asynccontextmanager
async def impatient(url: str, *pragmas: str) -> AsyncGenerator[SqlStore]:
    """A store that waits for nothing, with settings for its writer."""
    writing, reading = connect(parse_url(url), wait_s=1)
    async with writing.connect() as connection:
        for pragma in pragmas:
            await connection.execute(text(f"PRAGMA {pragma}"))
    store = SqlStore(writing, reading)
    yield store
    await store.close()


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
        claim = await tx.submissions.claim(owner="one", now=NOW, lease_s=1)
        assert claim is not None
        assert (await tx.submissions.get(new.id)).run == 1


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


@pytest.mark.parametrize("place", ["", "{}", '["web"]', "[1, 2]", "null"])
async def test_garbage_in_a_row_is_told(scene: Scene, database_url: str, place: str) -> None:
    engine = migration_engine(parse_url(database_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE cohorts SET place = :place"), {"place": place})
    engine.dispose()

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


# --- SQLite -----------------------------------------------------------------------------------


async def test_full_disk_is_told_and_changes_nothing(sqlite_url: str) -> None:
    async def write(store: SqlStore) -> None:
        async with store.write() as tx:
            await say(tx, "one")
            await tx.outbox.say(a_key("other"), PLACE, Message.of("x" * 1_000_000))

    async with impatient(sqlite_url, "max_page_count=1") as store:  # SQLite: at least its size now
        with pytest.raises(StoreError, match="disk that holds the database is full"):
            await write(store)
        assert await said(store) == []


async def test_space_that_comes_back_is_used(sqlite_url: str) -> None:
    async with impatient(sqlite_url, "max_page_count=1") as store:
        with pytest.raises(StoreError):
            async with store.write() as tx:
                await tx.outbox.say(a_key("k"), PLACE, Message.of("x" * 1_000_000))
    async with impatient(sqlite_url) as store:
        async with store.write() as tx:
            await say(tx, "one")
        assert await said(store) == [Message.of("one")]


async def test_database_locked_by_another_process_is_told(sqlite_url: str) -> None:
    other = sqlite3.connect(str(parse_url(sqlite_url).database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with impatient(sqlite_url) as store:
        with pytest.raises(StoreError, match="locked by another process"):
            async with store.write() as tx:
                await say(tx, "one")

        assert await said(store) == []  # who only reads is not held up
        other.execute("ROLLBACK")
        other.close()
        async with store.write() as tx:
            await say(tx, "two")


async def test_write_within_a_write_fails_instead_of_hanging(sqlite_url: str) -> None:
    async with impatient(sqlite_url) as store, store.write() as outer:
        await say(outer, "outer")
        with pytest.raises(StoreError, match="busy"):
            async with store.write() as inner:
                await say(inner, "inner")


async def test_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    file = tmp_path / "letter.sqlite3"
    file.write_text("Dear reader, " * 1000)

    with pytest.raises(StoreError, match="not a SQLite database"):
        await SqlStore.open(f"sqlite:///{file}")


async def test_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        await SqlStore.open(f"sqlite:///{tmp_path / 'none' / 'a.sqlite3'}")


async def test_closed_store_leaves_no_side_files(sqlite_url: str, tmp_path: Path) -> None:
    store = await SqlStore.open(sqlite_url)
    async with store.write() as tx:
        await say(tx, "one")
    assert await said(store)
    await store.close()

    assert os.listdir(tmp_path) == ["only.sqlite3"]  # noqa: PTH208 - not worth a thread


# --- PostgreSQL -------------------------------------------------------------------------------


@pytest.mark.postgres
async def test_lost_connection_is_told_and_the_next_one_is_new(migrated_server: str) -> None:
    store = await SqlStore.open(migrated_server)

    async def lose() -> None:
        async with store.write() as tx:
            await tx.inbox.pending()
            disconnect_all(migrated_server)
            await tx.inbox.pending()

    with pytest.raises(StoreError, match="cannot be reached"):
        await lose()
    async with store.write() as tx:
        await tx.inbox.pending()
    await store.close()


@pytest.mark.postgres
async def test_server_restarted_between_transactions_costs_none(migrated_server: str) -> None:
    store = await SqlStore.open(migrated_server)
    async with store.write() as tx:
        await tx.inbox.pending()
    disconnect_all(migrated_server)

    async with store.write() as tx:
        await tx.inbox.pending()
    await store.close()


async def test_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be reached"):
        await SqlStore.open(f"postgresql://nobody@/none?host={tmp_path}")


@pytest.mark.postgres
async def test_unknown_database_is_told(postgres_url: str) -> None:
    url = parse_url(postgres_url).set(database="none").render_as_string(hide_password=False)

    with pytest.raises(StoreError, match='reached: database "none" does not exist'):
        await SqlStore.open(url)


def disconnect_all(url: str) -> None:
    engine = migration_engine(parse_url(url))
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid != pg_backend_pid()"
            )
        )
    engine.dispose()


# --- URLs -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "secret",
        "mysql://root:secret@host/name",
        "postgres//secret",
        "postgresql://u:secret@host:port/name",
        "sqlite://",
        "sqlite:///:memory:",
        "",
    ],
)
def test_wrong_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SettingsError, match="The database URL is wrong") as caught:
        parse_url(url)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///a.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:////tmp/a.db", "sqlite+aiosqlite"),
        ("postgresql://u:p@host/name", "postgresql+psycopg"),
        ("postgresql+asyncpg://u:p@host/name", "postgresql+psycopg"),
    ],
)
def test_url_always_gets_the_driver_we_use(url: str, driver: str) -> None:
    assert parse_url(url).drivername == driver
