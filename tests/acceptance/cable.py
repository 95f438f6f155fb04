"""A cable to the Docker engine that can be pulled, without touching the engine itself."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

ENGINE = "/var/run/docker.sock"


@dataclass
class Cable:
    """Forwards a socket of ours to the engine's while it is plugged in."""

    socket: Path
    _server: asyncio.Server | None = None
    _lines: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])

    @property
    def host(self) -> str:
        """What `DOCKER_HOST` says."""
        return f"unix://{self.socket}"

    async def plug_in(self) -> None:
        """Forward from now on."""
        self._server = await asyncio.start_unix_server(self._forward, self.socket)

    async def pull(self) -> None:
        """Forward no more, and cut what is connected."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for line in tuple(self._lines):
            line.transport.abort()
        self.socket.unlink(missing_ok=True)

    async def _forward(self, near_in: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        far_in, far = await asyncio.open_unix_connection(ENGINE)
        self._lines |= {near, far}
        try:
            await asyncio.gather(_pump(near_in, far), _pump(far_in, near))
        finally:
            self._lines -= {near, far}
            near.close()
            far.close()


@asynccontextmanager
async def cable(folder: Path) -> AsyncGenerator[Cable]:
    """A plugged-in cable."""
    made = Cable(folder / "engine.sock")
    await made.plug_in()
    try:
        yield made
    finally:
        await made.pull()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read(1 << 16):
            sink.write(data)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()
