"""Sends what the bot wants to have said, as soon as it may be sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from bot.domain.clock import Clock
from bot.domain.errors import StoreError
from bot.domain.jobs import Jobs, Queue
from bot.domain.outbox import Look

log = structlog.get_logger()

POLL_S = 5.0
"""For what nobody announces: a commit of another process, or after the database was away."""

FULL_S = 0.1
"""While as many conversations as can be are seen to."""


class Delivery(Protocol):
    """What sends; see `DeliveryService`."""

    @property
    def is_full(self) -> bool:
        """Whether nothing more should be begun now."""
        ...

    async def begin(self) -> Look:
        """Begin to send what is unsent now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Keeps delivery going."""

    delivery: Delivery
    jobs: Jobs
    clock: Clock

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self.jobs.wait(Queue.DELIVERY, at_most_s=await self._pause_s())

    async def _pause_s(self) -> float:
        """Begin what can be begun; how long there is nothing to do after it."""
        try:
            while not self.delivery.is_full:
                look = await self.delivery.begin()
                if look.is_all:
                    return self._until(look.next_due)
        except StoreError as error:
            log.warning("delivery_postponed", reason=str(error))
            return POLL_S
        return FULL_S

    def _until(self, due_at: datetime | None) -> float:
        if due_at is None:
            return POLL_S
        return min(POLL_S, max(0.01, (due_at - self.clock()).total_seconds()))
