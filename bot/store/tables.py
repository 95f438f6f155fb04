"""The tables, in the domain's words. Facts are only ever added; queues move on."""

from datetime import date, datetime
from enum import Enum as PythonEnum
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, relationship
from sqlalchemy.types import TypeEngine

from bot.domain.chat.events import Event
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.cohort import BoardMode, Role
from bot.domain.exercise import Caps, Day, Exercise
from bot.domain.grading import CheckStatus, Verdict
from bot.domain.progression import PointsReason
from bot.domain.submission import SubmissionState
from bot.store.columns import AnyText, Json, Ref, UtcDateTime

Lines = tuple[str, ...]
Dates = frozenset[date]


def _values(words: type[PythonEnum]) -> list[str]:
    return [str(word.value) for word in words]


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Names every constraint, so that migrations can speak of it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, TypeEngine[Any]]] = {
        str: AnyText(),
        datetime: UtcDateTime(),
        UserRef: Ref(UserRef),
        ConversationRef: Ref(ConversationRef),
        MessageRef: Ref(MessageRef),
        Message: Json(Message),
        Event: Json(Event),
        Exercise: Json(Exercise),
        Lines: Json(Lines),
        Dates: Json(Dates),
        Caps: Json(Caps),
        # Text with a CHECK: another word needs a migration, but no type that only one database has.
        PythonEnum: Enum(
            PythonEnum,
            native_enum=False,
            create_constraint=True,
            length=32,
            values_callable=_values,
        ),
    }


class CohortRow(Base):
    """See `Cohort`."""

    __tablename__ = "cohorts"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str]
    place: Mapped[ConversationRef] = mapped_column(unique=True)
    mentors_place: Mapped[ConversationRef]
    timezone: Mapped[str]
    starts_on: Mapped[date]
    hour: Mapped[int]
    open_hours: Mapped[int]
    late_hours: Mapped[int]
    reminder_hours: Mapped[int]
    pending_limit: Mapped[int]
    details_public: Mapped[bool]
    holidays: Mapped[Dates]
    caps: Mapped[Caps]
    mentor_role: Mapped[str]


class MemberRow(Base):
    """See `Member`."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("cohort", "user_ref"), UniqueConstraint("cohort", "alias"))

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    cohort: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    user: Mapped[UserRef] = mapped_column("user_ref")  # `user` is a function in PostgreSQL
    name: Mapped[str]
    alias: Mapped[str]
    role: Mapped[Role]
    joined_at: Mapped[datetime]
    board: Mapped[BoardMode] = mapped_column(default=BoardMode.ALIAS)
    reminders: Mapped[bool] = mapped_column(default=True)


class ExerciseVersionRow(Base):
    """What was released once stays readable, whatever becomes of its folder."""

    __tablename__ = "exercise_versions"

    slug: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    content: Mapped[Exercise]
    recorded_at: Mapped[datetime]


class PinRow(Base):
    """A mentor's choice for a date."""

    __tablename__ = "pins"

    cohort: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    on_date: Mapped[date] = mapped_column(primary_key=True)
    exercise: Mapped[str]
    member: Mapped[int | None] = mapped_column(ForeignKey("members.id"))


class SlotRow(Base):
    """A scheduled moment that was seen to: the primary key lets it happen once."""

    __tablename__ = "slots"

    cohort: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    taken_at: Mapped[datetime]


class ChallengeRow(Base):
    """See `Challenge`."""

    __tablename__ = "challenges"
    __table_args__ = (
        ForeignKeyConstraint(
            ["exercise", "version"], ["exercise_versions.slug", "exercise_versions.version"]
        ),
        Index(None, "cohort", "week"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(unique=True)
    cohort: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    exercise: Mapped[str]
    version: Mapped[int]
    day: Mapped[Day]
    week: Mapped[int]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    late_until: Mapped[datetime]
    post: Mapped[MessageRef | None] = mapped_column(default=None)
    thread: Mapped[ConversationRef | None] = mapped_column(default=None, index=True)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)


class SubmissionRow(Base):
    """What was handed in, and where it stands in the queue."""

    __tablename__ = "submissions"
    __table_args__ = (Index(None, "challenge", "member"),)

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
    state: Mapped[SubmissionState] = mapped_column(index=True)
    run: Mapped[int] = mapped_column(default=0)  # the fence: of the current or last run
    not_before: Mapped[datetime | None] = mapped_column(default=None)  # while queued
    started_at: Mapped[datetime | None] = mapped_column(default=None)  # of the current or last run
    lease_until: Mapped[datetime | None] = mapped_column(default=None)  # while running
    grade: Mapped["GradeRow | None"] = relationship(
        init=False, lazy="joined", viewonly=True, uselist=False
    )


class RunOutcome(StrEnum):
    """How a run ended."""

    GRADED = "graded"
    RELEASED = "released"  # queued again: the sandbox could not run it
    LOST = "lost"  # its lease ran out, or its process was gone at the next start


class RunRow(Base):
    """One claimed run. `ended_at` stays empty where nobody saw the end."""

    __tablename__ = "runs"

    submission: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    outcome: Mapped[RunOutcome | None] = mapped_column(default=None)


class GradeRow(Base):
    """The one grade of a submission: the primary key is what makes a second one impossible."""

    __tablename__ = "grades"
    __table_args__ = (
        ForeignKeyConstraint(["submission", "run"], ["runs.submission", "runs.number"]),
    )

    submission: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    run: Mapped[int]
    graded_at: Mapped[datetime]
    verdict: Mapped[Verdict]
    core_share: Mapped[float]
    try_number: Mapped[int]
    detail: Mapped[str]
    traceback: Mapped[Lines]
    output: Mapped[str]
    start_s: Mapped[float]
    run_s: Mapped[float]
    peak_memory_bytes: Mapped[int | None] = mapped_column(BigInteger)
    checks: Mapped[list["CheckResultRow"]] = relationship(
        lazy="selectin", order_by="CheckResultRow.position", default_factory=list
    )


class CheckResultRow(Base):
    """See `CheckResult`; the checks of a grade keep their order."""

    __tablename__ = "check_results"

    submission: Mapped[str] = mapped_column(
        ForeignKey("grades.submission"), primary_key=True, init=False
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    title: Mapped[str]
    core: Mapped[bool]
    points: Mapped[int]
    status: Mapped[CheckStatus]
    message: Mapped[str]
    traceback: Mapped[Lines]
    example: Mapped[str]
    hint: Mapped[int]


class HintRow(Base):
    """See `HintTaken`."""

    __tablename__ = "hints"

    member: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    challenge: Mapped[int] = mapped_column(ForeignKey("challenges.id"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]


class PlanItemRow(Base):
    """See `PlanItem`."""

    __tablename__ = "plan_items"

    member: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    week: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[Day] = mapped_column(primary_key=True)
    exercise: Mapped[str]
    reason: Mapped[str]


class PointsEventRow(Base):
    """See `PointsEvent`."""

    __tablename__ = "points_events"
    __table_args__ = (
        UniqueConstraint("member", "challenge", "reason", "submission"),
        Index(None, "cohort", "week"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, init=False)
    member: Mapped[int] = mapped_column(ForeignKey("members.id"))
    cohort: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    challenge: Mapped[int] = mapped_column(ForeignKey("challenges.id"))
    week: Mapped[int]
    reason: Mapped[PointsReason]
    points: Mapped[float]
    submission: Mapped[str] = mapped_column(ForeignKey("submissions.id"))
    at: Mapped[datetime]


class InboxRow(Base):
    """An event. Its key outlives the payload, so that even a late redelivery adds nothing."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_pending",
            "number",
            sqlite_where=text("handled_at IS NULL"),
            postgresql_where=text("handled_at IS NULL"),
        ),
    )

    number: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
    payload: Mapped[Event | None]
    handled_at: Mapped[datetime | None] = mapped_column(default=None)
    error: Mapped[str] = mapped_column(default="")


class OutboxRow(Base):
    """What one message should say, and how much of that is on the platform."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_unsent",
            "number",
            sqlite_where=text("revision > sent_revision"),
            postgresql_where=text("revision > sent_revision"),
        ),
    )

    number: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(unique=True)
    conversation: Mapped[ConversationRef]
    private_to: Mapped[UserRef | None]
    challenge: Mapped[int | None] = mapped_column(ForeignKey("challenges.id"))
    message: Mapped[Message]
    revision: Mapped[int] = mapped_column(default=1)
    sent_revision: Mapped[int] = mapped_column(default=0)
    ref: Mapped[MessageRef | None] = mapped_column(default=None)
    not_before: Mapped[datetime | None] = mapped_column(default=None)
    failures: Mapped[int] = mapped_column(default=0)
    dead: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")  # of the last failure


class AuditRow(Base):
    """One line of what mentors and operators did."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True, init=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    target: Mapped[str]
    note: Mapped[str]
