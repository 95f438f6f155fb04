"""Events as they came, over SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, Text, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from bot.domain.chat.events import Event
from bot.domain.inbox import Inbox
from bot.store import codec
from bot.store.base import Base, partial_index
from bot.store.statements import insert_once

_PENDING = "handled_at IS NULL"
_KEPT = "payload IS NOT NULL AND handled_at IS NOT NULL"


class InboxRow(Base):
    """An event. Its key outlives the payload, so that even a late redelivery adds nothing."""

    __tablename__ = "inbox"
    __table_args__ = (
        partial_index("ix_inbox_pending", "number", where=_PENDING),
        partial_index("ix_inbox_kept", "handled_at", where=_KEPT),
    )

    number: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
    payload: Mapped[Event | None]
    handled_at: Mapped[datetime | None] = mapped_column(default=None)
    error: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True, slots=True)
class SqlInbox(Inbox):
    """The inbox in one session."""

    session: AsyncSession

    @override
    async def put(self, event: Event) -> bool:
        row = InboxRow(key=event.key, at=event.at, payload=event)
        return await insert_once(self.session, row, (InboxRow.key,)) is not None

    @override
    async def find(self, key: str) -> Event | None:
        payload = await self.session.scalar(
            select(type_coerce(InboxRow.payload, Text)).where(InboxRow.key == key)
        )
        return None if payload is None else codec.decode_or_none(payload, Event, key=key)

    @override
    async def pending(self) -> Sequence[Event]:
        rows = await self.session.execute(
            select(InboxRow.key, type_coerce(InboxRow.payload, Text))
            .where(InboxRow.handled_at.is_(None))
            .order_by(InboxRow.number)
        )
        found = (codec.decode_or_none(payload, Event, key=key) for key, payload in rows)
        return [event for event in found if event is not None]

    @override
    async def handled(self, key: str, *, at: datetime, error: str = "") -> None:
        await self.session.execute(
            update(InboxRow)
            .where(InboxRow.key == key, InboxRow.handled_at.is_(None))
            .values(handled_at=at, error=error)
        )

    @override
    async def has_kept(self, before: datetime) -> bool:
        return await self.session.scalar(_kept(before).limit(1)) is not None

    @override
    async def purge(self, before: datetime, *, limit: int) -> int:
        old = _kept(before).order_by(InboxRow.handled_at).limit(limit)
        purged = await self.session.scalars(
            update(InboxRow)
            .where(InboxRow.number.in_(old.scalar_subquery()))
            .values(payload=None)
            .returning(InboxRow.number)
        )
        return len(purged.all())


def _kept(before: datetime) -> Select[int]:
    return select(InboxRow.number).where(
        InboxRow.handled_at < before,
        InboxRow.handled_at.is_not(None),
        InboxRow.payload.is_not(None),
    )
