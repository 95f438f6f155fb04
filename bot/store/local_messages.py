"""Messages and threads of the local chat, over SQL."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    ScalarSelect,
    Select,
    and_,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column
from typing_extensions import override

from bot.domain.errors import GoneError
from bot.domain.local_chat import (
    ChatMessage,
    ChatMessages,
    ChatThreads,
    Content,
    Conversation,
    NewChatMessage,
    PersonContent,
    ThreadSummary,
    Viewer,
)
from bot.store.base import Base
from bot.store.columns import Json
from bot.store.mapping import value_of
from bot.store.statements import insert, insert_once


class MessageRow(Base):
    """A message. Rows are never deleted: numbers and revisions only grow."""

    __tablename__ = "local_chat_messages"
    __table_args__ = (Index(None, "channel", "thread", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger, unique=True)
    key: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]
    thread: Mapped[int] = mapped_column(BigInteger)
    author: Mapped[str]
    private_to: Mapped[str]
    about: Mapped[str]
    content: Mapped[Content] = mapped_column(Json(cast("type[Content]", Content)))
    posted_at: Mapped[datetime]
    edited: Mapped[bool]
    dismissed: Mapped[bool]


class ThreadRow(Base):
    """A thread, by the number of its message."""

    __tablename__ = "local_chat_threads"

    id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("local_chat_messages.id"), primary_key=True, autoincrement=False
    )
    title: Mapped[str]


class ReadMarkRow(Base):
    """How far somebody has read a conversation."""

    __tablename__ = "local_chat_read_marks"

    person: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    thread: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    message: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class SqlChatMessages(ChatMessages):
    """Messages as rows."""

    session: AsyncSession

    @override
    async def add(self, message: NewChatMessage) -> ChatMessage:
        # The first number is the time of day zero. A database that is made after this one was lost
        # then uses none of its numbers again: the core still remembers messages by them.
        latest = aliased(MessageRow)
        before = select(func.max(latest.id)).scalar_subquery()
        number = func.coalesce(before, int(message.posted_at.timestamp())) + 1
        values = {
            **_columns(message),
            "id": number,
            "revision": _next_revision(),
            "edited": False,
            "dismissed": False,
        }
        made = await self.session.execute(
            insert(self.session, MessageRow)
            .values(values)
            .on_conflict_do_nothing(index_elements=[MessageRow.key])
            .returning(MessageRow.id, MessageRow.revision)
        )
        row = made.one_or_none()
        if row is not None:
            return ChatMessage(**_fields(message), id=row.id, revision=row.revision)
        return await self._one(MessageRow.key == message.key)

    @override
    async def find_by_key(self, key: str) -> ChatMessage | None:
        return await self._find(MessageRow.key == key)

    @override
    async def get(self, message: int) -> ChatMessage:
        return await self._one(MessageRow.id == message)

    @override
    async def set_content(self, message: ChatMessage, content: Content) -> ChatMessage:
        changes: dict[str, Any] = {"content": content, "edited": True, "dismissed": False}
        revision = await _change(self.session, message.id, **changes)
        return replace(message, **changes, revision=revision)

    @override
    async def dismiss(self, message: int) -> None:
        await _change(self.session, message, dismissed=True)

    @override
    async def delete(self, message: int) -> None:
        await _change(self.session, message, dismissed=True, content=PersonContent(""))

    @override
    async def latest_revision(self) -> int:
        return int(await self.session.scalar(select(func.max(MessageRow.revision))) or 0)

    @override
    async def count_changes(self, viewer: Viewer, *, after: int) -> int:
        query = select(func.count()).where(MessageRow.revision > after, *_readable(viewer))
        return int(await self.session.scalar(query) or 0)

    @override
    async def changes(self, viewer: Viewer, *, after: int, limit: int) -> Sequence[ChatMessage]:
        return await self._all(
            select(MessageRow)
            .where(MessageRow.revision > after, *_readable(viewer))
            .order_by(MessageRow.revision)
            .limit(limit)
        )

    @override
    async def page(
        self, viewer: Viewer, conversation: Conversation, *, before: int | None, limit: int
    ) -> Sequence[ChatMessage]:
        query = select(MessageRow).where(
            MessageRow.channel == conversation.channel,
            MessageRow.thread == conversation.thread,
            MessageRow.dismissed.is_(False),
            *_readable(viewer),
        )
        if before is not None:
            query = query.where(MessageRow.id < before)
        found = await self._all(query.order_by(MessageRow.id.desc()).limit(limit))
        return found[::-1]

    @override
    async def mark_read(self, person: str, conversation: Conversation, message: int) -> bool:
        values = {"person": person, **asdict(conversation), "message": message}
        statement = insert(self.session, ReadMarkRow).values(values)
        marked = await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=[ReadMarkRow.person, ReadMarkRow.channel, ReadMarkRow.thread],
                set_={"message": message},
                where=ReadMarkRow.message < message,
            ).returning(ReadMarkRow.message)
        )
        return marked.one_or_none() is not None

    @override
    async def read_up_to(self, person: str, conversation: Conversation) -> int:
        query = select(ReadMarkRow.message).where(
            ReadMarkRow.person == person,
            ReadMarkRow.channel == conversation.channel,
            ReadMarkRow.thread == conversation.thread,
        )
        return int(await self.session.scalar(query) or 0)

    @override
    async def unread(self, viewer: Viewer) -> dict[str, int]:
        mark = and_(
            ReadMarkRow.person == viewer.person,
            ReadMarkRow.channel == MessageRow.channel,
            ReadMarkRow.thread == 0,
        )
        rows = await self.session.execute(
            select(MessageRow.channel, func.count())
            .outerjoin(ReadMarkRow, mark)
            .where(
                MessageRow.thread == 0,
                MessageRow.dismissed.is_(False),
                MessageRow.author != viewer.person,
                MessageRow.private_to == "",
                MessageRow.id > func.coalesce(ReadMarkRow.message, 0),
                MessageRow.channel.in_(viewer.channels),
            )
            .group_by(MessageRow.channel)
        )
        return {channel: int(count) for channel, count in rows}

    async def _find(self, condition: ColumnElement[bool]) -> ChatMessage | None:
        found = await self._all(select(MessageRow).where(condition))
        return found[0] if found else None

    async def _one(self, condition: ColumnElement[bool]) -> ChatMessage:
        found = await self._find(condition)
        if found is None:
            raise GoneError("That message is no longer here.")
        return found

    async def _all(self, query: Select[MessageRow]) -> Sequence[ChatMessage]:
        rows = await self.session.scalars(query.execution_options(populate_existing=True))
        return [_message(row) for row in rows]


@dataclass(frozen=True, slots=True)
class SqlChatThreads(ChatThreads):
    """Threads as rows."""

    session: AsyncSession

    @override
    async def open(self, message: ChatMessage, title: str) -> Conversation:
        if message.conversation.thread:
            return message.conversation
        row = ThreadRow(id=message.id, title=title)
        if await insert_once(self.session, row, (ThreadRow.id,)) is not None:
            # Pages learn of the thread by its first message.
            await _change(self.session, message.id)
        return Conversation(message.conversation.channel, message.id)

    @override
    async def exists(self, conversation: Conversation) -> bool:
        query = (
            select(ThreadRow.id)
            .join(MessageRow, MessageRow.id == ThreadRow.id)
            .where(ThreadRow.id == conversation.thread, MessageRow.channel == conversation.channel)
        )
        return await self.session.scalar(query) is not None

    @override
    async def of(self, viewer: Viewer, ids: Collection[int]) -> Sequence[ThreadSummary]:
        if not ids:
            return []
        return await self._summaries(_threads(viewer).where(ThreadRow.id.in_(ids)))

    @override
    async def latest(self, viewer: Viewer, *, limit: int) -> Sequence[ThreadSummary]:
        return await self._summaries(_threads(viewer).limit(limit))

    async def _summaries(self, query: Select[*tuple[Any, ...]]) -> Sequence[ThreadSummary]:
        rows = await self.session.execute(query)
        return [ThreadSummary(**row) for row in rows.mappings()]


def _threads(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """Every thread that somebody sees, with what they have read of it."""
    parent, reply = aliased(MessageRow), aliased(MessageRow)
    replies = and_(
        reply.channel == parent.channel,
        reply.thread == ThreadRow.id,
        reply.dismissed.is_(False),
        reply.private_to.in_(("", viewer.person)),
    )
    mark = and_(
        ReadMarkRow.person == viewer.person,
        ReadMarkRow.channel == parent.channel,
        ReadMarkRow.thread == ThreadRow.id,
    )
    counts = and_(reply.author != viewer.person, reply.private_to == "")
    is_new = and_(counts, reply.id > func.coalesce(ReadMarkRow.message, 0))
    return (
        select(
            ThreadRow.id,
            parent.channel,
            ThreadRow.title,
            func.sum(case((counts, 1), else_=0)).label("replies"),
            func.sum(case((is_new, 1), else_=0)).label("unread"),
            func.max(reply.posted_at).label("last_at"),
        )
        .join(parent, parent.id == ThreadRow.id)
        .outerjoin(reply, replies)
        .outerjoin(ReadMarkRow, mark)
        .where(parent.channel.in_(viewer.channels), parent.private_to.in_(("", viewer.person)))
        .group_by(ThreadRow.id, ThreadRow.title, parent.channel)
        .order_by(func.coalesce(func.max(reply.id), ThreadRow.id).desc())
    )


async def _change(session: AsyncSession, message: int, **values: object) -> int:
    """Change a message; gives the revision of the change."""
    changed = await session.execute(
        update(MessageRow)
        .where(MessageRow.id == message)
        .values(**values, revision=_next_revision())
        .returning(MessageRow.revision)
        .execution_options(synchronize_session=False)
    )
    return int(changed.scalar_one())


def _next_revision() -> ColumnElement[int]:
    latest = aliased(MessageRow)
    before: ScalarSelect[int] = select(func.max(latest.revision)).scalar_subquery()
    return func.coalesce(before, 0) + 1


def _readable(viewer: Viewer) -> Sequence[ColumnElement[bool]]:
    return (
        MessageRow.channel.in_(viewer.channels),
        or_(MessageRow.private_to == "", MessageRow.private_to == viewer.person),
    )


def _fields(message: NewChatMessage) -> dict[str, Any]:
    return {field.name: getattr(message, field.name) for field in fields(NewChatMessage)}


def _columns(message: NewChatMessage) -> dict[str, Any]:
    values = _fields(message)
    conversation = values.pop("conversation")
    return {**values, **asdict(conversation)}


def _message(row: MessageRow) -> ChatMessage:
    return value_of(ChatMessage, row, conversation=Conversation(row.channel, row.thread))
