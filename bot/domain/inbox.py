"""Events as they came, until they are handled."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.chat.events import Event


class Inbox(Protocol):
    """Stored events. A key outlives what was in its event, so that a redelivery adds nothing."""

    async def put(self, event: Event) -> bool:
        """Store it; False when its key is known."""
        ...

    async def find(self, key: str) -> Event | None:
        """What was in an event, handled or not; None once it is forgotten."""
        ...

    async def pending(self) -> Sequence[Event]:
        """Not handled yet, in the order they came."""
        ...

    async def handled(self, key: str, *, at: datetime, error: str = "") -> None:
        """Done with this event, well or with an error that no retry would fix."""
        ...

    async def has_kept(self, before: datetime) -> bool:
        """Whether `purge` would find something."""
        ...

    async def purge(self, before: datetime, *, limit: int) -> int:
        """Forget what was in events handled before a moment, though not their keys. How many."""
        ...
