"""No loop of the process ends without a word."""

import asyncio
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from bot.jobs import loops
from bot.jobs.loops import Loops


@dataclass
class Work:
    """Breaks with each of these errors in turn, and then runs until it is told to stop."""

    errors: list[Exception]
    begun: int = 0
    steady: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        self.begun += 1
        if self.errors:
            raise self.errors.pop(0)
        self.steady.set()
        await self.stop.wait()


@pytest.fixture
def broken() -> list[str]:
    return []


@pytest.fixture
def made(broken: list[str]) -> Loops:
    return Loops(on_break=broken.append)


async def test_a_loop_that_breaks_is_begun_again(
    made: Loops, broken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "RESTART_S", (0.0,))
    work = Work([RuntimeError("one"), KeyError("two"), TimeoutError()])
    with capture_logs() as logged:
        async with made.beside("sender", work.run):
            await work.steady.wait()
            assert made.running == {"sender": True}
            assert await made.health() == ""
    assert work.begun == 4
    assert broken == ["sender"] * 3
    assert [(line["event"], line["loop"]) for line in logged] == [("loop_broke", "sender")] * 3


async def test_health_says_which_loop_does_not_run() -> None:
    broke = asyncio.Event()
    made = Loops(on_break=lambda _: broke.set())
    one, two = Work([RuntimeError("hush")]), Work([])
    async with made.beside("sender", one.run), made.beside("worker", two.run):
        await broke.wait()
        assert made.running == {"sender": False, "worker": True}
        said = await made.health()
    assert said.startswith("The sender broke (RuntimeError).")
    assert "hush" not in said


async def test_a_loop_ends_when_it_is_told_to(made: Loops) -> None:
    work = Work([])
    work.stop.set()
    await made.run("worker", work.run)
    assert work.begun == 1


async def test_pauses_grow_while_it_breaks_in_a_row(
    made: Loops, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def note(pause_s: float) -> None:
        pauses.append(pause_s)

    monkeypatch.setattr(asyncio, "sleep", note)
    work = Work([RuntimeError() for _ in range(6)])
    work.stop.set()
    await made.run("sender", work.run)
    assert pauses == [1.0, 5.0, 15.0, 60.0, 60.0, 60.0]
