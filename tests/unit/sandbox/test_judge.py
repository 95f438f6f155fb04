"""The judge against solvers that answer well, badly and maliciously."""

import itertools
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.inside.common.pipe import Pipe
from bot.inside.judge.checks import MAX_KEPT, Checks
from bot.inside.judge.conversation import MAX_CALLS
from bot.inside.judge.grading import Grading
from bot.inside.judge.work import carry_out
from bot.inside.solver import loading
from bot.inside.solver.solver import Solver
from bot.kit import Rng, Solution, Stream, expect_close, expect_raises
from bot.kit.check import Check
from bot.wire.frames import Frame, Kind
from bot.wire.jobs import (
    Checked,
    CheckEnd,
    DoesNotParse,
    GradeJob,
    GradeResult,
    IsStarter,
    Job,
    JobFailed,
    LoadRaised,
    LoadStopped,
    NamesMissing,
    NotInSandbox,
    Outcome,
    Result,
    SolverEnded,
    TraceJob,
    UsesForbidden,
    read_result,
)
from bot.wire.raised import KEYBOARD
from bot.wire.records import to_json
from bot.wire.values import Value, decode, encode

pytestmark = pytest.mark.torch

SOURCE = """
import torch

class Counter:
    def __init__(self, start):
        if start < 0:
            raise ValueError("start below zero")
        self.count = start

    def up(self):
        self.count += 1
        return self.count

def double(x):
    return 2 * x

def total(items):
    return sum(items)

def strange():
    return object()
"""
JOB = GradeJob(
    exercise="double",
    checks="",
    harness="",
    source=SOURCE,
    starter="x = 1",
    forbidden=(),
    entry=("double",),
    seed=bytes(16),
)

Answer = Callable[[bytes], Frame | None]
"""What a solver says to a request; None to be asked again with the judge's next frame."""


class Loop(Pipe):
    """A pipe whose other end is a function in this process."""

    def __init__(self, answer: Callable[[bytes], Frame]) -> None:
        self.answer = answer
        self.heard: list[Frame] = []
        self.sent: list[Frame] = []

    def send(self, frame: Frame) -> None:
        self.sent.append(frame)
        reply = Frame(Kind.RESTARTED) if frame.kind is Kind.RESTART else self.answer(frame.payload)
        self.heard.append(reply)

    def receive(self) -> Frame:
        return self.heard.pop(0)


def honest() -> Callable[[bytes], Frame]:
    solver = Solver(Pipe(-1, -1))
    return lambda payload: Frame(Kind.ANSWER, solver.answer(decode(payload)))


def graded(
    body: Callable[[Solution, Rng], None], answer: Callable[[bytes], Frame] | None = None
) -> tuple[GradeResult, Loop]:
    check = Check(name="one", title="It does", core=True, points=1, hint=1, body=body)
    loop = Loop(answer or honest())
    return Grading(loop, JOB).run([check]), loop


def end(result: GradeResult) -> CheckEnd:
    return result.checks[0].end


def test_a_check_that_returns_has_passed() -> None:
    def body(solution: Solution, rng: Rng) -> None:
        x = rng.normal(3)
        expect_close(solution.call("double", x), 2 * x, "off")

    assert end(graded(body)[0]) is CheckEnd.PASSED


def test_what_stays_in_the_solver_costs_no_round_trip_of_its_own() -> None:
    def body(solution: Solution, rng: Rng) -> None:
        tensors = [solution.put_tensor(rng.normal(2)) for _ in range(5)]
        counter = solution.call_there("Counter", 3)
        doubled = [solution.call_there("double", tensor) for tensor in tensors]
        assert len(solution.fetch_all(doubled)) == 5
        assert counter.call("up") == 4

    result, loop = graded(body)

    assert end(result) is CheckEnd.PASSED
    assert len(loop.sent) == 4  # inspect, load, values, up


def test_an_attribute_of_several_things_comes_in_one_message() -> None:
    def body(solution: Solution, _rng: Rng) -> None:
        parameters = solution.put_parameters([torch.zeros(2)] * 2, [torch.ones(2), None])
        first, second = solution.fetch_all(parameters, "grad")
        expect_close(first, torch.ones(2), "off")
        assert second is None

    result, loop = graded(body)

    assert end(result) is CheckEnd.PASSED
    assert len(loop.sent) == 3  # inspect, load, gradients


def test_calls_are_sent_before_they_are_too_many_for_a_frame() -> None:
    def body(solution: Solution, _rng: Rng) -> None:
        made = [solution.put_tensor(torch.ones(2**18)) for _ in range(20)]  # a megabyte each
        small = [solution.put_tensor(torch.ones(1)) for _ in range(2 * MAX_CALLS)]
        assert solution.call("double", made[0]).shape == (2**18,)
        assert solution.call("double", small[-1]).item() == 2

    assert end(graded(body)[0]) is CheckEnd.PASSED


def test_a_stream_is_pulled_at_once_even_if_the_result_stays() -> None:
    def body(solution: Solution, _rng: Rng) -> None:
        items = Stream([1, 2, 3])
        total = solution.call_there("total", items)
        assert items.pulled == 3
        assert total.fetch() == 6

    assert end(pulled(body)) is CheckEnd.PASSED


def pulled(body: Callable[[Solution, Rng], None]) -> GradeResult:
    """Grade with a solver that is a thread, because it asks while it is asked."""
    asked, answered = os.pipe(), os.pipe()
    threading.Thread(target=Solver(Pipe(asked[0], answered[1])).serve, daemon=True).start()
    pipe = Pipe(answered[0], asked[1])
    assert pipe.receive().kind is Kind.READY
    check = Check(name="one", title="It does", core=True, points=1, hint=1, body=body)
    return Grading(pipe, JOB).run([check])


def test_an_exception_of_a_thing_that_should_stay_shows_at_the_next_value() -> None:
    def body(solution: Solution, _rng: Rng) -> None:
        solution.call_there("Counter", -1).call("up")

    result, _ = graded(body)

    (entry,) = result.checks
    assert entry.end is CheckEnd.RAISED
    assert entry.message == "it raised `ValueError: start below zero`"
    assert entry.lines == ('line 7, in __init__: raise ValueError("start below zero")',)


def test_an_exception_of_a_thing_that_nobody_asks_for_still_fails_the_check() -> None:
    def body(solution: Solution, _rng: Rng) -> None:
        solution.call_there("Counter", -1)

    assert end(graded(body)[0]) is CheckEnd.RAISED


def test_expect_raises_waits_for_a_thing_that_should_stay() -> None:
    def body(solution: Solution, _rng: Rng) -> None:
        expect_raises(lambda: solution.call_there("Counter", -1), "ValueError", "off")

    assert end(graded(body)[0]) is CheckEnd.PASSED


def test_a_check_that_breaks_over_an_answer_fails_and_is_reported() -> None:
    def body(solution: Solution, _rng: Rng) -> None:
        assert float(solution.call("strange")) > 0

    result, _ = graded(body)

    assert end(result) is CheckEnd.BROKEN
    assert "TypeError" in result.checks[0].trace


def test_a_fresh_solver_has_loaded_the_same_source() -> None:
    def body(solution: Solution, rng: Rng) -> None:
        x = rng.normal(2)
        expect_close(solution.restart().call("double", x), 2 * x, "off")

    result, loop = graded(body)

    assert end(result) is CheckEnd.PASSED
    assert [frame.kind for frame in loop.sent].count(Kind.RESTART) == 1


def test_reading_answers_takes_of_the_submissions_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes on by a second at each look: two for each answer."""
    monkeypatch.setattr(time, "process_time", itertools.count().__next__)

    def body(solution: Solution, rng: Rng) -> None:
        for _ in range(10):
            solution.call("double", rng.normal(1))

    check = Check(name="one", title="It does", core=True, points=1, hint=1, body=body)
    loop = Loop(honest())
    result = Grading(loop, replace(JOB, cpu_ms=5000)).run([check, check])

    assert result.outcome == SolverEnded()
    assert [entry.end for entry in result.checks] == [CheckEnd.UNFINISHED, CheckEnd.NOT_RUN]
    assert result.reading_ms == 5000
    assert len(loop.sent) == 5  # inspect, load, three calls
    assert not loop.heard  # and nothing is left for the next grading to stumble over


def test_a_solver_that_is_gone_leaves_its_check_unfinished_and_the_rest_not_run() -> None:
    def body(solution: Solution, rng: Rng) -> None:
        solution.call("double", rng.normal(1))

    answers = iter([None, None])
    solver = honest()

    def answer(payload: bytes) -> Frame:
        return solver(payload) if next(answers, "gone") is None else Frame(Kind.GONE)

    check = Check(name="one", title="It does", core=True, points=1, hint=1, body=body)
    result = Grading(Loop(answer), JOB).run([check, check])

    assert result.outcome == SolverEnded()
    assert [entry.end for entry in result.checks] == [CheckEnd.UNFINISHED, CheckEnd.NOT_RUN]


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("x = 1  # mine", IsStarter()),
        ("def f(:\n", DoesNotParse(line=1, message="invalid syntax")),
        ("if x:\n    return 1", DoesNotParse(line=2, message="'return' outside function")),
        (
            "import gc\ndef double(x): return gc.get_objects()",
            UsesForbidden(line=2, name="gc.get_objects"),
        ),
        ("y = 2", NamesMissing(names=("double",))),
        (
            "\n1 / 0",
            LoadRaised(
                message="ZeroDivisionError: division by zero",
                lines=("line 2, in <module>: 1 / 0",),
            ),
        ),
        (
            "double = len(no_such_package)\nimport no_such_package",
            LoadRaised(
                message="NameError: name 'no_such_package' is not defined",
                lines=("line 1, in <module>: double = len(no_such_package)",),
            ),
        ),
        (
            "import no_such_package\ndouble = len(no_such_package)",
            NotInSandbox(
                names=("no_such_package",),
                lines=("line 2, in <module>: double = len(no_such_package)",),
            ),
        ),
        (
            "double = float(input())",
            NotInSandbox(
                names=(KEYBOARD,), lines=("line 1, in <module>: double = float(input())",)
            ),
        ),
    ],
)
def test_what_inspection_and_loading_find_ends_the_grading(source: str, outcome: Outcome) -> None:
    result = Grading(Loop(honest()), replace(JOB, source=source)).run([])

    assert result == GradeResult(outcome=outcome)


def test_loading_that_takes_too_long_is_no_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LOADING_S", 0.05)

    outcome = Grading(Loop(honest()), replace(JOB, source="while True: pass")).run([]).outcome

    assert outcome == LoadStopped(lines=("line 1, in <module>: while True: pass",))


@pytest.mark.parametrize("asked_for", ["ValueError", "NotInSandbox"])
def test_an_answer_that_lacks_something_is_not_checked(asked_for: str) -> None:
    """Not even where the check waits for an exception."""

    def body(solution: Solution, _rng: Rng) -> None:
        expect_raises(lambda: solution.call("double", 1), asked_for, "off")

    source = "import no_such_package\ndef double(x): return no_such_package.double(x)"
    check = Check(name="one", title="It does", core=True, points=1, hint=1, body=body)
    result = Grading(Loop(honest()), replace(JOB, source=source)).run([check])

    line = "line 2, in double: def double(x): return no_such_package.double(x)"
    outcome = NotInSandbox(names=("no_such_package",), lines=(line,))
    assert result == GradeResult(outcome=outcome)


@pytest.mark.parametrize(
    ("told", "names"),
    [
        (None, ()),
        ("einops", ()),
        (["einops", 5, "**Solved**", "a b", "`", "x\n", "ï", "." * 100], ("einops",)),
        ([f"p{number}" for number in range(100)], tuple(f"p{number}" for number in range(92, 100))),
    ],
)
def test_what_is_lacking_is_told_in_names_alone(told: Value, names: tuple[str, ...]) -> None:
    """They stand in a sentence of ours, and a solver says what it likes."""

    def body(solution: Solution, _rng: Rng) -> None:
        solution.call("double", 1)

    raised = {"type": "NotInSandbox", "message": "✅ **Solved.**", "names": told, "lines": 5}
    solver = honest()

    def answer(payload: bytes) -> Frame:
        request = decode(payload)
        if request["calls"][0][0] != "call":
            return solver(payload)
        return Frame(Kind.ANSWER, encode({"id": request["id"], "raised": raised}))

    assert graded(body, answer)[0].outcome == NotInSandbox(names=names, lines=())


def test_source_too_deep_to_parse_is_no_fault_of_the_judge() -> None:
    job = replace(JOB, source="+".join(["a"] * 50_000))

    assert isinstance(Grading(Loop(honest()), job).run([]).outcome, DoesNotParse)


HARNESS = """
class Counted(list):
    walks = 0

    def __iter__(self):
        self.walks += 1
        return super().__iter__()
"""


def counting(solution: Solution, _rng: Rng) -> None:
    items = solution.harness.call_there("Counted", [1, 2])
    assert solution.call("total", items) == 3
    assert items.get("walks") == 1
    again = solution.restart()
    assert again.call("total", again.harness.call_there("Counted", [3])) == 3


def test_an_exercises_harness_lives_beside_the_learners_code() -> None:
    check = Check(name="one", title="It does", core=True, points=1, hint=1, body=counting)
    result = Grading(Loop(honest()), replace(JOB, harness=HARNESS)).run([check])

    assert end(result) is CheckEnd.PASSED, result


# --- jobs -------------------------------------------------------------------------------------

CHECKS = """
from dataclasses import dataclass

from bot.kit import Rng, Solution, check, expect_close


@dataclass
class Case:
    factor: float = FACTOR


@check("doubles", "It doubles", core=True)
def doubles(solution: Solution, rng: Rng) -> None:
    x = rng.normal(3)
    expect_close(solution.call("double", x), Case().factor * x, "an element is off")
"""


def worked(job: Job | bytes, checks: Checks) -> Result:
    return carry_out(Loop(honest()), job if isinstance(job, bytes) else to_json(job), checks)


def test_checks_are_those_that_come_with_the_job() -> None:
    checks, ends = Checks(), list[CheckEnd]()
    for factor in ("2.0", "3.0", "2.0"):
        result = worked(replace(JOB, checks=CHECKS.replace("FACTOR", factor)), checks)
        assert isinstance(result, GradeResult)
        ends.append(end(result))

    assert ends == [CheckEnd.PASSED, CheckEnd.FAILED, CheckEnd.PASSED]


def test_no_more_versions_are_kept_than_are_used() -> None:
    checks = Checks()
    before = set(sys.modules)
    for factor in range(MAX_KEPT + 5):
        checks.get("double", CHECKS.replace("FACTOR", str(factor)))

    assert len(set(sys.modules) - before) == MAX_KEPT
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_fault_in_the_checks_names_their_line() -> None:
    result = worked(replace(JOB, checks="x = 1\nx.no_such_thing\n"), Checks())

    assert isinstance(result, JobFailed)
    assert 'File "double/checks.py", line 2' in result.trace
    assert "x.no_such_thing" in result.trace


@pytest.mark.parametrize(
    "job",
    [
        TraceJob(source=SOURCE, call="double(1)", seed=bytes(16)),
        b'{"kind": "BakeJob"}',
        b"[1, 2]",
        JOB,  # without checks
    ],
    ids=["trace", "unknown", "no record", "no checks"],
)
def test_job_that_no_judge_does_fails(job: Job | bytes) -> None:
    assert isinstance(worked(job, Checks()), JobFailed)


# --- lies -------------------------------------------------------------------------------------


def using_everything(solution: Solution, rng: Rng) -> None:
    made = solution.call_there("Counter", 3)
    tensor = solution.put_tensor(rng.normal(2), requires_grad=True)
    expect_close(solution.call("double", tensor), torch.ones(2), "off")
    expect_close(torch.cat(solution.fetch_all([tensor, made])), torch.ones(2), "off")
    assert made.fetch_items(3)[0].fetch_grads()["weight"].norm() > 0
    expect_close(solution.restart().call("double", rng.normal(2)), torch.ones(2), "off")


ANSWERS = st.one_of(
    st.binary(max_size=60),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=6,
    ),
)


@settings(deadline=None)  # a busy machine takes its time
@given(st.data())
def test_no_answer_breaks_the_judge(data: st.DataObject) -> None:
    """After inspection, which runs before any learner code, every answer may be a lie."""
    solver = honest()
    asked = 0

    def answer(payload: bytes) -> Frame:
        nonlocal asked
        asked += 1
        if asked == 1:
            return solver(payload)
        if asked > 30 or data.draw(st.integers(0, 9)) == 0:
            return Frame(Kind.GONE)
        lie: Value = data.draw(ANSWERS)
        if isinstance(lie, bytes):
            return Frame(Kind.ANSWER, lie)
        number: Value = decode(payload).get("id", 0)
        key = data.draw(st.sampled_from(["value", "raised", "pull", "id", "x"]))
        return Frame(Kind.ANSWER, encode({"id": number, key: lie}))

    result, _ = graded(using_everything, answer)

    assert read_result(to_json(result)) == result
    assert isinstance(result.outcome, Checked | SolverEnded | LoadRaised | NamesMissing)
    assert not any(entry.end is CheckEnd.PASSED for entry in result.checks)
