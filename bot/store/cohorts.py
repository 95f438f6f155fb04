"""Cohorts and the people in them, over SQL."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.alias import ALIASES, alias
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.cohort import BoardMode, Cohort, Member, Role
from bot.store.mapping import get_row, row_of, value_of
from bot.store.tables import CohortRow, MemberRow


@dataclass(frozen=True, slots=True)
class SqlCohorts:
    """See `Cohorts`."""

    session: AsyncSession

    async def add(self, cohort: Cohort) -> Cohort:
        """See `Cohorts.add`."""
        row = row_of(CohortRow, cohort)
        self.session.add(row)
        await self.session.flush()
        return value_of(Cohort, row)

    async def update(self, cohort: Cohort) -> None:
        """See `Cohorts.update`."""
        row = await get_row(self.session, CohortRow, cohort.id, name="cohort")
        for field in fields(cohort):
            setattr(row, field.name, getattr(cohort, field.name))

    async def all(self) -> Sequence[Cohort]:
        """See `Cohorts.all`."""
        rows = await self.session.scalars(select(CohortRow).order_by(CohortRow.id))
        return [value_of(Cohort, row) for row in rows]

    async def get(self, cohort: int) -> Cohort:
        """See `Cohorts.get`."""
        return value_of(Cohort, await get_row(self.session, CohortRow, cohort, name="cohort"))

    async def find_by_place(self, channel: ConversationRef) -> Cohort | None:
        """See `Cohorts.find_by_place`."""
        here = or_(
            CohortRow.place == channel.parent,
            CohortRow.mentors_place == channel.parent,
        )
        query = select(CohortRow).where(here).order_by(CohortRow.id).limit(1)
        row = await self.session.scalar(query)
        return None if row is None else value_of(Cohort, row)


@dataclass(frozen=True, slots=True)
class SqlMembers:
    """See `Members`."""

    session: AsyncSession

    async def join(
        self, *, cohort: int, user: UserRef, name: str, role: Role, at: datetime
    ) -> tuple[Member, bool]:
        """See `Members.join`."""
        known = await self.find(cohort, user)
        if known is not None:
            return known, False
        row = MemberRow(
            cohort=cohort,
            user=user,
            name=name,
            alias=await self._free_alias(cohort),
            role=role,
            joined_at=at,
        )
        self.session.add(row)
        await self.session.flush()
        return value_of(Member, row), True

    async def find(self, cohort: int, user: UserRef) -> Member | None:
        """See `Members.find`."""
        row = await self.session.scalar(
            select(MemberRow).where(MemberRow.cohort == cohort, MemberRow.user == user)
        )
        return None if row is None else value_of(Member, row)

    async def get(self, member: int) -> Member:
        """See `Members.get`."""
        return value_of(Member, await get_row(self.session, MemberRow, member, name="member"))

    async def of(self, cohort: int) -> Sequence[Member]:
        """See `Members.of`."""
        rows = await self.session.scalars(
            select(MemberRow).where(MemberRow.cohort == cohort).order_by(MemberRow.id)
        )
        return [value_of(Member, row) for row in rows]

    async def set_board(self, member: int, board: BoardMode) -> None:
        """See `Members.set_board`."""
        row = await get_row(self.session, MemberRow, member, name="member")
        row.board = board

    async def set_reminders(self, member: int, *, on: bool) -> None:
        """See `Members.set_reminders`."""
        row = await get_row(self.session, MemberRow, member, name="member")
        row.reminders = on

    async def _free_alias(self, cohort: int) -> str:
        rows = await self.session.scalars(select(MemberRow.alias).where(MemberRow.cohort == cohort))
        taken = set(rows)
        turns = len(taken) // ALIASES + 1
        names = (alias(number) for number in range(turns * ALIASES))
        return secrets.choice([name for name in names if name not in taken])
