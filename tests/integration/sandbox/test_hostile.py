"""Submissions that try everything but the exercise: a folder of them for each exercise.

A file's first lines say what it must come to: ``# expect:`` a verdict, or several with ``or``;
``# holds:`` the core checks that it honestly gets right; ``# perhaps:`` those that chance decides,
where something of it runs beside the checks; ``# prints:`` a line of its output. Then comes its
idea.

``# grader: forks`` says that it does nothing but answer, so that no container need be started for
it. Another runtime of containers (FREEHAND_TEST_RUNTIME) gets them all.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from bot.catalogue.reading import Catalogue
from bot.domain.grading import CheckStatus, Grade, Grader, GradingRequest, Verdict
from tests.support.gradings import (
    ROOT,
    RUNTIME,
    SEED,
    containers,
    docker,
    processes,
    require_docker,
)

pytestmark = [
    pytest.mark.docker,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),
]

EXERCISES = ROOT / "exercises"
CATALOGUE = Catalogue.load(EXERCISES)
FOLDER = Path(__file__).parent / "hostile"
INSTANCE = f"test-{os.getpid()}-hostile"  # two runs on one engine leave each other alone
WARM = 2
SECONDS = 2.0
"""For those that are to run out of time, or to stall; the others have what learners have."""

GONE_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One file.

    Attributes:
        expected: Verdicts that it may get.
        holds: Core checks that it passes by right.
        perhaps: Core checks that it may pass.
        printed: Lines of its output.
        answers: Whether it does nothing but answer.
    """

    exercise: str
    name: str
    source: str
    expected: tuple[str, ...]
    holds: frozenset[str]
    perhaps: frozenset[str]
    printed: tuple[str, ...]
    answers: bool

    @staticmethod
    def read(file: Path) -> "Submission":
        """Read a file and its first lines."""
        return Submission.of(file.parent.name, file.stem, file.read_text(encoding="utf-8"))

    @staticmethod
    def of(exercise: str, name: str, source: str) -> "Submission":
        """Read a source and its first lines."""
        return Submission(
            exercise=exercise,
            name=name,
            source=source,
            expected=tuple(" ".join(_said(source, "expect")).split(" or ")),
            holds=_names(source, "holds"),
            perhaps=_names(source, "perhaps"),
            printed=tuple(_said(source, "prints")),
            answers=_said(source, "grader") == ["forks"] and not RUNTIME,
        )


def _said(source: str, word: str) -> list[str]:
    lines = source.removeprefix("\ufeff").splitlines()[:8]
    return [line.removeprefix(f"# {word}: ") for line in lines if line.startswith(f"# {word}: ")]


def _names(source: str, word: str) -> frozenset[str]:
    return frozenset(name for said in _said(source, word) for name in said.split(", "))


def _generated() -> list[Submission]:
    """Those that are nothing but size."""
    lines, parentheses, signs = "\n" * 60_000, 30_000, "-" * 50_000
    header = "def clip_grad_norm(parameters, max_norm, norm_type=2.0):\n"
    sources = {
        "many_lines": f"# expect: crashed\n{lines}{header}    raise EOFError\n",
        "nested_parentheses": (
            f"# expect: syntax error\n{header}    return {'(' * parentheses}1{')' * parentheses}\n"
        ),
        "unary_tower": f"# expect: syntax error\nvalue = {signs}1\n\n\n{header}    return value\n",
    }
    return [Submission.of("clip-grad-norm", name, source) for name, source in sources.items()]


SUBMISSIONS = [*map(Submission.read, sorted(FOLDER.glob("*/*.py"))), *_generated()]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def in_containers(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Grader]:
    """A grader in containers. When all is graded it is as good as new, and nothing is left."""
    await require_docker()
    temporary = tmp_path_factory.mktemp("temporary")
    async with containers(instance=INSTANCE, warm=WARM) as grader:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tempfile, "tempdir", str(temporary))
            yield grader
        for exercise in {submission.exercise for submission in SUBMISSIONS}:
            honest = Submission.read(FOLDER / exercise / "honest.py")
            assert (await graded(grader, honest)).verdict is Verdict.SOLVED
        async with asyncio.timeout(GONE_WITHIN_S):
            while len(await alive()) > WARM + 1:  # the solvers that wait, and the judge
                pass
    assert not list(temporary.iterdir())
    assert not await alive()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def forks() -> AsyncGenerator[Grader]:
    """A grader whose solvers need not import torch, and are kept from nothing."""
    async with processes(forks=True) as grader:
        yield grader


async def alive() -> list[str]:
    """This instance's containers."""
    found = await docker(
        "ps", "--all", "--quiet", "--filter", f"label=freehand.instance={INSTANCE}"
    )
    return found.split()


async def graded(grader: Grader, submission: Submission) -> Grade:
    exercise = CATALOGUE.get(submission.exercise)
    limits = replace(exercise.limits, output_kb=64)
    if {Verdict.TIMED_OUT, Verdict.STALLED} & set(submission.expected):
        limits = replace(limits, seconds=SECONDS, wait_seconds=SECONDS)
    return await grader.grade(
        GradingRequest(
            run=f"{submission.name}.1",
            exercise=replace(exercise, limits=limits),
            source=submission.source,
            seed=SEED,
        )
    )


@pytest.mark.parametrize(
    "submission",
    [pytest.param(found, id=f"{found.exercise}/{found.name}") for found in SUBMISSIONS],
)
async def test_hostile_submission_gets_the_verdict_it_deserves(
    in_containers: Grader, forks: Grader, submission: Submission
) -> None:
    grade = await graded(forks if submission.answers else in_containers, submission)

    core = [check for check in grade.checks if check.core]
    passed = {check.name for check in core if check.status is CheckStatus.PASSED}
    assert grade.verdict in submission.expected, grade
    if submission.name == "honest":
        assert len(passed) == len(core)
    else:
        assert grade.verdict is not Verdict.SOLVED
        assert passed - submission.perhaps == submission.holds
    for line in submission.printed:
        assert line in grade.output.splitlines()
