"""What a learner is told of a submission that could not be checked, and what it costs."""

from typing import Any

import pytest

from bot.domain.grading import Grade, Usage, Verdict
from bot.sandbox.endpoints import Cause, Ending
from bot.sandbox.relay import Observation
from bot.sandbox.verdict import grade_of
from bot.services.submissions.messages import next_step
from bot.wire.jobs import (
    Checked,
    CheckEnd,
    CheckEntry,
    DoesNotParse,
    GradeResult,
    LoadRaised,
    LoadStopped,
    NamesMissing,
    NotInSandbox,
    Outcome,
    SolverEnded,
    UsesForbidden,
)
from bot.wire.raised import KEYBOARD
from tests.support.gradings import request

LINES = ("line 3, in <module>: x = f(1)", "line 16, in f: return y")
ENDED = Ending(cause=Cause.TIMED_OUT)


def graded(outcome: Outcome, *entries: CheckEntry, ending: Ending | None = None) -> Grade:
    result = GradeResult(outcome=outcome, checks=entries)
    usage = Usage(start_s=0.0, run_s=0.0)
    return grade_of(request("x"), Observation(result=result, ending=ending, output="", usage=usage))


def entry(name: str, end: CheckEnd, **more: Any) -> CheckEntry:  # noqa: ANN401  # fields of any kind
    return CheckEntry(name=name, title=f"It {name}s", core=True, points=1, hint=1, end=end, **more)


@pytest.mark.parametrize(
    ("outcome", "verdict", "detail"),
    [
        (DoesNotParse(line=2, message="no"), Verdict.SYNTAX_ERROR, "Line 2: no."),
        (DoesNotParse(line=0, message="deep"), Verdict.SYNTAX_ERROR, "It cannot be read: deep."),
        (
            UsesForbidden(line=4, name="torch.add"),
            Verdict.NOT_ALLOWED,
            "Line 4 uses `torch.add`; this exercise asks you to write that part yourself.",
        ),
        (
            NotInSandbox(names=("einops",), lines=LINES),
            Verdict.NOT_ALLOWED,
            (
                "Line 16 needs `einops`, which is not there: the sandbox has PyTorch, NumPy and"
                " Python's standard library."
            ),
        ),
        (
            NotInSandbox(names=("einops", "pandas", "scipy"), lines=()),
            Verdict.NOT_ALLOWED,
            (
                "It needs `einops`, which is not there: the sandbox has PyTorch, NumPy and Python's"
                " standard library. `pandas` and `scipy` would be missing as well."
            ),
        ),
        (
            NotInSandbox(names=(KEYBOARD,), lines=LINES),
            Verdict.NOT_ALLOWED,
            "Line 16 waits for `input()`, and nobody can type here.",
        ),
        (
            NotInSandbox(names=(), lines=("line 2, out of turn",)),
            Verdict.NOT_ALLOWED,
            (
                "It needs a package, which is not there: the sandbox has PyTorch, NumPy and"
                " Python's standard library."
            ),
        ),
        (
            LoadStopped(lines=LINES),
            Verdict.TIMED_OUT,
            (
                "While loading, line 3 used up the CPU time there is for that, and was stopped. Put"
                ' what only tries it out under `if __name__ == "__main__":`, which is not run here.'
            ),
        ),
        (
            LoadRaised(message="ValueError: no", lines=LINES),
            Verdict.CRASHED,
            "Loading it raised `ValueError: no`.",
        ),
        (
            NamesMissing(names=("double",)),
            Verdict.WRONG,
            "It does not define `double` once it has been loaded.",
        ),
    ],
)
def test_what_could_not_be_checked_is_told_with_its_line(
    outcome: Outcome, verdict: Verdict, detail: str
) -> None:
    grade = graded(outcome)

    assert (grade.verdict, grade.detail) == (verdict, detail)
    assert grade.traceback == getattr(outcome, "lines", ())
    free = verdict in {Verdict.SYNTAX_ERROR, Verdict.NOT_ALLOWED}
    assert grade.verdict.counts_as_try is not free
    assert ("not count as a try" in next_step(grade, request("x").exercise)) is free


def test_time_that_loading_used_is_not_laid_to_a_check() -> None:
    waiting = [entry(name, CheckEnd.NOT_RUN) for name in ("double", "keep")]

    loading = graded(SolverEnded(), *waiting, ending=ENDED)
    checking = graded(SolverEnded(), entry("double", CheckEnd.UNFINISHED), ending=ENDED)

    assert loading.detail == (
        "While it was loaded, before the first check, it used more than 5 seconds of CPU time."
    )
    assert checking.detail == "It used more than 5 seconds of CPU time."
    assert loading.verdict is checking.verdict is Verdict.TIMED_OUT


NAME = "it raised `NameError: name 'totl' is not defined`"
LOST = {"message": NAME, "lines": LINES}


@pytest.mark.parametrize("passed", [0, 1])
def test_one_cause_of_all_failures_is_told_once_with_its_line(passed: int) -> None:
    held = [entry("hold", CheckEnd.PASSED)] * passed
    failed = [entry(name, CheckEnd.RAISED, **LOST) for name in ("double", "keep")]

    grade = graded(Checked(), *held, *failed)

    assert grade.detail == (
        f"All 2 failed checks have one cause. Line 16: {NAME}."
        " Is it misspelt, or is it defined in a cell that was not sent?"
    )
    assert next_step(grade, request("x").exercise) == "Mend that line and send it again."


@pytest.mark.parametrize(
    "others",
    [
        [],
        [entry("keep", CheckEnd.FAILED, **LOST)],
        [entry("keep", CheckEnd.RAISED, message=NAME, lines=LINES[:1])],
        [entry("keep", CheckEnd.RAISED, message="it raised `ValueError`", lines=LINES)],
        [entry("keep", CheckEnd.RAISED, **LOST), entry("last", CheckEnd.FAILED, message="off")],
    ],
)
def test_several_causes_are_told_at_their_checks(others: list[CheckEntry]) -> None:
    grade = graded(Checked(), entry("double", CheckEnd.RAISED, **LOST), *others)

    assert grade.detail == ""
    assert "It doubles" in next_step(grade, request("x").exercise)


def test_a_cause_outside_of_the_learners_lines_is_told_at_the_checks() -> None:
    failed = [entry(name, CheckEnd.RAISED, message=NAME) for name in ("double", "keep")]

    assert graded(Checked(), *failed).detail == ""
