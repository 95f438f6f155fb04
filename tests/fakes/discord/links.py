"""Signed addresses of attachments, which expire."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.fakes.clock import FakeClock
from tests.fakes.discord.model import File

LINK_LASTS = timedelta(hours=24)
SECRET = b"of the fake alone"


@dataclass
class Links:
    """Makes and checks addresses on the content server.

    Attributes:
        base: The server's own address; known once it listens.
    """

    clock: FakeClock
    base: str = ""

    def sign(self, file: File) -> str:
        """An address that works for a day from now."""
        now = self.clock.now
        until = f"{int((now + LINK_LASTS).timestamp()):x}"
        path = self._path(file)
        query = f"ex={until}&is={int(now.timestamp()):x}&hm={_signature(path, until)}&"
        return f"{self.base}{path}?{query}"

    def holds(self, file: File, until: str, signature: str) -> bool:
        """Whether an address still gives the file."""
        if file.deleted or signature != _signature(self._path(file), until):
            return False
        return datetime.fromtimestamp(int(until, 16), UTC) > self.clock.now

    def _path(self, file: File) -> str:
        kind = "ephemeral-attachments" if file.ephemeral else "attachments"
        return f"/cdn/{kind}/{file.channel_id}/{file.id}/{file.name}"


def _signature(path: str, until: str) -> str:
    return hashlib.sha256(SECRET + path.encode() + until.encode()).hexdigest()
