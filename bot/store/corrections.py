"""What mentors correct of answers, over SQL."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from bot.domain.correction import Corrections
from bot.store.queue import SubmissionRow


@dataclass(frozen=True, slots=True)
class SqlCorrections(Corrections):
    """Corrections in one session."""

    session: AsyncSession

    @override
    async def count_in_time(self, challenge: int) -> None:
        came_late = (SubmissionRow.challenge == challenge, SubmissionRow.late.is_(True))
        await self.session.execute(update(SubmissionRow).where(*came_late).values(late=False))
