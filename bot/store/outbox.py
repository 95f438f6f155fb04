"""What is to be said and on which platform it already is, over SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    delete,
    false,
    func,
    literal,
    null,
    or_,
    select,
    text,
    true,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, defer, mapped_column
from typing_extensions import override

from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import File, Image, Message
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.errors import StoreError
from bot.domain.jobs import Queue
from bot.domain.outbox import Outbox, Outgoing, Readers, Wanted
from bot.store import codec
from bot.store.base import Base, partial_index
from bot.store.columns import Ref
from bot.store.mapping import value_of
from bot.store.session import announce
from bot.store.statements import insert, values_of

log = structlog.get_logger()

_UNSENT = "revision > sent_revision"
_WAITING = "revision > sent_revision AND not_before IS NOT NULL"
_PICTURED = "has_picture AND sent_at IS NOT NULL"
_IS_REPLY, _IS_DISPUTE = "substr(key, 1, 6) = 'reply:'", "substr(key, 1, 8) = 'dispute:'"
_PASSED = f"({_IS_REPLY} OR {_IS_DISPUTE}) AND (sent_at IS NOT NULL OR dead)"
_ROWS_AT_ONCE = 1500  # in one statement: SQLite takes 32,766 values


class OutboxRow(Base):
    """What one message should say, and how much of that is on the platform."""

    __tablename__ = "outbox"
    __table_args__ = (
        partial_index("ix_outbox_unsent", "urgency", "number", where=_UNSENT),
        partial_index("ix_outbox_waiting", "not_before", where=_WAITING),
        partial_index("ix_outbox_pictured", "sent_at", where=_PICTURED),
        partial_index("ix_outbox_passed", "sent_at", where=_PASSED),
    )

    number: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(unique=True)
    urgency: Mapped[int]  # of the key's kind: smaller ones are sent first
    conversation: Mapped[ConversationRef]
    private_to: Mapped[UserRef | None]
    thread_title: Mapped[str | None]
    message: Mapped[Message]
    has_picture: Mapped[bool]
    not_before: Mapped[datetime | None] = mapped_column(default=None)
    revision: Mapped[int] = mapped_column(default=1)
    sent_revision: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    ref: Mapped[MessageRef | None] = mapped_column(default=None)
    failures: Mapped[int] = mapped_column(default=0)
    dead: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")  # of the last failure


_CONTENT = ("conversation", "private_to", "thread_title", "message")
_IS_KNOWN = or_(
    *(or_(OutboxRow.key == kind, OutboxRow.key.startswith(f"{kind}:")) for kind in Kind)
)
"""Whether this version knows its kind: what a newer one wrote waits until that runs again."""

_NOBODY = ""
_READERS = type_coerce(OutboxRow.conversation, Text).concat(
    func.coalesce(type_coerce(OutboxRow.private_to, Text), _NOBODY)
)
"""Who reads it, as one text to compare: both references are JSON arrays."""

_AS_TEXT = ("conversation", "private_to", "ref", "message")
"""Read by us, one row at a time: one that cannot be read must not hold up all the others."""

_IS_UNSENT = and_(
    OutboxRow.revision > OutboxRow.sent_revision, OutboxRow.dead.is_(False), _IS_KNOWN
)


@dataclass(frozen=True, slots=True)
class SqlOutbox(Outbox):
    """The outbox in one session. What is said is written when the transaction ends.

    Then it is one statement for everything, and in the order of the keys: of two transactions that
    say the same, one waits for the other, and never each for the other.
    """

    session: AsyncSession
    _unwritten: dict[str, Wanted] = field(default_factory=dict[str, Wanted], init=False)

    @override
    async def say(self, *wanted: Wanted) -> None:
        self._unwritten.update({str(item.key): item for item in wanted})

    async def write(self) -> None:
        """Write what was said and is not written yet."""
        rows = [_row(item) for _, item in sorted(self._unwritten.items())]
        self._unwritten.clear()
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            await self._write(rows[start : start + _ROWS_AT_ONCE])
        if rows:
            announce(self.session, Queue.DELIVERY)

    @override
    async def known(self, keys: Collection[MessageKey]) -> Collection[MessageKey]:
        await self.write()
        texts = {str(key): key for key in keys}
        found = await self.session.scalars(
            select(OutboxRow.key).where(OutboxRow.key.in_(list(texts)))
        )
        return {texts[text] for text in found}

    @override
    async def find(self, key: MessageKey) -> Message | None:
        await self.write()
        return await self.session.scalar(select(OutboxRow.message).where(OutboxRow.key == str(key)))

    @override
    async def unsent(
        self, now: datetime, *, limit: int = 20, without: Collection[Readers] = ()
    ) -> Sequence[Outgoing]:
        await self.write()
        others = _READERS.not_in([_readers(item) for item in without]) if without else true()
        columns = [getattr(OutboxRow, name) for name in _AS_TEXT]
        rows = await self.session.execute(
            select(OutboxRow, *(type_coerce(column, Text) for column in columns))
            .options(*(defer(column) for column in columns))
            .where(_IS_UNSENT, _is_due(now), others)
            .order_by(OutboxRow.urgency, OutboxRow.number)
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        found = (_outgoing(row, dict(zip(_AS_TEXT, texts, strict=True))) for row, *texts in rows)
        return [item for item in found if item is not None]

    @override
    async def next_due(self) -> datetime | None:
        await self.write()
        waiting = select(OutboxRow.not_before).where(_IS_UNSENT, OutboxRow.not_before.is_not(None))
        return await self.session.scalar(waiting.order_by(OutboxRow.not_before).limit(1))

    @override
    async def unsent_count(self, now: datetime) -> int:
        await self.write()
        is_late = or_(_is_due(now), OutboxRow.failures > 0)
        return await self.session.scalar(select(func.count()).where(_IS_UNSENT, is_late)) or 0

    @override
    async def sent(self, item: Outgoing, ref: MessageRef, *, at: datetime) -> None:
        await self.write()
        await self.session.execute(
            update(OutboxRow)
            .where(OutboxRow.key == _text(item), OutboxRow.sent_revision < item.revision)
            .values(
                sent_revision=item.revision,
                sent_at=at,
                ref=ref,
                failures=0,
                reason="",
                not_before=None,
                **_without_files(item),
            )
        )

    @override
    async def failed(
        self, item: Outgoing, ref: MessageRef | None, *, reason: str, retry_at: datetime | None
    ) -> None:
        await self.write()
        given_up = and_(
            OutboxRow.revision == item.revision, true() if retry_at is None else ~true()
        )
        await self.session.execute(
            update(OutboxRow)
            .where(OutboxRow.key == _text(item), OutboxRow.sent_revision < item.revision)
            .values(
                failures=OutboxRow.failures + 1,
                reason=reason,
                ref=ref,
                not_before=retry_at,
                dead=given_up,
                **(_without_files(item) if retry_at is None else {}),
            )
        )

    @override
    async def has_pictures(self, before: datetime) -> bool:
        pictured = select(OutboxRow.number).where(_is_pictured(before)).limit(1)
        return await self.session.scalar(pictured) is not None

    @override
    async def purge(self, before: datetime, *, limit: int) -> int:
        old = select(OutboxRow).where(_is_pictured(before)).order_by(OutboxRow.sent_at)
        # One that somebody changes at this moment is left for the next time.
        locked = old.limit(limit).with_for_update(key_share=True, skip_locked=True)
        rows = (await self.session.scalars(locked)).all()
        for row in rows:
            row.message, row.has_picture = row.message.without(Image), False
        await self.session.flush()
        return len(rows)

    @override
    async def has_passed(self, *, replies: datetime, disputes: datetime) -> bool:
        return await self.session.scalar(_passed(replies, disputes).limit(1)) is not None

    @override
    async def forget_passed(self, *, replies: datetime, disputes: datetime, limit: int) -> int:
        old = _passed(replies, disputes).limit(limit)
        forgotten = await self.session.scalars(
            delete(OutboxRow)
            .where(OutboxRow.number.in_(old))
            .returning(OutboxRow.number)
            .execution_options(synchronize_session=False)
        )
        return len(forgotten.all())

    async def _write(self, rows: Sequence[OutboxRow]) -> None:
        statement = insert(self.session, OutboxRow).values([values_of(row) for row in rows])
        new = statement.excluded
        table = OutboxRow.__table__.c
        differs = or_(*(table[name].is_distinct_from(new[name]) for name in _CONTENT))
        taken: dict[str, Any] = {name: new[name] for name in (*_CONTENT, "has_picture")}
        revived = {
            "revision": table.revision + 1,
            "failures": _unless_dead(table.failures, 0),
            "not_before": _when_due(table.not_before, new.not_before),
            "dead": false(),
        }
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=[OutboxRow.key], set_=taken | revived, where=differs
            )
        )


def _outgoing(row: OutboxRow, texts: Mapping[str, str | None]) -> Outgoing | None:
    """None for what a newer or broken version wrote: it must not hold up all the others."""
    try:
        return value_of(
            Outgoing,
            row,
            key=MessageKey.read(row.key),
            conversation=Ref(ConversationRef).read(texts["conversation"]),
            private_to=Ref(UserRef).read(texts["private_to"]),
            ref=Ref(MessageRef).read(texts["ref"]),
            message=codec.decode(texts["message"] or "", Message),
        )
    except StoreError as error:
        log.error("row_unreadable", key=row.key, reason=str(error))  # noqa: TRY400 - no trace: it is not code
        return None


def _without_files(item: Outgoing) -> Mapping[str, object]:
    """Changes that forget the files of a message which nobody has to send any more."""
    if not any(isinstance(block, File) for block in item.message.blocks):
        return {}
    rest = literal(item.message.without(File), OutboxRow.message.type)
    is_same = OutboxRow.revision == item.revision
    return {"message": case((is_same, rest), else_=OutboxRow.message)}


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(OutboxRow.not_before.is_(None), OutboxRow.not_before <= now)


def _is_pictured(before: datetime) -> ColumnElement[bool]:
    """Holds a picture, and was sent before a moment."""
    return and_(text(_PICTURED), OutboxRow.sent_at < before)  # word by word, as the index has it


def _passed(replies: datetime, disputes: datetime) -> Select[int]:
    """What is said once and was sent before these moments, or given up."""
    is_old = or_(
        and_(text(_IS_REPLY), OutboxRow.sent_at < replies),
        and_(text(_IS_DISPUTE), OutboxRow.sent_at < disputes),
    )
    is_whole = OutboxRow.revision == OutboxRow.sent_revision
    return select(OutboxRow.number).where(
        text(_PASSED), or_(OutboxRow.dead, and_(is_whole, is_old))
    )


def _unless_dead(value: ColumnElement[Any], otherwise: object) -> ColumnElement[Any]:
    """A message that was given up begins anew."""
    return case((OutboxRow.dead, otherwise), else_=value)


def _when_due(before: ColumnElement[Any], wanted: ColumnElement[Any]) -> ColumnElement[Any]:
    """The moment of the new words, or of those that they replace if it is sooner.

    After a failure a message keeps its wait.
    """
    waits = and_(OutboxRow.failures > 0, OutboxRow.dead.is_(False))
    replaces = and_(OutboxRow.revision > OutboxRow.sent_revision, OutboxRow.dead.is_(False))
    is_sooner = and_(replaces, or_(before.is_(None), before < wanted))
    return case((waits, before), (wanted.is_(None), null()), (is_sooner, before), else_=wanted)


def _readers(readers: Readers) -> str:
    conversation, reader = readers
    return Ref.text(conversation) + (_NOBODY if reader is None else Ref.text(reader))


def _row(wanted: Wanted) -> OutboxRow:
    return OutboxRow(
        key=str(wanted.key),
        urgency=0 if wanted.key.kind.asked_for else 1,
        conversation=wanted.conversation,
        private_to=wanted.private_to,
        thread_title=wanted.thread_title,
        message=wanted.message,
        has_picture=any(isinstance(block, Image) for block in wanted.message.blocks),
        not_before=wanted.not_before,
    )


def _text(item: Outgoing) -> str:
    return str(item.key)
