"""What older versions kept in files of the data directory, taken over into the database."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import structlog

from bot.domain.clock import Clock
from bot.domain.errors import SettingsError
from bot.domain.installation import InputKey
from bot.domain.store import Store

log = structlog.get_logger()

IMPORTED = ".imported"
"""Added to the name of a file whose content is in the database."""


async def take_over_keys(file: Path, store: Store, clock: Clock) -> None:
    """Keep the keys of a file, the oldest first, in the database; then set the file aside.

    Raises:
        SettingsError: It cannot be read or holds no keys.
    """
    keys = await asyncio.to_thread(_keys, file, clock())
    if not keys:
        return
    async with store.write() as tx:
        for key in keys:
            await tx.input_keys.add(key)
    await asyncio.to_thread(file.replace, file.with_name(file.name + IMPORTED))
    log.info("keys_taken_over", keys=len(keys))


def _keys(file: Path, now: datetime) -> list[InputKey]:
    if not file.exists():
        return []
    try:
        read = cast("object", json.loads(file.read_text(encoding="utf-8")))
        if not isinstance(read, dict) or not read:
            raise SettingsError(f"There are no keys in {file}.")
        pairs = list(cast("dict[str, str]", read).items())
        secrets = [(name, bytes.fromhex(secret)) for name, secret in pairs]
    except (OSError, ValueError, TypeError) as error:
        raise SettingsError(f"The keys in {file} cannot be read.") from error
    # They were kept in order, without times: the newest is as old as now.
    return [
        InputKey(name=name, secret=secret, made_at=now - timedelta(seconds=age))
        for age, (name, secret) in enumerate(reversed(secrets))
    ]
