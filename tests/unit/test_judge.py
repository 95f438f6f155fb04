"""The judge against solvers that answer well, badly and maliciously."""

import json
import os
import threading
from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bot.inside.common.pipe import Pipe
from bot.inside.judge.grading import MAX_CALLS, Grading
from bot.inside.solver.solver import Solver
from bot.kit import Rng, Solution, Stream, expect_close, expect_raises
from bot.kit.check import Check
from bot.wire.frames import Frame, Kind
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
JOB = {
    "source": SOURCE,
    "starter": "x = 1",
    "forbidden": [],
    "entry": ["double"],
    "seed": bytes(16).hex(),
}

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
) -> tuple[dict[str, Value], Loop]:
    check = Check(name="one", title="It does", core=True, points=1, hint=1, body=body)
    loop = Loop(answer or honest())
    return Grading(loop, JOB).run([check]), loop


def status(result: dict[str, Value]) -> str:
    return result["results"][0]["status"]


def test_a_check_that_returns_has_passed() -> None:
    def body(solution: Solution, rng: Rng) -> None:
        x = rng.normal(3)
        expect_close(solution.call("double", x), 2 * x, "off")

    assert status(graded(body)[0]) == "passed"


def test_what_stays_in_the_solver_costs_no_round_trip_of_its_own() -> None:
    def body(solution: Solution, rng: Rng) -> None:
        tensors = [solution.put_tensor(rng.normal(2)) for _ in range(5)]
        counter = solution.call_there("Counter", 3)
        doubled = [solution.call_there("double", tensor) for tensor in tensors]
        assert len(solution.fetch_all(doubled)) == 5
        assert counter.call("up") == 4

    result, loop = graded(body)

    assert status(result) == "passed"
    assert len(loop.sent) == 4  # inspect, load, values, up


def test_calls_are_sent_before_they_are_too_many_for_a_frame() -> None:
    def body(solution: Solution, _rng: Rng) -> None:
        made = [solution.put_tensor(torch.ones(2**18)) for _ in range(20)]  # a megabyte each
        small = [solution.put_tensor(torch.ones(1)) for _ in range(2 * MAX_CALLS)]
        assert solution.call("double", made[0]).shape == (2**18,)
        assert solution.call("double", small[-1]).item() == 2

    assert status(graded(body)[0]) == "passed"


def test_a_stream_is_pulled_at_once_even_if_the_result_stays() -> None:
    def body(solution: Solution, _rng: Rng) -> None:
        items = Stream([1, 2, 3])
        total = solution.call_there("total", items)
        assert items.pulled == 3
        assert total.fetch() == 6

    assert status(pulled(body)) == "passed"


def pulled(body: Callable[[Solution, Rng], None]) -> dict[str, Value]:
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

    entry = result["results"][0]
    assert entry["status"] == "failed"
    assert entry["message"] == "it raised `ValueError: start below zero`"
    assert entry["lines"] == ['line 7, in __init__: raise ValueError("start below zero")']
    assert result["outcome"]["raised"] == ["one"]


def test_an_exception_of_a_thing_that_nobody_asks_for_still_fails_the_check() -> None:
    def body(solution: Solution, _rng: Rng) -> None:
        solution.call_there("Counter", -1)

    assert status(graded(body)[0]) == "failed"


def test_expect_raises_waits_for_a_thing_that_should_stay() -> None:
    def body(solution: Solution, _rng: Rng) -> None:
        expect_raises(lambda: solution.call_there("Counter", -1), "ValueError", "off")

    assert status(graded(body)[0]) == "passed"


def test_a_check_that_breaks_over_an_answer_fails_and_is_reported() -> None:
    def body(solution: Solution, _rng: Rng) -> None:
        assert float(solution.call("strange")) > 0

    result, _ = graded(body)

    assert status(result) == "broken"
    assert "TypeError" in result["outcome"]["broken"]["one"]


def test_a_fresh_solver_has_loaded_the_same_source() -> None:
    def body(solution: Solution, rng: Rng) -> None:
        x = rng.normal(2)
        expect_close(solution.restart().call("double", x), 2 * x, "off")

    result, loop = graded(body)

    assert status(result) == "passed"
    assert [frame.kind for frame in loop.sent].count(Kind.RESTART) == 1


def test_a_solver_that_is_gone_leaves_its_check_unfinished_and_the_rest_not_run() -> None:
    def body(solution: Solution, rng: Rng) -> None:
        solution.call("double", rng.normal(1))

    answers = iter([None, None])
    solver = honest()

    def answer(payload: bytes) -> Frame:
        return solver(payload) if next(answers, "gone") is None else Frame(Kind.GONE)

    check = Check(name="one", title="It does", core=True, points=1, hint=1, body=body)
    result = Grading(Loop(answer), JOB).run([check, check])

    assert result["outcome"] == {"kind": "gone"}
    assert [entry["status"] for entry in result["results"]] == ["unfinished", "not run"]


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("x = 1  # mine", {"kind": "unattempted"}),
        ("def f(:\n", {"kind": "syntax", "line": 1, "message": "invalid syntax"}),
        ("import sys", {"kind": "forbidden", "line": 1, "name": "sys"}),
        ("y = 2", {"kind": "missing", "names": ["double"]}),
        (
            "\n1 / 0",
            {
                "kind": "raised",
                "message": "ZeroDivisionError: division by zero",
                "lines": ["line 2, in <module>: 1 / 0"],
            },
        ),
    ],
)
def test_what_inspection_and_loading_find_ends_the_grading(
    source: str, outcome: dict[str, Value]
) -> None:
    result = Grading(Loop(honest()), {**JOB, "source": source}).run([])

    assert result == {"outcome": outcome, "results": []}


def test_source_too_deep_to_parse_is_no_fault_of_the_judge() -> None:
    result = Grading(Loop(honest()), {**JOB, "source": "+".join(["a"] * 50_000)}).run([])

    assert result["outcome"]["kind"] == "syntax"


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
    result = Grading(Loop(honest()), JOB, HARNESS).run([check])

    assert status(result) == "passed", result


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

    json.dumps(result)
    assert result["outcome"]["kind"] in {"checked", "gone", "raised", "missing"}
    assert not any(entry["status"] == "passed" for entry in result["results"])
