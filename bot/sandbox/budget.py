"""How much time a grading may use: seconds of work, not of waiting.

CPU seconds, as the kernel counts them, are limited, so that a busy machine charges nobody. What
waits uses none, and ends for another reason: it may take `wait_s` by the clock, and longer by
`WAIT_PER_CPU_S` for each CPU second it uses meanwhile. Code that works can only meet that end on a
machine that gives it less than a twentieth of a core; then that is the machine's fault.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Generator
from dataclasses import dataclass, field

from bot.sandbox.endpoints import Cause, Endpoint

MIN_LOOK_S = 0.05
"""Between two looks at what an endpoint has used. One costs 0.1 ms, or 5 where the engine tells."""

WAIT_PER_CPU_S = 20.0

MAX_LOAD = 16.0
"""Threads that wanted each core in the last minute: a twentieth is left where twenty want it."""

CORES = os.cpu_count() or 1


@dataclass(slots=True, kw_only=True)
class Budget:
    """What one grading may use, over all the endpoints that it uses in turn.

    Attributes:
        cpu_s: CPU seconds allowed.
        wait_s: Seconds by the clock that it may take without using the CPU.
        used_cpu_s: CPU seconds of the endpoints before the present one, and what was charged.
        taken_s: Seconds by the clock that answers took so far.
    """

    cpu_s: float
    wait_s: float
    used_cpu_s: float = 0.0
    taken_s: float = 0.0
    _seen_cpu_s: float = field(default=0.0, init=False)
    _asked_at: float | None = field(default=None, init=False)

    @property
    def seen_cpu_s(self) -> float:
        """CPU seconds of all endpoints, as far as they were looked at."""
        return self.used_cpu_s + self._seen_cpu_s

    @contextlib.contextmanager
    def asking(self) -> Generator[None]:
        """Count the time until an answer."""
        self._asked_at = time.monotonic()
        try:
            yield
        finally:
            self.taken_s += time.monotonic() - self._asked_at
            self._asked_at = None

    async def watch(self, endpoint: Endpoint, *, used_before: bool = False) -> None:
        """End an endpoint that uses more than is left. Runs until then, or until it is cancelled.

        Args:
            endpoint: What is asked from now on.
            used_before: Whether it has done other work, which is not counted.
        """
        before_s = (await endpoint.measure()).cpu_s or 0.0 if used_before else 0.0
        while True:
            await asyncio.sleep(self._look_in_s(endpoint.max_cpus))
            cpu_s = (await endpoint.measure()).cpu_s
            if cpu_s is not None:  # else it has just ended, which shows elsewhere
                self._seen_cpu_s = max(self._seen_cpu_s, cpu_s - before_s)
            if cause := self._exceeded():
                endpoint.buffer.fail(cause)
                await endpoint.kill()
                return

    def settle(self, cpu_s: float | None) -> None:
        """Add what the present endpoint has used at last; None where that cannot be told.

        Less than was seen before only shows that some of its processes are gone by now.
        """
        self.used_cpu_s += max(self._seen_cpu_s, cpu_s or 0.0)
        self._seen_cpu_s = 0.0

    def charge(self, cpu_s: float) -> bool:
        """Add what was used elsewhere; whether it is too much by now."""
        self.used_cpu_s += cpu_s
        return self.seen_cpu_s >= self.cpu_s

    def _exceeded(self) -> Cause | None:
        if self.seen_cpu_s >= self.cpu_s:
            return Cause.TIMED_OUT
        if self._asked_at is None or self._left_to_wait_s() > 0:
            return None
        busy = os.getloadavg()[0] > MAX_LOAD * CORES
        return Cause.STARVED if busy else Cause.STALLED

    def _look_in_s(self, max_cpus: float) -> float:
        """The earliest moment at which something can be exceeded."""
        earliest_s = (self.cpu_s - self.seen_cpu_s) / max_cpus
        return max(MIN_LOOK_S, min(earliest_s, self._left_to_wait_s()))

    def _left_to_wait_s(self) -> float:
        asked_s = 0.0 if self._asked_at is None else time.monotonic() - self._asked_at
        return self.wait_s + WAIT_PER_CPU_S * self.seen_cpu_s - self.taken_s - asked_s
