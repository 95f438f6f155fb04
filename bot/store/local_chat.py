"""The local chat's part of the database."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from typing_extensions import override

from bot.domain.local_chat import (
    NEVER,
    Browsers,
    ChatFiles,
    ChatMessages,
    ChatThreads,
    LocalChat,
    LocalChatStore,
    OpenedForms,
    WaitingEvents,
)
from bot.store.engine import POSTGRESQL
from bot.store.local_inputs import (
    SqlBrowsers,
    SqlChatFiles,
    SqlOpenedForms,
    SqlWaitingEvents,
    leftovers,
)
from bot.store.local_messages import SqlChatMessages, SqlChatThreads
from bot.store.lock import LOCAL_CHAT_LOCK
from bot.store.session import begun


@dataclass(slots=True)
class SqlLocalChat(LocalChat):
    """One transaction over every repository of the local chat."""

    session: AsyncSession
    messages: ChatMessages
    threads: ChatThreads
    events: WaitingEvents
    files: ChatFiles
    forms: OpenedForms
    browsers: Browsers

    @classmethod
    def over(cls, session: AsyncSession) -> Self:
        """Every repository over one session."""
        return cls(
            session=session,
            messages=SqlChatMessages(session),
            threads=SqlChatThreads(session),
            events=SqlWaitingEvents(session),
            files=SqlChatFiles(session),
            forms=SqlOpenedForms(session),
            browsers=SqlBrowsers(session),
        )

    @override
    async def purge(self, now: datetime, *, sources_before: datetime = NEVER) -> None:
        for statement in leftovers(now, sources_before=sources_before):
            await self.session.execute(statement)


@dataclass(frozen=True, slots=True)
class SqlLocalChatStore(LocalChatStore):
    """Transactions of the local chat, over the connections that the bot writes and reads with.

    SQLite has one writer. There the chat's and the bot's transactions take turns in one queue: with
    a connection of its own the chat would have to try again and again, and lose against a bot that
    writes without a pause. On PostgreSQL the chat waits for itself alone.
    """

    writing: AsyncEngine
    reading: AsyncEngine

    @override
    @asynccontextmanager
    async def write(self) -> AsyncGenerator[LocalChat]:
        async with begun(self.writing) as session:
            if session.get_bind().dialect.name == POSTGRESQL:
                await session.execute(select(func.pg_advisory_xact_lock(LOCAL_CHAT_LOCK)))
            yield SqlLocalChat.over(session)

    @override
    @asynccontextmanager
    async def read(self) -> AsyncGenerator[LocalChat]:
        async with begun(self.reading) as session:
            yield SqlLocalChat.over(session)
