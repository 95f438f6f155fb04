"""Time as a test wants it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

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
