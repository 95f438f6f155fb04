"""Exercise versions that were released, over SQL: they stay, whatever becomes of their folders."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from bot.domain.exercise import Exercise, ExerciseVersions
from bot.store.base import Base
from bot.store.statements import insert_or_replace


class ExerciseVersionRow(Base):
    """One version of one exercise, by its content hash.

    Attributes:
        whole: Whether the content holds the checks: versions before 0.2 were kept without them.
    """

    __tablename__ = "exercise_versions"

    slug: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[Exercise]
    whole: Mapped[bool]
    recorded_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class SqlExerciseVersions(ExerciseVersions):
    """Exercise versions in one session."""

    session: AsyncSession

    @override
    async def record(self, exercise: Exercise, at: datetime) -> None:
        row = ExerciseVersionRow(
            slug=exercise.slug,
            version=exercise.fingerprint,
            content=exercise,
            whole=True,
            recorded_at=at,
        )
        await insert_or_replace(
            self.session,
            [row],
            (ExerciseVersionRow.slug, ExerciseVersionRow.version),
            where=ExerciseVersionRow.whole.is_(False),
        )

    @override
    async def find(self, slug: str, version: str) -> Exercise | None:
        return await self.session.scalar(
            select(ExerciseVersionRow.content).where(
                ExerciseVersionRow.slug == slug,
                ExerciseVersionRow.version == version,
                ExerciseVersionRow.whole.is_(True),
            )
        )
