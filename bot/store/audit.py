"""The audit trail, over SQL."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from bot.domain.audit import Audit
from bot.store.base import Base


class AuditRow(Base):
    """One line of what mentors and operators did."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True, init=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    target: Mapped[str]
    note: Mapped[str]


@dataclass(frozen=True, slots=True)
class SqlAudit(Audit):
    """The trail in one session."""

    session: AsyncSession

    @override
    async def record(
        self, *, at: datetime, actor: str, action: str, target: str, note: str = ""
    ) -> None:
        self.session.add(AuditRow(at=at, actor=actor, action=action, target=target, note=note))
        await self.session.flush()
