"""A solver on a GPU, whose memory is watched from the host."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Protocol

from bot.domain.errors import GpuUnavailableError
from bot.domain.exercise import Limits
from bot.sandbox.endpoints import Cause, EndedError, Ending, Endpoint, FrameBuffer, Measurement
from bot.sandbox.gpu.nvml import Meter
from bot.wire.frames import Frame

WATCH_EVERY_S = 0.1

NONE_NOW = "no GPU can be used now. The log of the bot says why."


class SolverEndpoint(Endpoint, Protocol):
    """A solver that a slot has started."""

    limits: Limits

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        ...


@dataclass(slots=True, kw_only=True)
class GpuEndpoint:
    """A solver on a GPU: one in a container, and a watch over the device's memory.

    Attributes:
        before_bytes: What the device held before this solver was started.
        peak_bytes: The most it was seen to use.
        lost: Why its device is not to be trusted any more; then nothing it did counts.
    """

    inner: SolverEndpoint
    meter: Meter
    before_bytes: int
    peak_bytes: int = 0
    lost: str = ""
    buffer: FrameBuffer = field(init=False)
    _killed: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _watch: asyncio.Task[None] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.buffer = self.inner.buffer

    def watch(self, allowed_bytes: int) -> None:
        """Begin to watch it: it is ended when it uses more GPU memory than this."""
        self._watch = asyncio.create_task(self._watched(allowed_bytes))

    def lose(self, reason: str) -> None:
        """Give it up for a fault that is not the learner's; nothing if it has ended already."""
        if not self._killed.is_set():
            self.lost = self.lost or reason
            self.buffer.fail(Cause.GPU_LOST)

    async def killed(self, *, within_s: float) -> bool:
        """Whether it has been ended, or is by then."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._killed.wait()
        return self._killed.is_set()

    async def send(self, frame: Frame) -> None:
        """Write a frame. Raises EndedError, also once it has been given up."""
        if self.buffer.failure is not None:
            raise EndedError
        await self.inner.send(frame)

    async def ending(self) -> Ending:
        """How it ended; asked after EndedError.

        Raises:
            GpuUnavailableError: The device was lost under it.
        """
        if self.lost:
            raise GpuUnavailableError(NONE_NOW)
        if self.buffer.failure is Cause.OUT_OF_GPU_MEMORY:
            return Ending(cause=Cause.OUT_OF_GPU_MEMORY, gpu_bytes=self.peak_bytes)
        return await self.inner.ending()

    @property
    def max_cpus(self) -> float:
        """How many CPU seconds it can use in one second."""
        return self.inner.max_cpus

    async def measure(self) -> Measurement:
        """What it has used since it was ready; of the machine's memory, not the GPU's."""
        return await self.inner.measure()

    async def kill(self) -> None:
        """End it now and leave nothing behind. Never raises; may be repeated."""
        if self._watch is not None:
            self._watch.cancel()
        await self.inner.kill()
        self._killed.set()

    async def stop(self) -> None:
        """As `kill`, and wait until none of its processes runs. Raises SandboxError."""
        await self.inner.stop()
        await self.kill()

    async def _watched(self, allowed_bytes: int) -> None:
        while self.buffer.failure is None:
            try:
                used_bytes = (await self.meter.read()).used_bytes - self.before_bytes
            except GpuUnavailableError as error:
                self.lose(str(error))
                return
            self.peak_bytes = max(used_bytes, self.peak_bytes)
            if used_bytes > allowed_bytes:
                self.buffer.fail(Cause.OUT_OF_GPU_MEMORY)
                return
            await asyncio.sleep(WATCH_EVERY_S)
