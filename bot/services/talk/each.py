"""Many acts of one kind, where one that fails must keep no other waiting."""

from collections.abc import Awaitable, Callable, Iterable

import structlog

from bot.domain.errors import BotError, StoreError

log = structlog.get_logger()

Act = tuple[str, Callable[[], Awaitable[None]]]
"""What it is about, for the log, and what to do."""

MAX_STORE_ERRORS = 2
"""In a row: then it is not about one of them, the database is away."""


async def do_each(acts: Iterable[Act]) -> None:
    """Do one after the other, and go on where one fails.

    Raises:
        Exception: The first that there was, once all others are done; who calls does it again.
    """
    first, store_errors = None, 0
    for about, act in acts:
        try:
            await act()
        except Exception as error:  # one act's edge
            foreseen = str(error) if isinstance(error, BotError) else None
            log.warning("act_failed", about=about, reason=foreseen, exc_info=foreseen is None)
            first = first or error
            store_errors = store_errors + 1 if isinstance(error, StoreError) else 0
            if store_errors == MAX_STORE_ERRORS:
                raise
        else:
            store_errors = 0
    if first is not None:
        raise first
