"""What the host makes of a grading: who is charged, and for what."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import SandboxError
from bot.domain.exercise import Limits
from bot.domain.grading import CheckStatus, Grade, Verdict
from bot.sandbox.endpoints import (
    MAX_UNREAD_BYTES,
    Cause,
    EndedError,
    Ending,
    FrameBuffer,
    Measurement,
)
from bot.sandbox.relay import UNREADABLE, Relay
from bot.wire.frames import Frame, Kind
from tests.gradings import request

ASK = Frame(Kind.ASK, b"?")
ANSWER = Frame(Kind.ANSWER, b"!")
FRESH = Frame(Kind.RESTART)

Script = Callable[[Frame], Sequence[Frame | bytes]]
"""What a side does about a frame: frames it answers with, or bytes it prints."""


@dataclass
class ScriptedEndpoint:
    """A side that follows a script; complete, but for having no process."""

    script: Script
    end: Ending | None = None
    peak: int | None = 1000
    buffer: FrameBuffer = field(default_factory=lambda: FrameBuffer(64 * 1024))
    killed: bool = False
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
        return Measurement(peak_memory_bytes=self.peak)

    async def kill(self) -> None:
        self.killed = True


Entry = dict[str, object]


def entry(status: str, *, name: str = "one", core: bool = True, **more: object) -> Entry:
    return {
        "name": name,
        "title": "It does",
        "core": core,
        "points": 1,
        "hint": 1,
        "status": status,
        "message": "",
        "example": "",
        "lines": [],
        **more,
    }


def result(kind: str = "checked", *entries: Entry, **more: object) -> Frame:
    outcome: Entry = {"kind": kind, "raised": [], "broken": {}, **more}
    return Frame(Kind.RESULT, json.dumps({"outcome": outcome, "results": entries}).encode())


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
        used.append(next(opened))
        return used[-1]

    relay = Relay(request=request("x", limits=limits), judge=judging, open_solver=open_solver)
    try:
        return await relay.grade()
    finally:
        assert all(side.killed for side in used)


@pytest.mark.parametrize(
    ("entries", "raised", "verdict"),
    [
        (("passed", "passed"), (), Verdict.SOLVED),
        (("passed", "failed"), (), Verdict.PARTLY),
        (("failed", "failed"), (), Verdict.WRONG),
        (("failed", "failed"), ("c0",), Verdict.WRONG),
        (("failed", "failed"), ("c0", "c1"), Verdict.CRASHED),
        (("broken", "passed"), (), Verdict.PARTLY),
        (("broken", "broken"), (), Verdict.WRONG),
    ],
    ids=range(7),
)
async def test_core_checks_decide(
    entries: Sequence[str], raised: Sequence[str], verdict: Verdict
) -> None:
    checks = [entry(status, name=f"c{i}") for i, status in enumerate(entries)]
    bonus = entry("failed", name="bonus", core=False)

    checked = result("checked", *checks, bonus, raised=raised)

    grade = await graded(judge(ASK, checked), solver(ANSWER))

    assert grade.verdict is verdict


async def test_a_check_that_broke_fails_with_a_sentence_that_blames_nobody() -> None:
    checked = result("checked", entry("broken"), broken={"one": "Traceback"})

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
    checks = entry("passed"), entry("unfinished", name="two"), entry("not run", name="three")

    grade = await graded(judge(ASK, result("gone", *checks)), solver(end=end))

    assert grade.verdict is verdict
    assert says in grade.detail
    statuses = [check.status for check in grade.checks]
    assert statuses == [CheckStatus.PASSED, CheckStatus.FAILED, CheckStatus.NOT_RUN]
    assert grade.checks[1].message == grade.detail


async def test_what_was_seen_from_outside_outweighs_what_the_judge_made_of_it() -> None:
    end = Ending(cause=Cause.EXITED, code=0)

    grade = await graded(judge(ASK, result("checked", entry("passed"))), solver(end=end))

    assert grade.verdict is Verdict.CRASHED


async def test_a_solver_that_is_silent_runs_out_of_the_learners_time() -> None:
    limits = Limits(seconds=0.01)

    grade = await graded(judge(ASK, result("gone", entry("unfinished"))), solver(), limits=limits)

    assert grade.verdict is Verdict.TIMED_OUT
    assert grade.detail == "It did not finish within 0.01 seconds."


async def test_printing_too_much_is_told_from_crashing() -> None:
    loud = solver(b"x" * (64 * 1024 + 1), ANSWER)

    grade = await graded(judge(ASK, result("gone", entry("unfinished"))), loud)

    assert grade.verdict is Verdict.TOO_MUCH_OUTPUT
    assert len(grade.output) == 64 * 1024


async def test_frames_that_nobody_asked_for_are_a_flood() -> None:
    big = Frame(Kind.ANSWER, bytes(4 * 2**20))
    many = [big] * (MAX_UNREAD_BYTES // len(big.payload) + 1)

    grade = await graded(judge(ASK, result("gone", entry("unfinished"))), solver(*many))

    assert grade.verdict is Verdict.TOO_MUCH_OUTPUT


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.ANSWER])
async def test_a_solver_speaks_in_answers_alone(kind: Kind) -> None:
    forged = solver(Frame(kind, b'{"outcome": {"kind": "checked"}}'))

    grade = await graded(judge(ASK, result("gone", entry("unfinished"))), forged)

    assert grade.verdict is Verdict.TOO_MUCH_OUTPUT


async def test_bytes_that_are_no_frames_end_a_solver() -> None:
    garbage = ScriptedEndpoint(lambda _frame: [])
    garbage.buffer.take(b"\0\0\0\0\0\0\0")

    grade = await graded(judge(ASK, result("gone", entry("unfinished"))), garbage)

    assert grade.verdict is Verdict.CRASHED
    assert grade.detail == "It wrote over the sandbox's own channel."


async def test_a_fresh_solver_replaces_one_that_is_ended_first() -> None:
    first, second = solver(ANSWER, b"one"), solver(ANSWER, b"two")
    second.peak = 3000

    grade = await graded(judge(ASK, FRESH, ASK, result("checked", entry("passed"))), first, second)

    assert (first.heard, second.heard) == ([Kind.ASK], [Kind.ASK])
    assert grade.output == "onetwo"
    assert grade.usage.peak_memory_bytes == 3000


@pytest.mark.parametrize(
    "last",
    [
        Frame(Kind.READY),
        Frame(Kind.RESULT, b'{"outcome": {"kind": "fault", "trace": "?"}, "results": []}'),
    ],
    ids=["out of turn", "fault"],
)
async def test_a_judge_that_fails_is_never_the_learners_fault(last: Frame) -> None:
    with pytest.raises(SandboxError):
        await graded(judge(ASK, last), solver(ANSWER))


async def test_a_judge_that_ends_is_never_the_learners_fault() -> None:
    gone = ScriptedEndpoint(lambda _frame: [], end=Ending(cause=Cause.EXITED, code=1))

    with pytest.raises(SandboxError, match="the judge ended"):
        await graded(gone, solver(ANSWER))


async def test_texts_hold_nothing_that_a_database_refuses() -> None:
    checked = result(
        "checked", entry("failed", message="a\0b\ud800c", lines=["\0"], example="x" * 5000)
    )

    grade = await graded(judge(ASK, checked), solver(ANSWER, b"\xff\0"))

    check = grade.checks[0]
    assert check.message == "a\ufffdb?c"
    assert check.traceback == ("\ufffd",)
    assert len(check.example) < 2100
    assert grade.output == "\ufffd\ufffd"


STREAMS = st.lists(
    st.binary(max_size=60)
    | st.builds(Frame, st.sampled_from(Kind), st.binary(max_size=60)).map(Frame.encode),
    max_size=4,
)


@given(st.lists(STREAMS, max_size=4))
def test_whatever_a_solver_sends_it_gets_a_verdict_and_is_ended(answers: list[list[bytes]]) -> None:
    hostile = ScriptedEndpoint(lambda _frame: [], end=Ending(cause=Cause.EXITED, code=1))
    said = iter(answers)

    def speak(_frame: Frame) -> list[Frame | bytes]:
        for data in next(said, ()):
            hostile.buffer.take(data)
        return []

    hostile.script = speak
    checked = result("checked", entry("failed"))

    grade = asyncio.run(graded(judge(ASK, ASK, ASK, checked), hostile))

    assert grade.verdict in {Verdict.WRONG, Verdict.CRASHED, Verdict.TOO_MUCH_OUTPUT}


async def test_a_learners_words_are_no_links_of_ours() -> None:
    link = "[win](https://example.org)"
    failed = result("checked", entry("failed", message=f"it says {link}"))
    raised = result("raised", message=f"ValueError: `{link}`", lines=[])

    graded_one, graded_two = (
        await graded(judge(failed), solver()),
        await graded(judge(raised), solver()),
    )

    assert graded_one.checks[0].message == "it says [win] (https://example.org)"
    assert graded_two.detail == "Loading it raised `ValueError: '[win] (https://example.org)'`."
