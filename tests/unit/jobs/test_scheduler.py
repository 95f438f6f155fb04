"""Ticks come every minute, whatever the clock does and whatever becomes of one of them."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from bot.jobs import scheduler
from bot.jobs.scheduler import Scheduler, Tick

ALMOST = datetime(2026, 11, 23, 8, 59, 59, 999_000, tzinfo=UTC)


class Ticks:
    """Ticks that note that they were called."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self.news = asyncio.Event()
        self.free = asyncio.Event()
        self.trouble: list[Exception] = []

    async def good(self) -> None:
        self.called.append("good")
        self.news.set()

    async def bad(self) -> None:
        self.called.append("bad")
        if self.trouble:
            raise self.trouble.pop(0)

    async def slow(self) -> None:
        self.called.append("slow")
        await self.free.wait()

    async def until(self, name: str, count: int) -> None:
        while self.called.count(name) < count:
            self.news.clear()
            await self.news.wait()


async def ran(
    ticks: Mapping[str, Tick], clock: scheduler.Clock
) -> tuple[Scheduler, asyncio.Task[None]]:
    made = Scheduler(ticks=ticks, clock=clock)
    return made, asyncio.create_task(made.run())


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_tick_that_is_slow_or_fails_keeps_no_other_from_ticking() -> None:
    ticks = Ticks()
    ticks.trouble = [RuntimeError("hush")] * 99
    some = {"bad": ticks.bad, "slow": ticks.slow, "good": ticks.good}
    made, task = await ran(some, lambda: ALMOST)
    await ticks.until("good", 3)
    assert ticks.called.count("slow") == 1  # never beside itself
    assert await made.health() == "The tick bad failed (RuntimeError). The log says more."
    ticks.trouble.clear()
    await ticks.until("good", 6)
    assert await made.health() == ""
    await stopped(task)


async def test_a_tick_that_never_ends_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = Ticks()
    made, task = await ran({"slow": ticks.slow, "good": ticks.good}, lambda: ALMOST)
    await ticks.until("good", 1)
    assert await made.health() == ""
    monkeypatch.setattr(scheduler, "MAX_TICK_S", -1.0)
    assert "The tick slow takes more than" in await made.health()
    await stopped(task)


async def test_a_clock_that_is_set_back_stops_no_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    moments = iter([ALMOST, ALMOST - timedelta(minutes=10), ALMOST + timedelta(hours=9)])

    async def note(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", note)
    ticks = Ticks()
    made = Scheduler(ticks={"good": ticks.good}, clock=lambda: next(moments))
    with pytest.raises(RuntimeError):  # no moment is left
        await made.run()
    assert len(slept) == 3
    assert all(0 <= seconds <= 60 for seconds in slept)


async def test_one_round_calls_every_tick_in_order() -> None:
    ticks = Ticks()
    ticks.trouble = [RuntimeError("hush")]
    ticks.free.set()
    some = {"bad": ticks.bad, "slow": ticks.slow, "good": ticks.good}
    await Scheduler(ticks=some, clock=lambda: ALMOST).run_once()
    assert ticks.called == ["bad", "slow", "good"]
