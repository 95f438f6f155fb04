"""The database as the services see it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.domain.errors import StoreError
from bot.domain.local_chat import LocalChatStore
from bot.domain.store import (
    Audit,
    Challenges,
    Cohorts,
    Exercises,
    Inbox,
    Members,
    Outbox,
    Progress,
    Submissions,
    Transaction,
)
from bot.store.audit import SqlAudit
from bot.store.challenges import SqlChallenges, SqlExercises
from bot.store.cohorts import SqlCohorts, SqlMembers
from bot.store.engine import connect, parse_url, probe
from bot.store.local_chat import SqlLocalChatStore
from bot.store.mail import SqlInbox, SqlOutbox
from bot.store.progress import SqlProgress
from bot.store.session import begun
from bot.store.submissions import SqlSubmissions


@dataclass(slots=True)
class SqlTransaction:
    """See `Transaction`."""

    cohorts: Cohorts
    members: Members
    exercises: Exercises
    challenges: Challenges
    submissions: Submissions
    progress: Progress
    outbox: Outbox
    inbox: Inbox
    audit: Audit

    @classmethod
    def over(cls, session: AsyncSession) -> Self:
        """Every repository over one session."""
        return cls(
            cohorts=SqlCohorts(session),
            members=SqlMembers(session),
            exercises=SqlExercises(session),
            challenges=SqlChallenges(session),
            submissions=SqlSubmissions(session),
            progress=SqlProgress(session),
            outbox=SqlOutbox(session),
            inbox=SqlInbox(session),
            audit=SqlAudit(session),
        )


@dataclass(frozen=True, slots=True)
class SqlStore:
    """See `Store`. On SQLite a write begun inside a write waits for the outer one, in vain."""

    _writing: AsyncEngine
    _reading: AsyncEngine

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect to a database whose schema is up to date.

        Raises:
            SettingsError: The URL names no database that we can use.
            StoreError: It cannot be reached.
        """
        parsed = parse_url(url)
        await asyncio.to_thread(probe, parsed)
        return cls(*connect(parsed))

    @property
    def local_chat(self) -> LocalChatStore:
        """The local chat's part, over the same connections."""
        return SqlLocalChatStore(self._writing, self._reading)

    async def close(self) -> None:
        """Close every connection."""
        await self._writing.dispose()
        await self._reading.dispose()

    async def health(self) -> str:
        """Empty when the database answers, else one sentence on what is wrong."""
        try:
            async with begun(self._reading) as session:
                await session.execute(text("SELECT 1"))
        except StoreError as error:
            return str(error)
        return ""

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[Transaction]:
        """See `Store.write`."""
        async with begun(self._writing) as session:
            yield SqlTransaction.over(session)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Transaction]:
        """See `Store.read`."""
        async with begun(self._reading) as session:
            yield SqlTransaction.over(session)
