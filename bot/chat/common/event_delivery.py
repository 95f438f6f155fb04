"""Hands events to the core, in order, until it has them."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

import structlog

from bot.domain.backoff import pause_s
from bot.domain.chat.events import Event
from bot.domain.chat.port import Responder, Sink
from bot.domain.errors import PlatformError

log = structlog.get_logger()

RETRY_S = (0.1, 0.5, 2.0, 10.0, 30.0)
"""Pauses after failures in a row; the last one repeats."""

MAX_KNOWN_KEYS = 1000
"""Platforms repeat an event within minutes; the core drops what is repeated later."""

Heard = tuple[Event, Responder | None]


@dataclass(slots=True)
class EventDelivery:
    """Delivers events that nobody has stored yet, in the order in which they were heard.

    While the core cannot store them, all of them wait. An event that breaks the core is set aside,
    so that it holds up no other.
    """

    sink: Sink
    _waiting: deque[Heard] = field(default_factory=deque[Heard], init=False)
    _known: dict[str, None] = field(default_factory=dict[str, None], init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits: the core has everything that was heard and was not set aside."""
        return not self._waiting

    def add(self, event: Event, responder: Responder | None = None) -> bool:
        """Deliver an event after all that wait. False if it waits already, or was delivered."""
        if event.key in self._known:
            return False
        self._known[event.key] = None
        if len(self._known) > MAX_KNOWN_KEYS:
            del self._known[next(iter(self._known))]
        self._waiting.append((event, responder))
        self._news.set()
        return True

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            await self._news.wait()
            await self._deliver_all()
            self._news.clear()

    async def _deliver_all(self) -> None:
        failures = 0
        while self._waiting:
            if await self._is_taken(*self._waiting[0]):
                self._waiting.popleft()
                failures = 0
            else:
                failures += 1
                await asyncio.sleep(pause_s(RETRY_S, failures))

    async def _is_taken(self, event: Event, responder: Responder | None) -> bool:
        """Whether the core has it, or never will."""
        try:
            await self.sink.accept(event, responder)
        except PlatformError as error:
            log.warning("event_postponed", event_key=event.key, reason=str(error))
            return False
        except Exception:  # a chat handler: one event that cannot be taken holds up no other
            self._known.pop(event.key, None)  # the platform may bring it again
            log.exception("event_set_aside", event_key=event.key)
        return True
