"""Locks that the system or the server gives back when their process ends, however it ends."""

import os
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.domain.errors import SettingsError, StoreError
from bot.store.engine import SQLITE, errors_translated

_WAIT_S = 30.0
_POLL_S = 0.1
_BOT_LOCK = 0x66726565_0003  # any number that no other program on that database uses


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


@asynccontextmanager
async def only_bot(url: URL) -> AsyncGenerator[None]:
    """Be the only bot on a database server's database; a SQLite file is its directory's.

    Two that post the same messages would post each of them twice.

    Raises:
        SettingsError: Another bot uses the database.
        StoreError: It cannot be reached.
    """
    if url.get_backend_name() == SQLITE:
        yield
        return
    engine = create_async_engine(url, hide_parameters=True, poolclass=NullPool)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        with errors_translated():
            connection = await stack.enter_async_context(engine.connect())
            is_ours = await connection.scalar(text(f"SELECT pg_try_advisory_lock({_BOT_LOCK})"))
            await connection.commit()
        if not is_ours:
            raise SettingsError(
                "Another Freehand is running on this database. Stop it first: two of them would"
                " post everything twice."
            )
        yield


def _lock(path: Path, *, wait_s: float) -> FileLock:
    # The file stays: to delete it while another waits for it would give them two locks.
    return FileLock(path, timeout=wait_s, poll_interval=_POLL_S, mode=0o600)
