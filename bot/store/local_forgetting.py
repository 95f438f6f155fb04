"""Forgetting a person of the local chat: there the bot keeps what was said itself."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, case, delete, func, or_, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from bot.domain.local_chat import PersonContent
from bot.store.local_inputs import ChatFileRow, OpenedFormRow, WaitingEventRow
from bot.store.local_messages import MessageRow, ReadMarkRow
from bot.store.lock import LOCAL_CHAT_LOCK
from bot.store.person import NOBODY, Person
from bot.store.statements import is_postgresql


async def forget_locally(session: AsyncSession, person: Person) -> None:
    """Forget what somebody wrote, what was said to them alone, and their files."""
    if is_postgresql(session):  # the local chat writes one transaction at a time
        await session.execute(select(func.pg_advisory_xact_lock(LOCAL_CHAT_LOCK)))
    files = await _files(session, person)
    mine = or_(MessageRow.author.in_(person.local), MessageRow.private_to.in_(person.local))
    latest = aliased(MessageRow)
    last = select(func.max(latest.revision)).scalar_subquery()
    place = func.row_number().over(order_by=MessageRow.id)
    turns = select(MessageRow.id, (last + place).label("revision")).where(mine).subquery("turns")
    for statement in (
        update(MessageRow)
        .where(MessageRow.id == turns.c.id)
        .values(
            author=_renamed(MessageRow.author, person),
            private_to=_renamed(MessageRow.private_to, person),
            content=PersonContent(""),
            about="",
            dismissed=True,
            revision=turns.c.revision,
        ),
        delete(ChatFileRow).where(ChatFileRow.id.in_(files)),
        delete(WaitingEventRow).where(person.speaks(WaitingEventRow.event)),
        delete(OpenedFormRow).where(OpenedFormRow.person.in_(person.local)),
        delete(ReadMarkRow).where(ReadMarkRow.person.in_(person.local)),
    ):
        await session.execute(statement.execution_options(synchronize_session=False))


def _renamed(column: InstrumentedAttribute[str], person: Person) -> ColumnElement[str]:
    """A column of people's ids, with nobody's in place of theirs."""
    return case((column.in_(person.local), NOBODY), else_=column)


async def _files(session: AsyncSession, person: Person) -> Sequence[str]:
    """Ids of what they uploaded, and of what was handed out to them; no pictures."""
    mine = or_(MessageRow.author.in_(person.local), MessageRow.private_to.in_(person.local))
    contents = await session.scalars(select(type_coerce(MessageRow.content, Text)).where(mine))
    events = await session.scalars(
        select(type_coerce(WaitingEventRow.event, Text)).where(person.speaks(WaitingEventRow.event))
    )
    texts = [*contents, *events]
    return sorted({file for text in texts for file in _files_in(json.loads(text))})


def _files_in(content: dict[str, Any]) -> Iterator[str]:
    """What a message or event has beside it."""
    yield from (file["ref"] for file in content.get("attachments", ()))
    yield from (
        block["file"] for block in content.get("blocks", ()) if block["type"] == "StoredFile"
    )
