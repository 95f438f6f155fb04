"""What can wait, in the time that is left."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.domain.errors import StoreError
from bot.domain.jobs import Jobs, Queue

log = structlog.get_logger()

POLL_S = 5.0
"""For what could not be done yet: the line of learners' answers, or a sandbox that is away."""


class SpareWork(Protocol):
    """What can wait; see `RegradeService`."""

    def do_one(self, *, is_announced: bool) -> Awaitable[bool]:
        """Do one thing; False where nothing is to be done, or nothing can be done now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SpareTime:
    """Does one thing after the other, never two at once."""

    work: SpareWork
    jobs: Jobs

    async def run(self) -> None:
        """Work until cancelled: whatever is cut off is done again."""
        is_announced = True
        while True:
            if await self._do_one(is_announced=is_announced):
                is_announced = True  # more may be to be done
                continue
            is_announced = await self.jobs.wait(Queue.REGRADING, at_most_s=POLL_S)

    async def _do_one(self, *, is_announced: bool) -> bool:
        try:
            return await self.work.do_one(is_announced=is_announced)
        except StoreError as error:
            log.warning("spare_work_failed", reason=str(error))
            return False
