"""Seeds of hidden inputs, derived from secrets that every process of the installation shares."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from typing_extensions import override

from bot.domain.clock import Clock
from bot.domain.errors import SandboxError
from bot.domain.grading import Seeds
from bot.domain.installation import InputKey
from bot.domain.store import Store

SEED_BYTES = 16
SECRET_BYTES = 32


@dataclass(slots=True, kw_only=True)
class SeedService(Seeds):
    """Keeps the keys in memory; no other part of the bot sees one."""

    store: Store
    clock: Clock
    _keys: Mapping[str, InputKey] = field(default_factory=dict[str, InputKey], init=False)

    async def start(self) -> None:
        """Read the keys; the first start of an installation makes one."""
        await self.refresh()
        if not self._keys:
            await self.rotate()

    async def refresh(self) -> None:
        """Read the keys again: another process may have added one."""
        async with self.store.read() as tx:
            self._keys = await tx.input_keys.all()

    async def rotate(self) -> str:
        """Add a key for new submissions; older ones keep theirs. Its name."""
        name = f"k{len(self._keys) + 1}-{secrets.token_hex(3)}"
        key = InputKey(name=name, secret=secrets.token_bytes(SECRET_BYTES), made_at=self.clock())
        async with self.store.write() as tx:
            await tx.input_keys.add(key)
        await self.refresh()
        return name

    @property
    @override
    def current_key(self) -> str:
        return next(reversed(list(self._keys)))

    @override
    async def seed(self, *, key: str, submission: str) -> bytes:
        if key not in self._keys:
            await self.refresh()
        if key not in self._keys:
            raise SandboxError(f"the key {key} of the hidden inputs has been removed")
        message = f"submission:{submission}".encode()
        return hmac.digest(self._keys[key].secret, message, hashlib.sha256)[:SEED_BYTES]

    @override
    def __repr__(self) -> str:
        return f"SeedService({list(self._keys)})"
