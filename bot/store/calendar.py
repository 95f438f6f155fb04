"""Slots that were seen to, and mentors' choices for dates, over SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from bot.domain.schedule import BoardSlot, Calendar, Slot, SlotKind
from bot.store.base import Base
from bot.store.cohorts import CohortRow
from bot.store.statements import insert_once, insert_or_replace


class SlotRow(Base):
    """A scheduled moment that was seen to: the primary key lets it happen once."""

    __tablename__ = "slots"
    __table_args__ = (Index(None, "cohort", "kind", "due_at"),)

    cohort: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    kind: Mapped[SlotKind] = mapped_column(primary_key=True)
    on_date: Mapped[date] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    taken_at: Mapped[datetime]


class PinRow(Base):
    """A mentor's choice for a date."""

    __tablename__ = "pins"

    cohort: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    on_date: Mapped[date] = mapped_column(primary_key=True)
    exercise: Mapped[str]
    member: Mapped[int | None] = mapped_column(ForeignKey("members.id"))


@dataclass(frozen=True, slots=True)
class SqlCalendar(Calendar):
    """The calendar in one session."""

    session: AsyncSession

    @override
    async def take_slot(self, cohort: int, slot: Slot | BoardSlot, at: datetime) -> bool:
        row = SlotRow(
            cohort=cohort, kind=slot.kind, on_date=slot.on, due_at=slot.due_at, taken_at=at
        )
        unique = (SlotRow.cohort, SlotRow.kind, SlotRow.on_date)
        return await insert_once(self.session, row, unique) is not None

    @override
    async def last_slots(self, kind: SlotKind) -> Mapping[int, datetime]:
        # One look into the index for each cohort, however many slots it has had.
        last = (
            select(func.max(SlotRow.due_at))
            .where(SlotRow.cohort == CohortRow.id, SlotRow.kind == kind)
            .correlate(CohortRow)
            .scalar_subquery()
        )
        rows = await self.session.execute(select(CohortRow.id, last).where(last.is_not(None)))
        return {cohort: due_at for cohort, due_at in rows}  # noqa: C416  # a Row is no pair to dict()

    @override
    async def pin(self, *, cohort: int, on: date, exercise: str, by: int | None) -> None:
        row = PinRow(cohort=cohort, on_date=on, exercise=exercise, member=by)
        await insert_or_replace(self.session, [row], (PinRow.cohort, PinRow.on_date))

    @override
    async def unpin(self, cohort: int, on: date) -> bool:
        gone = delete(PinRow).where(PinRow.cohort == cohort, PinRow.on_date == on)
        return await self.session.scalar(gone.returning(PinRow.exercise)) is not None

    @override
    async def pins(self, cohort: int, since: date) -> Sequence[tuple[date, str]]:
        rows = await self.session.execute(
            select(PinRow.on_date, PinRow.exercise)
            .where(PinRow.cohort == cohort, PinRow.on_date >= since)
            .order_by(PinRow.on_date)
        )
        return [(on, exercise) for on, exercise in rows]

    @override
    async def find_pin(self, cohort: int, on: date) -> str | None:
        return await self.session.scalar(
            select(PinRow.exercise).where(PinRow.cohort == cohort, PinRow.on_date == on)
        )
