"""Submissions in line, as rows, and the statements that say whose turn it is.

Fair: a member's second submission stands behind everybody's first. A run owns its submission for as
long as its worker is heard of.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    ForeignKey,
    Index,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    union,
)
from sqlalchemy.orm import Mapped, aliased, lazyload, mapped_column, relationship

from bot.domain.chat.refs import ConversationRef
from bot.domain.submission import Submission, SubmissionState
from bot.store.base import Base, partial_index
from bot.store.challenges import ChallengeRow
from bot.store.cohorts import CohortRow
from bot.store.grades import GradeRow, grade_of
from bot.store.mapping import value_of
from bot.store.members import IdentityRow
from bot.store.workers import WorkerRow

HAS_SOURCE = "source <> ''"


class SubmissionRow(Base):
    """What was handed in, and where it stands in the queue."""

    __tablename__ = "submissions"
    __table_args__ = (
        Index(None, "challenge", "member"),
        Index(None, "member", "received_at"),
        partial_index(
            "ix_submissions_pending", "state", "number", where="state IN ('queued', 'running')"
        ),
        partial_index("ix_submissions_kept", "received_at", where=HAS_SOURCE),
        partial_index("ix_submissions_with_source", "challenge", where=HAS_SOURCE),
    )

    number: Mapped[int] = mapped_column(primary_key=True, init=False)  # the order of arrival
    id: Mapped[str] = mapped_column(unique=True)
    event: Mapped[str] = mapped_column(unique=True)
    answer: Mapped[str] = mapped_column(index=True)
    challenge: Mapped[int] = mapped_column(ForeignKey("challenges.id"))
    member: Mapped[int] = mapped_column(ForeignKey("members.id"))
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
    RELEASED = "released"  # queued again: it could not run
    FAILED = "failed"  # queued again after a fault of ours
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


_PENDING_STATES = [SubmissionState.QUEUED, SubmissionState.RUNNING]


def _is_pending(
    *states: SubmissionState, row: type[SubmissionRow] = SubmissionRow
) -> ColumnElement[bool]:
    """Whether it is in one of these states, as the index over pending submissions finds it.

    Its condition is repeated word by word: no database would see it in a parameter.
    """
    known: BindParameter[SubmissionState] = bindparam(
        None, _PENDING_STATES, expanding=True, literal_execute=True
    )
    return and_(row.state.in_(known), row.state.in_(states))


def submission_of(row: SubmissionRow, grade: GradeRow | None) -> Submission:
    """The submission that a row holds, with its grade."""
    return value_of(
        Submission,
        row,
        finished_at=grade.graded_at if grade else None,
        grade=grade_of(grade) if grade else None,
        try_number=grade.try_number if grade else 0,
    )


QUEUED = _is_pending(SubmissionState.QUEUED)
RUNNING = _is_pending(SubmissionState.RUNNING)
PENDING = _is_pending(*_PENDING_STATES)


def is_latest() -> ColumnElement[bool]:
    """Whether no newer submission speaks for the same answer."""
    newer = aliased(SubmissionRow)
    return ~(
        select(newer.number)
        .where(newer.answer == SubmissionRow.answer, newer.number > SubmissionRow.number)
        .exists()
    )


def with_source(before: datetime, ended: datetime) -> CompoundSelect[int]:
    """What has its code, is neither in line nor running, and is old, or of a cohort that ended.

    Args:
        before: What was received before this is old.
        ended: A cohort whose last challenge was over before this has ended.
    """
    later = aliased(ChallengeRow)
    goes_on = select(later.id).where(later.cohort == CohortRow.id, later.late_until >= ended)
    done = and_(text(HAS_SOURCE), ~PENDING)
    old = select(SubmissionRow.number).where(done, SubmissionRow.received_at < before)
    of_ended = (
        select(SubmissionRow.number)
        .join(ChallengeRow, ChallengeRow.id == SubmissionRow.challenge)
        .join(CohortRow, CohortRow.id == ChallengeRow.cohort)
        .where(done, ~goes_on.exists())
    )
    return union(old, of_ended)


def _turns() -> Subquery:
    """Pending submissions with their turn: a member's second one stands behind all first ones."""
    turn = func.row_number().over(
        partition_by=SubmissionRow.member,
        order_by=(SubmissionRow.received_at, SubmissionRow.number),
    )
    return select(SubmissionRow.number, turn.label("turn")).where(PENDING).subquery("turns")


def answers_in_line(limit: int) -> Select[Any]:
    """The first queued submissions, one an answer, each with every identity of a private reader."""
    line = line_of_queued()
    head = (
        select(
            SubmissionRow.id.label("submission"),
            SubmissionRow.answer,
            SubmissionRow.conversation,
            SubmissionRow.private,
            SubmissionRow.member,
            ChallengeRow.exercise,
            line.c.position.label("queue_position"),
        )
        .join(line, line.c.submission == SubmissionRow.id)
        .join(ChallengeRow, ChallengeRow.id == SubmissionRow.challenge)
        .where(is_latest())
        .order_by(line.c.position)
        .limit(limit)
        .subquery("head")
    )
    readers = and_(head.c.private, IdentityRow.member == head.c.member)
    return (
        select(head, IdentityRow.user)
        .outerjoin(IdentityRow, readers)
        .order_by(head.c.queue_position, IdentityRow.linked_at, IdentityRow.user)
    )


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


def _runs_already() -> ColumnElement[bool]:
    """Whether another submission for the same answer runs."""
    other = aliased(SubmissionRow)
    return (
        select(other.number)
        .where(
            other.answer == SubmissionRow.answer,
            other.number != SubmissionRow.number,
            _is_pending(SubmissionState.RUNNING, row=other),
        )
        .exists()
    )


def next_in_line(
    now: datetime, lease_s: float, without: Collection[str]
) -> Select[SubmissionRow, int]:
    """The submission to claim, and how many are queued. Two workers never lock the same one."""
    turns = _turns()
    other = aliased(SubmissionRow)
    queued = (
        select(func.count(other.number))
        .where(_is_pending(SubmissionState.QUEUED, row=other))
        .scalar_subquery()
    )
    query = (
        select(SubmissionRow, queued)
        .join(turns, turns.c.number == SubmissionRow.number)
        .where(is_claimable(now, lease_s))
        .order_by(turns.c.turn, SubmissionRow.received_at, SubmissionRow.number)
        .limit(1)
        .options(lazyload(SubmissionRow.grade))
        .with_for_update(of=SubmissionRow, key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if without:
        held_up = select(ChallengeRow.id).where(ChallengeRow.exercise.in_(without))
        query = query.where(SubmissionRow.challenge.not_in(held_up))
    return query


def is_claimable(now: datetime, lease_s: float) -> ColumnElement[bool]:
    """Whether it may be claimed: queued and ripe, or running while its worker is silent.

    One whose answer runs in an earlier version waits until that has ended.
    A claim is a sign of life too: who looks at this moment may not see the worker's first beat yet.
    """
    since = now - timedelta(seconds=lease_s)
    ripe = or_(SubmissionRow.not_before.is_(None), SubmissionRow.not_before <= now)
    heard_of = (
        select(WorkerRow.id)
        .where(WorkerRow.id == SubmissionRow.worker, WorkerRow.seen_at > since)
        .correlate(SubmissionRow)
        .exists()
    )
    silent = and_(SubmissionRow.started_at <= since, ~heard_of)
    return and_(PENDING, or_(and_(QUEUED, ripe, ~_runs_already()), and_(RUNNING, silent)))
