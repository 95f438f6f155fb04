"""Solvers forked from one process that has torch imported: milliseconds each, not seconds.

For code that is trusted, as an exercise's own solutions are; what the other side shares between
them is told in `bot/inside/solver/forkserver.py`.
"""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from typing_extensions import override

from bot.domain.errors import SandboxUnavailableError
from bot.sandbox.processes.endpoint import STDIN, STDOUT, Listener

STDERR, STATUS = 2, 3
"""The numbers here of what a solver prints, and of what its supervisor writes."""


@dataclass(slots=True)
class ForkServer:
    """The process, and the socket on which it is asked for solvers."""

    process: asyncio.subprocess.Process
    requests: socket.socket

    @staticmethod
    async def start(folder: str, environment: Mapping[str, str]) -> "ForkServer":
        """Start it. It imports torch while the first request waits."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot.inside.solver.forkserver"),
                stdin=theirs.fileno(),
                stdout=asyncio.subprocess.DEVNULL,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
        return ForkServer(process, ours)

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self.process.returncode is None

    async def fork(self, folder: str, megabytes: int, listener: Listener) -> "ForkedTransport":
        """A solver in a folder of its own, with so much memory; it says when it is ready.

        Raises:
            SandboxUnavailableError: There is none to fork from any more.
        """
        transport = ForkedTransport(listener)
        request = json.dumps({"folder": folder, "megabytes": megabytes}).encode()
        theirs = await transport.connect()
        try:
            socket.send_fds(self.requests, [request], theirs)
        except OSError as error:
            transport.close()
            raise SandboxUnavailableError("The process that forks solvers has ended.") from error
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        await transport.started.wait()
        return transport

    async def stop(self) -> None:
        """End it. Solvers that it has forked go on."""
        self.requests.close()
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


class ForkedTransport(asyncio.SubprocessTransport):
    """A forked solver, as asyncio shows a child process.

    Attributes:
        started: Its process id is known, or it never will be.
    """

    def __init__(self, listener: Listener) -> None:
        super().__init__()
        self.started = asyncio.Event()
        self._listener = listener
        self._streams: dict[int, asyncio.BaseTransport] = {}
        self._status = b""

    async def connect(self) -> list[int]:
        """Listen to a new socket and two new pipes; returns the descriptors of their other ends."""
        loop = asyncio.get_running_loop()
        ours, its_stream = socket.socketpair()
        await loop.create_connection(lambda: _Stream(STDOUT, self), sock=ours)
        errors, its_errors = os.pipe()
        await loop.connect_read_pipe(lambda: _Stream(STDERR, self), os.fdopen(errors, "rb", 0))
        status, its_status = os.pipe()
        await loop.connect_read_pipe(lambda: _Stream(STATUS, self), os.fdopen(status, "rb", 0))
        return [its_stream.detach(), its_errors, its_status]

    def opened(self, number: int, stream: asyncio.BaseTransport) -> None:
        """One of the three is there."""
        self._streams[number] = stream

    def heard(self, number: int, data: bytes) -> None:
        """One of the three brought something."""
        if number != STATUS:
            self._listener.pipe_data_received(number, data)
            return
        self._status += data
        if self._said():
            self.started.set()

    def lost(self, number: int, error: Exception | None) -> None:
        """One of the three is closed: the last one after the solver has ended."""
        del self._streams[number]
        if number == STATUS:
            self.started.set()
            self._listener.process_exited()
        else:
            self._listener.pipe_connection_lost(number, error)
        if not self._streams:
            self._listener.connection_lost(None)

    def _said(self) -> list[int]:
        return [int(line) for line in self._status.split(b"\n")[:-1]]

    @override
    def get_pid(self) -> int:
        """Its supervisor's, whose child it is; 0 before it has started."""
        return next(iter(self._said()), 0)

    @override
    def get_returncode(self) -> int | None:
        if STATUS in self._streams:
            return None
        said = self._said()
        return said[1] if len(said) > 1 else -signal.SIGKILL  # its supervisor was killed with it

    @override
    def get_pipe_transport(self, fd: int) -> asyncio.BaseTransport | None:
        return self._streams.get(STDOUT if fd == STDIN else fd)

    @override
    def close(self) -> None:
        for stream in list(self._streams.values()):
            stream.close()


@dataclass(slots=True)
class _Stream(asyncio.Protocol):
    """Hears one of a solver's streams."""

    number: int
    solver: ForkedTransport

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.solver.opened(self.number, transport)

    @override
    def data_received(self, data: bytes) -> None:
        self.solver.heard(self.number, data)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.solver.lost(self.number, exc)
