"""Carries stored events to the core, in order, until it has them."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import structlog

from bot.chat.web import ledger
from bot.chat.web.database import Database
from bot.domain.chat.events import Event, MessageDeleted, UserInfo
from bot.domain.chat.port import Responder, Sink
from bot.domain.chat.refs import UserRef
from bot.domain.clock import Clock
from bot.domain.errors import PlatformError

log = structlog.get_logger()

BATCH = 50
RETRIES_S = (0.1, 0.5, 2.0, 10.0, 30.0)
"""Pauses after failures in a row; the last one repeats."""


@dataclass(slots=True)
class Courier:
    """Delivers events at least once; the core drops keys it knows.

    Attributes:
        info_of: What is known of a person; it is not stored with the event.
        responder_of: The way to answer an event's person; None for messages.
    """

    database: Database
    sink: Sink
    clock: Clock
    info_of: Callable[[UserRef], UserInfo]
    responder_of: Callable[[Event], Responder | None]
    _wake: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _set_aside: set[str] = field(default_factory=set[str], init=False)
    _task: asyncio.Task[None] | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin with what an earlier process left."""
        self._wake.set()
        self._task = asyncio.create_task(self._run())

    def wake(self) -> None:
        """There is something to carry."""
        self._wake.set()

    async def stop(self) -> None:
        """Carry nothing more; what is left is carried after the next start."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        failures = 0
        while True:
            if failures:
                await asyncio.sleep(RETRIES_S[min(failures, len(RETRIES_S)) - 1])
            else:
                await self._wake.wait()
            self._wake.clear()
            try:
                await self._carry_all()
            except PlatformError as error:
                failures += 1
                log.warning("events_postponed", reason=str(error), failures=failures)
            else:
                failures = 0

    async def _carry_all(self) -> None:
        while events := await self._waiting():
            for event in events:
                if await self._carry(event):
                    done = partial(ledger.accepted, key=event.key, at=self.clock())
                    await self.database.run(done)

    async def _waiting(self) -> list[Event]:
        look = partial(ledger.waiting_events, limit=BATCH + len(self._set_aside))
        events = await self.database.run(look)
        return [event for event in events if event.key not in self._set_aside]

    async def _carry(self, event: Event) -> bool:
        try:
            await self.sink.accept(self._informed(event), self.responder_of(event))
        except PlatformError:
            raise
        except Exception:  # a chat handler: one event that cannot be taken holds up no other
            self._set_aside.add(event.key)  # until the next start
            log.exception("event_set_aside", event_key=event.key)
            return False
        return True

    def _informed(self, event: Event) -> Event:
        if isinstance(event, MessageDeleted):
            return event
        return replace(event, info=self.info_of(event.user))
