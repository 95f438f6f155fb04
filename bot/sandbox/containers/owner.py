"""Whose containers are whose: a lock that lives exactly as long as its process.

`freehand grade` may run beside the bot, with the same data directory. Each deletes what dead
processes of this installation have left behind, and neither what the other is using.
"""

import contextlib
import fcntl
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Owner:
    """A process that has containers.

    Attributes:
        name: Random; the containers carry it.
    """

    name: str
    _file: int

    @staticmethod
    def begin() -> "Owner":
        """Take a name. Raises OSError where there is no room for temporary files."""
        name = secrets.token_hex(8)
        file = os.open(_path(name), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)  # the system lets go of it however the process ends
        return Owner(name, file)

    def end(self) -> None:
        """Give the name back; whatever still carries it may be deleted."""
        _path(self.name).unlink(missing_ok=True)
        os.close(self._file)


def lives(name: str) -> bool:
    """Whether the process that took this name is still there."""
    if not name.isalnum():
        return False
    try:
        file = os.open(_path(name), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # another user's
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(file)
    with contextlib.suppress(OSError):
        _path(name).unlink()
    return False


def _path(name: str) -> Path:
    return Path(tempfile.gettempdir()) / f"freehand-owner-{name}"
