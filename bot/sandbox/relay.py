"""Moves frames between judge and solver under limits, and owns what is seen from outside."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.domain.errors import SandboxError
from bot.domain.grading import CheckResult, CheckStatus, Grade, GradingRequest, Usage, Verdict
from bot.sandbox.endpoints import Cause, EndedError, Ending, Endpoint
from bot.wire.frames import Frame, Kind

log = structlog.get_logger()

MAX_JUDGE_S = 60.0
"""In one grading, all its thinking together; more is a broken check, and that is our fault."""

MAX_FRAMES = 50_000
BYTES_AT_MOST = 512 * 2**20
MAX_TEXT_CHARS = 2000
SIGSEGV = 11

UNREADABLE = "what it returned has a form that cannot be compared with what it should be"
"""A check broke over an answer. Its author did not think of that answer, the learner did."""

PROCESSES, DISK = "{0.processes} processes and threads at once", "{0.disk_mb} MB of files in /tmp"
LIMITS_MET = {
    "CUDA out of memory": "{0.gpu_memory_mb} MB of GPU memory",
    "can't start new thread": PROCESSES,
    "Resource temporarily unavailable": PROCESSES,
    "No space left on device": DISK,
    "File too large": DISK,
}
"""What the system says at a limit that raises an exception instead of ending the process."""

VERDICTS = {
    Cause.OUT_OF_MEMORY: Verdict.OUT_OF_MEMORY,
    Cause.OUT_OF_GPU_MEMORY: Verdict.OUT_OF_MEMORY,
    Cause.FLOODED: Verdict.TOO_MUCH_OUTPUT,
}


@dataclass(slots=True, kw_only=True)
class Relay:
    """One grading between one judge and the solvers it uses in turn.

    The learner's time is what solvers take to answer: neither starting one nor the judge's own
    thinking counts against it.
    """

    request: GradingRequest
    judge: Endpoint
    open_solver: Callable[[], Awaitable[Endpoint]]
    _solver: Endpoint | None = field(default=None, init=False)
    _left_s: float = field(init=False)
    _judge_left_s: float = field(default=MAX_JUDGE_S, init=False)
    _start_s: float = field(default=0.0, init=False)
    _frames: int = field(default=0, init=False)
    _bytes: int = field(default=0, init=False)
    _peak_bytes: int | None = field(default=None, init=False)
    _over: tuple[Verdict, str] | None = field(default=None, init=False)
    _output: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._left_s = self.request.exercise.limits.seconds

    async def grade(self) -> Grade:
        """Carry out the grading.

        Raises:
            SandboxError: The judge failed, or a solver could not be started.
        """
        try:
            await self._open()
            began, started_s = time.monotonic(), self._start_s
            outcome = await self._converse()
            run_s = time.monotonic() - began - (self._start_s - started_s)
        finally:
            await self._drop()
        return self._graded(outcome, run_s)

    # --- the conversation ---------------------------------------------------------------------

    async def _converse(self) -> dict[str, Any]:
        said = Frame(Kind.GRADE, self._job())
        while True:
            frame = await self._judge_says(said)
            if frame.kind is Kind.ASK:
                said = await self._solver_says(frame)
            elif frame.kind is Kind.RESTART:
                said = await self._renewed()
            elif frame.kind is Kind.RESULT:
                return json.loads(frame.payload)
            else:
                raise SandboxError("the judge spoke out of turn")

    async def _judge_says(self, said: Frame) -> Frame:
        """What the judge has to say to something."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._judge_left_s):
                await self.judge.send(said)
                return await self.judge.buffer.next()
        except TimeoutError as error:
            raise SandboxError("the judge took too long") from error
        except EndedError as error:
            raise SandboxError("the judge ended") from error
        finally:
            self._judge_left_s -= time.monotonic() - began

    async def _solver_says(self, request: Frame) -> Frame:
        """The solver's answer, or that it is gone."""
        if self._solver is None or self._over is not None:
            return Frame(Kind.GONE)
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._left_s):
                await self._solver.send(request)
                answer = await self._solver.buffer.next()
        except TimeoutError:
            self._over = (Verdict.TIMED_OUT, self._time_sentence())
        except EndedError:
            self._over = self._ended(await self._solver.ending())
        else:
            self._left_s -= time.monotonic() - began
            self._count(answer)
            if self._over is None:
                return answer
        return Frame(Kind.GONE)

    def _count(self, answer: Frame) -> None:
        self._frames += 1
        self._bytes += len(answer.payload)
        within = self._frames <= MAX_FRAMES and self._bytes <= BYTES_AT_MOST
        if answer.kind is not Kind.ANSWER or not within:
            self._over = (Verdict.TOO_MUCH_OUTPUT, "It sent more than any answer needs.")

    async def _renewed(self) -> Frame:
        if self._over is not None:
            return Frame(Kind.GONE)
        await self._drop()
        await self._open()
        return Frame(Kind.RESTARTED)

    async def _open(self) -> None:
        began = time.monotonic()
        self._solver = await self.open_solver()
        self._start_s += time.monotonic() - began

    async def _drop(self) -> None:
        """End the solver, keeping what was seen of it."""
        solver, self._solver = self._solver, None
        if solver is None:
            return
        try:
            peak = (await solver.measure()).peak_memory_bytes
            if peak is not None:
                self._peak_bytes = max(peak, self._peak_bytes or 0)
        finally:
            self._output += solver.buffer.output
            await solver.kill()

    def _job(self) -> bytes:
        exercise = self.request.exercise
        job = {
            "slug": exercise.slug,
            "fingerprint": exercise.fingerprint,
            "source": self.request.source,
            "starter": exercise.starter,
            "entry": list(exercise.entry),
            "forbidden": list(exercise.forbidden),
            "seed": self.request.seed.hex(),
        }
        return json.dumps(job).encode()

    # --- what it means ------------------------------------------------------------------------

    def _graded(self, outcome: dict[str, Any], run_s: float) -> Grade:
        checks = tuple(self._result(entry) for entry in outcome["results"])
        verdict, detail = self._over or self._verdict(outcome["outcome"], checks)
        return Grade(
            verdict=verdict,
            checks=checks,
            detail=_sentence(detail),
            traceback=tuple(map(_clean, outcome["outcome"].get("lines", ()))),
            output=_clean(self._output, at_most_chars=len(self._output)),
            usage=Usage(start_s=self._start_s, run_s=run_s, peak_memory_bytes=self._peak_bytes),
        )

    def _result(self, entry: dict[str, Any]) -> CheckResult:
        statuses = {"passed": CheckStatus.PASSED, "not run": CheckStatus.NOT_RUN}
        message = entry["message"]
        if entry["status"] == "unfinished" and self._over is not None:
            message = self._over[1]
        elif entry["status"] == "broken":
            message = UNREADABLE
        else:
            message += self._limit_met(message)
        return CheckResult(
            name=entry["name"],
            title=entry["title"],
            core=entry["core"],
            points=entry["points"],
            status=statuses.get(entry["status"], CheckStatus.FAILED),
            message=_sentence(message),
            traceback=tuple(map(_clean, entry["lines"])),
            example=_clean(entry["example"]),
            hint=entry["hint"],
        )

    def _verdict(
        self, outcome: dict[str, Any], checks: tuple[CheckResult, ...]
    ) -> tuple[Verdict, str]:
        match outcome:
            case {"kind": "checked", "raised": raised, "broken": broken}:
                self._report(broken)
                return _from_checks(checks, raised=set(raised))
            case {"kind": "syntax", "line": line, "message": message}:
                return Verdict.SYNTAX_ERROR, f"Line {line}: {message}."
            case {"kind": "unattempted"}:
                return Verdict.UNATTEMPTED, ""
            case {"kind": "forbidden", "line": line, "name": name}:
                own = name in self.request.exercise.forbidden
                ask = (
                    "this exercise asks you to write that part yourself"
                    if own
                    else "no exercise needs it, and it leads around them all"
                )
                return Verdict.NOT_ALLOWED, f"Line {line} uses `{name}`; {ask}."
            case {"kind": "raised", "message": message}:
                said = message.replace("`", "'")
                return Verdict.CRASHED, f"Loading it raised `{said}`{self._limit_met(message)}."
            case {"kind": "missing", "names": names}:
                named = "`, `".join(names)
                return Verdict.WRONG, f"It does not define `{named}` once it has been loaded."
            case _:
                log.error("judge_failed", slug=self.request.exercise.slug, outcome=outcome)
                raise SandboxError("the judge could not carry out the checks")

    def _report(self, broken: dict[str, str]) -> None:
        for name, trace in broken.items():
            slug = self.request.exercise.slug
            log.error("check_broke", slug=slug, check=name, run=self.request.run, trace=trace)

    def _time_sentence(self) -> str:
        return f"It did not finish within {self.request.exercise.limits.seconds:g} seconds."

    def _limit_met(self, message: str) -> str:
        """Which limit an exception of the system's comes from, to be added to its message."""
        limits = self.request.exercise.limits
        for words, limit in LIMITS_MET.items():
            if words in message:
                return f"; {limit.format(limits)} are allowed"
        return ""

    def _ended(self, ending: Ending) -> tuple[Verdict, str]:
        limits = self.request.exercise.limits
        sentences = {
            Cause.OUT_OF_MEMORY: f"It needed more than {limits.memory_mb} MB of memory.",
            Cause.OUT_OF_GPU_MEMORY: (
                f"It used {ending.gpu_bytes >> 20} MB of GPU memory; {limits.gpu_memory_mb} MB are"
                " allowed."
            ),
            Cause.FLOODED: f"It printed more than {limits.output_kb} KB.",
            Cause.MALFORMED: "It wrote over the sandbox's own channel.",
            Cause.SILENT: "It closed the sandbox's own channel.",
            Cause.KILLED: (
                "The process died of a segmentation fault."
                if ending.code == -SIGSEGV
                else f"The process was ended by signal {-(ending.code or 0)}."
            ),
            Cause.EXITED: f"The process ended itself with exit code {ending.code}.",
        }
        return VERDICTS.get(ending.cause, Verdict.CRASHED), sentences[ending.cause]


def _from_checks(checks: tuple[CheckResult, ...], *, raised: set[str]) -> tuple[Verdict, str]:
    core = [check for check in checks if check.core]
    held = [check for check in core if check.status is CheckStatus.PASSED]
    if core and len(held) == len(core):
        return Verdict.SOLVED, ""
    if held:
        return Verdict.PARTLY, ""
    if core and all(check.name in raised for check in core):
        return Verdict.CRASHED, ""
    return Verdict.WRONG, ""


def _sentence(text: str) -> str:
    """A sentence with words of the learner's in it: none of them becomes a link in our message."""
    return _clean(text.replace("](", "] ("))


def _clean(text: str, *, at_most_chars: int = MAX_TEXT_CHARS) -> str:
    """Text that every database and chat takes: no NUL, no lone surrogate, not too long."""
    whole = text.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
    return whole if len(whole) <= at_most_chars else f"{whole[:at_most_chars]} …"
