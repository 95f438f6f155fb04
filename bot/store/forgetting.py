"""Forgetting a person: statements that leave what the cohort did, and nobody who did it.

Each table that knows people is here. What counts for others stays, by a member without a name: the
verdicts and points of boards and turnouts. Every time becomes that of the challenge's opening, so
that a row cannot be matched with a message in the chat.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    ScalarSelect,
    Text,
    Update,
    and_,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.domain.chat.keys import Kind
from bot.domain.chat.message import Message
from bot.domain.chat.refs import UserRef
from bot.domain.jobs import Queue
from bot.domain.member import BoardMode
from bot.domain.submission import SubmissionState
from bot.store.audit import AuditRow
from bot.store.challenges import ChallengeRow
from bot.store.cohorts import PlaceRow
from bot.store.confirmations import ConfirmationRow
from bot.store.corrections import OverrideRow
from bot.store.grades import CheckResultRow, GradeRow
from bot.store.inbox import InboxRow
from bot.store.members import IdentityRow, MemberRow
from bot.store.outbox import OutboxRow
from bot.store.person import DISPUTE, NOBODY, Person, as_json
from bot.store.progress import HintRow, PlanItemRow, PointsEventRow
from bot.store.queue import PENDING, RUNNING, RunOutcome, RunRow, SubmissionRow
from bot.store.regrades import RegradeRow, RerunRow
from bot.store.self_views import SelfAnswerRow
from bot.store.session import announce
from bot.store.signoffs import SignoffRow

Statement = Update | Delete


async def forget(session: AsyncSession, person: Person, *, at: datetime, instead: Message) -> int:
    """Forget a person in one transaction; nothing happens where there is nothing of them.

    What runs is taken from its worker first, and only then the member is locked: who stores a grade
    takes the two in the same order.

    Returns:
        How many of their answers were in line.
    """
    mine = SubmissionRow.member.in_(person.members)
    in_line = await session.scalar(select(func.count()).where(mine, PENDING)) or 0
    await _run(session, withdrawals(person))
    await session.execute(
        select(MemberRow.id).where(MemberRow.id.in_(person.members)).with_for_update(key_share=True)
    )
    await _run(session, withdrawals(person))  # what came in meanwhile
    await _run(session, _said(person, at, instead))
    await _run(session, _heard(person, at))
    await _run(session, _trail(person))
    await _run(session, _work(person))
    await _run(session, _mentoring(person))
    await _run(session, _standing(person, at))
    session.add_all(
        AuditRow(at=at, actor=NOBODY, action="forget", target=f"member {member}", note="")
        for member in person.members
    )
    await session.flush()
    announce(session, Queue.DELIVERY)
    return in_line


async def _run(session: AsyncSession, statements: Iterable[Statement]) -> None:
    for statement in statements:
        await session.execute(statement.execution_options(synchronize_session=False))


def withdrawals(person: Person) -> Iterator[Statement]:
    """Take what waits or runs out of the line: whatever a run finds is void."""
    mine = SubmissionRow.member.in_(person.members)
    runs = select(SubmissionRow.id).where(mine, RUNNING)
    yield (
        update(RunRow)
        .where(RunRow.submission.in_(runs), RunRow.outcome.is_(None))
        .values(outcome=RunOutcome.LOST)
    )
    yield (
        update(SubmissionRow)
        .where(mine, PENDING)
        .values(state=SubmissionState.WITHDRAWN, worker=None, not_before=None)
    )


def _said(person: Person, at: datetime, instead: Message) -> Iterator[Statement]:
    """What was said to them alone goes; what was said of them to others becomes other words.

    What may be on its way to the platform is among the latter.
    """
    yield delete(OutboxRow).where(OutboxRow.private_to.in_(person.users))
    for user in person.users:
        is_knock = OutboxRow.key.startswith(f"{Kind.KNOCK}:") & OutboxRow.key.endswith(
            f":{user.user}", autoescape=True
        )
        nameless = literal(f"{Kind.KNOCK}:", Text).concat(cast(OutboxRow.number, Text))
        yield update(OutboxRow).where(is_knock).values(key=nameless)
    mine = SubmissionRow.member.in_(person.members)
    dispute = literal(f"{DISPUTE}:", Text).concat(type_coerce(SubmissionRow.id, Text))
    is_about_them = or_(
        OutboxRow.key.in_(select(SubmissionRow.answer).where(mine)),
        OutboxRow.key.in_(select(dispute).where(mine)),
        person.is_named_in(OutboxRow.message),
    )
    is_not_begun = and_(OutboxRow.ref.is_(None), OutboxRow.failures == 0, OutboxRow.not_before > at)
    yield delete(OutboxRow).where(is_about_them, is_not_begun)
    yield (
        update(OutboxRow)
        .where(is_about_them)
        .values(
            message=instead,
            has_picture=False,
            revision=OutboxRow.revision + 1,
            failures=0,
            not_before=None,
        )
    )


def _heard(person: Person, at: datetime) -> Iterator[Statement]:
    """What they wrote and pressed, as it came; it counts as handled, also what is handled now."""
    yield (
        update(InboxRow)
        .where(InboxRow.payload.is_not(None), person.speaks(InboxRow.payload))
        .values(payload=None, handled_at=func.coalesce(InboxRow.handled_at, at))
    )
    yield delete(ConfirmationRow).where(ConfirmationRow.user.in_(person.users))


def _trail(person: Person) -> Iterator[Statement]:
    """The audit trail keeps what was done and when, but neither their name nor their words."""
    is_theirs = AuditRow.actor.in_(person.actors)
    has_words = or_(is_theirs & (AuditRow.action == DISPUTE), person.is_target())
    yield update(AuditRow).where(has_words).values(note="")
    yield update(AuditRow).where(is_theirs).values(actor=NOBODY)
    for user in person.users:  # as an option of a mentor's command
        padded = type_coerce(AuditRow.note, Text).concat(" ")
        named = func.replace(padded, f"={user.user} ", f"={NOBODY} ")
        yield update(AuditRow).where(named != padded).values(note=func.trim(named))


def _work(person: Person) -> Iterator[Statement]:
    """Code and every text that came of it; verdicts, checks and times of running stay."""
    mine = SubmissionRow.member.in_(person.members)
    sent = select(SubmissionRow.id).where(mine)
    graded = CheckResultRow.submission.in_(sent)
    yield update(CheckResultRow).where(graded).values(message="", traceback=(), example="")
    opened_at = _opening(SubmissionRow.id, GradeRow.submission)
    yield (
        update(GradeRow)
        .where(GradeRow.submission.in_(sent))
        .values(detail="", traceback=(), output="", graded_at=opened_at)
    )
    opened_at = _opening(SubmissionRow.id, RunRow.submission)
    yield (
        update(RunRow)
        .where(RunRow.submission.in_(sent))
        .values(worker="", started_at=opened_at, ended_at=None)
    )
    number = type_coerce(SubmissionRow.id, Text)
    yield (
        update(SubmissionRow)
        .where(mine)
        .values(
            source="",
            event=literal("forgotten:", Text).concat(number),
            answer=literal("answer:", Text).concat(number),
            conversation=_channel(),
            received_at=_opening_of(SubmissionRow.challenge),
            started_at=None,
        )
    )


def _mentoring(person: Person) -> Iterator[Statement]:
    """What mentors decided about them goes; what they decided for others stays, by nobody."""
    members = person.members
    sent = select(SubmissionRow.id).where(SubmissionRow.member.in_(members))
    yield delete(SelfAnswerRow).where(SelfAnswerRow.member.in_(members))
    yield delete(SignoffRow).where(SignoffRow.member.in_(members))
    yield delete(RerunRow).where(RerunRow.submission.in_(sent))
    yield update(OverrideRow).where(OverrideRow.submission.in_(sent)).values(reason="")
    yield update(OverrideRow).where(OverrideRow.by.in_(person.actors)).values(by=NOBODY)
    names = select(MemberRow.name).where(MemberRow.id.in_(members))
    yield update(SignoffRow).where(SignoffRow.withdrawn_by.in_(names)).values(withdrawn_by=NOBODY)
    for user in person.users:
        # Two mentors who are forgotten stay two: stage 6 wants as many.
        nobody = _nobody(user, SignoffRow.id)
        yield (
            update(SignoffRow)
            .where(SignoffRow.mentor == user)
            .values(mentor=nobody, mentor_name=NOBODY.capitalize())
        )
        nobody = _nobody(user, RegradeRow.id)
        yield update(RegradeRow).where(RegradeRow.asked_by == user).values(asked_by=nobody)


def _standing(person: Person, at: datetime) -> Iterator[Statement]:
    """Points and hints stay, of a member without a name, whom no board shows."""
    members = person.members
    for row in (HintRow, PointsEventRow):
        opened_at = _opening_of(row.challenge)
        yield update(row).where(row.member.in_(members)).values(at=opened_at)
    yield delete(PlanItemRow).where(PlanItemRow.member.in_(members))
    yield delete(IdentityRow).where(IdentityRow.member.in_(members))
    alias = literal("Former member ", Text).concat(cast(MemberRow.id, Text))
    yield (
        update(MemberRow)
        .where(MemberRow.id.in_(members))
        .values(
            name=NOBODY.capitalize(),
            alias=alias,
            board=BoardMode.HIDDEN,
            reminders=False,
            excused=frozenset(),
            forgotten_at=at,
        )
    )


def _nobody(user: UserRef, number: InstrumentedAttribute[int]) -> ColumnElement[Any]:
    """An account on the same server that nobody has, another one for each row."""
    before, _, after = as_json(replace(user, user=f"{NOBODY} #")).partition("#")
    text = literal(before, Text).concat(cast(number, Text)).concat(after)
    return type_coerce(text, Text)


def _opening_of(challenge: InstrumentedAttribute[int]) -> ScalarSelect[datetime]:
    """When a row's challenge opened."""
    return select(ChallengeRow.opens_at).where(ChallengeRow.id == challenge).scalar_subquery()


def _opening(
    submission: InstrumentedAttribute[str], of: InstrumentedAttribute[str]
) -> ScalarSelect[datetime]:
    """When the challenge opened whose submission a row is about."""
    return (
        select(ChallengeRow.opens_at)
        .join(SubmissionRow, SubmissionRow.challenge == ChallengeRow.id)
        .where(submission == of)
        .scalar_subquery()
    )


def _channel() -> ScalarSelect[Any]:
    """The first channel of the cohort whose challenge a submission answers."""
    return (
        select(PlaceRow.channel)
        .join(ChallengeRow, ChallengeRow.cohort == PlaceRow.cohort)
        .where(ChallengeRow.id == SubmissionRow.challenge)
        .order_by(PlaceRow.id)
        .limit(1)
        .scalar_subquery()
    )
