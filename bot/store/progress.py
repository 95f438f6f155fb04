"""Facts about members, and what follows from them, over SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import lazyload

from bot.domain.exercise import Day
from bot.domain.grading import Verdict
from bot.domain.progression import HintTaken, Outcome, PlanItem, PointsEvent
from bot.store.mapping import row_of, value_of
from bot.store.statements import insert_once, insert_or_replace
from bot.store.tables import (
    ChallengeRow,
    GradeRow,
    HintRow,
    PlanItemRow,
    PointsEventRow,
    SubmissionRow,
)

_DAYS = list(Day)


@dataclass(frozen=True, slots=True)
class SqlProgress:
    """See `Progress`."""

    session: AsyncSession

    async def add_points(self, event: PointsEvent) -> None:
        """See `Progress.add_points`."""
        row = row_of(PointsEventRow, event)
        unique = (
            PointsEventRow.member,
            PointsEventRow.challenge,
            PointsEventRow.reason,
            PointsEventRow.submission,
        )
        await insert_once(self.session, row, unique)

    async def points_of(self, member: int) -> Sequence[PointsEvent]:
        """See `Progress.points_of`."""
        return await self._points(PointsEventRow.member == member)

    async def points_of_week(self, cohort: int, week: int) -> Sequence[PointsEvent]:
        """See `Progress.points_of_week`."""
        return await self._points(PointsEventRow.cohort == cohort, PointsEventRow.week == week)

    async def outcomes_of(self, member: int) -> Sequence[Outcome]:
        """See `Progress.outcomes_of`."""
        return await self._outcomes(SubmissionRow.member == member)

    async def outcomes_of_week(self, cohort: int, week: int) -> Sequence[Outcome]:
        """See `Progress.outcomes_of_week`."""
        return await self._outcomes(ChallengeRow.cohort == cohort, ChallengeRow.week == week)

    async def take_hint(self, hint: HintTaken) -> None:
        """See `Progress.take_hint`."""
        unique = (HintRow.member, HintRow.challenge, HintRow.level)
        await insert_once(self.session, row_of(HintRow, hint), unique)

    async def hints_of(self, *, member: int, challenge: int) -> int:
        """See `Progress.hints_of`."""
        level = await self.session.scalar(
            select(func.max(HintRow.level)).where(
                HintRow.member == member, HintRow.challenge == challenge
            )
        )
        return level or 0

    async def plan(self, item: PlanItem) -> None:
        """See `Progress.plan`."""
        unique = (PlanItemRow.member, PlanItemRow.week, PlanItemRow.day)
        await insert_or_replace(self.session, row_of(PlanItemRow, item), unique)

    async def plan_of(self, member: int, week: int) -> Sequence[PlanItem]:
        """See `Progress.plan_of`."""
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

    async def _outcomes(self, *conditions: ColumnElement[bool]) -> Sequence[Outcome]:
        rows = await self.session.execute(
            select(SubmissionRow.member, ChallengeRow, GradeRow, _hints_read())
            .join(ChallengeRow, ChallengeRow.id == SubmissionRow.challenge)
            .join(GradeRow, GradeRow.submission == SubmissionRow.id)
            .where(GradeRow.try_number > 0, *conditions)
            .order_by(ChallengeRow.opens_at, ChallengeRow.id, SubmissionRow.member)
            .order_by(GradeRow.graded_at, SubmissionRow.number)
            .options(lazyload(GradeRow.checks))
        )
        return [
            _outcome(member, challenge, hints, [grade for _, _, grade, _ in tries])
            for (member, challenge, hints), tries in groupby(
                rows, key=lambda row: (row[0], row[1], row[3])
            )
        ]


def _outcome(member: int, challenge: ChallengeRow, hints: int, grades: list[GradeRow]) -> Outcome:
    best = max(grades, key=lambda grade: grade.core_share)  # the first of several
    return Outcome(
        member=member,
        challenge=challenge.id,
        exercise=challenge.exercise,
        day=challenge.day,
        week=challenge.week,
        best_core_share=best.core_share,
        solved=any(grade.verdict is Verdict.SOLVED for grade in grades),
        tries=max(grade.try_number for grade in grades),
        hints=hints,
        at=best.graded_at,
    )


def _hints_read() -> ScalarSelect[int]:
    """Highest hint level that the submission's author has read for its challenge."""
    return (
        select(func.coalesce(func.max(HintRow.level), 0))
        .where(HintRow.member == SubmissionRow.member, HintRow.challenge == SubmissionRow.challenge)
        .correlate(SubmissionRow)
        .scalar_subquery()
    )
