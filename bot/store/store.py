"""The database as the services see it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from bot.domain.errors import StoreError
from bot.domain.local_chat import LocalChatStore
from bot.domain.store import Store, Transaction
from bot.store.audit import SqlAudit
from bot.store.base import Base as Base  # with every table of the repositories below
from bot.store.calendar import SqlCalendar
from bot.store.challenges import SqlChallenges
from bot.store.cohorts import SqlCohorts
from bot.store.confirmations import SqlConfirmations
from bot.store.corrections import SqlCorrections
from bot.store.engine import connect, disk_problem, parse_url, probe
from bot.store.exercises import SqlExerciseVersions
from bot.store.inbox import SqlInbox
from bot.store.installation import SqlInputKeys, SqlWatermarks
from bot.store.local_chat import SqlLocalChatStore
from bot.store.members import SqlMembers
from bot.store.outbox import SqlOutbox
from bot.store.personal import SqlPersonal
from bot.store.progress import SqlProgress
from bot.store.regrades import SqlRegrades
from bot.store.reviews import SqlReviews
from bot.store.self_views import SqlSelfViews
from bot.store.session import Announce, Session, begun, tell_nobody
from bot.store.signoffs import SqlSignoffs
from bot.store.submissions import SqlSubmissions
from bot.store.workers import SqlWorkers


class SqlTransaction(Transaction):
    """Every repository over one session."""

    def __init__(self, session: Session) -> None:
        self.cohorts = SqlCohorts(session)
        self.members = SqlMembers(session)
        self.exercises = SqlExerciseVersions(session)
        self.challenges = SqlChallenges(session)
        self.calendar = SqlCalendar(session)
        self.submissions = SqlSubmissions(session)
        self.workers = SqlWorkers(session)
        self.progress = SqlProgress(session)
        self.self_views = SqlSelfViews(session)
        self.signoffs = SqlSignoffs(session)
        outbox = SqlOutbox(session)
        self.outbox = outbox
        self.finish = outbox.write  # what was put off until the transaction ends
        self.inbox = SqlInbox(session)
        self.audit = SqlAudit(session)
        self.input_keys = SqlInputKeys(session)
        self.watermarks = SqlWatermarks(session)
        self.confirmations = SqlConfirmations(session)
        self.personal = SqlPersonal(session)
        self.corrections = SqlCorrections(session)
        self.regrades = SqlRegrades(session)
        self.reviews = SqlReviews(session)


_TOUCH = text("UPDATE alembic_version SET version_num = version_num")
"""Changes nothing, and has to be written all the same."""


@dataclass(slots=True)
class Trouble:
    """Whether a change could not be written, and nothing was written since."""

    seen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlStore(Store):
    """SQLite or PostgreSQL. On SQLite a write begun inside a write waits for it, in vain.

    Attributes:
        announce: Told after a commit which queues it filled.
        trouble: Of the last change.
    """

    writing: AsyncEngine
    reading: AsyncEngine
    announce: Announce
    trouble: Trouble = field(default_factory=Trouble)

    @classmethod
    async def open(cls, url: str, *, announce: Announce = tell_nobody) -> Self:
        """Connect to a database whose schema is up to date.

        Raises:
            SettingsError: The URL names no database that we can use.
            StoreError: It cannot be reached.
        """
        parsed = parse_url(url)
        await asyncio.to_thread(probe, parsed)
        writing, reading = connect(parsed)
        return cls(writing=writing, reading=reading, announce=announce)

    @property
    def local_chat(self) -> LocalChatStore:
        """The local chat's part, over the same connections."""
        return SqlLocalChatStore(self.writing, self.reading)

    async def close(self) -> None:
        """Close every connection."""
        await self.writing.dispose()
        await self.reading.dispose()

    async def health(self) -> str:
        """Empty when the database can be read and written, else one sentence on what is wrong.

        After a change that could not be written a small one is tried, else nothing is: who only
        asks does not wear out a disk.
        """
        try:
            engine = self.writing if self.trouble.seen else self.reading
            async with begun(engine) as session:
                await session.execute(_TOUCH if self.trouble.seen else text("SELECT 1"))
        except StoreError as error:
            return str(error)
        self.trouble.seen = False
        return await asyncio.to_thread(disk_problem, self.reading.url)

    @override
    @asynccontextmanager
    async def write(self) -> AsyncGenerator[Transaction]:
        try:
            async with begun(self.writing, self.announce) as session:
                transaction = SqlTransaction(session)
                yield transaction
                await transaction.finish()
        except StoreError:
            self.trouble.seen = True
            raise

    @override
    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Transaction]:
        async with begun(self.reading) as session:
            transaction = SqlTransaction(session)
            yield transaction
            await transaction.finish()  # which is refused, as everything that writes
