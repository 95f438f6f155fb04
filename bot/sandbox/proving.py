"""Proves on the operator's own machine that the sandbox holds, by the very path of a grading.

`proof/honest.py` is graded first: it looks around in its container, and `proof/checks.py`, in the
judge, says what should be seen. Then each of `proof/cheats/` has to end as its header says. Where
there are GPUs, `proof/gpu/honest.py` is graded on each.
"""

import hashlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.domain.errors import GpuUnavailableError
from bot.domain.exercise import Day, Device, Exercise, Limits
from bot.domain.grading import CheckStatus, Grade, Grader, GradingRequest, Verdict
from bot.sandbox.grader import GradeThere

FOLDER = Path(__file__).with_name("proof")

CHEAT_LIMITS = Limits(seconds=4.0, memory_mb=512)
"""One of them never ends, and one takes all the memory: 0.5 CPU seconds, with a margin."""

EXERCISE = Exercise(
    slug="sandbox-proof",
    title="Sandbox proof",
    day=Day.IMPLEMENT,
    stage=1,
    week=1,
    milestones=(),
    concepts=(),
    minutes=0,
    difficulty=0,
    entry=(),
    forbidden=(),
    limits=Limits(),
    device=Device.CPU,
    fingerprint="",
    task="",
    starter="",
    hints=("", "", ""),
    checks=(FOLDER / "checks.py").read_text(encoding="utf-8"),
)


GPU_FOLDER = FOLDER / "gpu"
GPU_EXERCISE = replace(
    EXERCISE,
    slug="sandbox-proof-gpu",
    device=Device.GPU,
    checks=(GPU_FOLDER / "checks.py").read_text(encoding="utf-8"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One thing that has to hold.

    Attributes:
        seen: What was seen instead, or how a cheat ended.
    """

    what: str
    holds: bool
    seen: str


async def prove(
    grader: Grader, gpus: Mapping[str, GradeThere] | None = None
) -> AsyncGenerator[Proof]:
    """Try everything, one after the other.

    Args:
        grader: Started, and isolated: there is nothing to prove of one that is not.
        gpus: How to grade on each GPU, by its id.

    Raises:
        SandboxError: Something could not be tried.
    """
    honest = FOLDER / "honest.py"
    first = await _graded(grader, honest, EXERCISE)
    for check in first.checks:
        yield Proof(what=check.title, holds=check.status is CheckStatus.PASSED, seen=check.message)
    if not first.checks:
        yield Proof(what="An honest submission is graded", holds=False, seen=_ended(first))
    limited = replace(EXERCISE, limits=CHEAT_LIMITS)
    for path in sorted(FOLDER.glob("cheats/*.py")):
        does, expected = _header(path)
        grade = await _graded(grader, path, limited)
        yield Proof(
            what=f"Code that {does} gets the verdict “{expected}”",
            holds=grade.verdict in expected.split(" or "),
            seen=_ended(grade),
        )
    last = await _graded(grader, honest, EXERCISE)
    yield Proof(
        what="After all that, an honest submission is graded as before",
        holds=[check.status for check in last.checks] == [check.status for check in first.checks],
        seen=_ended(last),
    )
    for gpu, grade_there in (gpus or {}).items():
        for proof in await prove_on(gpu, grade_there):
            yield proof


async def prove_on(gpu: str, grade_there: GradeThere) -> Sequence[Proof]:
    """Try one GPU.

    Args:
        gpu: Its id.
        grade_there: How to grade on it.
    """
    try:
        grade = await grade_there(_request(GPU_FOLDER / "honest.py", GPU_EXERCISE))
    except GpuUnavailableError as error:
        return [Proof(what=f"{gpu} can be used", holds=False, seen=str(error))]
    proofs = [
        Proof(
            what=f"{gpu}: {check.title}",
            holds=check.status is CheckStatus.PASSED,
            seen=check.message,
        )
        for check in grade.checks
    ]
    return proofs or [
        Proof(what=f"{gpu}: An honest submission is graded", holds=False, seen=_ended(grade))
    ]


async def _graded(grader: Grader, path: Path, exercise: Exercise) -> Grade:
    return await grader.grade(_request(path, exercise))


def _request(path: Path, exercise: Exercise) -> GradingRequest:
    return GradingRequest(
        run=f"proof.{path.stem}",
        exercise=exercise,
        source=path.read_text(encoding="utf-8"),
        seed=hashlib.sha256(path.name.encode()).digest()[:16],
    )


def _header(path: Path) -> tuple[str, str]:
    does, expected, *_ = path.read_text(encoding="utf-8").splitlines()
    return does.removeprefix("# does: "), expected.removeprefix("# expect: ")


def _ended(grade: Grade) -> str:
    verdict = "" if grade.verdict is Verdict.SOLVED else f"{grade.verdict}. {grade.detail}"
    return verdict.strip()
