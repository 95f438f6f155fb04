"""Time as a test wants it, and ids made of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
COUNTER_BITS = 22
MILLISECOND = timedelta(milliseconds=1)


@dataclass
class FakeClock:
    """Time that stands still until it is moved."""

    now: datetime = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds, minutes=minutes, hours=hours)

    def tick(self) -> datetime:
        """A millisecond later: no two things on the fake happen at once."""
        self.now += MILLISECOND
        return self.now


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
