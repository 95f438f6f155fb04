"""The jobs port inside one process: an event for each queue wakes who works on it."""

import asyncio
import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from typing_extensions import override

from bot.domain.jobs import Jobs, Queue


@dataclass(frozen=True, slots=True)
class EmbeddedJobs(Jobs):
    """Wakes the workers of this process."""

    _events: Mapping[Queue, asyncio.Event] = field(
        default_factory=lambda: {queue: asyncio.Event() for queue in Queue}
    )

    @override
    def announce(self, queues: Collection[Queue]) -> None:
        for queue in queues:
            self._events[queue].set()

    @override
    async def wait(self, queue: Queue, *, at_most_s: float) -> bool:
        event = self._events[queue]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most_s):
                await event.wait()
        was_announced = event.is_set()
        event.clear()
        return was_announced
