"""Until when everything was heard, so that a new start knows what to ask the platform for."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
