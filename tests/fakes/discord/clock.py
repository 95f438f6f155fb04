"""Ids as Discord makes them, of a clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.fakes.clock import MILLISECOND, FakeClock

DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
COUNTER_BITS = 22


@dataclass
class Snowflakes:
    """Ids as Discord makes them: the time in milliseconds, and a counter below it."""

    clock: FakeClock
    _made: int = field(default=0, init=False)

    def next(self) -> int:
        """A new id, above all earlier ones as long as time does not run backwards."""
        self._made += 1
        since = (self.clock.tick() - DISCORD_EPOCH) // MILLISECOND
        return (since << COUNTER_BITS) | (self._made % (1 << 12))
