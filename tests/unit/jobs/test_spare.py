"""What can wait is done one thing after the other, whatever becomes of one of them."""

import asyncio
from dataclasses import dataclass, field

from structlog.testing import capture_logs

from bot.domain.errors import StoreError
from bot.domain.jobs import Queue
from bot.jobs.embedded import EmbeddedJobs
from bot.jobs.spare import SpareTime


@dataclass
class Work:
    """So many things to do; `trouble` is raised first.

    Attributes:
        asked: Whether something was announced, for each call.
    """

    things: int
    trouble: list[Exception] = field(default_factory=list[Exception])
    asked: list[bool] = field(default_factory=list[bool])
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    async def do_one(self, *, is_announced: bool) -> bool:
        self.asked.append(is_announced)
        if self.trouble:
            self.idle.set()
            raise self.trouble.pop(0)
        if not self.things:
            self.idle.set()
            return False
        self.things -= 1
        return True


async def until_idle(work: Work) -> None:
    await work.idle.wait()
    work.idle.clear()


async def test_everything_is_done_and_then_it_waits_for_news() -> None:
    work, jobs = Work(things=2), EmbeddedJobs()
    task = asyncio.create_task(SpareTime(work=work, jobs=jobs).run())
    await until_idle(work)
    work.things = 1
    jobs.announce([Queue.GRADING])
    jobs.announce([Queue.REGRADING])
    await until_idle(work)
    task.cancel()

    assert work.asked == [True] * 5


async def test_a_database_that_is_away_is_one_line_and_no_end() -> None:
    work, jobs = Work(things=1, trouble=[StoreError("away")]), EmbeddedJobs()
    with capture_logs() as logs:
        task = asyncio.create_task(SpareTime(work=work, jobs=jobs).run())
        await until_idle(work)
        jobs.announce([Queue.REGRADING])
        await until_idle(work)
        task.cancel()

    assert [line["event"] for line in logs] == ["spare_work_failed"]
    assert work.things == 0
