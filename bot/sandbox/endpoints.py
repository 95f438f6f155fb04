"""A running judge or solver, as the host sees it: frames in, frames out, and how it ended."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from bot.wire.frames import Frame, Reader, WireError

MAX_UNREAD_BYTES = 32 * 1024 * 1024
"""Of frames that nobody asked for; an endpoint that sends more is not listened to any longer."""

MAX_UNREAD_FRAMES = 1024
"""However small they are: each takes memory here, one without a payload too."""


class Cause(Enum):
    """How an endpoint ended, as seen from outside it."""

    EXITED = "exited"
    KILLED = "killed"  # by a signal that was not ours
    OUT_OF_MEMORY = "out of memory"
    OUT_OF_GPU_MEMORY = "out of GPU memory"
    GPU_LOST = "GPU lost"
    FLOODED = "flooded"
    MALFORMED = "malformed"  # bytes that are no frames
    SILENT = "silent"  # it closed its streams and went on
    OUT_OF_TURN = "out of turn"  # frames that are no answers, or too many
    TIMED_OUT = "timed out"  # it used more CPU seconds than it may
    STALLED = "stalled"  # it took too long without using the CPU
    STARVED = "starved"  # it took too long on a machine that is too busy
    SLOW_TO_CHECK = "slow to check"  # what it sent kept the judge at work for too long
    BIG_TO_CHECK = "big to check"  # what it sent took all the judge's memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an endpoint ended.

    Attributes:
        code: Exit code; negative for a signal. None when it was still running and had to be ended.
        gpu_bytes: GPU memory it was seen to use, where that was too much.
    """

    cause: Cause
    code: int | None = None
    gpu_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What an endpoint has used since it was ready, as seen from outside it.

    Attributes:
        cpu_s: CPU seconds of all its processes; None where that cannot be told, as once it is gone.
        peak_memory_bytes: The most memory it had at once; None where that cannot be told.
    """

    cpu_s: float | None = None
    peak_memory_bytes: int | None = None


class EndedError(Exception):
    """The endpoint has ended, or is no longer listened to."""


class Endpoint(Protocol):
    """One process behind the wire."""

    buffer: "FrameBuffer"

    @property
    def max_cpus(self) -> float:
        """How many CPU seconds it can use in one second."""
        ...

    async def send(self, frame: Frame) -> None:
        """Write a frame. Raises EndedError."""
        ...

    async def ending(self) -> Ending:
        """How it ended; asked after EndedError."""
        ...

    async def measure(self) -> Measurement:
        """What it has used since it was ready. Never raises."""
        ...

    async def kill(self) -> None:
        """End it now and leave nothing behind. Never raises; may be repeated."""
        ...

    async def stop(self) -> None:
        """As `kill`, and wait until none of its processes runs. Raises SandboxError."""
        ...


@dataclass(slots=True)
class FrameBuffer:
    """What an endpoint has sent: complete frames, and the beginning of what it printed.

    The stream is read to its end in any case, because an engine whose reader stops hangs; what goes
    beyond an allowance is dropped, and the endpoint counts as flooding.
    """

    max_output_bytes: int
    frames: asyncio.Queue[Frame | None] = field(default_factory=asyncio.Queue[Frame | None])
    failure: Cause | None = None
    _reader: Reader = field(default_factory=Reader)
    _unread_bytes: int = 0
    _output: bytearray = field(default_factory=bytearray)
    _printed_bytes: int = 0

    @property
    def output(self) -> str:
        """The beginning of what was printed."""
        return self._output.decode(errors="replace")

    def take(self, data: bytes) -> None:
        """Add bytes of the frame stream."""
        if self.failure is not None:
            return
        try:
            frames = self._reader.feed(data)
        except WireError:
            self.fail(Cause.MALFORMED)
            return
        for frame in frames:
            self._unread_bytes += len(frame.payload)
            if self._unread_bytes > MAX_UNREAD_BYTES or self.frames.qsize() >= MAX_UNREAD_FRAMES:
                self.fail(Cause.OUT_OF_TURN)
                return
            self.frames.put_nowait(frame)

    def take_output(self, data: bytes) -> None:
        """Add bytes that were printed."""
        self._printed_bytes += len(data)
        room = self.max_output_bytes - len(self._output)
        self._output += data[: max(0, room)]
        if self._printed_bytes > self.max_output_bytes:
            self.fail(Cause.FLOODED)

    def fail(self, cause: Cause) -> None:
        """Listen no more, and remember why."""
        self.failure = self.failure or cause
        self.close()

    def close(self) -> None:
        """Tell the reader that nothing more will come."""
        self.frames.put_nowait(None)

    async def next(self) -> Frame:
        """The next frame. Raises EndedError when nothing more will come."""
        frame = None if self.failure else await self.frames.get()
        if frame is None or self.failure:
            self.close()
            raise EndedError
        self._unread_bytes -= len(frame.payload)
        return frame


@dataclass(slots=True)
class Cleanup:
    """Ends things while nobody waits for them to be gone."""

    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def add(self, end: Coroutine[None, None, None]) -> None:
        """Carry it out in the background."""
        task = asyncio.create_task(end)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Wait for all there are."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
