"""Questions before what cannot be undone, over SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.confirmation import Confirmation, Confirmations
from bot.store.base import Base
from bot.store.columns import Json
from bot.store.mapping import row_of, value_of
from bot.store.statements import insert_once

Args = Mapping[str, str]


class ConfirmationRow(Base):
    """A `Confirmation` as a row."""

    __tablename__ = "confirmations"

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation: Mapped[ConversationRef]
    user: Mapped[UserRef] = mapped_column("user_ref")  # `user` is a function in PostgreSQL
    command: Mapped[str]
    args: Mapped[Args] = mapped_column(Json(Args))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_by: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True, slots=True)
class SqlConfirmations(Confirmations):
    """Questions in one session."""

    session: AsyncSession

    @override
    async def ask(self, confirmation: Confirmation) -> None:
        row = row_of(ConfirmationRow, confirmation)
        await insert_once(self.session, row, (ConfirmationRow.id,))

    @override
    async def ask_instead(self, confirmation: Confirmation) -> None:
        is_about = ConfirmationRow.command == confirmation.command
        is_same = and_(
            ConfirmationRow.user == confirmation.user,
            ConfirmationRow.conversation == confirmation.conversation,
        )
        has_expired = ConfirmationRow.expires_at <= confirmation.asked_at
        await self.session.execute(
            delete(ConfirmationRow).where(is_about, or_(is_same, has_expired))
        )
        await self.ask(confirmation)

    @override
    async def open_for(
        self, user: UserRef, command: str, *, now: datetime
    ) -> Sequence[Confirmation]:
        rows = await self.session.scalars(
            select(ConfirmationRow)
            .where(
                ConfirmationRow.command == command,
                ConfirmationRow.user == user,
                ConfirmationRow.expires_at > now,
                ConfirmationRow.answered_at.is_(None),
            )
            .order_by(ConfirmationRow.asked_at, ConfirmationRow.id)
        )
        return [value_of(Confirmation, row) for row in rows]

    @override
    async def forget(self, confirmation: str) -> None:
        await self.session.execute(
            delete(ConfirmationRow).where(ConfirmationRow.id == confirmation)
        )

    @override
    async def has_expired(self, before: datetime) -> bool:
        return await self.session.scalar(_expired(before).limit(1)) is not None

    @override
    async def purge(self, before: datetime, *, limit: int) -> int:
        purged = await self.session.scalars(
            delete(ConfirmationRow)
            .where(ConfirmationRow.id.in_(_expired(before).limit(limit)))
            .returning(ConfirmationRow.id)
            .execution_options(synchronize_session=False)
        )
        return len(purged.all())

    @override
    async def find(self, confirmation: str) -> Confirmation | None:
        row = await self.session.get(ConfirmationRow, confirmation)
        return None if row is None else value_of(Confirmation, row)

    @override
    async def answer(self, confirmation: str, *, by: str, at: datetime) -> bool:
        answered = await self.session.scalar(
            update(ConfirmationRow)
            .where(ConfirmationRow.id == confirmation, ConfirmationRow.answered_by.in_(["", by]))
            .values(answered_at=at, answered_by=by)
            .returning(ConfirmationRow.id)
        )
        return answered is not None


def _expired(before: datetime) -> Select[str]:
    return select(ConfirmationRow.id).where(ConfirmationRow.expires_at < before)
