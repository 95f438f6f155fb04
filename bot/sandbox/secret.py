"""The secret that hidden inputs are drawn from."""

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from typing_extensions import override

from bot.domain.errors import SandboxError, SettingsError
from bot.domain.grading import Seeds

SEED_BYTES = 16


@dataclass(frozen=True, slots=True)
class Keyring(Seeds):
    """Keys by id, the newest last."""

    keys: dict[str, str]

    @staticmethod
    def load(path: Path) -> "Keyring":
        """Read the keys; a first start makes one, readable by this user alone.

        Raises:
            SettingsError: The file cannot be read, or holds something else.
        """
        if not path.exists():
            return _written(path, {})
        try:
            keys = cast("object", json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise SettingsError(f"The keys in {path} cannot be read.") from error
        if not isinstance(keys, dict) or not keys:
            raise SettingsError(f"There are no keys in {path}.")
        return Keyring(
            {str(name): str(key) for name, key in cast("dict[object, object]", keys).items()}
        )

    @staticmethod
    def rotate(path: Path) -> "Keyring":
        """Add a key for new submissions; older ones keep theirs."""
        return _written(path, Keyring.load(path).keys)

    @property
    @override
    def current_key(self) -> str:
        return next(reversed(self.keys))

    @override
    def seed(self, *, key: str, submission: str) -> bytes:
        if key not in self.keys:
            raise SandboxError(f"the key {key} of the hidden inputs has been removed")
        message = f"submission:{submission}".encode()
        return hmac.digest(bytes.fromhex(self.keys[key]), message, hashlib.sha256)[:SEED_BYTES]

    def __repr__(self) -> str:
        return f"Keyring({list(self.keys)})"


def _written(path: Path, keys: dict[str, str]) -> Keyring:
    keys = {**keys, f"k{len(keys) + 1}-{secrets.token_hex(3)}": secrets.token_hex(32)}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(keys, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return Keyring(keys)
