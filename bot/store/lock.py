"""Locks that the system or the server gives back when their process ends, however it ends."""

import contextlib
import os
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.domain.errors import SettingsError, StoreError
from bot.store.engine import SQLITE, errors_translated

# Advisory locks of PostgreSQL: any numbers that differ, and that no other program uses there.
UPGRADE_LOCK = 0x66726565_0002
BOT_LOCK = 0x66726565_0003
LOCAL_CHAT_LOCK = 0x66726565_0004

_WAIT_S = 30.0
_POLL_S = 0.1


@contextmanager
def only_instance(data_dir: Path) -> Generator[None]:
    """Be the only bot on a data directory, which is made if absent.

    Raises:
        SettingsError: Another bot uses the directory, or it cannot be written to.
    """
    lock = _lock(data_dir / "instance.lock", wait_s=0)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise SettingsError(
            f"Another Freehand is running on {data_dir}. Stop it first, or give this one a"
            " directory of its own by FREEHAND_DATA_DIR."
        ) from None
    except OSError as error:
        raise SettingsError(f"The data directory {data_dir} cannot be written to.") from error
    try:
        yield
    finally:
        lock.release()


def is_running(data_dir: Path) -> bool:
    """Whether a bot holds this data directory."""
    file = data_dir / "instance.lock"
    if not os.access(file, os.R_OK | os.W_OK):
        return False
    try:
        with _lock(file, wait_s=0):
            return False
    except Timeout:
        return True


@contextmanager
def wait_for(path: Path) -> Generator[None]:
    """Hold a lock file, as soon as nobody else does. Blocks its thread.

    Raises:
        StoreError: It stays held, or cannot be written.
    """
    lock = _lock(path, wait_s=_WAIT_S)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise StoreError("Another process has been upgrading the database for too long.") from None
    except OSError as error:
        raise StoreError(f"{path.parent} cannot be written to.") from error
    try:
        yield
    finally:
        lock.release()


@dataclass(slots=True)
class BotLock:
    """A session's lock on a database server: gone with its connection, so taken again after that.

    Attributes:
        engine: Of connections that nothing else uses; None needs no lock.
    """

    engine: AsyncEngine | None
    _connection: AsyncConnection | None = field(default=None, init=False)

    async def hold(self) -> bool:
        """Take the lock, or see that it is still held; False where another bot has it by now.

        Raises:
            StoreError: The database cannot be reached.
        """
        if self.engine is None or await self._is_held():
            return True
        with errors_translated():
            connection = await self.engine.connect()
            taken = await connection.scalar(text(f"SELECT pg_try_advisory_lock({BOT_LOCK})"))
            await connection.commit()
        if not taken:
            await connection.close()
            return False
        self._connection = connection
        return True

    async def release(self) -> None:
        """Give the lock back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(SQLAlchemyError):  # a lost connection holds nothing
                await connection.close()
        if self.engine is not None:
            await self.engine.dispose()

    async def _is_held(self) -> bool:
        if self._connection is None:
            return False
        try:
            await self._connection.execute(text("SELECT 1"))
            await self._connection.commit()
        except SQLAlchemyError:
            await self.release()
            return False
        return True


@asynccontextmanager
async def only_bot(url: URL) -> AsyncGenerator[BotLock]:
    """Be the only bot on a database server's database; a SQLite file is its directory's.

    Two that post the same messages would post each of them twice.

    Raises:
        SettingsError: Another bot uses the database.
        StoreError: It cannot be reached.
    """
    is_server = url.get_backend_name() != SQLITE
    lock = BotLock(
        create_async_engine(url, hide_parameters=True, poolclass=NullPool) if is_server else None
    )
    try:
        if not await lock.hold():
            raise SettingsError(
                "Another Freehand is running on this database. Stop it first: two of them would"
                " post everything twice."
            )
        yield lock
    finally:
        await lock.release()


def _lock(path: Path, *, wait_s: float) -> FileLock:
    # The file stays: to delete it while another waits for it would give them two locks.
    return FileLock(path, timeout=wait_s, poll_interval=_POLL_S, mode=0o600)
