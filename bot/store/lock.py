"""File locks: the system gives them back whenever their process ends, however it ends."""

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bot.domain.errors import SettingsError, StoreError

_WAIT_S = 30.0
_POLL_S = 0.1


@contextmanager
def only_instance(data_dir: Path) -> Generator[None]:
    """Be the only bot on a data directory, which is made if absent.

    Whoever holds this may take every lease of a SQLite database in it back (`reclaim`): nobody
    else can be running anything.

    Raises:
        SettingsError: Another bot uses the directory, or it cannot be written to.
    """
    try:
        file = _open(data_dir / "instance.lock")
    except OSError as error:
        raise SettingsError(f"The data directory {data_dir} cannot be written to.") from error
    with os.fdopen(file):
        if not _taken(file):
            raise SettingsError(
                f"Another Freehand is running on {data_dir}. Stop it first, or give this one a"
                " directory of its own by FREEHAND_DATA_DIR."
            )
        yield


def is_running(data_dir: Path) -> bool:
    """Whether a bot holds this data directory."""
    try:
        file = os.open(data_dir / "instance.lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    with os.fdopen(file):
        return not _taken(file)


@contextmanager
def wait_for(path: Path) -> Generator[None]:
    """Hold a lock file, after whoever holds it now. Blocks its thread.

    Raises:
        StoreError: It stays held, or cannot be written.
    """
    try:
        file = _open(path)
    except OSError as error:
        raise StoreError(f"{path.parent} cannot be written to.") from error
    with os.fdopen(file):
        deadline = time.monotonic() + _WAIT_S
        while not _taken(file):
            if time.monotonic() > deadline:
                raise StoreError("Another process has been upgrading the database for too long.")
            time.sleep(_POLL_S)
        yield


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
