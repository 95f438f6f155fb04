"""Seeds of hidden inputs, derived from secrets that every process of the installation shares."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from typing_extensions import override

from bot.domain.clock import Clock
from bot.domain.grading import Seeds
from bot.domain.installation import InputKey
from bot.domain.store import Store

log = structlog.get_logger()

SEED_BYTES = 16
SECRET_BYTES = 32


@dataclass(slots=True, kw_only=True)
class SeedService(Seeds):
    """Keeps the keys in memory; no other part of the bot sees one."""

    store: Store
    clock: Clock
    _keys: Mapping[str, InputKey] = field(default_factory=dict[str, InputKey], init=False)

    async def refresh(self) -> None:
        """Read the keys again: another process may have added one. Where there is none, add one."""
        async with self.store.read() as tx:
            self._keys = await tx.input_keys.all()
        if not self._keys:
            await self.rotate()

    async def rotate(self) -> str:
        """Add a key for new submissions; older ones keep theirs. Its name."""
        name = f"k{len(self._keys) + 1}-{secrets.token_hex(3)}"
        key = InputKey(name=name, secret=secrets.token_bytes(SECRET_BYTES), made_at=self.clock())
        async with self.store.write() as tx:
            await tx.input_keys.add(key)
        self._keys = {**self._keys, name: key}
        return name

    @property
    @override
    def current_key(self) -> str:
        return next(reversed(list(self._keys)))

    @override
    async def seed(self, *, key: str, submission: str) -> bytes:
        if key not in self._keys:
            await self.refresh()
        if key not in self._keys:  # a backup of before, for example: no reason not to grade
            log.warning("input_key_lost", key=key, submission=submission, instead=self.current_key)
            key = self.current_key
        message = f"submission:{submission}".encode()
        return hmac.digest(self._keys[key].secret, message, hashlib.sha256)[:SEED_BYTES]

    @override
    def __repr__(self) -> str:
        return f"SeedService({list(self._keys)})"
