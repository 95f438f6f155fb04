"""Ticks come every minute, whatever the clock does and whatever becomes of one of them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.interval import (  # pyright: ignore[reportMissingTypeStubs]  # untyped
    IntervalTrigger,
)
from structlog.testing import capture_logs

from bot.domain.errors import StoreError
from bot.jobs import scheduler
from bot.jobs.scheduler import Scheduler, Tick


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

    async def until(self, count: int) -> None:
        while self.called.count("good") < count:
            self.news.clear()
            await self.news.wait()


def present() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # the library's own clock


@asynccontextmanager
async def ticking(
    ticks: Mapping[str, Tick], *, every_s: float = 0.01, watch_s: float = 60.0
) -> AsyncGenerator[Scheduler]:
    made = Scheduler(
        ticks=ticks,
        clock=present,
        trigger=IntervalTrigger(seconds=every_s, timezone="UTC"),  # pyright: ignore[reportArgumentType]
        watch_s=watch_s,
    )
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_tick_that_is_slow_or_fails_keeps_no_other_from_ticking() -> None:
    ticks = Ticks()
    ticks.trouble = [RuntimeError("hush")] * 999
    async with ticking({"bad": ticks.bad, "slow": ticks.slow, "good": ticks.good}) as made:
        await ticks.until(3)
        assert ticks.called.count("slow") == 1  # never beside itself
        assert await made.health() == "The tick bad failed: RuntimeError. The log says more."
        ticks.trouble.clear()
        await ticks.until(ticks.called.count("good") + 3)
        assert await made.health() == ""


async def test_a_database_that_is_away_is_one_line_however_long() -> None:
    ticks = Ticks()
    ticks.trouble = [StoreError("The database cannot be reached.")] * 5
    with capture_logs() as logs:
        async with ticking({"bad": ticks.bad, "good": ticks.good}):
            await ticks.until(9)
    assert [(line["event"], line.get("reason")) for line in logs] == [
        ("tick_failed", "The database cannot be reached"),
        ("tick_recovered", None),
    ]


async def test_a_tick_that_a_stop_cuts_off_has_not_failed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ticks = Ticks()
    with capture_logs() as logs:
        async with ticking({"slow": ticks.slow, "good": ticks.good}):
            await ticks.until(1)
    assert ticks.called.count("slow") == 1
    assert [line["log_level"] for line in logs] == ["debug"]
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_tick_that_never_ends_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = Ticks()
    async with ticking({"slow": ticks.slow, "good": ticks.good}) as made:
        await ticks.until(1)
        assert await made.health() == ""
        monkeypatch.setattr(scheduler, "MAX_TICK_S", -1.0)
        assert "The tick slow takes more than" in await made.health()


async def test_a_clock_that_is_set_back_stops_no_tick() -> None:
    """What comes next is an hour away, as after a clock that was set back by an hour."""
    ticks = Ticks()
    hour_s = timedelta(hours=1).total_seconds()
    async with ticking({"good": ticks.good}, every_s=hour_s, watch_s=0.01):
        await ticks.until(3)
