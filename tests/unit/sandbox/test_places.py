"""Lines of a source of several parts, in what its author is told."""

from dataclasses import replace

import pytest

from bot.domain.grading import Usage, Verdict
from bot.domain.parts import mark
from bot.sandbox.relay import Observation
from bot.sandbox.verdict import grade_of
from bot.wire.jobs import (
    Checked,
    CheckEnd,
    CheckEntry,
    DoesNotParse,
    GradeResult,
    LoadRaised,
    Outcome,
    UsesForbidden,
)
from tests.support.gradings import request

CELLS = f"{mark('cell 1 (In [7])')}import torch\n\n{mark('cell 2')}# notes\ndef double(x): ...\n"
SEEN = Observation(
    result=GradeResult(outcome=Checked()), ending=None, output="", usage=Usage(start_s=0, run_s=0)
)


@pytest.mark.parametrize(
    ("outcome", "verdict", "said"),
    [
        (DoesNotParse(line=6, message="no"), Verdict.SYNTAX_ERROR, "Cell 2, line 2: no."),
        (DoesNotParse(line=2, message="no"), Verdict.SYNTAX_ERROR, "Cell 1 (In [7]), line 1: no."),
        (DoesNotParse(line=0, message="no"), Verdict.SYNTAX_ERROR, "It cannot be read: no."),
        (UsesForbidden(line=2, name="sys"), Verdict.NOT_ALLOWED, "Cell 1 (In [7]), line 1 uses"),
    ],
)
def test_a_line_is_named_as_its_author_sees_it(
    outcome: Outcome, verdict: Verdict, said: str
) -> None:
    grade = grade_of(request(CELLS), replace(SEEN, result=GradeResult(outcome=outcome)))

    assert grade.verdict is verdict
    assert grade.detail.startswith(said)


def test_tracebacks_name_lines_as_their_author_sees_them() -> None:
    lines = ("line 6, in double: ...",)
    raised = GradeResult(outcome=LoadRaised(message="no", lines=lines))
    entry = CheckEntry(
        name="a", title="A", core=True, points=1, hint=1, end=CheckEnd.RAISED, lines=lines
    )
    checked = GradeResult(outcome=Checked(), checks=(entry,))
    told = ("cell 2, line 2, in double: ...",)

    assert grade_of(request(CELLS), replace(SEEN, result=raised)).traceback == told
    assert grade_of(request(CELLS), replace(SEEN, result=checked)).checks[0].traceback == told
