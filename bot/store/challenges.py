"""Challenges and their posts, over SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Select,
    UniqueConstraint,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, lazyload, mapped_column, relationship
from typing_extensions import override

from bot.domain.challenge import Challenge, Challenges, NewChallenge, Post
from bot.domain.chat.refs import ConversationRef, MessageRef
from bot.domain.errors import NotFoundError
from bot.domain.exercise import Day
from bot.store.base import Base, partial_index
from bot.store.mapping import is_possible_id, row_of, value_of
from bot.store.statements import insert_once


class PostRow(Base):
    """A `Post` as a row."""

    __tablename__ = "posts"
    __table_args__ = (UniqueConstraint("challenge", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    challenge: Mapped[int] = mapped_column(ForeignKey("challenges.id"))
    place: Mapped[int] = mapped_column(ForeignKey("places.id"))
    channel: Mapped[ConversationRef]
    message: Mapped[MessageRef | None] = mapped_column(default=None)
    thread: Mapped[ConversationRef | None] = mapped_column(default=None, index=True)


class ChallengeRow(Base):
    """A `Challenge` as a row."""

    __tablename__ = "challenges"
    __table_args__ = (
        ForeignKeyConstraint(
            ["exercise", "version"], ["exercise_versions.slug", "exercise_versions.version"]
        ),
        Index(None, "cohort", "week"),
        Index(None, "cohort", "opens_at"),
        partial_index("ix_challenges_not_closed", "closes_at", where="closed_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(unique=True)
    cohort: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    exercise: Mapped[str]
    version: Mapped[str]
    day: Mapped[Day]
    week: Mapped[int]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    late_until: Mapped[datetime]
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    reopened: Mapped[int] = mapped_column(default=0)
    posts: Mapped[list[PostRow]] = relationship(
        init=False, lazy="joined", viewonly=True, order_by=PostRow.id
    )


_TIMES = ("closes_at", "late_until", "reminded_at", "closed_at", "reopened")
_OLDEST = (ChallengeRow.opens_at, ChallengeRow.id)


@dataclass(frozen=True, slots=True)
class SqlChallenges(Challenges):
    """Challenges in one session."""

    session: AsyncSession

    @override
    async def open(
        self, challenge: NewChallenge, places: Mapping[int, ConversationRef]
    ) -> Challenge | None:
        row = row_of(ChallengeRow, challenge, reminded_at=None, closed_at=None, reopened=0)
        number = await insert_once(self.session, row, (ChallengeRow.key,))
        if not isinstance(number, int):
            return None
        posts = [
            PostRow(challenge=number, place=place, channel=channel)
            for place, channel in places.items()
        ]
        self.session.add_all(posts)
        await self.session.flush()
        return value_of(
            Challenge, row, id=number, posts=tuple(value_of(Post, post) for post in posts)
        )

    @override
    async def get(self, challenge: int) -> Challenge:
        query = select(ChallengeRow).where(ChallengeRow.id == challenge)
        found = await self._all(query) if is_possible_id(challenge) else ()
        if not found:
            raise NotFoundError(f"There is no challenge {challenge}.")
        return found[0]

    @override
    async def find_by_thread(self, conversation: ConversationRef) -> Challenge | None:
        here = select(PostRow.challenge).where(PostRow.thread == conversation).limit(1)
        query = select(ChallengeRow).where(ChallengeRow.id == here.scalar_subquery())
        return next(iter(await self._all(query)), None)

    @override
    async def of_week(self, cohort: int, week: int) -> Sequence[Challenge]:
        return await self._all(_of(cohort).where(ChallengeRow.week == week).order_by(*_OLDEST))

    @override
    async def not_over(self, cohort: int, now: datetime) -> Sequence[Challenge]:
        unfinished = or_(ChallengeRow.closed_at.is_(None), ChallengeRow.late_until > now)
        return await self._all(_of(cohort).where(unfinished).order_by(*_OLDEST))

    @override
    async def newest(self, cohort: int, *, limit: int) -> Sequence[Challenge]:
        latest = (
            select(ChallengeRow.id)
            .where(ChallengeRow.cohort == cohort)
            .order_by(ChallengeRow.opens_at.desc(), ChallengeRow.id.desc())
            .limit(limit)
        )
        query = select(ChallengeRow).where(ChallengeRow.id.in_(latest))
        return await self._all(query.order_by(*_OLDEST))

    @override
    async def since(self, cohort: int, at: datetime) -> Sequence[Challenge]:
        query = _of(cohort).where(ChallengeRow.opens_at >= at).order_by(*_OLDEST)
        fresh = query.execution_options(populate_existing=True)
        rows = await self.session.scalars(fresh.options(lazyload(ChallengeRow.posts)))
        return [value_of(Challenge, row, posts=()) for row in rows]

    @override
    async def exercises_of(self, challenges: Collection[int]) -> Mapping[int, str]:
        rows = await self.session.execute(
            select(ChallengeRow.id, ChallengeRow.exercise).where(ChallengeRow.id.in_(challenges))
        )
        return {key: value for key, value in rows}  # noqa: C416  # a Row is no pair to dict()

    @override
    async def set_posted(self, post: int, message: MessageRef, thread: ConversationRef) -> int:
        challenge = await self.session.scalar(
            update(PostRow)
            .where(PostRow.id == (post if is_possible_id(post) else 0))
            .values(message=message, thread=thread)
            .returning(PostRow.challenge)
        )
        if challenge is None:
            raise NotFoundError(f"There is no post {post}.")
        return challenge

    @override
    async def lose_threads(self, conversation: ConversationRef) -> Sequence[int]:
        is_gone = (
            PostRow.thread == conversation
            if conversation.thread
            else PostRow.channel == conversation
        )
        lost = await self.session.scalars(
            update(PostRow)
            .where(is_gone, PostRow.thread.is_not(None))
            .values(thread=None)
            .returning(PostRow.challenge)
        )
        return sorted(set(lost))

    @override
    async def still_open(self, now: datetime) -> Sequence[Challenge]:
        query = select(ChallengeRow).where(
            ChallengeRow.closed_at.is_(None), ChallengeRow.closes_at > now
        )
        return await self._all(query.order_by(ChallengeRow.closes_at, ChallengeRow.id))

    @override
    async def due_closings(self, now: datetime) -> Sequence[Challenge]:
        query = select(ChallengeRow).where(
            ChallengeRow.closes_at <= now, ChallengeRow.closed_at.is_(None)
        )
        return await self._all(query.order_by(ChallengeRow.closes_at, ChallengeRow.id))

    @override
    async def set_reminded(self, challenge: int, at: datetime) -> bool:
        mark = update(ChallengeRow).where(
            ChallengeRow.id == challenge, ChallengeRow.reminded_at.is_(None)
        )
        marked = await self.session.scalar(mark.values(reminded_at=at).returning(ChallengeRow.id))
        return marked is not None

    @override
    async def set_closed(self, challenge: int, at: datetime) -> bool:
        mark = update(ChallengeRow).where(
            ChallengeRow.id == challenge, ChallengeRow.closed_at.is_(None)
        )
        ended = case((ChallengeRow.closes_at < at, ChallengeRow.closes_at), else_=at)
        marked = await self.session.scalar(
            mark.values(closed_at=at, closes_at=ended).returning(ChallengeRow.id)
        )
        return marked is not None

    @override
    async def move(self, before: Challenge, after: Challenge) -> bool:
        is_same = (getattr(ChallengeRow, name) == getattr(before, name) for name in _TIMES)
        moved = await self.session.scalar(
            update(ChallengeRow)
            .where(ChallengeRow.id == before.id, *is_same)
            .values({name: getattr(after, name) for name in _TIMES})
            .returning(ChallengeRow.id)
        )
        return moved is not None

    @override
    async def set_version(self, challenge: int, version: str) -> None:
        which = update(ChallengeRow).where(ChallengeRow.id == challenge)
        await self.session.execute(which.values(version=version))

    @override
    async def last_used(self, cohort: int) -> Mapping[str, datetime]:
        rows = await self.session.execute(
            select(ChallengeRow.exercise, func.max(ChallengeRow.opens_at))
            .where(ChallengeRow.cohort == cohort)
            .group_by(ChallengeRow.exercise)
        )
        return {exercise: at for exercise, at in rows}  # noqa: C416  # a Row is no pair to dict()

    async def _all(self, query: Select[ChallengeRow]) -> list[Challenge]:
        fresh = query.execution_options(populate_existing=True)
        return [_challenge(row) for row in (await self.session.scalars(fresh)).unique()]


def _of(cohort: int) -> Select[ChallengeRow]:
    return select(ChallengeRow).where(ChallengeRow.cohort == cohort)


def _challenge(row: ChallengeRow) -> Challenge:
    return value_of(Challenge, row, posts=tuple(value_of(Post, post) for post in row.posts))
