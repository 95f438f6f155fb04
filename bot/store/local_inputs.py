"""What comes in from the local chat's pages, over SQL: events, files, dialogs, browsers."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Delete,
    Index,
    LargeBinary,
    Text,
    case,
    delete,
    func,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from bot.domain.chat.events import Attachment, Event
from bot.domain.chat.message import Form
from bot.domain.errors import GoneError, Limit, LimitError, TooLargeError
from bot.domain.local_chat import (
    ARCHIVE,
    ARCHIVES_KEPT,
    BROWSERS_KEPT,
    EVENTS_KEPT,
    MAX_UNUSED,
    PICTURE,
    UNUSED_KEPT,
    Browsers,
    ChatFile,
    ChatFiles,
    Conversation,
    OpenedForm,
    OpenedForms,
    WaitingEvents,
)
from bot.store import codec
from bot.store.base import Base
from bot.store.columns import Json
from bot.store.statements import insert_once


class WaitingEventRow(Base):
    """What the core has to hear. It is stored together with what the person did."""

    __tablename__ = "local_chat_events"
    __table_args__ = (
        Index(
            "ix_local_chat_events_waiting",
            "number",
            sqlite_where=text("accepted_at IS NULL"),
            postgresql_where=text("accepted_at IS NULL"),
        ),
    )

    number: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(unique=True)
    event: Mapped[Event]
    accepted_at: Mapped[datetime | None] = mapped_column(default=None)


class ChatFileRow(Base):
    """An upload, or what the bot shows: that is named by its content, so each is kept once."""

    __tablename__ = "local_chat_files"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    used: Mapped[bool]  # whether a message or form has it
    made_at: Mapped[datetime]


class OpenedFormRow(Base):
    """A dialog on somebody's screen."""

    __tablename__ = "local_chat_forms"

    token: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[int] = mapped_column(BigInteger)
    form: Mapped[Form] = mapped_column(Json(Form))
    opened_at: Mapped[datetime]


class BrowserRow(Base):
    """A browser that came in by the link."""

    __tablename__ = "local_chat_browsers"

    cookie_hash: Mapped[str] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class SqlWaitingEvents(WaitingEvents):
    """Events as rows."""

    session: AsyncSession

    @override
    async def put(self, event: Event) -> bool:
        row = WaitingEventRow(key=event.key, event=event)
        return await insert_once(self.session, row, (WaitingEventRow.key,)) is not None

    @override
    async def has(self, key: str) -> bool:
        query = select(WaitingEventRow.number).where(WaitingEventRow.key == key)
        return await self.session.scalar(query) is not None

    @override
    async def waiting(self, *, limit: int) -> Sequence[Event]:
        rows = await self.session.execute(
            select(WaitingEventRow.key, type_coerce(WaitingEventRow.event, Text))
            .where(WaitingEventRow.accepted_at.is_(None))
            .order_by(WaitingEventRow.number)
            .limit(limit)
        )
        found = (codec.decode_or_none(stored, Event, key=key) for key, stored in rows)
        return [event for event in found if event is not None]

    @override
    async def set_accepted(self, key: str, at: datetime) -> None:
        await self.session.execute(
            update(WaitingEventRow).where(WaitingEventRow.key == key).values(accepted_at=at)
        )


@dataclass(frozen=True, slots=True)
class SqlChatFiles(ChatFiles):
    """Files as rows."""

    session: AsyncSession

    @override
    async def add_upload(self, file_id: str, file: ChatFile, at: datetime) -> None:
        unused = select(func.count()).where(ChatFileRow.used.is_(False))
        if (await self.session.scalar(unused) or 0) >= MAX_UNUSED:
            raise LimitError(
                Limit.SIZE,
                f"{MAX_UNUSED} files wait for a message already. Send or remove them first.",
            )
        self.session.add(ChatFileRow(id=file_id, **asdict(file), used=False, made_at=at))
        await self.session.flush()

    @override
    async def add_shown(self, files: dict[str, ChatFile], at: datetime) -> None:
        for file_id, file in files.items():
            row = ChatFileRow(id=file_id, **asdict(file), used=True, made_at=at)
            await insert_once(self.session, row, (ChatFileRow.id,))

    @override
    async def take(self, ids: Sequence[str]) -> tuple[Attachment, ...]:
        if not ids:
            return ()
        taken = await self.session.execute(
            update(ChatFileRow)
            .where(ChatFileRow.id.in_(ids), ChatFileRow.used.is_(False))
            .values(used=True)
            .returning(
                ChatFileRow.name,
                func.length(ChatFileRow.content).label("size_bytes"),
                ChatFileRow.media_type,
                ChatFileRow.id.label("ref"),
            )
            .execution_options(synchronize_session=False)
        )
        found = {row["ref"]: Attachment(**row) for row in taken.mappings()}
        return tuple(found[file_id] for file_id in dict.fromkeys(ids) if file_id in found)

    @override
    async def drop(self, file_id: str) -> None:
        await self.session.execute(
            delete(ChatFileRow).where(ChatFileRow.id == file_id, ChatFileRow.used.is_(False))
        )

    @override
    async def get(self, file_id: str, *, max_bytes: int | None = None) -> ChatFile:
        size = func.length(ChatFileRow.content)
        fits = size <= max_bytes if max_bytes is not None else size.is_not(None)
        content = case((fits, ChatFileRow.content), else_=None)
        found = await self.session.execute(
            select(ChatFileRow.name, ChatFileRow.media_type, size, content).where(
                ChatFileRow.id == file_id
            )
        )
        row = found.one_or_none()
        if row is None:
            raise GoneError("That file is no longer here.")
        name, media_type, size_bytes, read = row
        if read is None:
            raise TooLargeError(f"{name} has {size_bytes} bytes, over {max_bytes}.")
        return ChatFile(name, media_type, read)


@dataclass(frozen=True, slots=True)
class SqlOpenedForms(OpenedForms):
    """Dialogs as rows."""

    session: AsyncSession

    @override
    async def add(self, opened: OpenedForm, at: datetime) -> None:
        row = OpenedFormRow(
            token=opened.token,
            person=opened.person,
            **asdict(opened.conversation),
            form=opened.form,
            opened_at=at,
        )
        self.session.add(row)
        await self.session.flush()

    @override
    async def find(self, token: str, person: str) -> OpenedForm | None:
        row = await self.session.scalar(
            select(OpenedFormRow).where(
                OpenedFormRow.token == token, OpenedFormRow.person == person
            )
        )
        if row is None:
            return None
        return OpenedForm(token, person, Conversation(row.channel, row.thread), row.form)


@dataclass(frozen=True, slots=True)
class SqlBrowsers(Browsers):
    """Browsers as rows."""

    session: AsyncSession

    @override
    async def add(self, cookie_hash: str, at: datetime) -> None:
        row = BrowserRow(cookie_hash=cookie_hash, made_at=at)
        await insert_once(self.session, row, (BrowserRow.cookie_hash,))

    @override
    async def all(self) -> Sequence[str]:
        return (await self.session.scalars(select(BrowserRow.cookie_hash))).all()


def leftovers(now: datetime, *, sources_before: datetime) -> Sequence[Delete]:
    """Statements that forget what nobody will ask for again, and code files from before."""
    unused, accepted, let_in = now - UNUSED_KEPT, now - EVENTS_KEPT, now - BROWSERS_KEPT
    return (
        delete(ChatFileRow).where(ChatFileRow.used.is_(False), ChatFileRow.made_at < unused),
        delete(ChatFileRow).where(
            ChatFileRow.media_type != PICTURE, ChatFileRow.made_at < sources_before
        ),
        delete(ChatFileRow).where(
            ChatFileRow.media_type == ARCHIVE, ChatFileRow.made_at < now - ARCHIVES_KEPT
        ),
        delete(OpenedFormRow).where(OpenedFormRow.opened_at < unused),
        delete(WaitingEventRow).where(WaitingEventRow.accepted_at < accepted),
        delete(BrowserRow).where(BrowserRow.made_at < let_in),
    )
