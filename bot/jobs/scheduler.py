"""Ticks, and nothing else: what is due is decided by rows, so that a tick too many does no harm."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog
from apscheduler.schedulers.asyncio import (  # pyright: ignore[reportMissingTypeStubs]  # untyped
    AsyncIOScheduler,
)
from apscheduler.triggers.cron import (  # pyright: ignore[reportMissingTypeStubs]  # untyped
    CronTrigger,
)

log = structlog.get_logger()

Tick = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Scheduler:
    """Calls each tick at every full minute."""

    ticks: Mapping[str, Tick]
    _engine: AsyncIOScheduler = field(default_factory=lambda: AsyncIOScheduler(timezone="UTC"))

    async def run_once(self) -> None:
        """Call every tick now, one after the other."""
        for name in self.ticks:
            await self._call(name)

    def start(self) -> None:
        """Begin to tick."""
        for name in self.ticks:
            self._engine.add_job(  # pyright: ignore[reportUnknownMemberType]  # untyped
                self._call,
                CronTrigger(second=0, timezone="UTC"),
                args=[name],
                id=name,
                misfire_grace_time=None,  # a late tick is still wanted
                coalesce=True,
                max_instances=1,
            )
        self._engine.start()

    def stop(self) -> None:
        """Tick no more."""
        if self._engine.running:
            self._engine.shutdown(wait=False)

    async def _call(self, name: str) -> None:
        try:
            await self.ticks[name]()
        except Exception:  # the scheduler's edge: the next tick tries again
            log.exception("tick_failed", tick=name)
