"""What mentors see of a cohort's answers, over SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from bot.domain.review import Given, Reviews
from bot.store.challenges import ChallengeRow
from bot.store.grades import GradeRow
from bot.store.members import MemberRow
from bot.store.queue import SubmissionRow


@dataclass(frozen=True, slots=True)
class SqlReviews(Reviews):
    """Their answers in one session."""

    session: AsyncSession

    @override
    async def newest(self, cohort: int, *, limit: int) -> Sequence[Given]:
        rows = await self._rows(
            _grades(SubmissionRow.id, MemberRow.name, ChallengeRow.exercise, GradeRow.verdict)
            .where(ChallengeRow.cohort == cohort)
            .order_by(SubmissionRow.number.desc())
            .limit(limit)
        )
        return [
            Given(submission=submission, name=name, exercise=exercise, verdict=verdict)
            for submission, name, exercise, verdict in rows
        ]

    async def _rows(self, query: Any) -> list[Any]:  # noqa: ANN401  # of whatever was selected
        return list(await self.session.execute(query))


def _grades(*columns: Any) -> Any:  # noqa: ANN401  # whatever can be selected
    """Columns of grades with their submission, its author and its challenge."""
    return (
        select(*columns)
        .select_from(GradeRow)
        .join(SubmissionRow, SubmissionRow.id == GradeRow.submission)
        .join(MemberRow, MemberRow.id == SubmissionRow.member)
        .join(ChallengeRow, ChallengeRow.id == SubmissionRow.challenge)
    )
