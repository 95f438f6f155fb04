"""Regrades and their answers, over SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Select, and_, func, or_, select, update
from sqlalchemy import literal as value
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.errors import NotFoundError
from bot.domain.grading import Grade
from bot.domain.jobs import Queue
from bot.domain.regrade import (
    CLAIM_LASTS,
    Change,
    Difference,
    NewRegrade,
    Raised,
    Regrade,
    Regrades,
    RegradeState,
    Rerun,
)
from bot.store.base import Base, partial_index
from bot.store.challenges import ChallengeRow
from bot.store.corrections import OverrideRow
from bot.store.grades import GradeRow
from bot.store.mapping import is_possible_id, row_of, value_of
from bot.store.members import MemberRow
from bot.store.queue import PENDING, SubmissionRow, submission_of
from bot.store.session import announce
from bot.store.statements import insert, values_of


class RegradeRow(Base):
    """A `Regrade` as a row; of a cohort no two run at once."""

    __tablename__ = "regrades"
    __table_args__ = (
        partial_index("ix_regrades_running", "cohort", where="state = 'running'", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    cohort: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    challenge: Mapped[int] = mapped_column(ForeignKey("challenges.id"), index=True)
    version: Mapped[str]
    asked_by: Mapped[UserRef]
    conversation: Mapped[ConversationRef]
    asked_at: Mapped[datetime]
    state: Mapped[RegradeState]


class RerunRow(Base):
    """An answer of a regrade: to be run while it has no change, then what came of it."""

    __tablename__ = "reruns"

    regrade: Mapped[int] = mapped_column(ForeignKey("regrades.id"), primary_key=True)
    submission: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    run: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(default=None)
    claimed_at: Mapped[datetime | None] = mapped_column(default=None)
    change: Mapped[Change | None] = mapped_column(default=None)
    grade: Mapped[Grade | None] = mapped_column(default=None)
    kept: Mapped[bool] = mapped_column(default=False)


_IS_TO_RUN = and_(RegradeRow.state == RegradeState.RUNNING, RerunRow.change.is_(None))
_IS_TO_KEEP = and_(
    RegradeRow.state == RegradeState.APPLYING,
    RerunRow.change == Change.RAISED,
    RerunRow.kept.is_(False),
)


@dataclass(frozen=True, slots=True)
class SqlRegrades(Regrades):
    """Regrades in one session."""

    session: AsyncSession

    @override
    async def begin(self, regrade: NewRegrade) -> Regrade | None:
        if await self.find_running(regrade.cohort) is not None:
            return None
        row = row_of(RegradeRow, regrade, state=RegradeState.RUNNING)
        new = insert(self.session, RegradeRow).values(values_of(row)).on_conflict_do_nothing()
        number = await self.session.scalar(new.returning(RegradeRow.id))
        if number is None:
            return None
        columns = ("regrade", "submission", "run", "kept")
        await self.session.execute(
            insert(self.session, RerunRow).from_select(columns, _answers(number, regrade.challenge))
        )
        announce(self.session, Queue.REGRADING)
        return value_of(Regrade, row, id=number)

    @override
    async def get(self, regrade: int) -> Regrade:
        known = RegradeRow.id == (regrade if is_possible_id(regrade) else 0)
        found = await self._first(select(RegradeRow).where(known))
        if found is None:
            raise NotFoundError(f"There is no regrade {regrade}.")
        return found

    @override
    async def find_running(self, cohort: int) -> Regrade | None:
        runs = and_(RegradeRow.cohort == cohort, RegradeRow.state == RegradeState.RUNNING)
        return await self._first(select(RegradeRow).where(runs))

    @override
    async def find_newest(self, challenge: int) -> Regrade | None:
        its = select(RegradeRow).where(RegradeRow.challenge == challenge)
        return await self._first(its.order_by(RegradeRow.id.desc()).limit(1))

    @override
    async def set_state(self, regrade: int, before: RegradeState, after: RegradeState) -> bool:
        changed = await self.session.scalar(
            update(RegradeRow)
            .where(RegradeRow.id == regrade, RegradeRow.state == before)
            .values(state=after)
            .returning(RegradeRow.id)
        )
        announce(self.session, Queue.REGRADING)
        return changed is not None

    @override
    async def counts(self, regrade: int) -> Mapping[Change | None, int]:
        rows = await self.session.execute(
            select(RerunRow.change, func.count())
            .where(RerunRow.regrade == regrade)
            .group_by(RerunRow.change)
        )
        return {change: count for change, count in rows}  # noqa: C416  # a Row is no pair to dict()

    @override
    async def differences(
        self, regrade: int, change: Change, *, limit: int
    ) -> Sequence[Difference]:
        rows = await self._rows(
            _with_submissions(MemberRow.name, RerunRow.submission, GradeRow.verdict, RerunRow.grade)
            .join(GradeRow, GradeRow.submission == RerunRow.submission)
            .join(MemberRow, MemberRow.id == SubmissionRow.member)
            .where(RerunRow.regrade == regrade, RerunRow.change == change)
            .order_by(MemberRow.name, SubmissionRow.number)
            .limit(limit)
        )
        return [
            Difference(name=name, submission=submission, before=before, after=grade.verdict)
            for name, submission, before, grade in rows
        ]

    @override
    async def find_unfinished(self) -> Regrade | None:
        return await self._first(
            select(RegradeRow)
            .where(RegradeRow.state.in_([RegradeState.RUNNING, RegradeState.APPLYING]))
            .order_by(RegradeRow.id)
            .limit(1)
        )

    @override
    async def find_complete(self) -> Regrade | None:
        to_run = select(RerunRow.run).where(
            RerunRow.regrade == RegradeRow.id, RerunRow.change.is_(None)
        )
        all_run = and_(RegradeRow.state == RegradeState.RUNNING, ~to_run.exists())
        return await self._first(select(RegradeRow).where(all_run).order_by(RegradeRow.id).limit(1))

    @override
    async def next(
        self, *, worker: str, now: datetime, without: Collection[str] = ()
    ) -> Rerun | None:
        # Those that cannot be graded now need not be waited for.
        held_up = select(ChallengeRow.id).where(ChallengeRow.exercise.in_(without))
        others = (
            select(SubmissionRow.number)
            .where(PENDING, SubmissionRow.challenge.not_in(held_up))
            .correlate(None)
            .exists()
        )
        query = (
            _with_submissions(RegradeRow, SubmissionRow, GradeRow, RerunRow.run)
            .join(GradeRow, GradeRow.submission == RerunRow.submission)
            .join(ChallengeRow, ChallengeRow.id == RegradeRow.challenge)
            .where(
                _IS_TO_RUN,
                _is_free(worker, now),
                ~others,
                ChallengeRow.exercise.not_in(without),
            )
            .order_by(RegradeRow.id, RerunRow.run, SubmissionRow.number)
            .limit(1)
            .execution_options(populate_existing=True)
        )
        found = await self._rows(query)
        return _rerun(found[0]) if found else None

    @override
    async def claim(self, rerun: Rerun, *, worker: str, now: datetime) -> bool:
        claimed = await self.session.scalar(
            update(RerunRow)
            .where(
                *_is(rerun.regrade.id, rerun.submission.id),
                RerunRow.change.is_(None),
                RerunRow.run == rerun.run - 1,
                _is_free(worker, now),
            )
            .values(run=rerun.run, worker=worker, claimed_at=now)
            .returning(RerunRow.run)
        )
        return claimed is not None

    @override
    async def release(self, rerun: Rerun) -> None:
        await self.session.execute(
            update(RerunRow)
            .where(*_is(rerun.regrade.id, rerun.submission.id), RerunRow.run == rerun.run)
            .values(run=rerun.run - 1, worker=None, claimed_at=None)
        )

    @override
    async def finish(self, rerun: Rerun, change: Change, grade: Grade | None) -> None:
        await self.session.execute(
            update(RerunRow)
            .where(*_is(rerun.regrade.id, rerun.submission.id), RerunRow.change.is_(None))
            .values(change=change, grade=grade, worker=None, claimed_at=None)
        )

    @override
    async def next_raised(self, regrade: int) -> Sequence[Raised]:
        to_keep = and_(RerunRow.regrade == regrade, _IS_TO_KEEP)
        member = _with_submissions(SubmissionRow.member).where(to_keep)
        first = await self.session.scalar(member.order_by(SubmissionRow.member).limit(1))
        rows = await self._rows(
            _with_submissions(RerunRow.submission, RerunRow.grade)
            .where(to_keep, SubmissionRow.member == first)
            .order_by(SubmissionRow.number)
        )
        return [Raised(submission=submission, grade=grade) for submission, grade in rows]

    @override
    async def keep(self, regrade: int, submission: str) -> None:
        await self.session.execute(
            update(RerunRow).where(*_is(regrade, submission)).values(kept=True)
        )

    async def _rows(self, query: Any) -> list[Any]:  # noqa: ANN401  # of whatever was selected
        return list(await self.session.execute(query))

    async def _first(self, query: Select[RegradeRow]) -> Regrade | None:
        fresh = query.execution_options(populate_existing=True)
        row = await self.session.scalar(fresh)
        return None if row is None else value_of(Regrade, row)


def _answers(regrade: int, challenge: int) -> Select[int, str, int, bool]:
    """A row for each graded answer of a challenge whose code is kept, unless a mentor decided."""
    decided = select(OverrideRow.submission).where(OverrideRow.submission == SubmissionRow.id)
    return (
        select(value(regrade), SubmissionRow.id, value(0), value(False))  # noqa: FBT003  # a value
        .join(GradeRow, GradeRow.submission == SubmissionRow.id)
        .where(SubmissionRow.challenge == challenge, SubmissionRow.source != "", ~decided.exists())
    )


def _with_submissions(*columns: Any) -> Any:  # noqa: ANN401  # whatever can be selected
    """Columns of reruns with their regrade and submission."""
    return (
        select(*columns)
        .select_from(RerunRow)
        .join(RegradeRow, RegradeRow.id == RerunRow.regrade)
        .join(SubmissionRow, SubmissionRow.id == RerunRow.submission)
    )


def _is_free(worker: str, now: datetime) -> ColumnElement[bool]:
    """Whether nobody runs it: what this worker held, it lost when it was started anew."""
    return or_(
        RerunRow.worker.is_(None),
        RerunRow.worker == worker,
        RerunRow.claimed_at <= now - CLAIM_LASTS,
    )


def _is(regrade: int, submission: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return RerunRow.regrade == regrade, RerunRow.submission == submission


def _rerun(row: Any) -> Rerun:  # noqa: ANN401  # a row of whatever was selected
    regrade, submission, grade, run = row
    return Rerun(
        regrade=value_of(Regrade, regrade),
        submission=submission_of(submission, grade),
        run=run + 1,
    )
