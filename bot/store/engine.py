"""Database connections: SQLite or PostgreSQL by URL, and their errors in our words.

Services read, decide and write, and none of that may be out of date by the time it is committed.
On SQLite one transaction writes at a time, by BEGIN IMMEDIATE (the driver's own way lost 174 of 200
concurrent updates, a deferred BEGIN ended in "database is locked"). On PostgreSQL many write at
once: what a decision rests on is locked row by row, a member, a cohort or a submission, and rows
that several transactions change are changed in one order. Readers wait for nobody and see one
moment.
"""

import re
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.domain.errors import SettingsError, StoreError

SQLITE = "sqlite"
POSTGRESQL = "postgresql"

_DRIVERS = {SQLITE: "sqlite+aiosqlite", POSTGRESQL: "postgresql+psycopg"}
_WAIT_S = 10
_LEAST_FREE_BYTES = 64 * 2**20
"""Before the disk is full: some days of submissions."""

_READERS = 4
_WRITERS = 4

IN_TRANSACTION = "in_transaction"
"""Execution option: False for what SQLite does outside of transactions only."""


def parse_url(url: str) -> URL:
    """The URL with the driver that we use.

    Raises:
        SettingsError: It names no database that we can use.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the message may repeat the URL, password included
        parsed = URL.create("none")
    backend = parsed.drivername.partition("+")[0]
    if backend not in _DRIVERS:
        raise SettingsError(
            "The database URL is wrong: write postgresql+psycopg://user:password@host/name, or"
            " sqlite+aiosqlite:///path/to/file."
        )
    if backend == SQLITE and parsed.database in {None, "", ":memory:"}:
        raise SettingsError("The database URL is wrong: SQLite needs the path of a file.")
    return parsed.set(drivername=_DRIVERS[backend])


def connect(url: URL, *, wait_s: int = _WAIT_S) -> tuple[AsyncEngine, AsyncEngine]:
    """One engine for transactions that write, one for those that only read.

    Args:
        url: From `parse_url`.
        wait_s: Longest wait for another writer, another process, or a free connection.
    """
    reading = _pooled(url, size=_READERS, wait_s=wait_s)
    if url.get_backend_name() == SQLITE:
        # One connection: the writers queue for it in order, without trying again and again.
        writing = _pooled(url, size=1, wait_s=wait_s)
        _follow_recipe(writing.sync_engine, "BEGIN IMMEDIATE", "foreign_keys=ON", wait_s=wait_s)
        _follow_recipe(reading.sync_engine, "BEGIN", "query_only=ON", wait_s=wait_s)
        return writing, reading
    return _pooled(url, size=_WRITERS, wait_s=wait_s), reading.execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )


def _pooled(url: URL, *, size: int, wait_s: int) -> AsyncEngine:
    return create_async_engine(
        url,
        hide_parameters=True,
        connect_args=_arguments(url, wait_s),
        pool_size=size,
        max_overflow=0,
        pool_timeout=wait_s,
        # A server that was restarted costs no transaction.
        pool_pre_ping=url.get_backend_name() != SQLITE,
    )


def migration_engine(url: URL, *, wait_s: int = _WAIT_S) -> Engine:
    """For changing the schema: not async, no pool, one transaction at a time."""
    is_sqlite = url.get_backend_name() == SQLITE
    engine = create_engine(
        url.set(drivername=SQLITE) if is_sqlite else url,
        hide_parameters=True,
        connect_args=_arguments(url, wait_s),
        poolclass=NullPool,
    )
    if is_sqlite:
        # A table is changed by replacing it: its references are checked afterwards, all at once.
        _follow_recipe(engine, "BEGIN IMMEDIATE", "foreign_keys=OFF", wait_s=wait_s)
    return engine


def probe(url: URL) -> None:
    """Reach a database once, from a thread: aiosqlite leaves one of its own behind if it fails.

    Raises:
        StoreError: It cannot be reached.
    """
    engine = migration_engine(url)
    with errors_translated(), engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def disk_problem(url: URL) -> str:
    """What is wrong with the disk of a SQLite database, as a sentence; empty for a server's."""
    if url.get_backend_name() != SQLITE or not url.database:
        return ""
    try:
        free_bytes = shutil.disk_usage(Path(url.database).parent).free
    except OSError:
        return _SQLITE_SENTENCES["SQLITE_CANTOPEN"]
    if free_bytes >= _LEAST_FREE_BYTES:
        return ""
    return f"The disk that holds the database is nearly full: {free_bytes / 2**20:.0f} MB are left."


def _arguments(url: URL, wait_s: int) -> dict[str, object]:
    if url.get_backend_name() == SQLITE:
        return {}
    settings = {
        "lock_timeout": f"{wait_s}s",
        # A host that froze within a write must not hold up the others for ever.
        "idle_in_transaction_session_timeout": "60s",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return {"connect_timeout": wait_s, "options": options}


def _follow_recipe(engine: Engine, begin: str, pragma: str, *, wait_s: int) -> None:
    settings = (f"busy_timeout={wait_s * 1000}", "journal_mode=WAL", "synchronous=FULL", pragma)

    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        cursor = connection.cursor()
        for setting in settings:
            cursor.execute(f"PRAGMA {setting}")
        cursor.close()

    def start(connection: Connection) -> None:
        if connection.get_execution_options().get(IN_TRANSACTION, True):
            connection.exec_driver_sql(begin)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", start)


@contextmanager
def errors_translated() -> Generator[None]:
    """Turn the database's errors into ours.

    Raises:
        StoreError: One sentence, without SQL or its parameters.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(_sentence(error)) from error


_SQLITE_SENTENCES = {
    "SQLITE_FULL": "The disk that holds the database is full.",
    "SQLITE_BUSY": "The database is locked by another process.",
    "SQLITE_LOCKED": "The database is locked by another process.",
    "SQLITE_READONLY": "The database file is read-only.",
    "SQLITE_CANTOPEN": "The database file cannot be opened.",
    "SQLITE_CORRUPT": "The database file is damaged: bring back the newest backup.",
    "SQLITE_NOTADB": "The database file is not a SQLite database.",
    "SQLITE_IOERR": "The disk that holds the database failed to read or write.",
}
"""By the first two words of SQLite's error name."""

_NO_TABLE = "42P01"
_REFUSAL = re.compile(r"FATAL:\s+(\S.*)")

_POSTGRESQL_SENTENCES = {
    "53100": "The database server's disk is full.",
    "53300": "The database server has no connection left for us.",
    "55P03": "The database is locked by another process.",
    "57014": "The database took too long to answer.",
    "25P03": "The database ended a change that took too long.",
    "40P01": "The database stopped two changes that waited for each other.",
    _NO_TABLE: "The database has no such table: its schema was not brought up to date.",
}
"""By SQLSTATE."""


def _sentence(error: SQLAlchemyError) -> str:
    if isinstance(error, NoConnectionError):
        return "The database is busy: no connection became free in time."
    if isinstance(error, IntegrityError):
        return "The database refused a change that contradicts what it holds."
    if not isinstance(error, DBAPIError):
        return f"The database could not be used ({type(error).__name__})."
    return _driver_sentence(error)


def _driver_sentence(error: DBAPIError) -> str:
    name = "_".join(str(getattr(error.orig, "sqlite_errorname", "")).split("_")[:2])
    state = getattr(error.orig, "sqlstate", None) or ""
    if str(error.orig).startswith("no such table"):  # SQLite has no code of its own for it
        state = _NO_TABLE
    known = _SQLITE_SENTENCES.get(name) or _POSTGRESQL_SENTENCES.get(state)
    if known is not None:
        return known
    if error.connection_invalidated or not (name or state):
        reason = _REFUSAL.search(str(error.orig))  # names user or database, never the password
        return f"The database cannot be reached{f': {reason[1]}' if reason else ''}."
    return f"The database refused a statement ({name or state})."
