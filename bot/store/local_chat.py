"""The local chat's part of the database."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from typing_extensions import override

from bot.domain.local_chat import (
    Browsers,
    ChatFiles,
    ChatMessages,
    ChatThreads,
    LocalChat,
    LocalChatStore,
    OpenedForms,
    WaitingEvents,
)
from bot.store.local_inputs import (
    SqlBrowsers,
    SqlChatFiles,
    SqlOpenedForms,
    SqlWaitingEvents,
    leftovers,
)
from bot.store.local_messages import SqlChatMessages, SqlChatThreads
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
    async def purge(self, now: datetime) -> None:
        for statement in leftovers(now):
            await self.session.execute(statement)


@dataclass(frozen=True, slots=True)
class SqlLocalChatStore(LocalChatStore):
    """Transactions of the local chat.

    Attributes:
        writing: Lets one transaction of the local chat write at a time.
    """

    writing: AsyncEngine
    reading: AsyncEngine

    @override
    @asynccontextmanager
    async def write(self) -> AsyncGenerator[LocalChat]:
        async with begun(self.writing) as session:
            yield SqlLocalChat.over(session)

    @override
    @asynccontextmanager
    async def read(self) -> AsyncGenerator[LocalChat]:
        async with begun(self.reading) as session:
            yield SqlLocalChat.over(session)
