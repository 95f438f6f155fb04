"""What is kept about one person, over SQL: every table that knows people, in one place."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    case,
    func,
    null,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from bot.domain.chat.message import Message
from bot.domain.chat.refs import UserRef
from bot.domain.personal import SOURCE, SUBMISSIONS, Belongings, Personal, Record
from bot.store.audit import AuditRow
from bot.store.challenges import ChallengeRow
from bot.store.cohorts import CohortRow
from bot.store.confirmations import ConfirmationRow
from bot.store.corrections import OverrideRow
from bot.store.forgetting import forget
from bot.store.grades import CheckResultRow, GradeRow
from bot.store.inbox import InboxRow
from bot.store.local_forgetting import forget_locally
from bot.store.local_messages import MessageRow
from bot.store.members import IdentityRow, MemberRow
from bot.store.outbox import OutboxRow
from bot.store.person import DISPUTE, Person, find_person
from bot.store.progress import HintRow, PlanItemRow, PointsEventRow
from bot.store.queue import SubmissionRow
from bot.store.self_views import SelfAnswerRow
from bot.store.signoffs import SignoffRow

Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class SqlPersonal(Personal):
    """Everything about people in one session."""

    session: AsyncSession

    @override
    async def belongings(self, user: UserRef, *, rows: int, code_chars: int) -> Belongings:
        person = await find_person(self.session, user)
        queries = {name: query(person) for name, query in KEPT.items()}
        queries[SUBMISSIONS] = _submissions(person, code_chars)
        return {name: await self._records(query.limit(rows)) for name, query in queries.items()}

    @override
    async def weeks_with_points(self, user: UserRef) -> Sequence[tuple[int, int]]:
        cohort, week = PointsEventRow.cohort, PointsEventRow.week
        rows = await self.session.execute(
            select(cohort, week)
            .join(IdentityRow, IdentityRow.member == PointsEventRow.member)
            .where(IdentityRow.user == user)
            .distinct()
            .order_by(cohort, week)
        )
        return [(cohort, week) for cohort, week in rows]

    @override
    async def forget(self, user: UserRef, *, at: datetime, instead: Message) -> int:
        person = await find_person(self.session, user)
        withdrawn = await forget(self.session, person, at=at, instead=instead)
        if person.local:
            await forget_locally(self.session, person)
        return withdrawn

    async def _records(self, query: Query) -> Sequence[Record]:
        rows = await self.session.execute(query)
        return [
            {name: _plain(name, value) for name, value in row.items()} for row in rows.mappings()
        ]


def _memberships(person: Person) -> Query:
    return (
        select(
            CohortRow.name.label("cohort"),
            MemberRow.name,
            MemberRow.alias,
            MemberRow.role,
            MemberRow.joined_at,
            MemberRow.board.label("leaderboard"),
            MemberRow.reminders,
            MemberRow.excused,
        )
        .join(CohortRow, CohortRow.id == MemberRow.cohort)
        .where(MemberRow.id.in_(person.members))
        .order_by(MemberRow.id.desc())
    )


def _identities(person: Person) -> Query:
    return (
        select(CohortRow.name.label("cohort"), IdentityRow.user, IdentityRow.linked_at)
        .join(CohortRow, CohortRow.id == IdentityRow.cohort)
        .where(IdentityRow.member.in_(person.members))
        .order_by(IdentityRow.linked_at.desc())
    )


def _submissions(person: Person, code_chars: int) -> Query:
    newest = SubmissionRow.number.desc()
    until_here = func.sum(func.length(SubmissionRow.source)).over(order_by=newest)
    return (
        select(
            SubmissionRow.id,
            ChallengeRow.exercise,
            SubmissionRow.received_at,
            SubmissionRow.late,
            SubmissionRow.private,
            SubmissionRow.state,
            *_columns(GradeRow, "graded_at", "verdict", "core_share", "try_number", "detail"),
            *_columns(GradeRow, "traceback", "output", "run_s", "cpu_s", "peak_memory_bytes"),
            case((until_here <= code_chars, SubmissionRow.source), else_=null()).label(SOURCE),
        )
        .join(ChallengeRow, ChallengeRow.id == SubmissionRow.challenge)
        .outerjoin(GradeRow, GradeRow.submission == SubmissionRow.id)
        .where(SubmissionRow.member.in_(person.members))
        .order_by(newest)
    )


def _checks(person: Person) -> Query:
    """Without the inputs that they drew."""
    return (
        select(*_columns(CheckResultRow, "submission", "title", "status", "message", "traceback"))
        .join(SubmissionRow, SubmissionRow.id == CheckResultRow.submission)
        .where(SubmissionRow.member.in_(person.members))
        .order_by(SubmissionRow.number.desc(), CheckResultRow.position)
    )


def _hints(person: Person) -> Query:
    return (
        select(ChallengeRow.exercise, HintRow.level, HintRow.at)
        .join(ChallengeRow, ChallengeRow.id == HintRow.challenge)
        .where(HintRow.member.in_(person.members))
        .order_by(HintRow.at.desc())
    )


def _points(person: Person) -> Query:
    return (
        select(
            ChallengeRow.exercise,
            *_columns(PointsEventRow, "week", "reason", "points", "submission", "at"),
        )
        .join(ChallengeRow, ChallengeRow.id == PointsEventRow.challenge)
        .where(PointsEventRow.member.in_(person.members))
        .order_by(PointsEventRow.number.desc())
    )


def _plan(person: Person) -> Query:
    return (
        select(*_columns(PlanItemRow, "week", "day", "exercise", "reason"))
        .where(PlanItemRow.member.in_(person.members))
        .order_by(PlanItemRow.week.desc(), PlanItemRow.day)
    )


def _messages(person: Person) -> Query:
    """What was said to them alone, reminders among it; without the words, which may name others."""
    return (
        select(OutboxRow.key, OutboxRow.sent_at)
        .where(OutboxRow.private_to.in_(person.users))
        .order_by(OutboxRow.number.desc())
    )


def _self_view(person: Person) -> Query:
    return (
        select(*_columns(SelfAnswerRow, "item", "answer", "at"))
        .where(SelfAnswerRow.member.in_(person.members))
        .order_by(SelfAnswerRow.at.desc(), SelfAnswerRow.item)
    )


def _signoffs(person: Person) -> Query:
    """Without the mentors' names."""
    return (
        select(*_columns(SignoffRow, "kind", "code", "reason", "at", "withdrawn_at"))
        .where(SignoffRow.member.in_(person.members))
        .order_by(SignoffRow.id.desc())
    )


def _decisions(person: Person) -> Query:
    """What mentors decided about single answers, without the mentors' names."""
    return (
        select(*_columns(OverrideRow, "submission", "decision", "reason", "at"))
        .join(SubmissionRow, SubmissionRow.id == OverrideRow.submission)
        .where(SubmissionRow.member.in_(person.members))
        .order_by(OverrideRow.at.desc())
    )


def _disputes(person: Person) -> Query:
    return (
        select(AuditRow.at, AuditRow.target, AuditRow.note)
        .where(AuditRow.actor.in_(person.actors), AuditRow.action == DISPUTE)
        .order_by(AuditRow.number.desc())
    )


def _audit(person: Person) -> Query:
    """What they did, and what was done about them; the words only where they are about them."""
    is_mine, is_about_me = AuditRow.actor.in_(person.actors), person.is_target()
    return (
        select(
            AuditRow.at,
            case((is_mine, "you"), else_="somebody else").label("by"),
            *_columns(AuditRow, "action", "target"),
            case((is_about_me, AuditRow.note), else_="").label("note"),
        )
        .where(or_(is_mine, is_about_me), AuditRow.action != DISPUTE)
        .order_by(AuditRow.number.desc())
    )


def _questions(person: Person) -> Query:
    return (
        select(*_columns(ConfirmationRow, "command", "args", "asked_at", "answered_at"))
        .where(ConfirmationRow.user.in_(person.users))
        .order_by(ConfirmationRow.asked_at.desc())
    )


def _events(person: Person) -> Query:
    return (
        select(type_coerce(InboxRow.payload, Text).label("json"))
        .where(InboxRow.payload.is_not(None), person.speaks(InboxRow.payload))
        .order_by(InboxRow.number.desc())
    )


def _local_chat(person: Person) -> Query:
    """What they wrote in the local chat, which the bot serves itself."""
    content = type_coerce(MessageRow.content, Text).label("json")
    return (
        select(MessageRow.posted_at, MessageRow.channel, MessageRow.thread, content)
        .where(MessageRow.author.in_(person.local), MessageRow.dismissed.is_(False))
        .order_by(MessageRow.id.desc())
    )


KEPT: Mapping[str, Callable[[Person], Query]] = {
    "memberships": _memberships,
    "accounts": _identities,
    "checks": _checks,
    "hints": _hints,
    "points": _points,
    "plan": _plan,
    "messages_to_you": _messages,
    "self_view": _self_view,
    "signoffs": _signoffs,
    "mentors_decisions": _decisions,
    "disputes": _disputes,
    "audit": _audit,
    "questions": _questions,
    "messages_and_presses": _events,
    "local_chat": _local_chat,
}
"""By what it is about; submissions are `_submissions`."""


def _columns(row: type[Any], *names: str) -> list[ColumnElement[Any]]:
    return [getattr(row, name) for name in names]


def _plain(name: str, value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case frozenset():  # dates
            return sorted(map(str, cast("frozenset[date]", value)))
        case UserRef(platform, tenant, user):
            return {"platform": platform, "tenant": tenant, "user": user}
        case str() if name == "json":
            return json.loads(value)
        case _:
            return value
