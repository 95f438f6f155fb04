"""What all processes of one installation share, over SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from bot.domain.installation import InputKey, InputKeys, Watermarks
from bot.store.base import Base
from bot.store.mapping import row_of, value_of
from bot.store.statements import insert_once, insert_or_replace


class InputKeyRow(Base):
    """A `InputKey` as a row."""

    __tablename__ = "input_keys"

    name: Mapped[str] = mapped_column(primary_key=True)
    secret: Mapped[bytes]
    made_at: Mapped[datetime]


class WatermarkRow(Base):
    """Until when everything was heard from one source."""

    __tablename__ = "watermarks"

    source: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class SqlInputKeys(InputKeys):
    """The secrets in one session."""

    session: AsyncSession

    @override
    async def all(self) -> Mapping[str, InputKey]:
        rows = await self.session.scalars(
            select(InputKeyRow).order_by(InputKeyRow.made_at, InputKeyRow.name)
        )
        return {row.name: value_of(InputKey, row) for row in rows}

    @override
    async def add(self, key: InputKey) -> bool:
        row = row_of(InputKeyRow, key)
        return await insert_once(self.session, row, (InputKeyRow.name,)) is not None


@dataclass(frozen=True, slots=True)
class SqlWatermarks(Watermarks):
    """The marks in one session."""

    session: AsyncSession

    @override
    async def find(self, source: str) -> datetime | None:
        query = select(WatermarkRow.at).where(WatermarkRow.source == source)
        return await self.session.scalar(query)

    @override
    async def set(self, source: str, at: datetime) -> None:
        row = WatermarkRow(source=source, at=at)
        await insert_or_replace(
            self.session, [row], (WatermarkRow.source,), where=WatermarkRow.at < at
        )
