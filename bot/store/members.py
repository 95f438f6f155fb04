"""The people in cohorts and their identities, over SQL."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Select, UniqueConstraint, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship
from typing_extensions import override

from bot.domain.alias import ALIASES, alias
from bot.domain.chat.refs import UserRef
from bot.domain.errors import NotFoundError
from bot.domain.member import BoardMode, Member, Members, Role
from bot.store.base import Base, Dates
from bot.store.cohorts import CohortRow
from bot.store.mapping import is_possible_id, value_of
from bot.store.statements import lock_row


class IdentityRow(Base):
    """Who a member is on one platform; nobody is two members of one cohort."""

    __tablename__ = "identities"

    cohort: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    user: Mapped[UserRef] = mapped_column("user_ref", primary_key=True)
    member: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, init=False)
    linked_at: Mapped[datetime]


class MemberRow(Base):
    """A `Member` as a row."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("cohort", "alias"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    cohort: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    name: Mapped[str]
    alias: Mapped[str]
    role: Mapped[Role]
    joined_at: Mapped[datetime]
    board: Mapped[BoardMode] = mapped_column(default=BoardMode.ALIAS)
    reminders: Mapped[bool] = mapped_column(default=True)
    forgotten_at: Mapped[datetime | None] = mapped_column(default=None)
    excused: Mapped[Dates] = mapped_column(default=frozenset[date]())
    identities: Mapped[list[IdentityRow]] = relationship(
        lazy="joined",
        order_by=(IdentityRow.linked_at, IdentityRow.user),
        default_factory=list,
    )


@dataclass(frozen=True, slots=True)
class SqlMembers(Members):
    """Members in one session."""

    session: AsyncSession

    @override
    async def join(
        self, *, cohort: int, user: UserRef, name: str, role: Role, at: datetime
    ) -> tuple[Member, bool]:
        # Two who join at once must not be given the same alias.
        await lock_row(self.session, CohortRow.id, cohort)
        known = await self.find(cohort, user)
        if known is not None:
            return known, False
        row = MemberRow(
            cohort=cohort,
            identities=[IdentityRow(cohort=cohort, user=user, linked_at=at)],
            name=name,
            alias=await self._free_alias(cohort),
            role=role,
            joined_at=at,
        )
        self.session.add(row)
        await self.session.flush()
        return _member(row), True

    @override
    async def find(self, cohort: int, user: UserRef) -> Member | None:
        here = select(IdentityRow.member).where(
            IdentityRow.cohort == cohort, IdentityRow.user == user
        )
        rows = await self._rows(select(MemberRow).where(MemberRow.id == here.scalar_subquery()))
        return _member(rows[0]) if rows else None

    @override
    async def get(self, member: int) -> Member:
        query = select(MemberRow).where(MemberRow.id == member)
        rows = await self._rows(query) if is_possible_id(member) else ()
        if not rows:
            raise NotFoundError(f"There is no member {member}.")
        return _member(rows[0])

    @override
    async def of(self, cohort: int) -> Sequence[Member]:
        present = MemberRow.forgotten_at.is_(None)
        return await self._of(MemberRow.cohort == cohort, present)

    @override
    async def ever_of(self, cohort: int) -> Sequence[Member]:
        return await self._of(MemberRow.cohort == cohort)

    @override
    async def cohorts_of(self, user: UserRef) -> Sequence[str]:
        names = (
            select(CohortRow.name)
            .join(IdentityRow, IdentityRow.cohort == CohortRow.id)
            .where(IdentityRow.user == user)
            .order_by(CohortRow.id)
        )
        return (await self.session.scalars(names)).all()

    @override
    async def set_board(self, member: int, board: BoardMode) -> None:
        await self._change(member, board=board)

    @override
    async def set_role(self, member: int, role: Role) -> None:
        await self._change(member, role=role)

    @override
    async def excuse(self, member: int, on: date) -> None:
        await lock_row(self.session, MemberRow.id, member)
        known = await self.get(member)
        await self._change(member, excused=known.excused | {on})

    @override
    async def set_reminders(self, member: int, *, on: bool) -> None:
        await self._change(member, reminders=on)

    async def _of(self, *where: ColumnElement[bool]) -> Sequence[Member]:
        query = select(MemberRow).where(*where).order_by(MemberRow.id)
        return [_member(row) for row in await self._rows(query)]

    async def _change(self, member: int, **values: object) -> None:
        changed = await self.session.scalar(
            update(MemberRow)
            .where(MemberRow.id == (member if is_possible_id(member) else 0))
            .values(values)
            .returning(MemberRow.id)
        )
        if changed is None:
            raise NotFoundError(f"There is no member {member}.")

    async def _rows(self, query: Select[MemberRow]) -> Sequence[MemberRow]:
        fresh = query.execution_options(populate_existing=True)
        return (await self.session.scalars(fresh)).unique().all()

    async def _free_alias(self, cohort: int) -> str:
        rows = await self.session.scalars(select(MemberRow.alias).where(MemberRow.cohort == cohort))
        taken = set(rows)
        turns = len(taken) // ALIASES + 1
        names = (alias(number) for number in range(turns * ALIASES))
        return secrets.choice([name for name in names if name not in taken])


def _member(row: MemberRow) -> Member:
    return value_of(Member, row, identities=tuple(identity.user for identity in row.identities))
