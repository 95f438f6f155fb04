"""Claims submissions, keeps their leases alive, and lets the running ones finish at the end."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from bot.domain.errors import BotError, LeaseLostError, StoreError
from bot.domain.store import Claim
from bot.domain.submission import Submission
from bot.services.submissions.grading import LEASE_S, Grading

log = structlog.get_logger()

POLL_S = 1.0
"""For what no commit of this process announces: leases running out, postponed submissions."""


@dataclass(slots=True, kw_only=True)
class Worker:
    """Grades up to `parallel` submissions side by side.

    Attributes:
        wake: Set whenever something may have been queued.
        observe: Told of every graded submission, for metrics.
    """

    grading: Grading
    parallel: int
    wake: asyncio.Event
    observe: Callable[[Submission], None]
    _running: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; then finish what is running."""
        while not stopping.is_set():
            self.wake.clear()
            claim = await self._claim() if len(self._running) < self.parallel else None
            if claim is not None:
                self._start(claim)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self.wake.wait()
        if self._running:
            await asyncio.wait(self._running)

    async def _claim(self) -> Claim | None:
        try:
            return await self.grading.claim()
        except StoreError as error:
            log.warning("claim_failed", reason=str(error))
            return None

    def _start(self, claim: Claim) -> None:
        task = asyncio.create_task(self._job(claim))
        self._running.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self.wake.set()

    async def _job(self, claim: Claim) -> None:
        heartbeat = asyncio.create_task(self._keep(claim))
        try:
            submission = await self.grading.grade(claim)
            if submission is not None:
                self._report(claim, submission)
        except LeaseLostError:
            log.warning("lease_lost", submission=claim.submission.id, run=claim.run)
        except BotError as error:  # the lease runs out and the submission runs again
            log.warning("run_failed", submission=claim.submission.id, reason=str(error))
        except Exception:  # one worker job's edge
            log.exception("run_failed", submission=claim.submission.id, run=claim.run)
        finally:
            heartbeat.cancel()

    async def _keep(self, claim: Claim) -> None:
        while True:
            await asyncio.sleep(LEASE_S / 3)
            with contextlib.suppress(StoreError):
                await self.grading.renew(claim)

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
