"""The loops that a process consists of. None of them ends without a word."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from bot.domain.backoff import pause_s

log = structlog.get_logger()

RESTART_S = (1.0, 5.0, 15.0, 60.0)
"""Pauses after breaks in a row; the last one repeats."""

STEADY_S = 600.0
"""What has run for so long had not broken in a row."""

Work = Callable[[], Awaitable[None]]
"""Runs until it is told to stop, or until it is cancelled."""


@dataclass(slots=True, kw_only=True)
class Loops:
    """Begins each loop again where it breaks, however often, and says which have.

    Attributes:
        on_break: Told which loop has broken, for metrics.
    """

    on_break: Callable[[str], None]
    _problems: dict[str, str] = field(default_factory=dict[str, str], init=False)

    async def run(self, name: str, work: Work) -> None:
        """Run a loop until it ends as it was told to."""
        now_s, breaks = asyncio.get_running_loop().time, 0
        self._problems[name] = ""
        while True:
            began_s = now_s()
            try:
                await work()
            except Exception as error:  # a loop's edge: what nobody foresaw ends none of them
                log.exception("loop_broke", loop=name)
                self.on_break(name)
                breaks = 1 if now_s() - began_s >= STEADY_S else breaks + 1
                self._problems[name] = f"The {name} broke ({type(error).__name__})"
                await asyncio.sleep(pause_s(RESTART_S, breaks))
                self._problems[name] = ""
            else:
                return

    @asynccontextmanager
    async def beside(self, name: str, work: Work) -> AsyncGenerator[None]:
        """Run a loop beside the block, and end it with the block."""
        task = asyncio.create_task(self.run(name, work))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @property
    def running(self) -> Mapping[str, bool]:
        """Every loop that was begun, and whether it is at work."""
        return {name: not problem for name, problem in self._problems.items()}

    async def health(self) -> str:
        """Empty when all are at work, else which are not."""
        problems = "; ".join(problem for problem in self._problems.values() if problem)
        return f"{problems}. It starts again by itself; the log says more." if problems else ""
