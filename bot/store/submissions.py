"""Submissions, their runs and grades, over SQL. Here stand the lease, the fence and the fair line.

Lease: a run owns its submission until `lease_until`. Fence: every write of a run matches on its
number, so that a run which lost its lease writes nothing. Fair: a member's second submission stands
behind everybody's first.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.errors import LeaseLostError, NotFoundError
from bot.domain.grading import CheckResult, Grade, Usage
from bot.domain.store import Claim
from bot.domain.submission import NewSubmission, Submission, SubmissionState
from bot.store.mapping import row_of, value_of
from bot.store.statements import find_row, insert_once
from bot.store.tables import (
    ChallengeRow,
    CheckResultRow,
    GradeRow,
    RunOutcome,
    RunRow,
    SubmissionRow,
)

_QUEUED = SubmissionRow.state == SubmissionState.QUEUED
_RUNNING = SubmissionRow.state == SubmissionState.RUNNING


@dataclass(frozen=True, slots=True)
class SqlSubmissions:
    """See `Submissions`."""

    session: AsyncSession

    async def add(self, submission: NewSubmission) -> bool:
        """See `Submissions.add`."""
        row = row_of(SubmissionRow, submission, state=SubmissionState.QUEUED, **_NEVER_RUN)
        return await insert_once(self.session, row, (SubmissionRow.event,)) is not None

    async def get(self, submission: str) -> Submission:
        """See `Submissions.get`."""
        found = await self._all(select(SubmissionRow).where(SubmissionRow.id == submission))
        if not found:
            raise NotFoundError(f"There is no submission {submission}.")
        return found[0]

    async def find_latest(self, answer: str) -> Submission | None:
        """See `Submissions.find_latest`."""
        newest = select(SubmissionRow).where(SubmissionRow.answer == answer).order_by(_NEWEST)
        found = await self._all(newest.limit(1))
        return found[0] if found else None

    async def pending_of(self, member: int) -> int:
        """See `Submissions.pending_of`."""
        query = select(func.count()).where(SubmissionRow.member == member, or_(_QUEUED, _RUNNING))
        return await self.session.scalar(query) or 0

    async def queued(self) -> Sequence[Submission]:
        """See `Submissions.queued`."""
        rows = await self._rows(_in_line().where(_QUEUED))
        return [_submission(row, row.grade, place=place) for place, row in enumerate(rows, 1)]

    async def claim(
        self, *, owner: str, now: datetime, lease_s: float, without: Collection[str] = ()
    ) -> Claim | None:
        """See `Submissions.claim`."""
        line = _in_line().where(_claimable(now))
        if without:
            held_up = select(ChallengeRow.id).where(ChallengeRow.exercise.in_(without))
            line = line.where(SubmissionRow.challenge.not_in(held_up))
        rows = await self._rows(line.limit(1))
        if not rows:
            return None
        row = rows[0]
        await self._end_run(row, RunOutcome.LOST)
        row.state = SubmissionState.RUNNING
        row.run += 1
        row.started_at = now
        row.lease_until = now + timedelta(seconds=lease_s)
        self.session.add(RunRow(submission=row.id, number=row.run, owner=owner, started_at=now))
        await self.session.flush()
        return Claim(_submission(row, None), row.run)

    async def renew(self, claim: Claim, *, now: datetime, lease_s: float) -> None:
        """See `Submissions.renew`."""
        row = await self._owned(claim)
        row.lease_until = now + timedelta(seconds=lease_s)

    async def release(self, claim: Claim, *, not_before: datetime) -> None:
        """See `Submissions.release`."""
        row = await self._owned(claim)
        await self._end_run(row, RunOutcome.RELEASED)
        row.state = SubmissionState.QUEUED
        row.not_before = not_before
        row.lease_until = None
        await self.session.flush()

    async def finish(self, claim: Claim, grade: Grade, *, at: datetime) -> Submission:
        """See `Submissions.finish`."""
        row = await self._owned(claim)
        graded = _grade_row(row, grade, at=at, try_number=await self._try_number(row, grade))
        await self._end_run(row, RunOutcome.GRADED, at=at)
        row.state = SubmissionState.GRADED
        row.lease_until = None
        self.session.add(graded)
        await self.session.flush()
        return _submission(row, graded)

    async def withdraw(self, answer: str) -> bool:
        """See `Submissions.withdraw`."""
        rows = await self._rows(
            select(SubmissionRow).where(SubmissionRow.answer == answer, _QUEUED)
        )
        for row in rows:
            row.state = SubmissionState.WITHDRAWN
            row.not_before = None
        await self.session.flush()
        return bool(rows)

    async def reclaim(self) -> int:
        """See `Submissions.reclaim`."""
        rows = await self._rows(select(SubmissionRow).where(_RUNNING))
        for row in rows:
            await self._end_run(row, RunOutcome.LOST)
            row.state = SubmissionState.QUEUED
            row.not_before = None
            row.lease_until = None
        await self.session.flush()
        return len(rows)

    async def of(self, *, challenge: int, member: int | None = None) -> Sequence[Submission]:
        """See `Submissions.of`."""
        query = select(SubmissionRow).where(SubmissionRow.challenge == challenge)
        if member is not None:
            query = query.where(SubmissionRow.member == member)
        return await self._all(query.order_by(SubmissionRow.number))

    async def history(self, member: int, *, limit: int = 20) -> Sequence[Submission]:
        """See `Submissions.history`."""
        query = select(SubmissionRow).where(SubmissionRow.member == member)
        return await self._all(query.order_by(_NEWEST).limit(limit))

    async def _all(self, query: Select[SubmissionRow]) -> list[Submission]:
        return [_submission(row, row.grade) for row in await self._rows(query)]

    async def _rows(self, query: Select[SubmissionRow]) -> Sequence[SubmissionRow]:
        fresh = query.execution_options(populate_existing=True)
        return (await self.session.scalars(fresh)).unique().all()

    async def _owned(self, claim: Claim) -> SubmissionRow:
        """The row of a run that is still the current one."""
        row = await find_row(
            self.session,
            SubmissionRow,
            SubmissionRow.id == claim.submission.id,
            SubmissionRow.run == claim.run,
            _RUNNING,
        )
        if row is None:
            raise LeaseLostError(
                f"Run {claim.run} of submission {claim.submission.id} is not the current one."
            )
        return row

    async def _end_run(
        self, row: SubmissionRow, outcome: RunOutcome, *, at: datetime | None = None
    ) -> None:
        """Say how the current run ended, if one runs."""
        if row.state is SubmissionState.RUNNING:
            run = await self.session.get_one(RunRow, (row.id, row.run))
            run.outcome, run.ended_at = outcome, at

    async def _try_number(self, row: SubmissionRow, grade: Grade) -> int:
        if not grade.verdict.counts_as_try:
            return 0
        earlier = (
            select(func.max(GradeRow.try_number))
            .join(SubmissionRow, SubmissionRow.id == GradeRow.submission)
            .where(
                SubmissionRow.challenge == row.challenge,
                SubmissionRow.member == row.member,
                GradeRow.try_number > 0,
            )
        )
        same = await self.session.scalar(earlier.where(SubmissionRow.source == row.source))
        return same or (await self.session.scalar(earlier) or 0) + 1


_NEVER_RUN = {
    "run": 0,
    "not_before": None,
    "started_at": None,
    "lease_until": None,
}
_NEWEST = SubmissionRow.number.desc()


def _in_line() -> Select[SubmissionRow]:
    """Submissions in the order in which they are claimed."""
    place = func.row_number().over(
        partition_by=SubmissionRow.member,
        order_by=(SubmissionRow.received_at, SubmissionRow.number),
    )
    ranked = (
        select(SubmissionRow.number, place.label("turn"))
        .where(or_(_QUEUED, _RUNNING))
        .subquery("ranked")
    )
    return (
        select(SubmissionRow)
        .join(ranked, ranked.c.number == SubmissionRow.number)
        .order_by(ranked.c.turn, SubmissionRow.received_at, SubmissionRow.number)
    )


def _claimable(now: datetime) -> ColumnElement[bool]:
    ripe = or_(SubmissionRow.not_before.is_(None), SubmissionRow.not_before <= now)
    return or_(and_(_QUEUED, ripe), and_(_RUNNING, SubmissionRow.lease_until <= now))


def _submission(row: SubmissionRow, grade: GradeRow | None, *, place: int = 0) -> Submission:
    return value_of(
        Submission,
        row,
        place=place,
        finished_at=grade.graded_at if grade else None,
        grade=_grade(grade) if grade else None,
        try_number=grade.try_number if grade else 0,
    )


def _grade(row: GradeRow) -> Grade:
    checks = tuple(value_of(CheckResult, check) for check in row.checks)
    return value_of(Grade, row, checks=checks, usage=value_of(Usage, row))


def _grade_row(row: SubmissionRow, grade: Grade, *, at: datetime, try_number: int) -> GradeRow:
    return GradeRow(
        submission=row.id,
        run=row.run,
        graded_at=at,
        verdict=grade.verdict,
        core_share=grade.core_share,
        try_number=try_number,
        detail=grade.detail,
        traceback=grade.traceback,
        output=grade.output,
        start_s=grade.usage.start_s,
        run_s=grade.usage.run_s,
        peak_memory_bytes=grade.usage.peak_memory_bytes,
        checks=[
            row_of(CheckResultRow, check, position=position)
            for position, check in enumerate(grade.checks, 1)
        ],
    )
