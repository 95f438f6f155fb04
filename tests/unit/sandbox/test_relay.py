"""What the host makes of a grading: who is charged, and for what."""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import SandboxError
from bot.domain.exercise import Limits
from bot.domain.grading import CheckStatus, Grade, Verdict
from bot.sandbox import relay
from bot.sandbox.budget import CORES, MAX_LOAD
from bot.sandbox.endpoints import (
    MAX_UNREAD_BYTES,
    MAX_UNREAD_FRAMES,
    Cause,
    EndedError,
    Ending,
    FrameBuffer,
    Measurement,
)
from bot.sandbox.relay import Relay
from bot.sandbox.verdict import UNREADABLE, grade_of, job_of
from bot.wire.frames import Frame, Kind
from bot.wire.jobs import (
    Checked,
    CheckEnd,
    CheckEntry,
    GradeResult,
    JobFailed,
    LoadRaised,
    Outcome,
    SolverEnded,
)
from bot.wire.records import to_json
from tests.support.gradings import request

ASK = Frame(Kind.ASK, b"?")
ANSWER = Frame(Kind.ANSWER, b"!")
RESTART = Frame(Kind.RESTART)

Script = Callable[[Frame], Sequence[Frame | bytes]]
"""What a endpoint does about a frame: frames it answers with, or bytes it prints."""


@dataclass
class ScriptedEndpoint:
    """A endpoint that follows a script; complete, but for having no process."""

    script: Script
    end: Ending | None = None
    peak: int | None = 1000
    cpu_s: list[float | None] = field(default_factory=lambda: [0.0])
    buffer: FrameBuffer = field(default_factory=lambda: FrameBuffer(64 * 1024))
    killed: bool = False
    gone: bool = False
    heard: list[Kind] = field(default_factory=list[Kind])

    async def send(self, frame: Frame) -> None:
        self.heard.append(frame.kind)
        for reply in self.script(frame):
            if isinstance(reply, Frame):
                self.buffer.take(reply.encode())
            else:
                self.buffer.take_output(reply)
        if self.end is not None:
            self.buffer.close()

    async def ending(self) -> Ending:
        if self.buffer.failure is not None:
            return Ending(cause=self.buffer.failure)
        if self.end is None:
            raise EndedError
        return self.end

    @property
    def max_cpus(self) -> float:
        return 1.0

    async def measure(self) -> Measurement:
        cpu_s = self.cpu_s.pop(0) if len(self.cpu_s) > 1 else self.cpu_s[0]
        return Measurement(cpu_s=cpu_s, peak_memory_bytes=self.peak)

    async def kill(self) -> None:
        self.killed = True

    async def stop(self) -> None:
        await asyncio.sleep(0)  # others get their turn meanwhile
        self.gone = self.killed = True


def entry(end: CheckEnd, *, name: str = "one", core: bool = True, **more: Any) -> CheckEntry:  # noqa: ANN401  # fields of any kind
    return CheckEntry(name=name, title="It does", core=core, points=1, hint=1, end=end, **more)


def result(*entries: CheckEntry, outcome: Outcome | None = None) -> Frame:
    found = GradeResult(outcome=outcome or Checked(), checks=entries)
    return Frame(Kind.RESULT, to_json(found))


def gone(*entries: CheckEntry) -> Frame:
    """What a judge says whose solver has ended."""
    return result(*entries, outcome=SolverEnded())


def judge(*frames: Frame) -> ScriptedEndpoint:
    """A judge that says one thing after another, whatever it hears."""
    said = iter(frames)
    return ScriptedEndpoint(lambda _frame: [next(said)])


def solver(*replies: Frame | bytes, end: Ending | None = None) -> ScriptedEndpoint:
    return ScriptedEndpoint(lambda _frame: replies, end=end)


async def graded(
    judging: ScriptedEndpoint, *solving: ScriptedEndpoint, limits: Limits | None = None
) -> Grade:
    """Grade, and see to it that every solver that was opened is ended."""
    opened = iter(solving)
    used: list[ScriptedEndpoint] = []

    async def open_solver() -> ScriptedEndpoint:
        assert all(endpoint.gone for endpoint in used)  # two of one submission never run at once
        used.append(next(opened))
        return used[-1]

    wanted = request("x", limits=limits)
    relaying = Relay(limits=wanted.exercise.limits, judge=judging, open_solver=open_solver)
    try:
        return grade_of(wanted, await relaying.run(job_of(wanted)))
    finally:
        assert all(endpoint.killed for endpoint in used)


P, F, R, B = CheckEnd.PASSED, CheckEnd.FAILED, CheckEnd.RAISED, CheckEnd.BROKEN


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        ((P, P), Verdict.SOLVED),
        ((P, F), Verdict.PARTLY),
        ((F, F), Verdict.WRONG),
        ((R, F), Verdict.WRONG),
        ((R, R), Verdict.CRASHED),
        ((B, P), Verdict.PARTLY),
        ((B, B), Verdict.WRONG),
    ],
    ids=range(7),
)
async def test_core_checks_decide(ends: Sequence[CheckEnd], verdict: Verdict) -> None:
    checks = [entry(end, name=f"c{i}") for i, end in enumerate(ends)]
    bonus = entry(CheckEnd.FAILED, name="bonus", core=False)

    grade = await graded(judge(ASK, result(*checks, bonus)), solver(ANSWER))

    assert grade.verdict is verdict


async def test_a_check_without_points_makes_no_answer_partly_right() -> None:
    worthless = replace(entry(CheckEnd.PASSED, name="c0"), points=0)
    missed = entry(CheckEnd.FAILED, name="c1")

    grade = await graded(judge(ASK, result(worthless, missed)), solver(ANSWER))

    assert (grade.verdict, grade.core_share) == (Verdict.WRONG, 0.0)


async def test_a_check_that_broke_fails_with_a_sentence_that_blames_nobody() -> None:
    checked = result(entry(CheckEnd.BROKEN, trace="Traceback"))

    grade = await graded(judge(checked), solver())

    assert grade.checks[0].status is CheckStatus.FAILED
    assert grade.checks[0].message == UNREADABLE


ENDINGS = [
    (Ending(cause=Cause.OUT_OF_MEMORY, code=137), Verdict.OUT_OF_MEMORY, "more than 1024 MB"),
    (Ending(cause=Cause.KILLED, code=-11), Verdict.CRASHED, "segmentation fault"),
    (Ending(cause=Cause.KILLED, code=-6), Verdict.CRASHED, "signal 6"),
    (Ending(cause=Cause.EXITED, code=0), Verdict.CRASHED, "exit code 0"),
    (Ending(cause=Cause.SILENT), Verdict.CRASHED, "closed the sandbox's own channel"),
]


@pytest.mark.parametrize(("end", "verdict", "says"), ENDINGS, ids=range(5))
async def test_a_solver_that_ends_is_told_apart_by_how(
    end: Ending, verdict: Verdict, says: str
) -> None:
    checks = (
        entry(CheckEnd.PASSED),
        entry(CheckEnd.UNFINISHED, name="two"),
        entry(CheckEnd.NOT_RUN, name="three"),
    )

    grade = await graded(judge(ASK, gone(*checks)), solver(end=end))

    assert grade.verdict is verdict
    assert says in grade.detail
    statuses = [check.status for check in grade.checks]
    assert statuses == [CheckStatus.PASSED, CheckStatus.FAILED, CheckStatus.NOT_RUN]
    assert grade.checks[1].message == grade.detail


async def test_what_was_seen_from_outside_outweighs_what_the_judge_made_of_it() -> None:
    end = Ending(cause=Cause.EXITED, code=0)

    grade = await graded(judge(ASK, result(entry(CheckEnd.PASSED))), solver(end=end))

    assert grade.verdict is Verdict.CRASHED


def using(*cpu_s: float | None) -> ScriptedEndpoint:
    """A solver that never answers, and has used so many CPU seconds each time it is looked at."""
    endpoint = solver()
    endpoint.cpu_s = list(cpu_s)
    return endpoint


async def test_a_solver_that_works_for_too_long_has_timed_out() -> None:
    unfinished = judge(ASK, gone(entry(CheckEnd.UNFINISHED)))
    limits = Limits(seconds=0.2, wait_seconds=60.0)

    grade = await graded(unfinished, using(0.1, 0.15, 0.21), limits=limits)

    assert grade.verdict is Verdict.TIMED_OUT
    assert grade.detail == "It used more than 0.2 seconds of CPU time."
    assert grade.checks[0].message == grade.detail
    assert grade.usage.cpu_s == 0.21


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which nobody waits for a core."""
    monkeypatch.setattr(os, "getloadavg", lambda: (0.1, 0.1, 0.1))


@pytest.mark.usefixtures("quiet")
async def test_a_solver_that_waits_for_too_long_has_stalled() -> None:
    limits = Limits(seconds=1.0, wait_seconds=0.01)

    grade = await graded(judge(ASK, gone(entry(CheckEnd.UNFINISHED))), using(0.0), limits=limits)

    assert grade.verdict is Verdict.STALLED
    assert grade.detail.startswith("It waited for more than 0.01 seconds")


async def test_a_machine_that_is_too_busy_is_never_the_learners_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (MAX_LOAD * CORES + 1, 0.0, 0.0))
    limits = Limits(seconds=1.0, wait_seconds=0.01)

    working = using(0.0)
    with pytest.raises(SandboxError, match="too busy"):
        await graded(judge(ASK), working, limits=limits)

    assert working.gone  # before it is tried again


@pytest.mark.usefixtures("quiet")
async def test_work_buys_time_on_a_slow_machine() -> None:
    """0.01 CPU seconds at each look: with twenty times that to wait, it never has to stop."""
    limits = Limits(seconds=0.1, wait_seconds=0.05)
    slow = using(*(number / 100 for number in range(1, 20)))

    grade = await graded(judge(ASK, gone(entry(CheckEnd.UNFINISHED))), slow, limits=limits)

    assert grade.verdict is Verdict.TIMED_OUT


async def test_cpu_seconds_of_solvers_in_turn_are_added_up() -> None:
    first, second = using(0.3), using(0.4)
    for answering in (first, second):
        answering.script = lambda _frame: [ANSWER]
    checked = result(entry(CheckEnd.PASSED))

    grade = await graded(judge(ASK, RESTART, ASK, checked), first, second)

    assert grade.usage.cpu_s == 0.7


async def test_a_solver_that_is_gone_cannot_be_measured() -> None:
    end = Ending(cause=Cause.EXITED, code=1)
    left = solver(end=end)
    left.cpu_s = [None]

    grade = await graded(judge(ASK, gone()), left)

    assert grade.usage.cpu_s is None


async def test_judge_that_works_for_too_long_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "MAX_JUDGE_CPU_S", 0.1)
    thinking = ScriptedEndpoint(lambda _frame: [])
    thinking.cpu_s = [7.0, 7.05, 7.2]  # the first 7 were for gradings before

    with pytest.raises(SandboxError, match="the judge took too long"):
        await graded(thinking, solver())

    assert thinking.killed


@pytest.mark.parametrize(
    ("cause", "verdict", "says"),
    [
        (Cause.TIMED_OUT, Verdict.TIMED_OUT, "too long to check"),
        (Cause.OUT_OF_MEMORY, Verdict.OUT_OF_MEMORY, "too much memory to check"),
    ],
)
async def test_a_judge_that_an_answer_overcomes_is_that_submissions_verdict(
    cause: Cause, verdict: Verdict, says: str
) -> None:
    overcome = judge()

    def script(frame: Frame) -> list[Frame]:
        if frame.kind is Kind.JOB:
            return [ASK]
        overcome.buffer.fail(cause)
        return []

    overcome.script = script

    grade = await graded(overcome, solver(ANSWER))

    assert grade.verdict is verdict
    assert says in grade.detail


async def test_a_judge_that_works_for_too_long_over_an_answer_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay, "MAX_JUDGE_CPU_S", 0.1)
    thinking = ScriptedEndpoint(lambda frame: [ASK] if frame.kind is Kind.JOB else [])
    thinking.cpu_s = [7.0, 7.05, 7.2]

    grade = await graded(thinking, solver(ANSWER))

    assert grade.verdict is Verdict.TIMED_OUT
    assert thinking.killed


@pytest.mark.parametrize(
    ("reading_ms", "verdict"), [(500, Verdict.SOLVED), (700, Verdict.TIMED_OUT)]
)
async def test_what_reading_the_answers_took_counts(reading_ms: int, verdict: Verdict) -> None:
    working = using(0.4)
    working.script = lambda _frame: [ANSWER]
    checked = GradeResult(
        outcome=Checked(), checks=(entry(CheckEnd.PASSED),), reading_ms=reading_ms
    )
    said = judge(ASK, Frame(Kind.RESULT, to_json(checked)))

    grade = await graded(said, working, limits=Limits(seconds=1.0))

    assert grade.verdict is verdict
    assert grade.usage.cpu_s == pytest.approx(0.4 + reading_ms / 1000)


async def test_printing_too_much_is_told_from_crashing() -> None:
    loud = solver(b"x" * (64 * 1024 + 1), ANSWER)

    grade = await graded(judge(ASK, gone(entry(CheckEnd.UNFINISHED))), loud)

    assert grade.verdict is Verdict.TOO_MUCH_OUTPUT
    assert len(grade.output) == 64 * 1024


async def test_frames_that_nobody_asked_for_are_a_flood() -> None:
    big = Frame(Kind.ANSWER, bytes(4 * 2**20))
    many = [big] * (MAX_UNREAD_BYTES // len(big.payload) + 1)

    grade = await graded(judge(ASK, gone(entry(CheckEnd.UNFINISHED))), solver(*many))

    assert grade.verdict is Verdict.TOO_MUCH_OUTPUT


async def test_frames_without_content_are_counted_too() -> None:
    """Three million of them were a gigabyte in the bot."""
    flooding = solver(*[Frame(Kind.ANSWER)] * (2 * MAX_UNREAD_FRAMES))

    grade = await graded(judge(ASK, gone(entry(CheckEnd.UNFINISHED))), flooding)

    assert grade.verdict is Verdict.TOO_MUCH_OUTPUT
    assert grade.detail == "It sent more than any answer needs."
    assert flooding.buffer.frames.qsize() <= MAX_UNREAD_FRAMES + 2  # with the ends of the queue


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.ANSWER])
async def test_a_solver_speaks_in_answers_alone(kind: Kind) -> None:
    forged = solver(Frame(kind, b'{"outcome": {"kind": "checked"}}'))

    grade = await graded(judge(ASK, gone(entry(CheckEnd.UNFINISHED))), forged)

    assert grade.verdict is Verdict.TOO_MUCH_OUTPUT


async def test_bytes_that_are_no_frames_end_a_solver() -> None:
    garbage = ScriptedEndpoint(lambda _frame: [])
    garbage.buffer.take(b"\0\0\0\0\0\0\0")

    grade = await graded(judge(ASK, gone(entry(CheckEnd.UNFINISHED))), garbage)

    assert grade.verdict is Verdict.CRASHED
    assert grade.detail == "It wrote over the sandbox's own channel."


async def test_a_fresh_solver_replaces_one_that_is_ended_first() -> None:
    first, second = solver(ANSWER, b"one"), solver(ANSWER, b"two")
    second.peak = 3000

    grade = await graded(judge(ASK, RESTART, ASK, result(entry(CheckEnd.PASSED))), first, second)

    assert (first.heard, second.heard) == ([Kind.ASK], [Kind.ASK])
    assert first.gone
    assert grade.output == "onetwo"
    assert grade.usage.peak_memory_bytes == 3000


@pytest.mark.parametrize(
    "last",
    [
        Frame(Kind.READY),
        Frame(Kind.RESULT, to_json(JobFailed(trace="?"))),
        Frame(Kind.RESULT, b'{"kind": "Sentence"}'),
        Frame(Kind.RESULT, b"{"),
    ],
    ids=["out of turn", "fault", "unknown", "malformed"],
)
async def test_a_judge_that_fails_is_never_the_learners_fault(last: Frame) -> None:
    with pytest.raises(SandboxError):
        await graded(judge(ASK, last), solver(ANSWER))


async def test_a_judge_that_ends_is_never_the_learners_fault() -> None:
    left = ScriptedEndpoint(lambda _frame: [], end=Ending(cause=Cause.EXITED, code=1))

    with pytest.raises(SandboxError, match="the judge ended"):
        await graded(left, solver(ANSWER))


async def test_what_a_learner_made_is_printable_and_a_message_is_one_line() -> None:
    checked = result(
        entry(CheckEnd.FAILED, message="a\0b\ud800c\n# d", lines=("\0\n1",), example="x" * 5000)
    )
    raised = result(outcome=LoadRaised(message="E: `\n\n✅", lines=("\u202e\n",)))

    grade = await graded(judge(ASK, checked), solver(ANSWER, b"\xff\0\x1b[2J\n1"))
    loading = await graded(judge(raised), solver())

    check = grade.checks[0]
    assert check.message == "a\ufffdb\ufffdc # d"
    assert check.traceback == ("\ufffd 1",)
    assert len(check.example) < 2100
    assert grade.output == "\ufffd\ufffd\ufffd[2J\n1"
    assert loading.detail == "Loading it raised `E: ' ✅`."
    assert loading.traceback == ("\ufffd",)


STREAMS = st.lists(
    st.binary(max_size=60)
    | st.builds(Frame, st.sampled_from(Kind), st.binary(max_size=60)).map(Frame.encode),
    max_size=4,
)


@settings(deadline=None)  # a busy machine takes its time
@given(st.lists(STREAMS, max_size=4))
def test_whatever_a_solver_sends_it_gets_a_verdict_and_is_ended(answers: list[list[bytes]]) -> None:
    hostile = ScriptedEndpoint(lambda _frame: [], end=Ending(cause=Cause.EXITED, code=1))
    said = iter(answers)

    def speak(_frame: Frame) -> list[Frame | bytes]:
        for data in next(said, ()):
            hostile.buffer.take(data)
        return []

    hostile.script = speak
    checked = result(entry(CheckEnd.FAILED))

    grade = asyncio.run(graded(judge(ASK, ASK, ASK, checked), hostile))

    assert grade.verdict in {Verdict.WRONG, Verdict.CRASHED, Verdict.TOO_MUCH_OUTPUT}
