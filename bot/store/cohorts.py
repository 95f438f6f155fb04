"""Cohorts and their places, over SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import ForeignKey, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship
from typing_extensions import override

from bot.domain.chat.refs import ConversationRef
from bot.domain.cohort import Cohort, Cohorts, Place
from bot.domain.errors import NotFoundError
from bot.domain.exercise import Caps
from bot.store.base import Base, Dates
from bot.store.mapping import is_possible_id, row_of, value_of


class PlaceRow(Base):
    """A `Place` as a row."""

    __tablename__ = "places"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    cohort: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), index=True, init=False)
    channel: Mapped[ConversationRef] = mapped_column(unique=True)
    mentors_channel: Mapped[ConversationRef] = mapped_column(index=True)
    mentor_role: Mapped[str]


class CohortRow(Base):
    """A `Cohort` as a row."""

    __tablename__ = "cohorts"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str]
    timezone: Mapped[str]
    starts_on: Mapped[date]
    hour: Mapped[int]
    open_hours: Mapped[int]
    late_hours: Mapped[int]
    reminder_hours: Mapped[int]
    pending_limit: Mapped[int]
    daily_limit: Mapped[int]
    challenge_limit: Mapped[int]
    quiet_from: Mapped[int]
    quiet_until: Mapped[int]
    details_public: Mapped[bool]
    holidays: Mapped[Dates]
    caps: Mapped[Caps]
    places: Mapped[list[PlaceRow]] = relationship(
        lazy="joined", order_by=PlaceRow.id, cascade="all, delete-orphan", default_factory=list
    )


@dataclass(frozen=True, slots=True)
class SqlCohorts(Cohorts):
    """Cohorts in one session."""

    session: AsyncSession

    @override
    async def add(self, cohort: Cohort) -> Cohort:
        row = row_of(CohortRow, cohort, places=[_place_row(place) for place in cohort.places])
        self.session.add(row)
        await self.session.flush()
        return _cohort(row)

    @override
    async def update(self, cohort: Cohort) -> None:
        row = await self._row(cohort.id)
        for field in fields(cohort):
            if field.name != "places":
                setattr(row, field.name, getattr(cohort, field.name))
        known = {name: place for place in row.places for name in (place.id, place.channel)}
        row.places = [
            _updated(known.get(place.id) or known.get(place.channel), place)
            for place in cohort.places
        ]
        await self.session.flush()

    @override
    async def all(self) -> Sequence[Cohort]:
        return [_cohort(row) for row in await self._rows(select(CohortRow).order_by(CohortRow.id))]

    @override
    async def get(self, cohort: int) -> Cohort:
        return _cohort(await self._row(cohort))

    @override
    async def lock(self, cohort: int) -> Cohort:
        return _cohort(await self._row(cohort, locked=True))

    @override
    async def find_by_channel(self, conversation: ConversationRef) -> Cohort | None:
        channel = conversation.parent
        here = select(PlaceRow.cohort).where(
            or_(PlaceRow.channel == channel, PlaceRow.mentors_channel == channel)
        )
        rows = await self._rows(
            select(CohortRow).where(CohortRow.id.in_(here)).order_by(CohortRow.id)
        )
        return _cohort(rows[0]) if rows else None

    async def _row(self, cohort: int, *, locked: bool = False) -> CohortRow:
        query = select(CohortRow).where(CohortRow.id == cohort)
        if locked:
            query = query.with_for_update(of=CohortRow, key_share=True)
        rows = await self._rows(query) if is_possible_id(cohort) else ()
        if not rows:
            raise NotFoundError(f"There is no cohort {cohort}.")
        return rows[0]

    async def _rows(self, query: Select[CohortRow]) -> Sequence[CohortRow]:
        fresh = query.execution_options(populate_existing=True)
        return (await self.session.scalars(fresh)).unique().all()


def _cohort(row: CohortRow) -> Cohort:
    return value_of(Cohort, row, places=tuple(value_of(Place, place) for place in row.places))


def _place_row(place: Place) -> PlaceRow:
    return row_of(PlaceRow, place)


def _updated(row: PlaceRow | None, place: Place) -> PlaceRow:
    if row is None:
        return _place_row(place)
    row.channel, row.mentors_channel = place.channel, place.mentors_channel
    row.mentor_role = place.mentor_role
    return row
