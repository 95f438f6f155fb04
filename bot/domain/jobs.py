"""Work that waits in the database, and the port that tells those who do it that there is some."""

from collections.abc import Collection
from enum import StrEnum
from typing import Protocol


class Queue(StrEnum):
    """What somebody may wait for. The rows themselves are the truth; this only wakes."""

    GRADING = "grading"  # a submission may be claimable
    DELIVERY = "delivery"  # a message may have something new to say
    REGRADING = "regrading"  # a mentor wants answers to be run again, or their better grades kept


class Jobs(Protocol):
    """Wakes those who work on a queue, in every process."""

    def announce(self, queues: Collection[Queue]) -> None:
        """Something was committed to these queues. Never waits and never fails."""
        ...

    async def wait(self, queue: Queue, *, at_most_s: float) -> bool:
        """Return when something was announced since the last call, or after a while.

        Returns:
            Whether it was announced: False where the time ran out.
        """
        ...
