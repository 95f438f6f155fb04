"""What is told of one kind of database: full disks, locks, lost servers, wrong URLs."""

import os
import shutil
import sqlite3
import stat
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import SettingsError, StoreError
from bot.domain.outbox import Wanted
from bot.domain.store import Transaction
from bot.store.engine import connect, migration_engine, parse_url
from bot.store.store import SqlStore
from tests.support.stores import NOW

CHANNEL = ConversationRef("web", "local", "practice")


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_file: Path) -> str:
    file = tmp_path / "only.sqlite3"
    file.write_bytes(migrated_file.read_bytes())
    return f"sqlite:///{file}"


async def say(tx: Transaction, words: str) -> None:
    await tx.outbox.say(
        Wanted(key=MessageKey(Kind.BOARD, "1"), conversation=CHANNEL, message=Message.of(words))
    )


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
    store = SqlStore(writing=writing, reading=reading, announce=lambda _: None)
    yield store
    await store.close()


# --- SQLite -----------------------------------------------------------------------------------


async def test_full_disk_is_told_and_changes_nothing(sqlite_url: str) -> None:
    async def write(store: SqlStore) -> None:
        async with store.write() as tx:
            await say(tx, "one")
            await tx.audit.record(at=NOW, actor="", action="", target="", note="x" * 1_000_000)

    async with impatient(sqlite_url, "max_page_count=1") as store:  # SQLite: at least its size now
        with pytest.raises(StoreError, match="disk that holds the database is full"):
            await write(store)
        assert await said(store) == []


async def test_space_that_comes_back_is_used(sqlite_url: str) -> None:
    async with impatient(sqlite_url, "max_page_count=1") as store:
        with pytest.raises(StoreError):
            async with store.write() as tx:
                await say(tx, "x" * 1_000_000)
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
        assert await store.health() == "The database is locked by another process."
        other.execute("ROLLBACK")
        other.close()
        assert await store.health() == ""
        async with store.write() as tx:
            await say(tx, "two")


async def test_disk_that_is_nearly_full_is_told_before_a_change_fails(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with impatient(sqlite_url) as store:
        nearly_full = shutil.disk_usage(Path.cwd())._replace(free=12 * 2**20)

        def disk_usage(_: Path) -> object:
            return nearly_full

        monkeypatch.setattr(shutil, "disk_usage", disk_usage)
        assert await store.health() == (
            "The disk that holds the database is nearly full: 12 MB are left."
        )


async def test_write_within_a_write_fails_instead_of_hanging(sqlite_url: str) -> None:
    async with impatient(sqlite_url) as store, store.write() as outer:
        await outer.inbox.pending()
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

    beside = [name for name in os.listdir(tmp_path) if name.startswith("only")]  # noqa: PTH208 - not worth a thread
    assert beside == ["only.sqlite3"]


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


def test_database_file_is_for_its_owner_alone(migrated_file: Path) -> None:
    assert stat.S_IMODE(migrated_file.stat().st_mode) == 0o600
