"""Moves frames between a judge and its solvers, and enforces what they may use."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field

from bot.domain.errors import SandboxError
from bot.domain.exercise import Limits
from bot.domain.grading import Usage
from bot.sandbox.budget import Budget
from bot.sandbox.endpoints import Cause, EndedError, Ending, Endpoint
from bot.wire.frames import Frame, Kind, WireError
from bot.wire.jobs import GradeResult, Job, Result, SolverEnded, read_result
from bot.wire.records import to_json

MAX_JUDGE_CPU_S = 20.0
"""In one job: many times what checks need. Before any answer came, more is a broken check, and that
is our fault; afterwards it is the answers' doing."""

MAX_JUDGE_WAIT_S = 120.0

HARD_TO_CHECK = {
    Cause.TIMED_OUT: Cause.SLOW_TO_CHECK,
    Cause.OUT_OF_MEMORY: Cause.BIG_TO_CHECK,
}
"""How a judge ends that is given more than it can take, and what that is to a submission."""

MAX_FRAMES = 50_000
MAX_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """All that was seen of one job.

    Attributes:
        result: What the judge found out.
        ending: How a solver ended that should have gone on; None where none did.
        output: The beginning of what the solvers printed.
    """

    result: Result
    ending: Ending | None
    output: str
    usage: Usage


@dataclass(slots=True, kw_only=True)
class Relay:
    """One job, between one judge and the solvers it uses in turn.

    What counts against the learner's limits is what solvers use, and what the judge needs to read
    what they send: neither starting one nor the judge's own work.
    """

    limits: Limits
    judge: Endpoint
    open_solver: Callable[[], Awaitable[Endpoint]]
    _solver: Endpoint | None = field(default=None, init=False)
    _watch: asyncio.Task[None] | None = field(default=None, init=False)
    _budget: Budget = field(init=False)
    _judge_budget: Budget = field(init=False)
    _ending: Ending | None = field(default=None, init=False)
    _start_s: float = field(default=0.0, init=False)
    _frames: int = field(default=0, init=False)
    _bytes: int = field(default=0, init=False)
    _cpu_known: bool = field(default=True, init=False)
    _peak_bytes: int | None = field(default=None, init=False)
    _output: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._budget = Budget(cpu_s=self.limits.seconds, wait_s=self.limits.wait_seconds)
        self._judge_budget = Budget(cpu_s=MAX_JUDGE_CPU_S, wait_s=MAX_JUDGE_WAIT_S)

    async def run(self, job: Job) -> Observation:
        """Carry out a job.

        Raises:
            SandboxError: The judge failed, a solver could not be started, or this machine is too
                busy.
        """
        try:
            await self._open()
            began, started_s = time.monotonic(), self._start_s
            async with self._judge_watched():
                result = await self._converse(Frame(Kind.JOB, to_json(job)))
            run_s = time.monotonic() - began - (self._start_s - started_s)
        except SandboxError:
            await self._drop(until_gone=True)  # it will be run again
            raise
        finally:
            await self._drop()
        self._charge(result)
        return Observation(
            result=result, ending=self._ending, output=self._output, usage=self._usage(run_s)
        )

    # --- the conversation ---------------------------------------------------------------------

    async def _converse(self, said: Frame) -> Result:
        while True:
            frame = await self._ask_judge(said)
            if frame.kind is Kind.ASK:
                said = await self._ask_solver(frame)
            elif frame.kind is Kind.RESTART:
                said = await self._restart()
            elif frame.kind is Kind.RESULT:
                return _result(frame)
            else:
                raise SandboxError("the judge spoke out of turn")

    async def _ask_judge(self, said: Frame) -> Frame:
        """What the judge says next."""
        try:
            with self._judge_budget.asking():
                await self.judge.send(said)
                return await self.judge.buffer.next()
        except EndedError as error:
            cause = (await self.judge.ending()).cause
            if self._frames and cause in HARD_TO_CHECK:
                self._ending = Ending(cause=HARD_TO_CHECK[cause])
                return Frame(Kind.RESULT, to_json(GradeResult(outcome=SolverEnded())))
            slow = cause in {Cause.TIMED_OUT, Cause.STALLED, Cause.STARVED}
            raise SandboxError("the judge took too long" if slow else "the judge ended") from error

    async def _ask_solver(self, request: Frame) -> Frame:
        """The solver's answer, or that it is gone."""
        if self._solver is None or self._ending is not None:
            return Frame(Kind.GONE)
        try:
            with self._budget.asking():
                await self._solver.send(request)
                answer = await self._solver.buffer.next()
        except EndedError:
            self._ending = await self._solver.ending()
            if self._ending.cause is Cause.STARVED:
                raise SandboxError("this machine is too busy to run it") from None
            return Frame(Kind.GONE)
        self._count(answer)
        return answer if self._ending is None else Frame(Kind.GONE)

    def _count(self, answer: Frame) -> None:
        self._frames += 1
        self._bytes += len(answer.payload)
        within = self._frames <= MAX_FRAMES and self._bytes <= MAX_BYTES
        if answer.kind is not Kind.ANSWER or not within:
            self._ending = Ending(cause=Cause.OUT_OF_TURN)

    def _charge(self, result: Result) -> None:
        """Count what it took to read the answers."""
        if isinstance(result, GradeResult) and self._budget.charge(result.reading_ms / 1000):
            self._ending = self._ending or Ending(cause=Cause.TIMED_OUT)

    # --- solvers ------------------------------------------------------------------------------

    async def _restart(self) -> Frame:
        if self._ending is not None:
            return Frame(Kind.GONE)
        began = time.monotonic()
        # Not side by side, or the old one could tell the new one what it has learned.
        await self._drop(until_gone=True)
        self._start_s += time.monotonic() - began
        await self._open()
        return Frame(Kind.RESTARTED)

    async def _open(self) -> None:
        began = time.monotonic()
        self._solver = await self.open_solver()
        self._watch = asyncio.create_task(self._budget.watch(self._solver))
        self._start_s += time.monotonic() - began

    async def _drop(self, *, until_gone: bool = False) -> None:
        """End the solver, keeping what was seen of it."""
        watch, self._watch = self._watch, None
        solver, self._solver = self._solver, None
        if watch is not None:
            await _cancel(watch)
        if solver is None:
            return
        try:
            used = await solver.measure()
            self._budget.settle(used.cpu_s)
            self._cpu_known &= used.cpu_s is not None or self._budget.used_cpu_s > 0
            if used.peak_memory_bytes is not None:
                self._peak_bytes = max(used.peak_memory_bytes, self._peak_bytes or 0)
        finally:
            self._output += solver.buffer.output
            await (solver.stop() if until_gone else solver.kill())

    @contextlib.asynccontextmanager
    async def _judge_watched(self) -> AsyncGenerator[None]:
        watch = asyncio.create_task(self._judge_budget.watch(self.judge, used_before=True))
        try:
            yield
        finally:
            await _cancel(watch)

    def _usage(self, run_s: float) -> Usage:
        return Usage(
            start_s=self._start_s,
            run_s=run_s,
            cpu_s=self._budget.used_cpu_s if self._cpu_known else None,
            peak_memory_bytes=self._peak_bytes,
        )


def _result(frame: Frame) -> Result:
    try:
        return read_result(frame.payload)
    except WireError as error:
        raise SandboxError("the judge's result breaks a rule") from error


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
