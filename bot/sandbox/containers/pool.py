"""Endpoints that wait, started ahead of need."""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

import structlog

from bot.domain.errors import SandboxError, SandboxUnavailableError
from bot.sandbox.containers.endpoint import ContainerEndpoint
from bot.sandbox.containers.spec import ContainerSpec

log = structlog.get_logger()

CORES = os.cpu_count() or 1
AHEAD_AT_ONCE = max(1, CORES // 2)
"""Importing torch keeps a core busy for two seconds; the others are for those who wait."""

WAITING_BYTES = 150 * 2**20
"""Memory of a solver that waits; what all of them share is not counted."""

WAITING_SHARE = 0.5
"""Of the machine's memory: what waits must leave room for what works."""

MAX_FAILURES = 2
"""Starts that fail before a waiting grading is told: one may have been an accident."""


def fitting(wanted: int, memory_bytes: int) -> int:
    """How many of the endpoints that are wanted in waiting fit into a machine's memory."""
    return min(wanted, int(memory_bytes * WAITING_SHARE) // WAITING_BYTES)


@dataclass(slots=True, kw_only=True)
class Pool:
    """Keeps up to `size` endpoints waiting; a grading that finds none waits for one to start.

    Attributes:
        spec: What each is made of.
        start: Starts one; raises SandboxError.
    """

    spec: ContainerSpec
    start: Callable[[ContainerSpec], Coroutine[None, None, ContainerEndpoint]]
    size: int
    _ready: deque[ContainerEndpoint] = field(default_factory=deque[ContainerEndpoint], init=False)
    _starting: set[asyncio.Task[ContainerEndpoint]] = field(
        default_factory=set[asyncio.Task[ContainerEndpoint]], init=False
    )
    _wanted: int = field(default=0, init=False)
    _closed: bool = field(default=False, init=False)

    @property
    def waiting(self) -> int:
        """How many endpoints are ready."""
        return len(self._ready)

    async def take(self) -> ContainerEndpoint:
        """An endpoint that is ready. Raises SandboxError where none can be started."""
        self._wanted += 1
        failed = 0
        try:
            while (endpoint := await self._next()) is None:
                self._begin(max(self._wanted, self.size), at_once=CORES)
                if not self._starting:
                    raise SandboxUnavailableError("the sandbox is stopping.")
                done, _ = await asyncio.wait(self._starting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    failed += task.cancelled() or task.exception() is not None
                    if failed == MAX_FAILURES:
                        task.result()  # raises what kept it from starting
            return endpoint
        finally:
            self._wanted -= 1

    def put(self, endpoint: ContainerEndpoint) -> None:
        """Give one back that may be used again."""
        self._ready.append(endpoint)

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

    async def _next(self) -> ContainerEndpoint | None:
        while self._ready:
            endpoint = self._ready.popleft()
            if endpoint.alive:
                return endpoint
            await endpoint.kill()
        return None

    def _begin(self, count: int, *, at_once: int) -> None:
        while not self._closed and len(self._starting) < min(count, at_once):
            task = asyncio.create_task(self.start(self.spec))
            self._starting.add(task)
            task.add_done_callback(self._add)

    def _add(self, task: asyncio.Task[ContainerEndpoint]) -> None:
        self._starting.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._ready.append(task.result())
            self.refill()
        elif isinstance(error, SandboxError):
            log.warning("endpoint_not_started", reason=str(error))  # the next grading tries again
