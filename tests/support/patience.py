"""How long and how a test waits for what happens at once on a machine that has nothing to do."""

import asyncio
from collections.abc import Callable

PATIENCE_S = 60.0
"""Far beyond anything but a stuck test, which then fails with words and not with a timeout."""

LOOK_EVERY_S = 0.01
"""Often enough to lose no time, and seldom enough to leave the cores to those that work."""


async def until(holds: Callable[[], object]) -> None:
    """Wait for something that nobody announces."""
    while not holds():  # noqa: ASYNC110  # it looks on from outside
        await asyncio.sleep(LOOK_EVERY_S)
