"""A judge or solver as a child process in a session of its own."""

import asyncio
import contextlib
import os
import shutil
import signal
from dataclasses import dataclass, field

from typing_extensions import override

from bot.domain.errors import SandboxError, SandboxUnavailableError
from bot.sandbox.endpoints import (
    Cause,
    Cleanup,
    EndedError,
    Ending,
    Endpoint,
    FrameBuffer,
    Measurement,
)
from bot.sandbox.processes import proc
from bot.wire.frames import Frame, Kind

MAX_START_S = 120.0
"""A cold disk takes its time over torch."""

MAX_ENDING_S = 1.0
"""For a process whose streams are closed to be gone as well."""

STDIN, STDOUT = 0, 1
SIGNALLED = 128
"""A shell's way, and bubblewrap's, to say by exit code that a signal ended the process."""


class Listener(asyncio.SubprocessProtocol):
    """Puts into a buffer what a process sends and prints, and knows how far it has ended.

    Attributes:
        exited: The process is gone; children of it may still hold its streams open.
        closed: So are the streams.
    """

    def __init__(self, buffer: FrameBuffer) -> None:
        self.buffer = buffer
        self.exited = asyncio.Event()
        self.closed = asyncio.Event()

    @override
    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == STDOUT:
            self.buffer.take(data)
        else:
            self.buffer.take_output(data)

    @override
    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == STDOUT:
            self.buffer.close()

    @override
    def process_exited(self) -> None:
        self.exited.set()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()


@dataclass(slots=True)
class ProcessEndpoint(Endpoint):
    """A judge or solver as a child process.

    Attributes:
        folder: Its own, deleted with it.
        confined: Whether it runs under bubblewrap.
    """

    transport: asyncio.SubprocessTransport
    listener: Listener
    buffer: FrameBuffer
    folder: str
    cleanup: Cleanup
    confined: bool
    _ready_cpu_s: float = field(default=0.0, init=False)

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return not self.listener.exited.is_set() and self.buffer.failure is None

    @property
    @override
    def max_cpus(self) -> float:
        return os.cpu_count() or 1  # nothing keeps a process from using them all

    async def begin(self) -> None:
        """Wait until it is ready. Raises SandboxError."""
        try:
            async with asyncio.timeout(MAX_START_S):
                first = await self.buffer.next()
        except (TimeoutError, EndedError) as error:
            last = self.buffer.output.strip()[-300:]
            raise SandboxUnavailableError(f"A sandbox process did not start: {last}") from error
        if first.kind is not Kind.READY:
            raise SandboxError("a sandbox process spoke out of turn")
        self._ready_cpu_s = proc.count(self.transport.get_pid()).cpu_s or 0.0

    @override
    async def send(self, frame: Frame) -> None:
        stdin = self.transport.get_pipe_transport(STDIN)
        if not isinstance(stdin, asyncio.WriteTransport) or stdin.is_closing():
            raise EndedError
        # Not waited for: the judge asks one thing at a time, so little can pile up.
        stdin.write(frame.encode())

    @override
    async def ending(self) -> Ending:
        if self.buffer.failure is not None:
            return Ending(cause=self.buffer.failure)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MAX_ENDING_S):
                await self.listener.exited.wait()
        code = self.transport.get_returncode()
        if code is None:
            return Ending(cause=Cause.SILENT)
        if self.confined and code > SIGNALLED:
            code = SIGNALLED - code
        return Ending(cause=Cause.KILLED if code < 0 else Cause.EXITED, code=code)

    @override
    async def measure(self) -> Measurement:
        counted = proc.count(self.transport.get_pid())
        cpu_s = None
        if counted.cpu_s is not None and counted.cpu_s >= self._ready_cpu_s:
            cpu_s = counted.cpu_s - self._ready_cpu_s  # else what did the work is gone already
        return Measurement(cpu_s=cpu_s, peak_memory_bytes=counted.peak_memory_bytes)

    @override
    async def kill(self) -> None:
        if not self.listener.exited.is_set():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.transport.get_pid(), signal.SIGKILL)
        self.transport.close()
        self.cleanup.add(self._delete_folder())

    @override
    async def stop(self) -> None:
        await self.kill()
        try:
            async with asyncio.timeout(MAX_ENDING_S):
                await self.listener.exited.wait()
        except TimeoutError as error:
            raise SandboxUnavailableError("a sandbox process could not be ended") from error

    async def _delete_folder(self) -> None:
        await self.listener.closed.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
