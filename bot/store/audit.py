"""The audit trail, over SQL."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import AuditRow


@dataclass(frozen=True, slots=True)
class SqlAudit:
    """See `Audit`."""

    session: AsyncSession

    async def record(
        self, *, at: datetime, actor: str, action: str, target: str, note: str = ""
    ) -> None:
        """See `Audit.record`."""
        self.session.add(AuditRow(at=at, actor=actor, action=action, target=target, note=note))
        await self.session.flush()
