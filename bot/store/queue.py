"""Submissions in line, as rows, and the statements that say whose turn it is.

Fair: a member's second submission stands behind everybody's first. A run owns its submission for as
long as its worker is heard of.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    Subquery,
    and_,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, aliased, lazyload, mapped_column, relationship

from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.submission import SubmissionState
from bot.store.base import Base, partial_index
from bot.store.challenges import ChallengeRow
from bot.store.grades import GradeRow
from bot.store.members import IdentityRow
from bot.store.workers import WorkerRow


class SubmissionRow(Base):
    """What was handed in, and where it stands in the queue."""

    __tablename__ = "submissions"
    __table_args__ = (
        Index(None, "challenge", "member"),
        partial_index(
            "ix_submissions_pending", "state", "number", where="state IN ('queued', 'running')"
        ),
    )

    number: Mapped[int] = mapped_column(primary_key=True, init=False)  # the order of arrival
    id: Mapped[str] = mapped_column(unique=True)
    event: Mapped[str] = mapped_column(unique=True)
    answer: Mapped[str] = mapped_column(index=True)
    challenge: Mapped[int] = mapped_column(ForeignKey("challenges.id"))
    member: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    source: Mapped[str]
    received_at: Mapped[datetime]
    conversation: Mapped[ConversationRef]
    late: Mapped[bool]
    private: Mapped[bool]
    seed_key: Mapped[str]
    state: Mapped[SubmissionState]
    run: Mapped[int] = mapped_column(default=0)  # the fence: of the current or last run
    worker: Mapped[str | None] = mapped_column(default=None)  # while running: whose lease it is
    not_before: Mapped[datetime | None] = mapped_column(default=None)  # while queued
    started_at: Mapped[datetime | None] = mapped_column(default=None)  # of the current or last run
    grade: Mapped[GradeRow | None] = relationship(
        init=False, lazy="joined", viewonly=True, uselist=False
    )


class RunOutcome(StrEnum):
    """How a run ended."""

    GRADED = "graded"
    RELEASED = "released"  # queued again: the sandbox could not run it
    LOST = "lost"  # its worker fell silent, or was known to be gone


class RunRow(Base):
    """One claimed run. `ended_at` stays empty where nobody saw the end."""

    __tablename__ = "runs"

    submission: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    worker: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    outcome: Mapped[RunOutcome | None] = mapped_column(default=None)


QUEUED = SubmissionRow.state == SubmissionState.QUEUED
RUNNING = SubmissionRow.state == SubmissionState.RUNNING
PENDING = SubmissionRow.state.in_([SubmissionState.QUEUED, SubmissionState.RUNNING])


def is_latest() -> ColumnElement[bool]:
    """Whether no newer submission speaks for the same answer."""
    newer = aliased(SubmissionRow)
    return ~(
        select(newer.number)
        .where(newer.answer == SubmissionRow.answer, newer.number > SubmissionRow.number)
        .exists()
    )


def first_identity() -> ColumnElement[UserRef | None]:
    """Who the author of a submission is where it was sent from, as far as one row tells."""
    return (
        select(IdentityRow.user)
        .where(IdentityRow.member == SubmissionRow.member)
        .order_by(IdentityRow.linked_at)
        .limit(1)
        .correlate(SubmissionRow)
        .scalar_subquery()
    )


def _turns() -> Subquery:
    """Pending submissions with their turn: a member's second one stands behind all first ones."""
    turn = func.row_number().over(
        partition_by=SubmissionRow.member,
        order_by=(SubmissionRow.received_at, SubmissionRow.number),
    )
    return select(SubmissionRow.number, turn.label("turn")).where(PENDING).subquery("turns")


def line_of_queued() -> Subquery:
    """Queued submissions with their positions, in the order in which they are claimed."""
    turns = _turns()
    order = (turns.c.turn, SubmissionRow.received_at, SubmissionRow.number)
    position = func.row_number().over(order_by=order)
    return (
        select(SubmissionRow.id.label("submission"), position.label("position"))
        .join(turns, turns.c.number == SubmissionRow.number)
        .where(QUEUED)
        .subquery("line")
    )


def next_in_line(
    now: datetime, lease_s: float, without: Collection[str]
) -> Select[SubmissionRow, int]:
    """The submission to claim, and how many are queued. Two workers never lock the same one."""
    turns = _turns()
    queued = (
        select(func.count())
        .select_from(aliased(SubmissionRow, name="queued"))
        .where(literal_column("queued.state") == SubmissionState.QUEUED.value)
        .scalar_subquery()
    )
    query = (
        select(SubmissionRow, queued)
        .join(turns, turns.c.number == SubmissionRow.number)
        .where(is_claimable(now, lease_s))
        .order_by(turns.c.turn, SubmissionRow.received_at, SubmissionRow.number)
        .limit(1)
        .options(lazyload(SubmissionRow.grade))
        .with_for_update(of=SubmissionRow, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if without:
        held_up = select(ChallengeRow.id).where(ChallengeRow.exercise.in_(without))
        query = query.where(SubmissionRow.challenge.not_in(held_up))
    return query


def is_claimable(now: datetime, lease_s: float) -> ColumnElement[bool]:
    """Whether it may be claimed: queued and ripe, or running while its worker is silent."""
    ripe = or_(SubmissionRow.not_before.is_(None), SubmissionRow.not_before <= now)
    heard_of = (
        select(WorkerRow.id)
        .where(
            WorkerRow.id == SubmissionRow.worker,
            WorkerRow.seen_at > now - timedelta(seconds=lease_s),
        )
        .correlate(SubmissionRow)
        .exists()
    )
    return or_(and_(QUEUED, ripe), and_(RUNNING, ~heard_of))
