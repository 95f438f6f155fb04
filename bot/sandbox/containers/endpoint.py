"""A judge or solver in a container, as the host reaches it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

import structlog
from typing_extensions import override

from bot.domain.errors import SandboxError
from bot.domain.exercise import Limits
from bot.sandbox.containers import counters
from bot.sandbox.containers.engine import Engine, Streams
from bot.sandbox.containers.spec import cores, resources
from bot.sandbox.endpoints import Cause, EndedError, Ending, Endpoint, FrameBuffer, Measurement
from bot.wire.frames import Frame, Kind

log = structlog.get_logger()

MAX_START_S = 120.0
"""From `docker start` to readiness: importing torch takes 2 s, on a busy machine far more."""

MAX_ENDING_S = 5.0
"""For a container whose streams are closed to be gone as well."""

SIGNALLED = 128
"""Exit codes above tell the signal that ended the process."""

CleanUp = Callable[[Coroutine[None, None, None]], None]
"""Carries out the end of a container while nobody waits for it."""


@dataclass(slots=True, kw_only=True)
class ContainerEndpoint(Endpoint):
    """A judge or solver in a container.

    Attributes:
        container: Its id.
        uses: Gradings it has served; a judge's.
    """

    engine: Engine
    container: str
    limits: Limits
    clean_up: CleanUp
    buffer: FrameBuffer
    uses: int = 0
    _streams: Streams | None = None
    _listener: asyncio.Task[None] | None = None
    _ready_cpu_s: float = field(default=0.0, init=False)
    _killed: bool = field(default=False, init=False)

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        listens = self._listener is not None and not self._listener.done()
        return listens and not self._killed and self.buffer.failure is None

    @property
    @override
    def max_cpus(self) -> float:
        return cores(self.limits)

    async def begin(self) -> None:
        """Start the container and wait until it is ready. Raises SandboxError."""
        self._streams = await self.engine.attach(self.container)
        self._listener = asyncio.create_task(self._listen(self._streams))
        await self.engine.start(self.container)
        await self._require_ready()
        counted = await counters.count(self.engine, self.container)
        self._ready_cpu_s = counted.cpu_s or 0.0

    async def fit(self, limits: Limits) -> bool:
        """Give it an exercise's limits, where they are others; False where it cannot have them.

        Raises:
            SandboxUnavailableError: The engine is away.
        """
        self.buffer.max_output_bytes = limits.output_kb * 1024
        if limits.disk_mb != self.limits.disk_mb:
            return False
        wanted = resources(limits)
        if wanted != resources(self.limits):
            if not await self.engine.update(self.container, wanted):
                return False
            self.limits = limits
        return True

    @override
    async def send(self, frame: Frame) -> None:
        if self._streams is None:
            raise EndedError
        try:
            await self._streams.write(frame.encode())
        except ConnectionError as error:
            raise EndedError from error

    @override
    async def ending(self) -> Ending:
        if self.buffer.failure is not None:
            return Ending(cause=self.buffer.failure)
        state = await self.engine.ended(self.container, max_s=MAX_ENDING_S)
        if state is None:
            return Ending(cause=Cause.SILENT)
        code = int(state["ExitCode"])
        if state["OOMKilled"]:  # set even where a child was killed alone
            return Ending(cause=Cause.OUT_OF_MEMORY, code=code)
        if code > SIGNALLED:
            return Ending(cause=Cause.KILLED, code=SIGNALLED - code)
        return Ending(cause=Cause.EXITED, code=code)

    @override
    async def measure(self) -> Measurement:
        counted = await counters.count(self.engine, self.container)
        cpu_s = None if counted.cpu_s is None else counted.cpu_s - self._ready_cpu_s
        return Measurement(cpu_s=cpu_s, peak_memory_bytes=counted.peak_memory_bytes)

    @override
    async def kill(self) -> None:
        # Nobody waits for it: deleting takes 0.2 s.
        if not self._killed:
            self._killed = True
            self.clean_up(self._remove())

    @override
    async def stop(self) -> None:
        await self._stop_listening()
        await self.engine.kill(self.container, max_s=MAX_ENDING_S)
        await self.kill()

    async def _require_ready(self) -> None:
        try:
            async with asyncio.timeout(MAX_START_S):
                first = await self.buffer.next()
        except TimeoutError as error:
            raise SandboxError("a sandbox container was not ready in time") from error
        except EndedError as error:
            ending, last = await self.ending(), self.buffer.output.strip()[-300:]
            raise SandboxError(f"a sandbox container did not start: {ending} {last}") from error
        if first.kind is not Kind.READY:
            raise SandboxError("a sandbox container spoke out of turn")

    async def _stop_listening(self) -> None:
        # Before anything else is asked of the engine: while a reader that stopped stays attached,
        # one under a flood answers neither kill nor inspect (moby 41827).
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)

    async def _remove(self) -> None:
        await self._stop_listening()
        try:
            await self.engine.remove(self.container)
        except SandboxError as error:
            log.warning("container_left", container=self.container[:12], reason=str(error))

    async def _listen(self, streams: Streams) -> None:
        try:
            while self.buffer.failure is None and (message := await streams.read()):
                data, printed = message
                (self.buffer.take_output if printed else self.buffer.take)(data)
        finally:
            self.buffer.close()
            await streams.close()
