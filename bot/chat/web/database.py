"""The local chat's own SQLite file. One thread works on it, so the event loop never waits."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bot.domain.errors import SettingsError, TransientError

Connection = sqlite3.Connection
Row = sqlite3.Row

T = TypeVar("T")

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    revision INTEGER NOT NULL UNIQUE,   -- grows with every change: pages ask for what is newer
    key TEXT NOT NULL UNIQUE,           -- a second post with the same key is the first one
    channel TEXT NOT NULL,
    thread INTEGER NOT NULL,            -- the message it answers; 0 outside threads
    author TEXT NOT NULL,
    private_to TEXT NOT NULL,           -- who alone may read it; empty for everyone in the channel
    about TEXT NOT NULL,                -- the command it answers, as typed
    content TEXT NOT NULL,
    posted_at TEXT NOT NULL,
    edited INTEGER NOT NULL DEFAULT 0,
    dismissed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS messages_by_conversation ON messages (channel, thread, id);
CREATE TABLE IF NOT EXISTS threads (
    id INTEGER PRIMARY KEY REFERENCES messages,
    title TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS marks (      -- how far somebody has read
    person TEXT NOT NULL,
    channel TEXT NOT NULL,
    thread INTEGER NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (person, channel, thread)
);
CREATE TABLE IF NOT EXISTS events (     -- what the core has to hear; stored with the message itself
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    content TEXT NOT NULL,
    accepted_at TEXT
);
CREATE INDEX IF NOT EXISTS events_waiting ON events (number) WHERE accepted_at IS NULL;
CREATE TABLE IF NOT EXISTS files (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    content BLOB NOT NULL,
    used INTEGER NOT NULL,              -- 0 until a message or form holds it
    made_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS forms (      -- opened dialogs; they outlive a lost connection
    token TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    channel TEXT NOT NULL,
    thread INTEGER NOT NULL,
    content TEXT NOT NULL,
    opened_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS browsers (   -- who came in by the link: hashes of their cookies
    hash TEXT PRIMARY KEY,
    made_at TEXT NOT NULL
);
"""


class Database:
    """Runs pieces of work, each in one transaction, one after the other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="web-chat-file")
        self._connection: Connection | None = None

    async def open(self, now: datetime) -> None:
        """Open or make the file.

        Raises:
            SettingsError: It cannot be used.
        """
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._open, now)
        except (OSError, sqlite3.Error) as error:
            raise SettingsError(
                f"The local chat's file {self._path} cannot be used ({error})."
                " Set FREEHAND_DATA_DIR to a directory of your own."
            ) from error

    async def close(self) -> None:
        """Finish what was begun, then close."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do this in one transaction: all of it, or nothing.

        Raises:
            TransientError: The file cannot be read or written now.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._thread, self._transact, work
            )
        except (sqlite3.Error, RuntimeError) as error:  # RuntimeError: the thread has ended
            raise TransientError(f"The local chat's file cannot be used now: {error}") from error

    def _open(self, now: datetime) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        connection = sqlite3.connect(self._path, isolation_level=None)
        self._connection = connection
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # a message survives a power cut, too
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(SCHEMA)
        # Numbers start at the time of day zero, so that a file made after this one was lost uses
        # none of its numbers again: the core still remembers messages by them.
        connection.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT 'messages', ?"
            " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'messages')",
            (int(now.timestamp()),),
        )

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _transact(self, work: Callable[[Connection], T]) -> T:
        connection = self._connection
        if connection is None:
            raise sqlite3.ProgrammingError("it is not open")
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk may have ended it already
                connection.execute("ROLLBACK")
            raise
        return result
