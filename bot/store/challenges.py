"""Exercise versions, challenges and the slots that release them, over SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.challenge import Challenge, NewChallenge
from bot.domain.chat.refs import ConversationRef, MessageRef
from bot.domain.exercise import Exercise
from bot.store.mapping import get_row, row_of, value_of
from bot.store.statements import find_row, insert_once, insert_or_replace
from bot.store.tables import ChallengeRow, CohortRow, ExerciseVersionRow, PinRow, SlotRow


@dataclass(frozen=True, slots=True)
class SqlExercises:
    """See `Exercises`."""

    session: AsyncSession

    async def record(self, exercise: Exercise, at: datetime) -> None:
        """See `Exercises.record`."""
        row = row_of(ExerciseVersionRow, exercise, content=exercise, recorded_at=at)
        unique = (ExerciseVersionRow.slug, ExerciseVersionRow.version)
        await insert_once(self.session, row, unique)


@dataclass(frozen=True, slots=True)
class SqlChallenges:
    """See `Challenges`."""

    session: AsyncSession

    async def open(self, challenge: NewChallenge) -> Challenge | None:
        """See `Challenges.open`."""
        row = row_of(ChallengeRow, challenge, **_UNPOSTED)
        number = await insert_once(self.session, row, (ChallengeRow.key,))
        return None if number is None else value_of(Challenge, row, id=number)

    async def get(self, challenge: int) -> Challenge:
        """See `Challenges.get`."""
        return value_of(Challenge, await self._row(challenge))

    async def find_by_thread(self, conversation: ConversationRef) -> Challenge | None:
        """See `Challenges.find_by_thread`."""
        row = await self.session.scalar(
            select(ChallengeRow).where(ChallengeRow.thread == conversation).limit(1)
        )
        return None if row is None else value_of(Challenge, row)

    async def of(self, cohort: int, *, week: int | None = None) -> Sequence[Challenge]:
        """See `Challenges.of`."""
        query = select(ChallengeRow).where(ChallengeRow.cohort == cohort)
        if week is not None:
            query = query.where(ChallengeRow.week == week)
        rows = await self.session.scalars(query.order_by(ChallengeRow.opens_at, ChallengeRow.id))
        return [value_of(Challenge, row) for row in rows]

    async def set_posted(self, challenge: int, post: MessageRef, thread: ConversationRef) -> None:
        """See `Challenges.set_posted`."""
        row = await self._row(challenge)
        row.post, row.thread = post, thread

    async def due_reminders(self, now: datetime) -> Sequence[Challenge]:
        """See `Challenges.due_reminders`."""
        rows = await self.session.execute(
            select(ChallengeRow, CohortRow.reminder_hours)
            .join(CohortRow, CohortRow.id == ChallengeRow.cohort)
            .where(
                ChallengeRow.post.is_not(None),
                ChallengeRow.reminded_at.is_(None),
                ChallengeRow.closed_at.is_(None),
                ChallengeRow.closes_at > now,
            )
            .order_by(ChallengeRow.closes_at, ChallengeRow.id)
        )
        return [
            value_of(Challenge, row)
            for row, hours in rows
            if row.closes_at - timedelta(hours=hours) <= now
        ]

    async def due_closings(self, now: datetime) -> Sequence[Challenge]:
        """See `Challenges.due_closings`."""
        rows = await self.session.scalars(
            select(ChallengeRow)
            .where(ChallengeRow.closes_at <= now, ChallengeRow.closed_at.is_(None))
            .order_by(ChallengeRow.closes_at, ChallengeRow.id)
        )
        return [value_of(Challenge, row) for row in rows]

    async def set_reminded(self, challenge: int, at: datetime) -> bool:
        """See `Challenges.set_reminded`."""
        unmarked = ChallengeRow.reminded_at.is_(None)
        row = await find_row(self.session, ChallengeRow, ChallengeRow.id == challenge, unmarked)
        if row is None:
            return False
        row.reminded_at = at
        return True

    async def set_closed(self, challenge: int, at: datetime) -> bool:
        """See `Challenges.set_closed`."""
        unmarked = ChallengeRow.closed_at.is_(None)
        row = await find_row(self.session, ChallengeRow, ChallengeRow.id == challenge, unmarked)
        if row is None:
            return False
        row.closed_at = at
        row.closes_at = min(row.closes_at, at)
        return True

    async def take_slot(self, *, cohort: int, key: str, due_at: datetime, at: datetime) -> bool:
        """See `Challenges.take_slot`."""
        row = SlotRow(cohort=cohort, key=key, due_at=due_at, taken_at=at)
        return await insert_once(self.session, row, (SlotRow.cohort, SlotRow.key)) is not None

    async def last_slot(self, cohort: int, prefix: str) -> datetime | None:
        """See `Challenges.last_slot`."""
        return await self.session.scalar(
            select(func.max(SlotRow.due_at)).where(
                SlotRow.cohort == cohort, SlotRow.key.startswith(prefix, autoescape=True)
            )
        )

    async def pin(self, *, cohort: int, on: date, exercise: str, by: int | None) -> None:
        """See `Challenges.pin`."""
        row = PinRow(cohort=cohort, on_date=on, exercise=exercise, member=by)
        await insert_or_replace(self.session, row, (PinRow.cohort, PinRow.on_date))

    async def unpin(self, cohort: int, on: date) -> bool:
        """See `Challenges.unpin`."""
        row = await self.session.get(PinRow, (cohort, on))
        if row is None:
            return False
        await self.session.delete(row)
        await self.session.flush()
        return True

    async def pins(self, cohort: int, since: date) -> Sequence[tuple[date, str]]:
        """See `Challenges.pins`."""
        query = select(PinRow).where(PinRow.cohort == cohort, PinRow.on_date >= since)
        rows = await self.session.scalars(query.order_by(PinRow.on_date))
        return [(row.on_date, row.exercise) for row in rows]

    async def find_pin(self, cohort: int, on: date) -> str | None:
        """See `Challenges.find_pin`."""
        return await self.session.scalar(
            select(PinRow.exercise).where(PinRow.cohort == cohort, PinRow.on_date == on)
        )

    async def last_used(self, cohort: int) -> dict[str, datetime]:
        """See `Challenges.last_used`."""
        rows = await self.session.execute(
            select(ChallengeRow.exercise, func.max(ChallengeRow.opens_at))
            .where(ChallengeRow.cohort == cohort)
            .group_by(ChallengeRow.exercise)
        )
        return {exercise: at for exercise, at in rows}  # noqa: C416  # a Row is no pair to dict()

    async def _row(self, challenge: int) -> ChallengeRow:
        return await get_row(self.session, ChallengeRow, challenge, name="challenge")


_UNPOSTED = dict.fromkeys(("post", "thread", "reminded_at", "closed_at"))
