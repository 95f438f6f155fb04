"""Files of the data directory: who this worker is, and what older versions kept there."""

import asyncio
import json
import secrets
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


async def worker_id(data_dir: Path) -> str:
    """The id of the worker on a data directory, drawn at its first start.

    Only one process at a time works there, so the next one with this id knows that the last one has
    ended, and takes its leases back at once.

    Raises:
        SettingsError: The file cannot be read or written.
    """
    return await asyncio.to_thread(_worker_id, data_dir / "worker-id")


def _worker_id(file: Path) -> str:
    try:
        known = file.read_text(encoding="ascii").strip() if file.exists() else ""
        if known:
            return known
        drawn = f"worker-{secrets.token_hex(6)}"
        file.write_text(drawn, encoding="ascii")
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} cannot be used. Delete it, and start again.") from error
    return drawn


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
        known = [(name, bytes.fromhex(secret)) for name, secret in pairs]
    except (OSError, ValueError, TypeError) as error:
        raise SettingsError(f"The keys in {file} cannot be read.") from error
    # They were kept in order, without times: the newest is as old as now.
    return [
        InputKey(name=name, secret=secret, made_at=now - timedelta(seconds=age))
        for age, (name, secret) in enumerate(reversed(known))
    ]
