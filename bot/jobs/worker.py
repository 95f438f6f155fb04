"""Claims submissions, keeps their leases alive, and lets the running ones finish at the end."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from bot.domain.errors import BotError, LeaseLostError, StoreError
from bot.domain.jobs import Jobs, Queue
from bot.domain.submission import Claim, Submission

log = structlog.get_logger()

POLL_S = 2.5
"""For what nobody announces: workers that fell silent, postponed submissions."""


class Grading(Protocol):
    """What grades; see `GradingService`."""

    async def claim(self, *, is_announced: bool) -> Claim | None:
        """Lease the next submission; None when none can run now."""
        ...

    async def grade(self, claim: Claim) -> Submission | None:
        """Run it and record the outcome; None when it has to run again."""
        ...

    async def recover(self, claim: Claim) -> None:
        """Put back what could not be recorded, so that it runs again."""
        ...

    async def beat(self) -> None:
        """Say that this worker is alive."""
        ...


@dataclass(slots=True, kw_only=True)
class Worker:
    """Grades up to `parallel` submissions side by side.

    Attributes:
        heartbeat_s: How often this worker says that it is alive, while it runs something.
        observe: Told of every graded submission, for metrics.
    """

    grading: Grading
    jobs: Jobs
    parallel: int
    heartbeat_s: float
    observe: Callable[[Submission], None]
    _running: set[asyncio.Task[None]] = field(default_factory=set, init=False)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def run(self) -> None:
        """Work until told to stop; then finish what is running. `keep_leases` runs beside it."""
        await self._work()
        if self._running:
            await asyncio.wait(self._running)

    async def keep_leases(self) -> None:
        """Say that this worker is alive while it runs something, until cancelled."""
        while True:
            await asyncio.sleep(self.heartbeat_s)
            if self._running:
                with contextlib.suppress(StoreError):
                    await self.grading.beat()

    @property
    def stopping(self) -> bool:
        """Whether it has been told to stop."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Claim nothing more."""
        self._stopping.set()
        self.jobs.announce([Queue.GRADING])

    async def _work(self) -> None:
        is_announced = True
        while not self._stopping.is_set():
            claim = await self._claim(is_announced=is_announced)
            if claim is not None:
                self._start(claim)
                is_announced = True  # more may have been in line
                continue
            is_announced = await self.jobs.wait(Queue.GRADING, at_most_s=POLL_S)

    async def _claim(self, *, is_announced: bool) -> Claim | None:
        if len(self._running) >= self.parallel:
            return None
        try:
            return await self.grading.claim(is_announced=is_announced)
        except StoreError as error:
            log.warning("claim_failed", reason=str(error))
            return None

    def _start(self, claim: Claim) -> None:
        task = asyncio.create_task(self._job(claim))
        self._running.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self.jobs.announce([Queue.GRADING])  # there is room for another

    async def _job(self, claim: Claim) -> None:
        try:
            submission = await self.grading.grade(claim)
            if submission is not None:
                self._report(claim, submission)
        except LeaseLostError:
            log.warning("lease_lost", submission=claim.submission.id, run=claim.run)
        except BotError as error:
            log.warning("run_failed", submission=claim.submission.id, reason=str(error))
            await self._recover(claim)
        except Exception:  # one worker job's edge
            log.exception("run_failed", submission=claim.submission.id, run=claim.run)
            await self._recover(claim)

    async def _recover(self, claim: Claim) -> None:
        """Give a lease back that nobody works on: it would last for as long as this worker does."""
        while not self._stopping.is_set():
            try:
                await self.grading.recover(claim)
            except LeaseLostError:
                return
            except StoreError:
                pass
            except Exception:  # else its lease would last for as long as this process
                log.exception("run_not_recovered", submission=claim.submission.id)
            else:
                return
            await asyncio.sleep(POLL_S)

    def _report(self, claim: Claim, submission: Submission) -> None:
        self.observe(submission)
        if submission.grade is None or submission.started_at is None:
            return
        queued = submission.started_at - submission.received_at
        log.info(  # the canonical line: one per grading
            "submission_graded",
            submission=submission.id,
            challenge=submission.challenge,
            run=claim.run,
            verdict=submission.grade.verdict.value,
            checks_passed=submission.grade.passed,
            checks=len(submission.grade.checks),
            queued_s=round(queued.total_seconds(), 3),
            start_s=round(submission.grade.usage.start_s, 3),
            run_s=round(submission.grade.usage.run_s, 3),
            peak_memory_bytes=submission.grade.usage.peak_memory_bytes,
            source_bytes=len(submission.source.encode()),
        )
