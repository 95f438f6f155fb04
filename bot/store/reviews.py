"""What mentors see of a cohort's answers, over SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Subquery, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from bot.domain.grading import CheckStatus, Verdict
from bot.domain.member import Role
from bot.domain.review import (
    STUCK_TRIES,
    CheckFigures,
    FailedCheck,
    Figures,
    Given,
    Reviews,
    Silent,
    Stuck,
)
from bot.store.challenges import ChallengeRow
from bot.store.grades import CheckResultRow, GradeRow
from bot.store.members import MemberRow
from bot.store.queue import SubmissionRow

_SOLVED = case((GradeRow.verdict == Verdict.SOLVED, 1), else_=0)
_FAILED = case((CheckResultRow.status == CheckStatus.FAILED, 1), else_=0)
_IS_TRY = GradeRow.try_number > 0


@dataclass(frozen=True, slots=True)
class SqlReviews(Reviews):
    """Their answers in one session."""

    session: AsyncSession

    @override
    async def newest(self, cohort: int, *, limit: int) -> Sequence[Given]:
        rows = await self._rows(
            _grades(SubmissionRow.id, MemberRow.name, ChallengeRow.exercise, GradeRow.verdict)
            .join(ChallengeRow, ChallengeRow.id == SubmissionRow.challenge)
            .where(ChallengeRow.cohort == cohort)
            .order_by(SubmissionRow.number.desc())
            .limit(limit)
        )
        return [
            Given(submission=submission, name=name, exercise=exercise, verdict=verdict)
            for submission, name, exercise, verdict in rows
        ]

    @override
    async def figures(self, challenges: Sequence[int]) -> Mapping[int, Figures]:
        by_member = (
            _grades(
                SubmissionRow.challenge,
                func.max(_SOLVED).label("solved"),
                func.min(case((_SOLVED == 1, GradeRow.try_number))).label("solved_by"),
                func.max(GradeRow.try_number).label("tries"),
            )
            .where(SubmissionRow.challenge.in_(challenges), _IS_TRY)
            .group_by(SubmissionRow.challenge, SubmissionRow.member)
            .subquery()
        )
        at_first = func.sum(case((by_member.c.solved_by == 1, 1), else_=0))
        sums = (func.count(), func.sum(by_member.c.solved), at_first, func.sum(by_member.c.tries))
        rows = await self._rows(
            select(by_member.c.challenge, *sums).group_by(by_member.c.challenge)
        )
        return {
            challenge: Figures(
                tried=tried, solved=int(solved), solved_first=int(first), tries=int(tries)
            )
            for challenge, tried, solved, first, tries in rows
        }

    @override
    async def failing(self, challenge: int, *, limit: int) -> Sequence[CheckFigures]:
        failed = func.sum(_FAILED)
        rows = await self._rows(
            _grades(func.max(CheckResultRow.title), failed, func.count())
            .join(CheckResultRow, CheckResultRow.submission == GradeRow.submission)
            .where(
                SubmissionRow.challenge == challenge,
                _IS_TRY,
                CheckResultRow.core.is_(True),
                CheckResultRow.status != CheckStatus.NOT_RUN,
            )
            .group_by(CheckResultRow.name)
            .having(failed > 0)
            .order_by(failed.desc(), CheckResultRow.name)
            .limit(limit)
        )
        return [
            CheckFigures(title=title, failed=int(times), looked_at=looked_at)
            for title, times, looked_at in rows
        ]

    @override
    async def stuck(self, challenges: Sequence[int], *, limit: int) -> Sequence[Stuck]:
        tries = _unsolved(challenges)
        best_by = func.min(case((tries.c.share >= tries.c.best, tries.c.number)))
        # Where nothing holds, none of the tries was progress.
        since = case((func.max(tries.c.best) > 0, best_by), else_=0)
        all_tries = func.max(tries.c.number)
        rows = await self._rows(
            select(tries.c.challenge, tries.c.name, all_tries, func.max(tries.c.best))
            .group_by(tries.c.challenge, tries.c.member, tries.c.name)
            .having(all_tries - since >= STUCK_TRIES)
            .order_by(all_tries.desc(), tries.c.name, tries.c.challenge)
            .limit(limit)
        )
        return [
            Stuck(challenge=challenge, name=name, tries=number, best=best)
            for challenge, name, number, best in rows
        ]

    @override
    async def silent(self, cohort: int, *, since: datetime, limit: int) -> Sequence[Silent]:
        last_at = func.max(SubmissionRow.received_at, type_=SubmissionRow.received_at.type)
        rows = await self._rows(
            select(MemberRow.name, last_at)
            .select_from(MemberRow)
            .outerjoin(SubmissionRow, SubmissionRow.member == MemberRow.id)
            .where(
                MemberRow.cohort == cohort,
                MemberRow.role == Role.LEARNER,
                MemberRow.joined_at <= since,
            )
            .group_by(MemberRow.id, MemberRow.name, MemberRow.joined_at)
            .having(or_(last_at.is_(None), last_at <= since))
            .order_by(func.coalesce(last_at, MemberRow.joined_at), MemberRow.id)
            .limit(limit)
        )
        return [Silent(name=name, last_at=at) for name, at in rows]

    @override
    async def last_failures(self, challenges: Sequence[int]) -> Sequence[FailedCheck]:
        tries = _unsolved(challenges)
        is_its = and_(
            CheckResultRow.submission == tries.c.submission,
            CheckResultRow.core.is_(True),
            CheckResultRow.status == CheckStatus.FAILED,
        )
        rows = await self._rows(
            select(
                tries.c.challenge,
                tries.c.member,
                tries.c.name,
                CheckResultRow.name.label("check"),
                CheckResultRow.title,
            )
            .select_from(tries)
            .join(CheckResultRow, is_its)
            .where(tries.c.rank == 1)
            .order_by(tries.c.challenge, tries.c.member, CheckResultRow.position)
        )
        return [
            FailedCheck(challenge=challenge, member=member, name=name, check=check, title=title)
            for challenge, member, name, check, title in rows
        ]

    async def _rows(self, query: Any) -> list[Any]:  # noqa: ANN401  # of whatever was selected
        return list(await self.session.execute(query))


def _grades(*columns: Any) -> Any:  # noqa: ANN401  # whatever can be selected
    """Columns of grades with their submission and its author."""
    return (
        select(*columns)
        .select_from(GradeRow)
        .join(SubmissionRow, SubmissionRow.id == GradeRow.submission)
        .join(MemberRow, MemberRow.id == SubmissionRow.member)
    )


def _unsolved(challenges: Sequence[int]) -> Subquery:
    """Learners' tries at what they have not solved; the last of each challenge has rank 1."""
    theirs = (SubmissionRow.challenge, SubmissionRow.member)
    rank = func.row_number().over(partition_by=theirs, order_by=SubmissionRow.number.desc())
    tries = (
        _grades(
            SubmissionRow.challenge,
            SubmissionRow.member,
            SubmissionRow.id.label("submission"),
            MemberRow.name,
            GradeRow.try_number.label("number"),
            GradeRow.core_share.label("share"),
            func.max(GradeRow.core_share).over(partition_by=theirs).label("best"),
            func.max(_SOLVED).over(partition_by=theirs).label("solved"),
            rank.label("rank"),
        )
        .where(SubmissionRow.challenge.in_(challenges), _IS_TRY, MemberRow.role == Role.LEARNER)
        .subquery("all_tries")
    )
    return select(tries).where(tries.c.solved == 0).subquery("tries")
