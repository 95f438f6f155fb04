"""Jobs and results as they travel: whatever the bytes, a record comes of them or a refusal."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.wire.frames import WireError
from bot.wire.jobs import (
    Checked,
    CheckEnd,
    CheckEntry,
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
    Result,
    SolverEnded,
    TraceJob,
    UsesForbidden,
    read_job,
    read_result,
)
from bot.wire.records import MAX_ITEMS, MAX_TEXT_CHARS, to_json

JOB = GradeJob(
    exercise="double",
    checks="x = 1",
    harness="",
    source="y = \ud800",
    starter="",
    entry=("double", "treble"),
    forbidden=(),
    seed=bytes(range(16)),
)
ENTRY = CheckEntry(
    name="one", title="It does", core=True, points=2, hint=3, end=CheckEnd.RAISED, lines=("a", "b")
)
OUTCOMES = (
    Checked(),
    SolverEnded(),
    DoesNotParse(line=1, message="no"),
    IsStarter(),
    UsesForbidden(line=2, name="sys"),
    LoadRaised(message="no", lines=("line 1",)),
    LoadStopped(lines=("line 1",)),
    NotInSandbox(names=("einops",), lines=()),
    NamesMissing(names=("double",)),
)


@pytest.mark.parametrize("job", [JOB, TraceJob(source="x", call="f(1)", seed=b"")])
def test_jobs_come_back_as_they_went(job: Job) -> None:
    assert read_job(to_json(job)) == job


@pytest.mark.parametrize(
    "result",
    [
        *(GradeResult(outcome=outcome, checks=(ENTRY, ENTRY)) for outcome in OUTCOMES),
        JobFailed(trace="?"),
    ],
)
def test_results_come_back_as_they_went(result: Result) -> None:
    assert read_result(to_json(result)) == result


def changed(**fields: Any) -> bytes:  # noqa: ANN401  # fields of any kind
    return json.dumps({**json.loads(to_json(JOB)), **fields}).encode()


REFUSED: dict[str, bytes] = {
    "no JSON": b"{",
    "deep": b"[" * 200_000,
    "not text": b"\xff",
    "a list": b"[]",
    "a kind that is not known": changed(kind="BakeJob"),
    "a kind of the other direction": changed(kind="JobFailed"),
    "a field too many": changed(more=1),
    "a field that is no text": changed(source=1),
    "a text that is too long": changed(source="x" * (MAX_TEXT_CHARS + 1)),
    "a list that is none": changed(entry="double"),
    "a list that is too long": changed(entry=["x"] * (MAX_ITEMS + 1)),
    "an item that is no text": changed(entry=[["x"]]),
    "bytes that are none": changed(seed="xyz"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_job_that_breaks_a_rule_is_refused(name: str) -> None:
    with pytest.raises(WireError):
        read_job(REFUSED[name])


@pytest.mark.parametrize(
    "entry",
    [{"core": 1}, {"points": True}, {"points": 1.0}, {"end": "perhaps"}, {"kind": "Checked"}],
    ids=str,
)
def test_entry_that_breaks_a_rule_is_refused(entry: dict[str, object]) -> None:
    data = json.loads(to_json(GradeResult(outcome=Checked(), checks=(ENTRY,))))
    data["checks"][0].update(entry)

    with pytest.raises(WireError):
        read_result(json.dumps(data).encode())


def test_field_that_is_missing_is_refused() -> None:
    data = json.loads(to_json(replace(JOB)))
    del data["checks"]

    with pytest.raises(WireError, match="other fields"):
        read_job(json.dumps(data).encode())


KINDS = st.sampled_from(["GradeJob", "TraceJob", "GradeResult", "JobFailed", "Checked", "x"])
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | KINDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "outcome", "checks", "trace"]), inner)
    ),
    max_leaves=12,
)


@settings(deadline=None)  # a busy machine takes its time
@given(TREES)
def test_any_json_is_a_result_or_refused(tree: object) -> None:
    try:
        result = read_result(json.dumps(tree).encode())
    except WireError:
        return
    assert isinstance(result, GradeResult | JobFailed)
