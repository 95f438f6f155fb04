"""Waiting without sleeping: for anything that happens on the fake."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.patience import PATIENCE_S


@dataclass(eq=False)
class Changes:
    """Tells all who wait that something has happened."""

    _happened: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        """Something has happened."""
        self._happened.set()
        self._happened = asyncio.Event()

    async def until(self, happens: Callable[[], object], what: str) -> None:
        """Wait until something is so.

        Raises:
            AssertionError: It did not become so; the sentence names it.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not happens():
                    await self._happened.wait()
        except TimeoutError:
            raise AssertionError(f"waited {PATIENCE_S:.0f} s for {what}") from None
