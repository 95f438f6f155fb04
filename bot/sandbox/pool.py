"""Sides that wait, started ahead of need."""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

import structlog

from bot.domain.errors import SandboxError, SandboxUnavailableError
from bot.sandbox.jail import ContainerSide, Jail

log = structlog.get_logger()

CORES = os.cpu_count() or 1
AHEAD_AT_ONCE = max(1, CORES // 2)
"""Importing torch keeps a core busy for two seconds; the others are for who is waiting."""

WAITING_BYTES = 150 * 2**20
"""Memory of a solver that waits; what all of them share is not counted."""

WAITING_SHARE = 0.5
"""Of the machine's memory: what waits must leave room for what works."""

FAILURES_AT_MOST = 2
"""Starts that failed before who waits is told: one may have been an accident."""


def fitting(wanted: int, memory_bytes: int) -> int:
    """How many of the sides that one wants to have waiting fit into a machine's memory."""
    return min(wanted, int(memory_bytes * WAITING_SHARE) // WAITING_BYTES)


@dataclass(slots=True, kw_only=True)
class Pool:
    """Keeps up to `size` sides waiting; whoever finds none waits for one to start.

    Attributes:
        jail: What each is started in.
        start: Starts one; raises SandboxError.
    """

    jail: Jail
    start: Callable[[Jail], Coroutine[None, None, ContainerSide]]
    size: int
    _ready: deque[ContainerSide] = field(default_factory=deque[ContainerSide], init=False)
    _starting: set[asyncio.Task[ContainerSide]] = field(
        default_factory=set[asyncio.Task[ContainerSide]], init=False
    )
    _wanted: int = field(default=0, init=False)
    _closed: bool = field(default=False, init=False)

    @property
    def waiting(self) -> int:
        """How many sides are ready."""
        return len(self._ready)

    async def take(self) -> ContainerSide:
        """A side that is ready. Raises SandboxError where none can be started."""
        self._wanted += 1
        failed = 0
        try:
            while (side := await self._next()) is None:
                self._begin(max(self._wanted, self.size), at_once=CORES)
                if not self._starting:
                    raise SandboxUnavailableError("the sandbox is stopping.")
                done, _ = await asyncio.wait(self._starting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    failed += task.cancelled() or task.exception() is not None
                    if failed == FAILURES_AT_MOST:
                        task.result()  # raises what kept it from starting
            return side
        finally:
            self._wanted -= 1

    def put(self, side: ContainerSide) -> None:
        """Give one back that may be used again."""
        self._ready.append(side)

    def refill(self) -> None:
        """Begin to start what is missing."""
        self._begin(self.size - len(self._ready), at_once=AHEAD_AT_ONCE)

    async def clear(self) -> None:
        """End all that wait or start."""
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        while self._ready:
            await self._ready.popleft().kill()

    async def close(self) -> None:
        """Start no more, and end all."""
        self._closed = True
        await self.clear()

    async def _next(self) -> ContainerSide | None:
        while self._ready:
            side = self._ready.popleft()
            if side.alive:
                return side
            await side.kill()
        return None

    def _begin(self, count: int, *, at_once: int) -> None:
        while not self._closed and len(self._starting) < min(count, at_once):
            task = asyncio.create_task(self.start(self.jail))
            self._starting.add(task)
            task.add_done_callback(self._arrived)

    def _arrived(self, task: asyncio.Task[ContainerSide]) -> None:
        self._starting.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._ready.append(task.result())
            self.refill()
        elif isinstance(error, SandboxError):
            log.warning("side_not_started", reason=str(error))  # the next grading tries again
