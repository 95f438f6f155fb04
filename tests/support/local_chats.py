"""Stores for the local chat, on SQLite."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.store.store import SqlStore
from tests.support.databases import new_file


@asynccontextmanager
async def opened_store(folder: Path) -> AsyncGenerator[SqlStore]:
    """The store of a folder, made at its first use."""
    file = folder / "freehand.sqlite3"
    url = f"sqlite:///{file}" if file.exists() else new_file(file)
    store = await SqlStore.open(url)
    try:
        yield store
    finally:
        await store.close()


async def limit_pages(store: SqlStore, pages: int) -> None:
    """Let the file grow to so many pages at most, as on a full disk."""
    async with store.writing.begin() as connection:  # pyright: ignore[reportPrivateUsage]
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
