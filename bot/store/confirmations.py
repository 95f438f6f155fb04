"""Questions before what cannot be undone, over SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.confirmation import Confirmation
from bot.store.columns import Json
from bot.store.mapping import row_of, value_of
from bot.store.statements import find_row, insert_once
from bot.store.tables import Base

Args = Mapping[str, str]


class ConfirmationRow(Base):
    """See `Confirmation`."""

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
class SqlConfirmations:
    """See `Confirmations`."""

    session: AsyncSession

    async def ask(self, confirmation: Confirmation) -> None:
        """See `Confirmations.ask`."""
        row = row_of(ConfirmationRow, confirmation)
        await insert_once(self.session, row, (ConfirmationRow.id,))

    async def find(self, confirmation: str) -> Confirmation | None:
        """See `Confirmations.find`."""
        row = await self.session.get(ConfirmationRow, confirmation)
        return None if row is None else value_of(Confirmation, row)

    async def answer(self, confirmation: str, *, by: str, at: datetime) -> bool:
        """See `Confirmations.answer`."""
        row = await find_row(self.session, ConfirmationRow, ConfirmationRow.id == confirmation)
        if row is None or row.answered_by not in {"", by}:
            return False
        row.answered_at, row.answered_by = at, by
        await self.session.flush()
        return True
