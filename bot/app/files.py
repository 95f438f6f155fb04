"""Files of the data directory: who this worker is, and what older versions kept there."""

import asyncio
import json
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import structlog

from bot.chat.common.watermark import Mark
from bot.domain.clock import Clock
from bot.domain.errors import SettingsError, StoreError
from bot.domain.installation import InputKey
from bot.domain.store import Store
from bot.store.local_import import import_old_chat

log = structlog.get_logger()

OLD_CHAT = "web-chat.sqlite3"

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
    log.info("keys_taken_over", keys=len(keys))
    await asyncio.to_thread(_set_aside, file)


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


async def take_over_mark(file: Path, mark: Mark) -> None:
    """Keep the moment of a file, until when a platform was heard; then set the file aside.

    A mark that is there already is later, and stays.

    Raises:
        StoreError: The file or the mark cannot be read or written; the file stays.
    """
    if not await asyncio.to_thread(file.exists):
        return
    at = await asyncio.to_thread(_moment, file)
    if at is not None and await mark.find() is None:
        await mark.set(at)
    await asyncio.to_thread(_set_aside, file)


def _moment(file: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(file.read_text(encoding="ascii"))
    except ValueError:
        return None
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error}") from error


async def take_over_chat(data_dir: Path, url: str) -> None:
    """Keep the local chat's own file in the database; then set the file aside.

    Raises:
        StoreError: The file cannot be read, or the database cannot be written; nothing was changed.
    """
    file = data_dir / OLD_CHAT
    if not await asyncio.to_thread(file.exists):
        return
    if await import_old_chat(url, file):
        await asyncio.to_thread(_set_aside, file)


def _set_aside(file: Path) -> None:
    """Rename it. One of that name may be there, from before somebody returned to an old version."""
    names = (file.with_name(f"{file.name}{IMPORTED}{again}") for again in ("", *range(2, 100)))
    try:
        free = next(name for name in names if not name.exists())
        file.rename(free)
    except (OSError, StopIteration) as error:
        raise StoreError(f"{file} cannot be renamed: {error or 'too many old ones'}") from error
    log.info("file_set_aside", name=free.name)
