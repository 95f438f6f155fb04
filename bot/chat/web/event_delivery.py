"""Delivers stored events to the core, in order, until it has them."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import structlog

from bot.domain.backoff import pause_s
from bot.domain.chat.events import Event, MessageDeleted, UserInfo
from bot.domain.chat.port import Responder, Sink
from bot.domain.chat.refs import UserRef
from bot.domain.clock import Clock
from bot.domain.errors import PlatformError
from bot.domain.local_chat import LocalChatStore

log = structlog.get_logger()

BATCH = 50
RETRIES_S = (0.1, 0.5, 2.0, 10.0, 30.0)
"""Pauses after failures in a row; the last one repeats."""


@dataclass(slots=True)
class EventDelivery:
    """Delivers events at least once; the core drops keys it knows.

    Attributes:
        info_of: What is known of a person; it is not stored with the event.
        responder_of: The way to answer an event's person; None for messages.
    """

    store: LocalChatStore
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
        """There is something to deliver."""
        self._wake.set()

    async def stop(self) -> None:
        """Deliver nothing more; what is left is delivered after the next start."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        failures = 0
        while True:
            if failures:
                await asyncio.sleep(pause_s(RETRIES_S, failures))
            else:
                await self._wake.wait()
            self._wake.clear()
            try:
                await self._deliver_all()
            except PlatformError as error:
                failures += 1
                log.warning("events_postponed", reason=str(error), failures=failures)
            except Exception:  # whatever it was, no event may stay unheard for good
                failures += 1
                log.exception("events_postponed", failures=failures)
            else:
                failures = 0

    async def _deliver_all(self) -> None:
        while events := await self._waiting():
            for event in events:
                if await self._deliver(event):
                    async with self.store.write() as chat:
                        await chat.events.set_accepted(event.key, self.clock())

    async def _waiting(self) -> list[Event]:
        async with self.store.read() as chat:
            events = await chat.events.waiting(limit=BATCH + len(self._set_aside))
        return [event for event in events if event.key not in self._set_aside]

    async def _deliver(self, event: Event) -> bool:
        try:
            await self.sink.accept(self._with_info(event), self.responder_of(event))
        except PlatformError:
            raise
        except Exception:  # a chat handler: one event that cannot be taken holds up no other
            self._set_aside.add(event.key)  # until the next start
            log.exception("event_set_aside", event_key=event.key)
            return False
        return True

    def _with_info(self, event: Event) -> Event:
        if isinstance(event, MessageDeleted):
            return event
        return replace(event, info=self.info_of(event.user))
