"""Ticks, and nothing else: what is due is decided by rows, so that a tick too many does no harm."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import structlog
from apscheduler.schedulers.asyncio import (  # pyright: ignore[reportMissingTypeStubs]  # untyped
    AsyncIOScheduler,
)
from apscheduler.triggers.base import (  # pyright: ignore[reportMissingTypeStubs]  # untyped
    BaseTrigger,
)
from apscheduler.triggers.cron import (  # pyright: ignore[reportMissingTypeStubs]  # untyped
    CronTrigger,
)

from bot.domain.clock import Clock
from bot.domain.errors import BotError

log = structlog.get_logger()

Tick = Callable[[], Awaitable[None]]

Begun = tuple[float, "asyncio.Task[Any] | None"]
"""When a tick began, by the loop's clock in seconds, and what runs it."""

MAX_TICK_S = 300.0
"""A tick that takes longer is worth a look."""

MINUTE = timedelta(minutes=1)


@dataclass(slots=True, kw_only=True)
class Scheduler:
    """Calls each tick at every full minute, unless it is still at work.

    Attributes:
        watch_s: Seconds of waiting, not of the clock, after which it is looked whether ticks come.
    """

    ticks: Mapping[str, Tick]
    clock: Clock
    trigger: BaseTrigger = field(default_factory=lambda: CronTrigger(second=0, timezone="UTC"))
    watch_s: float = MINUTE.total_seconds()
    _failed: dict[str, str] = field(default_factory=dict[str, str], init=False)
    _running: dict[str, Begun] = field(default_factory=dict[str, Begun], init=False)

    async def run(self) -> None:
        """Call every tick now, side by side, and then every minute, until cancelled."""
        engine = AsyncIOScheduler(timezone="UTC")
        for name in self.ticks:
            self._add(engine, name)
        engine.start()
        try:
            while True:
                await asyncio.sleep(self.watch_s)
                self._catch_up(engine)
        finally:
            engine.shutdown(wait=False)  # cancels what runs
            tasks = [task for _, task in self._running.values() if task is not None]
            await asyncio.gather(*tasks, return_exceptions=True)

    async def health(self) -> str:
        """Empty when all ticks do what they should, else which do not."""
        now_s = asyncio.get_running_loop().time()
        slow = [
            name for name, (since_s, _) in self._running.items() if now_s - since_s > MAX_TICK_S
        ]
        said = [f"The tick {name} failed: {reason}" for name, reason in self._failed.items()]
        said += [f"The tick {name} takes more than {MAX_TICK_S / 60:.0f} minutes" for name in slow]
        return f"{'; '.join(said)}. The log says more." if said else ""

    def _add(self, engine: AsyncIOScheduler, name: str) -> None:
        engine.add_job(  # pyright: ignore[reportUnknownMemberType]  # untyped
            self._call,
            self.trigger,
            args=[name],
            id=name,
            next_run_time=self.clock(),
            misfire_grace_time=None,  # a late tick is still wanted
            coalesce=True,
            max_instances=1,
        )

    def _catch_up(self, engine: AsyncIOScheduler) -> None:
        """Tick though the clock was set back: the library waits for a moment, however far it is."""
        now = self.clock()
        for job in cast("list[Any]", engine.get_jobs()):  # pyright: ignore[reportUnknownMemberType]
            if job.next_run_time - now > MINUTE:
                job.modify(next_run_time=now)
        engine.wakeup()  # set forward, its timer would go off late

    async def _call(self, name: str) -> None:
        self._running[name] = asyncio.get_running_loop().time(), asyncio.current_task()
        try:
            await self.ticks[name]()
        except BotError as error:  # foreseen, a database that is away: one line, once
            self._note(name, str(error).rstrip("."))
        except asyncio.CancelledError:  # the library would log it as a failure
            log.debug("tick_cut_off", tick=name)
        except Exception as error:  # the scheduler's edge: the next tick tries again
            self._failed[name] = type(error).__name__
            log.exception("tick_failed", tick=name)
        else:
            if self._failed.pop(name, None) is not None:
                log.info("tick_recovered", tick=name)
        finally:
            del self._running[name]

    def _note(self, name: str, reason: str) -> None:
        if self._failed.get(name) != reason:
            log.warning("tick_failed", tick=name, reason=reason)
        self._failed[name] = reason
