"""Until when everything was heard, so that a new start knows what to ask the platform for."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import structlog

from bot.domain.clock import Clock
from bot.domain.errors import StoreError

log = structlog.get_logger()

MARK_EVERY_S = 30.0
"""The mark is moved at most so often, and never while nothing is heard."""

OVERLAP = timedelta(minutes=2)
"""Heard again after a gap: clocks differ. The core drops what it knows."""


class Mark(Protocol):
    """Keeps one moment across restarts.

    Both methods raise StoreError where it cannot be read or written.
    """

    async def find(self) -> datetime | None:
        """The moment; None before the first."""
        ...

    async def set(self, at: datetime) -> None:
        """Keep a later moment."""
        ...


@dataclass(slots=True)
class Watermark:
    """Moves a mark forward while everything is heard.

    Attributes:
        has_heard_all: Whether the core has everything until now.
    """

    mark: Mark
    clock: Clock
    has_heard_all: Callable[[], bool]
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def since(self) -> datetime | None:
        """From when on something may be unheard; None at the very first start.

        Raises:
            StoreError: The mark cannot be read.
        """
        at = await self.mark.find()
        return None if at is None else at - OVERLAP

    def note_news(self) -> None:
        """Something was heard, so the mark is worth moving."""
        self._news.set()

    async def move(self) -> None:
        """Move the mark to now, if everything until now was heard."""
        if not self.has_heard_all():
            return
        self._news.clear()
        try:
            await self.mark.set(self.clock())
        except StoreError as error:
            self._news.set()
            log.warning("mark_not_kept", reason=str(error))

    async def run(self) -> None:
        """Move the mark after something was heard, until cancelled."""
        while True:
            await self._news.wait()
            await asyncio.sleep(MARK_EVERY_S)
            await self.move()


async def take_over_file(path: Path, mark: Mark) -> None:
    """Take over the mark that earlier versions kept in a file, and set the file aside.

    A mark that is there already is later, and stays.

    Raises:
        StoreError: The file or the mark cannot be read or written; the file stays.
    """
    at = await asyncio.to_thread(_read, path)
    if at is not None and await mark.find() is None:
        await mark.set(at)
    await asyncio.to_thread(_set_aside, path)


def _read(path: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(path.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error}") from error


def _set_aside(path: Path) -> None:
    try:
        path.replace(path.with_name(f"{path.name}.imported"))
    except FileNotFoundError:
        pass
    except OSError as error:
        raise StoreError(f"{path} cannot be renamed: {error}") from error
