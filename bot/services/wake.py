"""A store that tells who waits for work that something was committed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from bot.domain.store import Store, Transaction


@dataclass(frozen=True, slots=True)
class WakingStore:
    """Any commit may have queued work or words: set every event, and let the loops look.

    One place instead of a call after every change, so that none can be forgotten.
    """

    inner: Store
    sleepers: tuple[asyncio.Event, ...]

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[Transaction]:
        """See `Store.write`."""
        async with self.inner.write() as tx:
            yield tx
        for sleeper in self.sleepers:
            sleeper.set()

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        """See `Store.read`."""
        return self.inner.read()
