"""What mentors correct of answers, over SQL."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Select, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from bot.domain.correction import Corrections, Decision, Override
from bot.domain.errors import NotFoundError
from bot.domain.grading import Grade
from bot.domain.progression import LATE_SHARE, PointsReason
from bot.domain.submission import Submission
from bot.domain.text import quoted
from bot.store.base import Base
from bot.store.grades import CheckResultRow, GradeRow, grade_row
from bot.store.mapping import row_of
from bot.store.members import MemberRow
from bot.store.progress import PointsEventRow
from bot.store.queue import SubmissionRow, submission_of
from bot.store.statements import insert_missing, insert_or_replace, lock_row

_IN_TIME = {
    PointsReason.LATE_CHECKS: PointsReason.CHECKS,
    PointsReason.LATE_SOLVED: PointsReason.SOLVED,
}
_REPLACED = ("verdict", "core_share", "try_number", "detail", "traceback", "output")
_CHECK_KEY = (CheckResultRow.submission, CheckResultRow.position)


class OverrideRow(Base):
    """An `Override` as a row."""

    __tablename__ = "overrides"

    submission: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    decision: Mapped[Decision]
    reason: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class SqlCorrections(Corrections):
    """Corrections in one session."""

    session: AsyncSession

    @override
    async def count_in_time(self, challenge: int) -> None:
        came_late = (SubmissionRow.challenge == challenge, SubmissionRow.late.is_(True))
        await self.session.execute(update(SubmissionRow).where(*came_late).values(late=False))
        for late, in_time in _IN_TIME.items():
            await self.session.execute(
                update(PointsEventRow)
                .where(PointsEventRow.challenge == challenge, PointsEventRow.reason == late)
                .values(reason=in_time, points=PointsEventRow.points / LATE_SHARE)
            )

    @override
    async def lock_grade(self, submission: str) -> Submission:
        author = select(SubmissionRow.member).where(SubmissionRow.id == submission)
        member = await self.session.scalar(author)
        if member is not None:
            await lock_row(self.session, MemberRow.id, member)
        found = await self._find(submission)
        if found is None:
            raise NotFoundError(f"There is no graded submission {quoted(submission)}.")
        return found

    @override
    async def replace_grade(
        self, submission: Submission, grade: Grade, *, core_share: float | None = None
    ) -> Submission:
        number = await self._try_number(submission) if grade.verdict.counts_as_try else 0
        new = grade_row(
            grade,
            submission=submission.id,
            run=submission.run,
            at=submission.finished_at or submission.received_at,
            try_number=number,
        )
        if core_share is not None:
            new.core_share = core_share
        is_its = CheckResultRow.submission == submission.id
        await self.session.execute(
            update(GradeRow)
            .where(GradeRow.submission == submission.id)
            .values({name: getattr(new, name) for name in _REPLACED})
        )
        await self.session.execute(delete(CheckResultRow).where(is_its))
        for check in new.checks:
            check.submission = submission.id
        await insert_missing(self.session, new.checks, _CHECK_KEY)
        return await self._get(submission.id)

    @override
    async def void(self, submission: Submission) -> Submission:
        number = submission.try_number
        if number:
            await self._set_tries(submission, GradeRow.try_number == number, to=0)
            # Nobody has a try twice, so the next one takes the number.
            await self._set_tries(submission, GradeRow.try_number > number, to=None)
        return await self._get(submission.id)

    @override
    async def decide(self, override: Override) -> None:
        row = row_of(OverrideRow, override)
        await insert_or_replace(self.session, [row], (OverrideRow.submission,))

    async def _get(self, submission: str) -> Submission:
        found = await self._find(submission)
        if found is None:
            raise NotFoundError(f"There is no graded submission {quoted(submission)}.")
        return found

    async def _find(self, submission: str) -> Submission | None:
        query = (
            select(SubmissionRow, GradeRow)
            .join(GradeRow, GradeRow.submission == SubmissionRow.id)
            .where(SubmissionRow.id == submission)
            .execution_options(populate_existing=True)
        )
        found = (await self.session.execute(query)).first()
        return None if found is None else submission_of(*found)

    async def _try_number(self, submission: Submission) -> int:
        """That it has; else that of the same code, or the next one."""
        if submission.try_number:
            return submission.try_number
        tries = _of_author(submission, func.max(GradeRow.try_number))
        same = await self.session.scalar(tries.where(SubmissionRow.source == submission.source))
        return same or (await self.session.scalar(tries) or 0) + 1

    async def _set_tries(
        self, submission: Submission, which: ColumnElement[bool], *, to: int | None
    ) -> None:
        """Renumber some of an author's tries at a challenge; one less each, where no number is."""
        number = GradeRow.try_number - 1 if to is None else to
        some = _of_author(submission, GradeRow.submission).where(which)
        await self.session.execute(
            update(GradeRow)
            .where(GradeRow.submission.in_(some.scalar_subquery()))
            .values(try_number=number)
            .execution_options(synchronize_session=False)
        )


def _of_author(submission: Submission, column: Any) -> Select[Any]:  # noqa: ANN401  # any column
    """A column of an author's grades for the same challenge."""
    is_theirs = and_(
        SubmissionRow.challenge == submission.challenge, SubmissionRow.member == submission.member
    )
    return (
        select(column)
        .select_from(GradeRow)
        .join(SubmissionRow, SubmissionRow.id == GradeRow.submission)
        .where(is_theirs)
    )
