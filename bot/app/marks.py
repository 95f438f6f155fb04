"""Watermarks of chat adapters, kept in the database: the next process may be on another machine."""

from dataclasses import dataclass
from datetime import datetime

from typing_extensions import override

from bot.chat.common.watermark import Mark
from bot.domain.store import Store


@dataclass(frozen=True, slots=True)
class StoredMark(Mark):
    """The mark of one source."""

    store: Store
    source: str

    @override
    async def find(self) -> datetime | None:
        async with self.store.read() as tx:
            return await tx.watermarks.find(self.source)

    @override
    async def set(self, at: datetime) -> None:
        async with self.store.write() as tx:
            await tx.watermarks.set(self.source, at)
