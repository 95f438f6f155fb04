"""Mentors' sign-offs, over SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from bot.domain.chat.refs import UserRef
from bot.domain.signoff import Signed, Signoff, Signoffs
from bot.store.base import Base
from bot.store.mapping import row_of, value_of


class SignoffRow(Base):
    """A `Signoff` as a row."""

    __tablename__ = "signoffs"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    member: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    kind: Mapped[Signed]
    code: Mapped[str]
    mentor: Mapped[UserRef]
    mentor_member: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    mentor_name: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str]
    withdrawn_why: Mapped[str]


@dataclass(frozen=True, slots=True)
class SqlSignoffs(Signoffs):
    """Sign-offs in one session."""

    session: AsyncSession

    @override
    async def add(self, signoff: Signoff) -> Signoff:
        row = row_of(SignoffRow, signoff)
        self.session.add(row)
        await self.session.flush()
        return value_of(Signoff, row)

    @override
    async def of(self, member: int) -> Sequence[Signoff]:
        rows = await self.session.scalars(
            select(SignoffRow)
            .where(SignoffRow.member == member)
            .order_by(SignoffRow.at, SignoffRow.id)
            .execution_options(populate_existing=True)
        )
        return [value_of(Signoff, row) for row in rows]

    @override
    async def withdraw(self, signoff: int, *, at: datetime, by: str, why: str) -> bool:
        withdrawn = await self.session.scalar(
            update(SignoffRow)
            .where(SignoffRow.id == signoff, SignoffRow.withdrawn_at.is_(None))
            .values(withdrawn_at=at, withdrawn_by=by, withdrawn_why=why)
            .returning(SignoffRow.id)
        )
        return withdrawn is not None
