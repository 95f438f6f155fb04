"""A running judge or solver, as the host sees it: frames in, frames out, and how it ended."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from bot.sandbox.wire import Frame, Reader, WireError

UNREAD_AT_MOST_BYTES = 32 * 1024 * 1024
"""Frames that nobody asked for; whoever sends more is flooding."""


class Cause(Enum):
    """How a side ended, as seen from outside it."""

    EXITED = "exited"
    KILLED = "killed"  # by a signal that was not ours
    OUT_OF_MEMORY = "out of memory"
    OUT_OF_GPU_MEMORY = "out of GPU memory"
    GPU_LOST = "GPU lost"
    FLOODED = "flooded"
    MALFORMED = "malformed"  # bytes that are no frames
    SILENT = "silent"  # it closed its streams and went on


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a side ended.

    Attributes:
        code: Exit code; negative for a signal. None when it was still running and had to be ended.
        gpu_bytes: GPU memory it was seen to use, where that was too much.
    """

    cause: Cause
    code: int | None = None
    gpu_bytes: int = 0


class EndedError(Exception):
    """The side ended, or is no longer listened to."""


class Side(Protocol):
    """One process behind the wire."""

    inbox: "SideInbox"

    async def send(self, frame: Frame) -> None:
        """Write a frame. Raises EndedError."""
        ...

    async def ending(self) -> Ending:
        """How it ended; asked after EndedError."""
        ...

    async def peak_memory_bytes(self) -> int | None:
        """Most memory it has used so far; None where the runner cannot tell."""
        ...

    async def kill(self) -> None:
        """End it now and leave nothing behind. Never raises; may be repeated."""
        ...


@dataclass(slots=True)
class SideInbox:
    """What a side has sent: complete frames, and the beginning of what it printed.

    The stream is read to its end whatever comes, because an engine whose reader stops hangs; what
    goes beyond an allowance is dropped, and the side counts as flooding.
    """

    output_limit_bytes: int
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
        """Bytes of the frame stream."""
        if self.failure is not None:
            return
        try:
            frames = self._reader.feed(data)
        except WireError:
            self.fail(Cause.MALFORMED)
            return
        for frame in frames:
            self._unread_bytes += len(frame.payload)
            self.frames.put_nowait(frame)
        if self._unread_bytes > UNREAD_AT_MOST_BYTES:
            self.fail(Cause.FLOODED)

    def take_output(self, data: bytes) -> None:
        """Bytes that were printed."""
        self._printed_bytes += len(data)
        room = self.output_limit_bytes - len(self._output)
        self._output += data[: max(0, room)]
        if self._printed_bytes > self.output_limit_bytes:
            self.fail(Cause.FLOODED)

    def fail(self, cause: Cause) -> None:
        """Listen no more, and say why."""
        self.failure = self.failure or cause
        self.close()

    def close(self) -> None:
        """Nothing more will come."""
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
class Burials:
    """What is ended behind the learner's back: nobody waits for a side to be gone."""

    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def add(self, burial: Coroutine[None, None, None]) -> None:
        """Carry it out in the background."""
        task = asyncio.create_task(burial)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Wait for all there are."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
