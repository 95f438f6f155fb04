"""What a grading has used is added up and never becomes less."""

import pytest

from bot.sandbox.budget import Budget
from bot.sandbox.endpoints import Cause, Ending, Endpoint, FrameBuffer, Measurement
from bot.wire.frames import Frame


class Dying(Endpoint):
    """An endpoint whose processes end one after the other, so that fewer seconds are counted."""

    def __init__(self, *seen_cpu_s: float | None) -> None:
        self.buffer = FrameBuffer(1024)
        self._seen_cpu_s = list(seen_cpu_s)

    @property
    def max_cpus(self) -> float:
        return 100.0

    async def send(self, frame: Frame) -> None:
        del frame

    async def ending(self) -> Ending:
        return Ending(cause=Cause.TIMED_OUT)

    async def measure(self) -> Measurement:
        return Measurement(cpu_s=self._seen_cpu_s.pop(0))

    async def kill(self) -> None:
        self.buffer.close()

    async def stop(self) -> None:
        await self.kill()


@pytest.mark.parametrize("last_cpu_s", [None, -2.0, 0.5])
async def test_what_was_seen_is_not_taken_back(last_cpu_s: float | None) -> None:
    budget = Budget(cpu_s=1.0, wait_s=30.0)

    await budget.watch(Dying(0.9, 0.2, None, 1.5))
    budget.settle(last_cpu_s)

    assert budget.used_cpu_s == 1.5


async def test_what_was_not_seen_before_counts_at_the_end() -> None:
    budget = Budget(cpu_s=10.0, wait_s=30.0)

    for used_cpu_s in (0.5, None, 0.25, -1.0):
        budget.settle(used_cpu_s)

    assert budget.used_cpu_s == 0.75
