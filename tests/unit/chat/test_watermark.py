"""The mark of until when everything was heard."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.chat.common import watermark
from bot.chat.common.watermark import OVERLAP, Watermark
from bot.domain.errors import StoreError
from tests.fakes.ports import CountedMark, SteppingClock
from tests.support.patience import PATIENCE_S
from tests.support.values import FIRST_MONDAY

LATER = FIRST_MONDAY + timedelta(hours=1)


@dataclass
class Heard:
    """A watermark that runs, and whether everything was heard."""

    mark: CountedMark = field(default_factory=CountedMark)
    everything: bool = True
    clock: SteppingClock = field(default_factory=SteppingClock)

    def __post_init__(self) -> None:
        self.watermark = Watermark(self.mark, self.clock, lambda: self.everything)


@pytest.fixture
async def heard(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Heard]:
    monkeypatch.setattr(watermark, "MARK_EVERY_S", 0.0)
    made = Heard()
    running = asyncio.create_task(made.watermark.run())
    yield made
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def moved(heard: Heard, times: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(heard.mark.moments) < times:  # noqa: ASYNC110  # it is asked, it does not tell
            await asyncio.sleep(0)


async def a_while() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def test_the_mark_is_not_touched_while_nothing_is_heard(heard: Heard) -> None:
    await a_while()
    assert heard.mark.moments == []
    heard.watermark.note_news()
    await moved(heard, 1)
    await a_while()
    assert len(heard.mark.moments) == 1


async def test_much_that_is_heard_in_a_short_time_moves_the_mark_once(heard: Heard) -> None:
    for _ in range(10):
        heard.watermark.note_news()
    await moved(heard, 1)
    await a_while()
    assert len(heard.mark.moments) == 1


async def test_the_mark_waits_until_the_core_has_everything(heard: Heard) -> None:
    heard.everything = False
    heard.watermark.note_news()
    await a_while()
    assert heard.mark.moments == []
    heard.everything = True
    await moved(heard, 1)


async def test_a_mark_that_cannot_be_kept_is_tried_again(heard: Heard) -> None:
    heard.mark.trouble = [StoreError("away")] * 2
    heard.watermark.note_news()
    await moved(heard, 1)
    assert heard.mark.trouble == []


async def test_something_may_be_unheard_from_a_little_before_the_mark() -> None:
    made = Heard()
    assert await made.watermark.since() is None
    await made.watermark.move()
    [at] = made.mark.moments
    assert await made.watermark.since() == at - OVERLAP
