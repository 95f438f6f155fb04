"""What every grader does, whatever it runs submissions in."""

import os
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from bot.domain.errors import SandboxError
from bot.domain.exercise import Limits
from bot.domain.grading import PARTS_SHARE, CheckStatus, Grade, Grader, Verdict
from tests.support.gradings import (
    CHECKS,
    SOLVED,
    STARTER,
    WITH_RESTART,
    busy_machine,
    containers,
    processes,
    request,
    require_docker,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

FORKS = pytest.param("forks", marks=pytest.mark.torch)
CONTAINERS = pytest.param("containers", marks=pytest.mark.docker)
PROCESSES = pytest.param("processes", marks=pytest.mark.torch)
ON_EVERY_GRADER = pytest.mark.parametrize(
    "grader", [FORKS, CONTAINERS, PROCESSES], indirect=True, scope="module"
)
"""For laws about how a solver starts, is limited and ends. Else plain processes differ from forks
in nothing, but each of their solvers imports torch."""
SEGFAULT = """
import numpy
far = numpy.lib.stride_tricks.as_strided(numpy.zeros(1), shape=(1 << 40,), strides=(8,))
print(far[1 << 39])
"""
SECOND = Limits(seconds=1.0, output_kb=64)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[FORKS, CONTAINERS])
async def grader(
    request: pytest.FixtureRequest,
) -> AsyncGenerator[Grader]:
    if request.param == "containers":
        await require_docker()
        async with containers(instance="contract", warm=2) as grader:
            yield grader
        return
    async with processes(forks=request.param == "forks") as grader:
        yield grader


def statuses(grade: Grade) -> dict[str, CheckStatus]:
    return {check.name: check.status for check in grade.checks}


@ON_EVERY_GRADER
async def test_right_solution_is_solved_with_every_check_passed(grader: Grader) -> None:
    grade = await grader.grade(request(SOLVED, checks=WITH_RESTART))

    assert grade.verdict is Verdict.SOLVED, grade
    assert set(statuses(grade).values()) == {CheckStatus.PASSED}
    assert grade.core_share == 1.0
    assert grade.usage.run_s > 0


async def test_some_core_checks_make_it_partly_solved(grader: Grader) -> None:
    grade = await grader.grade(request("def double(x):\n    return 2.0 * x\n"))

    assert grade.verdict is Verdict.PARTLY
    assert statuses(grade)["doubles"] is CheckStatus.PASSED
    assert statuses(grade)["keeps-integers"] is CheckStatus.FAILED
    assert grade.core_share == 0.75 * PARTS_SHARE


async def test_failed_check_says_what_was_seen_and_shows_the_input(grader: Grader) -> None:
    grade = await grader.grade(request("def double(x):\n    return 3 * x\n"))

    first = grade.checks[0]
    assert grade.verdict is Verdict.WRONG
    assert "should be" in first.message
    assert "torch.tensor([" in first.example


@pytest.mark.parametrize(
    ("source", "verdict", "detail"),
    [
        ("def double(x)\n    return 2 * x\n", Verdict.SYNTAX_ERROR, "Line 1"),
        ("x = " + "(" * 500 + ")" * 500, Verdict.SYNTAX_ERROR, "Line"),
        (f"# mine\n{STARTER}", Verdict.UNATTEMPTED, ""),
        ("import torch\n\ndef double(x):\n    return torch.add(x, x)\n", Verdict.NOT_ALLOWED, "4"),
        (
            "import sys\n\ndef double(x):\n    return sys._getframe(1)\n",
            Verdict.NOT_ALLOWED,
            "Line 4 uses `sys._getframe`; no exercise needs it",
        ),
        ("if True:\n    return\n", Verdict.SYNTAX_ERROR, "Line 2: 'return' outside function."),
        (
            "import no_such_package\n\ndef double(x):\n    return no_such_package.double(x)\n",
            Verdict.NOT_ALLOWED,
            "Line 4 needs `no_such_package`, which is not there",
        ),
        ("double = float(input())\n", Verdict.NOT_ALLOWED, "Line 1 waits for `input()`"),
        ("def treble(x):\n    return 3 * x\n", Verdict.WRONG, "`double`"),
        ("raise RuntimeError('not today')\n", Verdict.CRASHED, "not today"),
        ("raise SystemExit(0)\n", Verdict.CRASHED, "SystemExit"),
        ("import os\nos._exit(0)\n", Verdict.CRASHED, "exit code 0"),
        (SEGFAULT, Verdict.CRASHED, "segmentation fault"),
        ("import os\nos.abort()\n", Verdict.CRASHED, "before the first check, the process"),
    ],
)
async def test_source_that_never_answers_gets_the_verdict_of_what_happened(
    grader: Grader, source: str, verdict: Verdict, detail: str
) -> None:
    grade = await grader.grade(request(source))

    assert grade.verdict is verdict, grade
    assert detail in grade.detail


async def test_exception_in_every_check_is_a_crash_with_the_learners_own_lines(
    grader: Grader,
) -> None:
    grade = await grader.grade(request("def double(x):\n    return x.double_it()\n"))

    assert grade.verdict is Verdict.CRASHED
    assert "AttributeError" in grade.checks[0].message
    assert grade.checks[0].traceback == ("line 2, in double: return x.double_it()",)


@ON_EVERY_GRADER
async def test_process_that_dies_keeps_what_was_seen_before(grader: Grader) -> None:
    source = (
        "import os\n"
        "def double(x):\n"
        "    if not x.is_floating_point():\n"
        "        os._exit(3)\n"
        "    return 2 * x\n"
    )

    grade = await grader.grade(request(source, checks=WITH_RESTART))

    assert grade.verdict is Verdict.CRASHED
    assert statuses(grade) == {
        "doubles": CheckStatus.PASSED,
        "keeps-integers": CheckStatus.FAILED,
        "again": CheckStatus.NOT_RUN,
    }


SPINNER = """
import os
for _ in range(3):
    if not os.fork():
        break
while True: pass
"""


@ON_EVERY_GRADER
@pytest.mark.parametrize(
    ("source", "when"),
    [
        ("while True: pass\n", "While it was loaded, before the first check, it"),
        ("def double(x):\n    while True: pass\n", "It"),
        (
            "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass\n",
            "While it was loaded, before the first check, it",
        ),
    ],
)
async def test_cpu_seconds_end_a_submission(grader: Grader, source: str, when: str) -> None:
    grade = await grader.grade(request(source, limits=SECOND))

    assert grade.verdict is Verdict.TIMED_OUT
    assert grade.detail == f"{when} used more than 1 seconds of CPU time."
    assert 1.0 <= (grade.usage.cpu_s or 0.0) < 3.0


@ON_EVERY_GRADER
async def test_cpu_seconds_of_all_processes_count(grader: Grader) -> None:
    """Four processes on the cores there are: each alone uses less than the limit."""
    grade = await grader.grade(request(SPINNER, limits=Limits(seconds=2.0, output_kb=64)))

    assert grade.verdict is Verdict.TIMED_OUT
    assert (grade.usage.cpu_s or 0.0) >= 2.0


async def test_cpu_seconds_of_all_solvers_of_one_grading_count_together(grader: Grader) -> None:
    """0.9 seconds in each of two solvers."""
    source = (
        "import time\nend = time.process_time() + 0.9\n"
        "while time.process_time() < end: pass\n" + SOLVED
    )

    limits = Limits(seconds=1.5, output_kb=64)

    grade = await grader.grade(request(source, limits=limits, checks=WITH_RESTART))

    assert grade.verdict is Verdict.TIMED_OUT
    assert statuses(grade)["keeps-integers"] is CheckStatus.PASSED
    assert statuses(grade)["again"] is CheckStatus.FAILED


@pytest.mark.parametrize(
    "source",
    [
        "import time\ndef double(x):\n    time.sleep(600)\n",
        "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()\n",
        "import os\nread, write = os.pipe()\ndef double(x):\n    os.read(read, 1)\n",
    ],
    ids=["sleeps", "deadlock", "reads"],
)
async def test_submission_that_waits_for_ever_has_stalled(
    grader: Grader, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (0.1, 0.1, 0.1))  # whatever else runs here
    limits = Limits(seconds=10.0, wait_seconds=1.5, output_kb=64)

    grade = await grader.grade(request(source, limits=limits))

    assert grade.verdict is Verdict.STALLED
    assert "more than 1.5 seconds" in grade.detail
    assert grade.verdict.counts_as_try
    assert grade.usage.run_s < 30


WORK = """
import time
end = time.process_time() + 0.6
while time.process_time() < end: pass
"""


@ON_EVERY_GRADER
async def test_busy_machine_charges_nobody(grader: Grader) -> None:
    """As much CPU time as 60 % of the limit, while every core has four others at work.

    The pause makes it longer than the limit however the machine shares its cores.
    """
    source = f"{WORK}time.sleep(1.0)\n{SOLVED}"
    async with busy_machine():
        grade = await grader.grade(request(source, limits=SECOND))

    assert grade.verdict is Verdict.SOLVED, grade
    assert 0.55 <= (grade.usage.cpu_s or 0.0) < 1.0
    assert grade.usage.run_s > 1.0


@ON_EVERY_GRADER
async def test_submission_that_closes_every_channel_is_not_waited_for(grader: Grader) -> None:
    source = "import os\nos.closerange(0, 64)\nwhile True: pass\n"

    grade = await grader.grade(request(source, limits=SECOND))

    assert grade.verdict in {Verdict.CRASHED, Verdict.TIMED_OUT}  # not every engine tells


@ON_EVERY_GRADER
async def test_flood_of_output_is_cut_and_named(grader: Grader) -> None:
    source = "while True:\n    print('x' * 10_000)\n"

    grade = await grader.grade(request(source, limits=SECOND))

    assert grade.verdict is Verdict.TOO_MUCH_OUTPUT
    assert len(grade.output) <= 64 * 1024


async def test_output_is_returned_and_changes_nothing(grader: Grader) -> None:
    source = f"print('loaded', end='')\n{SOLVED}"

    grade = await grader.grade(request(source))

    assert grade.verdict is Verdict.SOLVED
    assert "loaded" in grade.output


async def test_same_seed_gives_the_same_inputs_and_another_seed_others(grader: Grader) -> None:
    source = "def double(x):\n    print(x.tolist())\n    return 2 * x\n"

    first = await grader.grade(request(source))
    again = await grader.grade(request(source))
    other = await grader.grade(request(source, seed=bytes(16)))

    assert first.output == again.output
    assert first.output != other.output


@ON_EVERY_GRADER
async def test_submissions_share_nothing(grader: Grader) -> None:
    leaving = (
        "import torch, pathlib\ntorch.set_default_dtype(torch.float64)\n"
        "pathlib.Path('left.txt').write_text('left')\n" + SOLVED
    )
    looking = (
        "import torch, pathlib\nassert torch.get_default_dtype() is torch.float32\n"
        "assert not pathlib.Path('left.txt').exists()\n" + SOLVED
    )

    await grader.grade(request(leaving))
    grade = await grader.grade(request(looking))

    assert grade.verdict is Verdict.SOLVED, grade.detail


@ON_EVERY_GRADER
async def test_fault_in_the_checks_is_ours_and_the_next_grading_works(
    grader: Grader,
) -> None:
    with pytest.raises(SandboxError):
        await grader.grade(request(SOLVED, checks="raise RuntimeError('not today')\n"))
    with pytest.raises(SandboxError):
        await grader.grade(request(SOLVED, checks="# none\n"))

    assert (await grader.grade(request(SOLVED))).verdict is Verdict.SOLVED


async def test_submission_is_graded_by_the_checks_that_come_with_it(grader: Grader) -> None:
    """An exercise may change while a challenge is open: what was released decides."""
    changed = CHECKS.replace("2 * x", "3 * x")

    grades = [
        await grader.grade(request(SOLVED, checks=checks)) for checks in (CHECKS, changed, CHECKS)
    ]

    verdicts = [grade.verdict for grade in grades]
    assert verdicts == [Verdict.SOLVED, Verdict.WRONG, Verdict.SOLVED]


@ON_EVERY_GRADER
async def test_grader_that_can_grade_is_healthy(grader: Grader) -> None:
    assert await grader.health() == ""
