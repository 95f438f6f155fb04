"""Workers and their heartbeats, over SQL."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from bot.domain.worker import Workers
from bot.store.base import Base
from bot.store.statements import insert_or_replace


class WorkerRow(Base):
    """A process that grades, and when it was last heard of."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class SqlWorkers(Workers):
    """Workers in one session."""

    session: AsyncSession

    @override
    async def beat(self, worker: str, at: datetime) -> None:
        await insert_or_replace(self.session, [WorkerRow(id=worker, seen_at=at)], (WorkerRow.id,))
