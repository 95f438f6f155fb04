"""A session whose statements are never cut short."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from typing_extensions import override

from bot.domain.jobs import Queue
from bot.store.engine import errors_translated

Result = TypeVar("Result")
Announce = Callable[[Collection[Queue]], None]

_ANNOUNCED = "announced"


def announce(session: AsyncSession, queue: Queue) -> None:
    """Wake those who work on a queue, once this session has committed.

    Said by the repositories that fill a queue, not after every change: none can be forgotten.
    """
    session.info.setdefault(_ANNOUNCED, set()).add(queue)


async def to_the_end(operation: Coroutine[Any, Any, Result]) -> Result:
    """Let a database operation finish before a cancellation goes on.

    SQLAlchemy drops a connection whose operation is cancelled. On SQLite a dropped one may keep its
    write lock for as long as anything refers to its cursor, a traceback for example.
    """
    task = asyncio.create_task(operation)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # looked at: the cancellation is what counts
        raise


class Session(AsyncSession):
    """`AsyncSession`, with every operation that the repositories use brought to its end."""

    def __init__(self, engine: AsyncEngine, on_commit: Announce) -> None:
        super().__init__(engine, expire_on_commit=False)
        self._on_commit = on_commit

    @override
    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        return await to_the_end(super().execute(*args, **kwargs))

    @override
    async def scalar(self, *args: Any, **kwargs: Any) -> Any:
        return await to_the_end(super().scalar(*args, **kwargs))

    @override
    async def flush(self, *args: Any, **kwargs: Any) -> None:
        await to_the_end(super().flush(*args, **kwargs))

    @override
    async def commit(self) -> None:
        await to_the_end(self._commit_and_announce())

    @override
    async def close(self) -> None:
        await to_the_end(super().close())

    async def _commit_and_announce(self) -> None:
        await super().commit()
        if queues := self.info.get(_ANNOUNCED):
            self._on_commit(queues)


def tell_nobody(_: Collection[Queue]) -> None:
    """For what nobody waits for."""


@asynccontextmanager
async def begun(engine: AsyncEngine, on_commit: Announce = tell_nobody) -> AsyncGenerator[Session]:
    """A transaction that commits when the block ends, and rolls back when it raises.

    Raises:
        StoreError: The database could not be reached or written; nothing was changed.
    """
    session = Session(engine, on_commit)
    with errors_translated():
        try:
            yield session
            await session.commit()
        finally:
            await session.close()  # rolls back what is not committed
