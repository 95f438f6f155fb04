"""What members answered about themselves, over SQL."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from bot.domain.self_view import Answers, SelfViews
from bot.store.base import Base
from bot.store.statements import insert_or_replace


class SelfAnswerRow(Base):
    """One answer of a member about themselves."""

    __tablename__ = "self_answers"

    member: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[int]
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class SqlSelfViews(SelfViews):
    """Self-views in one session."""

    session: AsyncSession

    @override
    async def of(self, member: int) -> Answers:
        rows = await self.session.execute(
            select(SelfAnswerRow.item, SelfAnswerRow.answer).where(SelfAnswerRow.member == member)
        )
        return {item: answer for item, answer in rows}  # noqa: C416  # a Row is no pair to dict()

    @override
    async def replace(
        self, member: int, items: Collection[str], answers: Answers, *, at: datetime
    ) -> None:
        left_out = [item for item in items if item not in answers]
        await self.session.execute(
            delete(SelfAnswerRow).where(
                SelfAnswerRow.member == member, SelfAnswerRow.item.in_(left_out)
            )
        )
        rows = [
            SelfAnswerRow(member=member, item=item, answer=answers[item], at=at)
            for item in items
            if item in answers
        ]
        await insert_or_replace(self.session, rows, (SelfAnswerRow.member, SelfAnswerRow.item))
