"""A session whose statements are never cut short."""

# ruff: noqa: ANN401 - the signatures are AsyncSession's, through which this class is used

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.store.engine import errors_translated

Result = TypeVar("Result")


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

    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        """See `AsyncSession.execute`; `scalars` comes here too."""
        return await to_the_end(super().execute(*args, **kwargs))

    async def scalar(self, *args: Any, **kwargs: Any) -> Any:
        """See `AsyncSession.scalar`."""
        return await to_the_end(super().scalar(*args, **kwargs))

    async def get(self, *args: Any, **kwargs: Any) -> Any:
        """See `AsyncSession.get`."""
        return await to_the_end(super().get(*args, **kwargs))

    async def get_one(self, *args: Any, **kwargs: Any) -> Any:
        """See `AsyncSession.get_one`."""
        return await to_the_end(super().get_one(*args, **kwargs))

    async def flush(self, *args: Any, **kwargs: Any) -> None:
        """See `AsyncSession.flush`."""
        await to_the_end(super().flush(*args, **kwargs))

    async def commit(self) -> None:
        """See `AsyncSession.commit`."""
        await to_the_end(super().commit())

    async def close(self) -> None:
        """See `AsyncSession.close`."""
        await to_the_end(super().close())


@asynccontextmanager
async def begun(engine: AsyncEngine) -> AsyncGenerator[Session]:
    """A transaction that commits when the block ends, and rolls back when it raises.

    Raises:
        StoreError: The database could not be reached or written; nothing was changed.
    """
    session = Session(engine, expire_on_commit=False)
    with errors_translated():
        try:
            yield session
            await session.commit()
        finally:
            await session.close()  # rolls back what is not committed
