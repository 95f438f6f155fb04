"""A store that tells the sender that something was committed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from bot.domain.store import Store, Transaction


@dataclass(frozen=True, slots=True)
class WakingStore:
    """Any commit may have changed what the bot wants to have said: set `sender`, and let it look.

    One place instead of a call after every change, so that none can be forgotten.
    """

    inner: Store
    sender: asyncio.Event

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[Transaction]:
        """See `Store.write`."""
        async with self.inner.write() as tx:
            yield tx
        self.sender.set()

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        """See `Store.read`."""
        return self.inner.read()
