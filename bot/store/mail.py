"""What came in and is to be handled, what is to be said and on which platform it already is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Text, case, or_, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from bot.domain.chat.events import Event
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.outbox import Kind, MessageKey
from bot.domain.store import Outgoing
from bot.store import codec
from bot.store.mapping import value_of
from bot.store.statements import find_row, insert_once
from bot.store.tables import InboxRow, OutboxRow

log = structlog.get_logger()

FEEDBACK = f"{Kind.ANSWER}:"
"""Begins the stored keys of what goes first."""


@dataclass(frozen=True, slots=True)
class SqlInbox:
    """See `Inbox`."""

    session: AsyncSession

    async def put(self, event: Event) -> bool:
        """See `Inbox.put`."""
        row = InboxRow(key=event.key, at=event.at, payload=event)
        return await insert_once(self.session, row, (InboxRow.key,)) is not None

    async def pending(self) -> Sequence[Event]:
        """See `Inbox.pending`."""
        rows = await self.session.execute(
            select(InboxRow.key, type_coerce(InboxRow.payload, Text))
            .where(InboxRow.handled_at.is_(None))
            .order_by(InboxRow.number)
        )
        found = (codec.decode_or_none(payload, Event, key=key) for key, payload in rows)
        return [event for event in found if event is not None]

    async def handled(self, key: str, *, at: datetime, error: str = "") -> None:
        """See `Inbox.handled`."""
        await self.session.execute(
            update(InboxRow)
            .where(InboxRow.key == key, InboxRow.handled_at.is_(None))
            .values(handled_at=at, error=error)
        )

    async def purge(self, before: datetime) -> int:
        """See `Inbox.purge`."""
        purged = await self.session.scalars(
            update(InboxRow)
            .where(InboxRow.handled_at < before, InboxRow.payload.is_not(None))
            .values(payload=None)
            .returning(InboxRow.number)
        )
        return len(purged.all())


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    """See `Outbox`."""

    session: AsyncSession

    async def say(
        self,
        key: MessageKey,
        conversation: ConversationRef,
        message: Message,
        *,
        private_to: UserRef | None = None,
        challenge: int | None = None,
    ) -> None:
        """See `Outbox.say`."""
        wanted = OutboxRow(
            key=str(key),
            conversation=conversation,
            message=message,
            private_to=private_to,
            challenge=challenge,
        )
        if await insert_once(self.session, wanted, (OutboxRow.key,)) is not None:
            return
        row = await find_row(self.session, OutboxRow, OutboxRow.key == str(key))
        if row is not None and _content(row) != _content(wanted):
            _take_over(row, wanted)
            await self.session.flush()

    async def unsent(self, now: datetime, *, limit: int = 20) -> Sequence[Outgoing]:
        """See `Outbox.unsent`."""
        awaited = or_(OutboxRow.ref.is_not(None), OutboxRow.key.startswith(FEEDBACK))
        rows = await self.session.execute(
            select(OutboxRow, type_coerce(OutboxRow.message, Text))
            .options(defer(OutboxRow.message))
            .where(
                OutboxRow.revision > OutboxRow.sent_revision,
                OutboxRow.dead.is_(False),
                or_(OutboxRow.not_before.is_(None), OutboxRow.not_before <= now),
            )
            .order_by(case((awaited, 0), else_=1), OutboxRow.number)
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        found = [
            (row, _readable_key(row.key), codec.decode_or_none(text, Message, key=row.key))
            for row, text in rows
        ]
        return [
            value_of(Outgoing, row, key=key, message=message)
            for row, key, message in found
            if key is not None and message is not None
        ]

    async def sent(self, item: Outgoing, ref: MessageRef) -> None:
        """See `Outbox.sent`."""
        row = await find_row(self.session, OutboxRow, OutboxRow.key == str(item.key))
        if row is not None and row.sent_revision < item.revision:
            row.sent_revision, row.ref = item.revision, ref
            row.failures, row.reason, row.not_before = 0, "", None

    async def failed(self, item: Outgoing, *, reason: str, retry_at: datetime | None) -> None:
        """See `Outbox.failed`."""
        row = await find_row(self.session, OutboxRow, OutboxRow.key == str(item.key))
        if row is None or row.sent_revision >= item.revision:
            return
        row.failures += 1
        row.reason = reason
        row.not_before = retry_at
        row.dead = retry_at is None and row.revision == item.revision


def _readable_key(text: str) -> MessageKey | None:
    try:
        return MessageKey.read(text)
    except ValueError as error:
        log.error("row_unreadable", key=text, reason=str(error))  # noqa: TRY400 - no trace: it is not code
        return None


def _content(row: OutboxRow) -> tuple[object, ...]:
    return row.conversation, row.private_to, row.challenge, row.message


def _take_over(row: OutboxRow, wanted: OutboxRow) -> None:
    row.conversation, row.private_to = wanted.conversation, wanted.private_to
    row.challenge, row.message = wanted.challenge, wanted.message
    row.revision += 1
    if row.dead:
        row.dead, row.failures, row.not_before = False, 0, None
