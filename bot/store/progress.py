"""Facts about members, and what follows from them, over SQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Row,
    ScalarSelect,
    Select,
    Subquery,
    UniqueConstraint,
    case,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from bot.domain.exercise import Day
from bot.domain.grading import Verdict
from bot.domain.progression import (
    HintTaken,
    Outcome,
    PlanItem,
    PlanReason,
    PointsEvent,
    PointsReason,
    Progress,
    Turnout,
)
from bot.store.base import Base
from bot.store.challenges import ChallengeRow
from bot.store.grades import GradeRow
from bot.store.mapping import row_of, value_of
from bot.store.members import MemberRow
from bot.store.queue import SubmissionRow
from bot.store.statements import insert, insert_missing, insert_or_replace, values_of

_DAYS = list(Day)


class HintRow(Base):
    """A `HintTaken` as a row."""

    __tablename__ = "hints"

    member: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    challenge: Mapped[int] = mapped_column(ForeignKey("challenges.id"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]


class PlanItemRow(Base):
    """A `PlanItem` as a row."""

    __tablename__ = "plan_items"

    member: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    week: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[Day] = mapped_column(primary_key=True)
    exercise: Mapped[str]
    reason: Mapped[PlanReason]


class PointsEventRow(Base):
    """A `PointsEvent` as a row."""

    __tablename__ = "points_events"
    __table_args__ = (
        UniqueConstraint("member", "challenge", "reason", "submission"),
        Index(None, "cohort", "week", "member", "points"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, init=False)
    member: Mapped[int] = mapped_column(ForeignKey("members.id"))
    cohort: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    challenge: Mapped[int] = mapped_column(ForeignKey("challenges.id"))
    week: Mapped[int]
    reason: Mapped[PointsReason]
    points: Mapped[float]
    submission: Mapped[str] = mapped_column(ForeignKey("submissions.id"))
    at: Mapped[datetime]


_PLAN_KEY = (PlanItemRow.member, PlanItemRow.week, PlanItemRow.day)
_POINTS_KEY = (
    PointsEventRow.member,
    PointsEventRow.challenge,
    PointsEventRow.reason,
    PointsEventRow.submission,
)


@dataclass(frozen=True, slots=True)
class SqlProgress(Progress):
    """Progress in one session."""

    session: AsyncSession

    @override
    async def add_points(self, events: Iterable[PointsEvent]) -> None:
        rows = [row_of(PointsEventRow, event) for event in events]
        await insert_missing(self.session, rows, _POINTS_KEY)

    @override
    async def add_correction(self, event: PointsEvent) -> None:
        row = values_of(row_of(PointsEventRow, event))
        statement = insert(self.session, PointsEventRow).values(row)
        more = PointsEventRow.__table__.c.points + statement.excluded.points
        await self.session.execute(
            statement.on_conflict_do_update(index_elements=_POINTS_KEY, set_={"points": more})
        )

    @override
    async def points_for(self, *, member: int, challenge: int) -> Sequence[PointsEvent]:
        return await self._points(
            PointsEventRow.member == member, PointsEventRow.challenge == challenge
        )

    @override
    async def points_of_week(self, cohort: int, week: int) -> Sequence[PointsEvent]:
        return await self._points(PointsEventRow.cohort == cohort, PointsEventRow.week == week)

    @override
    async def total_points(self, member: int) -> float:
        total = select(func.sum(PointsEventRow.points)).where(PointsEventRow.member == member)
        return await self.session.scalar(total) or 0.0

    @override
    async def best_weeks(self, cohort: int, *, before: int) -> Mapping[int, float]:
        weeks = (
            select(PointsEventRow.member, func.sum(PointsEventRow.points).label("points"))
            .where(PointsEventRow.cohort == cohort, PointsEventRow.week < before)
            .group_by(PointsEventRow.member, PointsEventRow.week)
            .subquery()
        )
        rows = await self.session.execute(
            select(weeks.c.member, func.max(weeks.c.points)).group_by(weeks.c.member)
        )
        return {member: round(points, 2) for member, points in rows}

    @override
    async def outcomes_of(self, member: int, *, week: int | None = None) -> Sequence[Outcome]:
        tries = _tries(member, week)
        best = select(tries).where(tries.c.rank == 1).order_by(tries.c.opens_at, tries.c.challenge)
        rows = await self.session.execute(best)
        return [_outcome(member, row) for row in rows]

    @override
    async def turnouts(self, challenges: Sequence[int]) -> Mapping[int, Turnout]:
        by_member = (
            select(
                SubmissionRow.challenge,
                func.max(_SOLVED).label("solved"),
                func.max(GradeRow.try_number).label("tries"),
            )
            .join(GradeRow, GradeRow.submission == SubmissionRow.id)
            .where(SubmissionRow.challenge.in_(challenges), GradeRow.try_number > 0)
            .group_by(SubmissionRow.challenge, SubmissionRow.member)
            .subquery()
        )
        at_first_try = case((by_member.c.tries == 1, by_member.c.solved), else_=0)
        sums = (func.count(), func.sum(by_member.c.solved), func.sum(at_first_try))
        rows = await self.session.execute(
            select(by_member.c.challenge, *sums).group_by(by_member.c.challenge)
        )
        return {
            challenge: Turnout(tried=tried, solved=int(solved), solved_first=int(first))
            for challenge, tried, solved, first in rows
        }

    @override
    async def take_hint(self, hint: HintTaken) -> None:
        unique = (HintRow.member, HintRow.challenge, HintRow.level)
        await insert_missing(self.session, [row_of(HintRow, hint)], unique)

    @override
    async def hints_of(self, *, member: int, challenge: int) -> int:
        level = await self.session.scalar(
            select(func.max(HintRow.level)).where(
                HintRow.member == member, HintRow.challenge == challenge
            )
        )
        return level or 0

    @override
    async def plan_week(self, cohort: int, items: Sequence[PlanItem]) -> None:
        """As it says, in two statements however many members there are."""
        for is_chosen in (True, False):
            some = [item for item in items if bool(item.exercise) is is_chosen]
            if not some:
                continue
            statement = insert(self.session, PlanItemRow).from_select(
                _PLAN_COLUMNS, union_all(*(_for_everybody(cohort, item) for item in some))
            )
            taken = {name: statement.excluded[name] for name in ("exercise", "reason")}
            await self.session.execute(
                statement.on_conflict_do_update(index_elements=_PLAN_KEY, set_=taken)
                if is_chosen
                else statement.on_conflict_do_nothing(index_elements=_PLAN_KEY)
            )

    @override
    async def plan(self, items: Sequence[PlanItem]) -> None:
        chosen = [row_of(PlanItemRow, item) for item in items if item.exercise]
        open_days = [row_of(PlanItemRow, item) for item in items if not item.exercise]
        await insert_or_replace(self.session, chosen, _PLAN_KEY)
        await insert_missing(self.session, open_days, _PLAN_KEY)

    @override
    async def plan_of(self, member: int, week: int) -> Sequence[PlanItem]:
        rows = await self.session.scalars(
            select(PlanItemRow)
            .where(PlanItemRow.member == member, PlanItemRow.week == week)
            .execution_options(populate_existing=True)
        )
        items = [value_of(PlanItem, row) for row in rows]
        return sorted(items, key=lambda item: _DAYS.index(item.day))

    async def _points(self, *conditions: ColumnElement[bool]) -> Sequence[PointsEvent]:
        rows = await self.session.scalars(
            select(PointsEventRow).where(*conditions).order_by(PointsEventRow.number)
        )
        return [value_of(PointsEvent, row) for row in rows]


_PLAN_COLUMNS = ("member", "week", "day", "exercise", "reason")


def _for_everybody(cohort: int, item: PlanItem) -> Select[Any]:
    """The item as a row for every member of a cohort."""
    columns = PlanItemRow.__table__.c
    values = (
        literal(getattr(item, name), columns[name].type).label(name) for name in _PLAN_COLUMNS[1:]
    )
    present = MemberRow.forgotten_at.is_(None)
    return select(MemberRow.id, *values).where(MemberRow.cohort == cohort, present)


_SOLVED = case((GradeRow.verdict == Verdict.SOLVED, 1), else_=0)


def _tries(member: int, week: int | None) -> Subquery:
    """A member's tries: the best of each challenge has rank 1, the first of several best ones."""
    challenge = SubmissionRow.challenge
    cohort = select(MemberRow.cohort).where(MemberRow.id == member)
    rank = func.row_number().over(
        partition_by=challenge,
        order_by=(GradeRow.core_share.desc(), GradeRow.graded_at, SubmissionRow.number),
    )
    query = (
        select(
            ChallengeRow.id.label("challenge"),
            ChallengeRow.exercise,
            ChallengeRow.day,
            ChallengeRow.week,
            ChallengeRow.opens_at,
            GradeRow.core_share.label("best_core_share"),
            GradeRow.graded_at.label("at"),
            func.max(_SOLVED).over(partition_by=challenge).label("solved"),
            GradeRow.try_number.label("tries"),
            _hints_read().label("hints"),
            rank.label("rank"),
        )
        .join(SubmissionRow, SubmissionRow.challenge == ChallengeRow.id)
        .join(GradeRow, GradeRow.submission == SubmissionRow.id)
        .where(
            SubmissionRow.member == member,
            GradeRow.try_number > 0,
            ChallengeRow.cohort == cohort.scalar_subquery(),  # a week is looked up by its cohort
        )
    )
    if week is not None:
        query = query.where(ChallengeRow.week == week)
    return query.subquery("tries")


def _outcome(member: int, row: Row[Any]) -> Outcome:
    return Outcome(
        member=member,
        challenge=row.challenge,
        exercise=row.exercise,
        day=row.day,
        week=row.week,
        best_core_share=row.best_core_share,
        solved=bool(row.solved),
        tries=row.tries,
        hints=row.hints,
        at=row.at,
    )


def _hints_read() -> ScalarSelect[int]:
    """Highest hint level that the author had read for the challenge when a grade came."""
    return (
        select(func.coalesce(func.max(HintRow.level), 0))
        .where(
            HintRow.member == SubmissionRow.member,
            HintRow.challenge == SubmissionRow.challenge,
            HintRow.at <= GradeRow.graded_at,
        )
        .correlate(SubmissionRow, GradeRow)
        .scalar_subquery()
    )
