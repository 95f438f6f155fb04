"""Submissions, their runs and grades, over SQL.

Every write of a run matches on its number, the fence: a run which lost its lease writes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    and_,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, lazyload
from typing_extensions import override

from bot.domain.chat.refs import UserRef
from bot.domain.errors import LeaseLostError, NotFoundError
from bot.domain.grading import Grade, Verdict
from bot.domain.jobs import Queue
from bot.domain.submission import (
    Before,
    Claim,
    Graded,
    NewSubmission,
    Submission,
    Submissions,
    SubmissionState,
    Waiting,
)
from bot.domain.text import quoted
from bot.store.cohorts import CohortRow
from bot.store.grades import GradeRow, grade_row
from bot.store.mapping import row_of
from bot.store.members import IdentityRow, MemberRow
from bot.store.queue import (
    PENDING,
    QUEUED,
    RUNNING,
    RunOutcome,
    RunRow,
    SubmissionRow,
    answers_in_line,
    is_claimable,
    is_latest,
    line_of_queued,
    next_in_line,
    submission_of,
    with_source,
)
from bot.store.session import announce
from bot.store.statements import insert_once, is_postgresql, lock_row

Value = TypeVar("Value")

_NEVER_RUN = {"run": 0, "worker": None, "not_before": None, "started_at": None}
_NEWEST = SubmissionRow.number.desc()


@dataclass(frozen=True, slots=True)
class SqlSubmissions(Submissions):
    """Submissions in one session."""

    session: AsyncSession

    @override
    async def before(
        self, *, cohort: int, user: UserRef, answer: str, challenge: int, since: datetime
    ) -> Before | None:
        author = (
            select(MemberRow.id)
            .join(IdentityRow, IdentityRow.member == MemberRow.id)
            .where(IdentityRow.cohort == cohort, IdentityRow.user == user)
        )
        if is_postgresql(self.session):  # in a statement of its own: what was waited for is seen
            await self.session.execute(author.with_for_update(of=MemberRow, key_share=True))
        others = SubmissionRow.answer != answer
        is_of_day, is_of_challenge = (
            SubmissionRow.received_at > since,
            SubmissionRow.challenge == challenge,
        )
        found = await self.session.execute(
            select(
                MemberRow.id.label("member"),
                _count(SubmissionRow.answer.distinct(), PENDING, others).label("pending"),
                CohortRow.pending_limit,
                _count_gradings(answer, is_of_day).label("in_a_day"),
                CohortRow.daily_limit,
                _count_gradings(answer, is_of_challenge).label("for_challenge"),
                CohortRow.challenge_limit,
                _of_latest(SubmissionRow.source, answer).label("latest_source"),
                _of_latest(SubmissionRow.member, answer).label("latest_member"),
                select(func.count()).where(PENDING).scalar_subquery().label("pending_of_all"),
            )
            .join(CohortRow, CohortRow.id == MemberRow.cohort)
            .where(MemberRow.id == author.scalar_subquery())
        )
        row = found.mappings().one_or_none()
        return None if row is None else Before(**row)

    @override
    async def add(self, submission: NewSubmission) -> bool:
        row = row_of(SubmissionRow, submission, state=SubmissionState.QUEUED, **_NEVER_RUN)
        if await insert_once(self.session, row, (SubmissionRow.event,)) is None:
            return False
        announce(self.session, Queue.GRADING)
        return True

    @override
    async def get(self, submission: str) -> Submission:
        found = await self._all(select(SubmissionRow).where(SubmissionRow.id == submission))
        if not found:
            raise NotFoundError(f"There is no submission {quoted(submission)}.")
        return found[0]

    @override
    async def find_latest(self, answer: str) -> Submission | None:
        newest = select(SubmissionRow).where(SubmissionRow.answer == answer).order_by(_NEWEST)
        found = await self._all(newest.limit(1))
        return found[0] if found else None

    @override
    async def queue_position(self, submission: str) -> int:
        line = line_of_queued()
        position = await self.session.scalar(
            select(line.c.position).where(line.c.submission == submission)
        )
        return position or 0

    @override
    async def waiting(self, *, limit: int) -> Sequence[Waiting]:
        rows = await self.session.execute(answers_in_line(limit))
        return [_waiting(list(some)) for _, some in groupby(rows, lambda row: row.submission)]

    @override
    async def latest_number(self) -> int:
        return await self.session.scalar(select(func.max(SubmissionRow.number))) or 0

    @override
    async def queue_length(self) -> int:
        return await self.session.scalar(select(func.count()).where(QUEUED)) or 0

    @override
    async def is_claimable(self, *, now: datetime, lease_s: float) -> bool:
        query = select(SubmissionRow.id).where(is_claimable(now, lease_s)).limit(1)
        return await self.session.scalar(query) is not None

    @override
    async def claim(
        self, *, worker: str, now: datetime, lease_s: float, without: Collection[str] = ()
    ) -> Claim | None:
        found = (await self.session.execute(next_in_line(now, lease_s, without))).first()
        if found is None:
            return None
        row, queued = found
        others = queued - (row.state is SubmissionState.QUEUED)
        await self._end_run(row, RunOutcome.LOST)
        row.state, row.worker = SubmissionState.RUNNING, worker
        row.run += 1
        started_at = max(now, row.received_at)  # by another machine's clock, or one set back
        row.started_at = started_at
        self.session.add(
            RunRow(submission=row.id, number=row.run, worker=worker, started_at=started_at)
        )
        await self.session.flush()
        return Claim(submission_of(row, None), row.run, others_wait=others > 0)

    @override
    async def release(self, claim: Claim, *, not_before: datetime) -> None:
        await self._queue_again(claim, RunOutcome.RELEASED, not_before)

    @override
    async def fail(self, claim: Claim, *, not_before: datetime) -> None:
        await self._queue_again(claim, RunOutcome.FAILED, not_before)

    @override
    async def failures(self, submission: str) -> int:
        failed = and_(RunRow.submission == submission, RunRow.outcome == RunOutcome.FAILED)
        return await self.session.scalar(select(func.count()).where(failed)) or 0

    @override
    async def finish(self, claim: Claim, grade: Grade, *, at: datetime) -> Graded:
        row = await self._owned(claim)
        try_number, newer = await self._standing(row, grade)
        at = max(at, row.started_at or at)
        made = grade_row(grade, submission=row.id, run=row.run, at=at, try_number=try_number)
        await self._end_run(row, RunOutcome.GRADED, at=at)
        row.state, row.worker = SubmissionState.GRADED, None
        self.session.add(made)
        await self.session.flush()
        return Graded(submission=submission_of(row, made), is_latest=not newer)

    @override
    async def withdraw(self, answer: str) -> bool:
        withdrawn = await self.session.scalars(
            update(SubmissionRow)
            .where(SubmissionRow.answer == answer, QUEUED)
            .values(state=SubmissionState.WITHDRAWN, not_before=None)
            .returning(SubmissionRow.id)
        )
        return bool(withdrawn.all())

    @override
    async def take_back(self, worker: str) -> int:
        returned = await self.session.execute(
            update(SubmissionRow)
            .where(RUNNING, SubmissionRow.worker == worker)
            .values(state=SubmissionState.QUEUED, worker=None, not_before=None)
            .returning(SubmissionRow.id, SubmissionRow.run)
        )
        runs = [(submission, number) for submission, number in returned]  # not as Rows
        if runs:
            lost = tuple_(RunRow.submission, RunRow.number).in_(runs)
            await self.session.execute(update(RunRow).where(lost).values(outcome=RunOutcome.LOST))
            await self._withdraw_outdated([submission for submission, _ in runs])
            announce(self.session, Queue.GRADING)
        return len(runs)

    @override
    async def answered_by(self, challenge: int) -> Collection[int]:
        rows = await self.session.scalars(
            select(SubmissionRow.member)
            .where(
                SubmissionRow.challenge == challenge,
                SubmissionRow.state != SubmissionState.WITHDRAWN,
            )
            .distinct()
        )
        return set(rows)

    @override
    async def has_sources(self, before: datetime, *, ended: datetime) -> bool:
        return await self.session.scalar(with_source(before, ended).limit(1)) is not None

    @override
    async def forget_sources(self, before: datetime, *, ended: datetime, limit: int) -> int:
        forgotten = await self.session.scalars(
            update(SubmissionRow)
            .where(SubmissionRow.number.in_(with_source(before, ended).limit(limit)))
            .values(source="")
            .returning(SubmissionRow.number)
            .execution_options(synchronize_session=False)
        )
        return len(forgotten.all())

    @override
    async def history(self, member: int, *, limit: int = 20) -> Sequence[Submission]:
        query = select(SubmissionRow).where(SubmissionRow.member == member)
        return await self._all(query.order_by(_NEWEST).limit(limit))

    async def _all(self, query: Select[SubmissionRow]) -> list[Submission]:
        fresh = query.execution_options(populate_existing=True)
        rows = (await self.session.scalars(fresh)).unique()
        return [submission_of(row, row.grade) for row in rows]

    async def _queue_again(self, claim: Claim, outcome: RunOutcome, not_before: datetime) -> None:
        row = await self._owned(claim)
        await self._end_run(row, outcome)
        row.state, row.worker = SubmissionState.QUEUED, None
        row.not_before = not_before
        await self.session.flush()
        await self._withdraw_outdated([row.id])

    async def _owned(self, claim: Claim) -> SubmissionRow:
        """The row of a run that is still the current one, locked until the transaction ends."""
        query = (
            select(SubmissionRow)
            .where(SubmissionRow.id == claim.submission.id, SubmissionRow.run == claim.run, RUNNING)
            .options(lazyload(SubmissionRow.grade))
            .with_for_update(of=SubmissionRow)
            .execution_options(populate_existing=True)
        )
        row = await self.session.scalar(query)
        if row is None:
            raise LeaseLostError(
                f"Run {claim.run} of submission {claim.submission.id} is not the current one."
            )
        return row

    async def _withdraw_outdated(self, submissions: Collection[str]) -> None:
        """Take those out of the line whose answer a newer submission speaks for by now."""
        await self.session.execute(
            update(SubmissionRow)
            .where(SubmissionRow.id.in_(submissions), QUEUED, ~is_latest())
            .values(state=SubmissionState.WITHDRAWN, not_before=None)
        )

    async def _end_run(
        self, row: SubmissionRow, outcome: RunOutcome, *, at: datetime | None = None
    ) -> None:
        """Say how the current run ended, if one runs."""
        if row.state is SubmissionState.RUNNING:
            await self.session.execute(
                update(RunRow)
                .where(RunRow.submission == row.id, RunRow.number == row.run)
                .values(outcome=outcome, ended_at=at)
            )

    async def _standing(self, row: SubmissionRow, grade: Grade) -> tuple[int, bool]:
        """Which try a grade is, and whether a newer submission speaks for the answer by now.

        Locks the member: two grades of theirs at once would both be the first try.
        """
        tried = and_(
            SubmissionRow.challenge == row.challenge,
            SubmissionRow.member == row.member,
            GradeRow.try_number > 0,
        )
        last = select(func.max(GradeRow.try_number)).join(
            SubmissionRow, SubmissionRow.id == GradeRow.submission
        )
        same = last.where(tried, SubmissionRow.source == row.source)
        newer = select(SubmissionRow.number).where(
            SubmissionRow.answer == row.answer, SubmissionRow.number > row.number
        )
        await lock_row(self.session, MemberRow.id, row.member)
        found = await self.session.execute(
            select(same.scalar_subquery(), last.where(tried).scalar_subquery(), newer.exists())
        )
        known, highest, is_outdated = found.one()
        number = (known or (highest or 0) + 1) if grade.verdict.counts_as_try else 0
        return number, is_outdated


def _count(
    what: ColumnElement[Any] | InstrumentedAttribute[Any], *where: ColumnElement[bool]
) -> ScalarSelect[int]:
    """How many of a member's submissions there are."""
    return (
        select(func.count(what))
        .where(SubmissionRow.member == MemberRow.id, *where)
        .correlate(MemberRow)
        .scalar_subquery()
    )


def _count_gradings(answer: str, where: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many of a member's submissions have cost a grading, or will.

    One that waits for the same answer does not: an edit takes its place.
    """
    is_ours = (
        select(GradeRow.submission)
        .where(GradeRow.submission == SubmissionRow.id, GradeRow.verdict == Verdict.SANDBOX_FAULT)
        .correlate(SubmissionRow)
        .exists()
    )
    is_replaced = and_(SubmissionRow.answer == answer, QUEUED)
    is_withdrawn = SubmissionRow.state == SubmissionState.WITHDRAWN
    return _count(SubmissionRow.number, where, ~is_ours, ~is_replaced, ~is_withdrawn)


def _of_latest(column: InstrumentedAttribute[Value], answer: str) -> ScalarSelect[Value]:
    """A column of the newest submission for an answer."""
    of_answer = select(column).where(SubmissionRow.answer == answer)
    return of_answer.order_by(_NEWEST).limit(1).scalar_subquery()


def _waiting(rows: Sequence[Row[Any]]) -> Waiting:
    """One answer from its rows, which differ in the reader's identity alone."""
    first, readers = rows[0], [row.user for row in rows if row.user is not None]
    near = (user for user in readers if user.platform == first.conversation.platform)
    return Waiting(
        submission=first.submission,
        answer=first.answer,
        conversation=first.conversation,
        reader=next(near, readers[0] if readers else None),
        exercise=first.exercise,
        queue_position=first.queue_position,
    )
