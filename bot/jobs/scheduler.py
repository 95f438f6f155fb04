"""Ticks, and nothing else: what is due is decided by rows, so that a tick too many does no harm."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog

from bot.domain.clock import Clock

log = structlog.get_logger()

Tick = Callable[[], Awaitable[None]]

MAX_TICK_S = 300.0
"""A tick that takes longer is worth a look."""


@dataclass(slots=True, kw_only=True)
class Scheduler:
    """Calls each tick at every full minute, unless it is still at work.

    It never waits for a moment, only for the rest of a minute: a clock that is set back or forward
    costs one at most.
    """

    ticks: Mapping[str, Tick]
    clock: Clock
    _failed: dict[str, str] = field(default_factory=dict[str, str], init=False)
    _running: dict[str, tuple[float, asyncio.Task[None]]] = field(
        default_factory=dict[str, tuple[float, asyncio.Task[None]]], init=False
    )

    async def run_once(self) -> None:
        """Call every tick now, one after the other."""
        for name in self.ticks:
            await self._call(name)

    async def run(self) -> None:
        """Tick until cancelled."""
        try:
            while True:
                now = self.clock()
                await asyncio.sleep(60 - now.second - now.microsecond / 1e6)
                for name in self.ticks.keys() - self._running.keys():
                    self._start(name)
        finally:
            tasks = [task for _, task in self._running.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def health(self) -> str:
        """Empty when all ticks do what they should, else which do not."""
        now_s = asyncio.get_running_loop().time()
        slow = [name for name, (at_s, _) in self._running.items() if now_s - at_s > MAX_TICK_S]
        said = [f"The tick {name} failed ({reason})" for name, reason in self._failed.items()]
        said += [f"The tick {name} takes more than {MAX_TICK_S / 60:.0f} minutes" for name in slow]
        return f"{'; '.join(said)}. The log says more." if said else ""

    def _start(self, name: str) -> None:
        task = asyncio.create_task(self._call(name))
        self._running[name] = asyncio.get_running_loop().time(), task
        task.add_done_callback(lambda _: self._running.pop(name))

    async def _call(self, name: str) -> None:
        try:
            await self.ticks[name]()
        except Exception as error:  # the scheduler's edge: the next tick tries again
            self._failed[name] = type(error).__name__
            log.exception("tick_failed", tick=name)
        else:
            self._failed.pop(name, None)
