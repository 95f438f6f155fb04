"""What the gate lets through and what it does not, with a grader that obeys the file."""

import ast
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.catalogue.gate import GateReport, gate
from bot.catalogue.trivial import BODIES, trivial_answers
from bot.domain.errors import CatalogueError
from bot.domain.exercise import ON_CPU, Day, Device, Exercise, Limits
from bot.domain.grading import CheckResult, CheckStatus, Grade, GradingRequest, Usage, Verdict

EXERCISE = Exercise(
    slug="double",
    title="Double",
    day=Day.IMPLEMENT,
    stage=1,
    week=1,
    milestones=("F1",),
    concepts=("multiplication",),
    minutes=5,
    difficulty=0,
    entry=("double",),
    forbidden=("operator",),
    limits=Limits(seconds=10.0),
    device=Device.CPU,
    fingerprint="0",
    task="Double it.\n\n- It doubles every\n  element. The sign stays.\n- Elements are `float32`.",
    starter="",
    hints=("a", "b", "c"),
)

STARTER = """verdict = "unattempted"


def double(x):
    return 3 * x
"""

SENTENCES = """
"doubles every element" = ["one"]
"The sign stays" = ["two"]
"`float32`" = "given"
"""

SOUND = {
    "starter.py": STARTER,
    "reference.py": "verdict solved",
    **{f"accepted/{number}.py": "verdict solved" for number in range(6)},
    "wrong/one.py": "# fails: value - adds one\nverdict partly\nfail value\nfail speed",
    "wrong/two.py": "# fails: sign - drops the sign\nverdict partly\nfail sign",
    "wrong/three.py": "# cheat: library\n# expect: not allowed\nverdict not allowed\nuses operator",
    "wrong/known.py": "# cheat: knows the checks\nverdict wrong\nfail value\nfail sign\nfail speed",
    "sentences.toml": SENTENCES,
}


@dataclass
class ObedientGrader:
    """Gives the verdict, failures and seconds that the source itself asks for.

    Attributes:
        passed_by_trivial: What answers made from the starter pass.
    """

    passed_by_trivial: frozenset[str] = frozenset()
    isolated: bool = True
    devices: frozenset[Device] = ON_CPU

    async def health(self, device: Device = Device.CPU) -> str:
        del device
        return ""

    async def grade(self, request: GradingRequest) -> Grade:
        if request.run.startswith("gate.double.trivial"):
            return self._graded_trivial()
        lines = [line.partition(" ") for line in request.source.splitlines()]
        orders = {word: rest for word, _, rest in lines}
        failed = {rest for word, _, rest in lines if word == "fail"}
        verdict = Verdict(orders["verdict"].strip("= \"'"))
        ran = verdict in {Verdict.SOLVED, Verdict.PARTLY, Verdict.WRONG}
        return Grade(
            verdict=verdict,
            checks=tuple(self._check(name, failed) for name in ("value", "sign", "speed") if ran),
            detail=f"Line 1 uses `{orders['uses']}`." if "uses" in orders else "",
            output="\n".join(rest for word, _, rest in lines if word == "prints"),
            usage=Usage(start_s=0.0, run_s=60.0, cpu_s=float(orders.get("takes", "0.1"))),
        )

    def _graded_trivial(self) -> Grade:
        failed = {"value", "sign", "speed"} - self.passed_by_trivial
        return Grade(
            verdict=Verdict.WRONG,
            checks=tuple(self._check(name, failed) for name in ("value", "sign", "speed")),
            usage=Usage(start_s=0.0, run_s=0.1, cpu_s=0.1),
        )

    def _check(self, name: str, failed: set[str]) -> CheckResult:
        status = CheckStatus.FAILED if name in failed else CheckStatus.PASSED
        return CheckResult(
            name=name, title=name, core=name != "speed", points=1, status=status, message="it is 3"
        )


async def carry_through(
    folder: Path,
    changes: dict[str, str],
    *,
    day: Day = Day.IMPLEMENT,
    passed_by_trivial: frozenset[str] = frozenset(),
    mutants: bool = False,
    example: str = "",
) -> GateReport:
    for name, source in {**SOUND, **changes}.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
        if not source:
            path.unlink()
    starter = (folder / "starter.py").read_text(encoding="utf-8")
    task = EXERCISE.task + (f"\n\n**Example**\n\n```python\n{example}\n```" if example else "")
    exercise = replace(EXERCISE, starter=starter, day=day, task=task)
    grader = ObedientGrader(passed_by_trivial)
    return await gate(folder, exercise, grader, seeds=2, mutants=mutants)


async def test_sound_exercise_passes_with_its_figures(tmp_path: Path) -> None:
    report = await carry_through(tmp_path, {})
    assert report.passed, report.problems
    assert (len(report.wrongs), report.mean_partial, report.right_cpu_s) == (4, 0.375, 0.1)
    assert report.as_data()["passed"] is True


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"starter.py": STARTER.replace("unattempted", "wrong")}, "starter.py is graded “wrong”"),
        ({"reference.py": ""}, "It has no reference.py."),
        ({"accepted/0.py": ""}, "It has 5 right solutions in accepted/, but needs 6"),
        ({"accepted/3.py": "verdict wrong"}, "accepted/3.py is graded “wrong” on seed 1"),
        (
            {"reference.py": "verdict partly\nfail sign"},
            "reference.py is graded “partly” on seed 1",
        ),
        ({"reference.py": "verdict solved\nfail speed"}, "does not pass speed on seed 2"),
        ({"reference.py": "verdict solved\ntakes 2.6"}, "A right solution used 2.60 s of CPU time"),
        ({"wrong/one.py": "verdict partly\nfail value\nfail speed"}, "wrong/one.py says neither"),
        ({"wrong/four.py": "# cheat: luck\nverdict solved"}, "wrong/four.py is graded “solved”"),
        (
            {"wrong/four.py": "# fails: sign - doubles\nverdict partly\nfail value"},
            "wrong/four.py passes sign",
        ),
        (
            {"wrong/four.py": "# fails: sign - doubles\nverdict partly\nfail value\nfail sign"},
            "wrong/four.py fails value first, and should fail sign",
        ),
        (
            {"wrong/four.py": "# fails: sign - keeps it\n# says: 4\nverdict partly\nfail sign"},
            "wrong/four.py should be told “4”, and is told “it is 3”",
        ),
        (
            {"wrong/four.py": "# fails: speed - slow\nverdict partly\nfail speed\nfail sign"},
            "names speed, which is no core check",
        ),
        (
            {"wrong/four.py": "# cheat: exit\n# expect: crashed\nverdict partly\nfail sign"},
            "is graded “partly”, but expects “crashed”",
        ),
        (
            {"wrong/one.py": "# fails: value - adds one\nverdict partly\nfail value"},
            "No wrong solution fails speed",
        ),
        ({"wrong/three.py": ""}, "No wrong solution is refused for using `operator`"),
        (
            {
                name: f"# fails: {check} - all\nverdict wrong\nfail value\nfail sign\nfail speed"
                for name, check in (("wrong/one.py", "value"), ("wrong/two.py", "value"))
            },
            "earn 0.00 of the core points",
        ),
        ({"wrong/known.py": ""}, "begins with `# cheat: knows the checks`"),
        (
            {"wrong/four.py": "# mends: sign - keeps it\nverdict partly\nfail value\nfail sign"},
            "wrong/four.py does not pass sign",
        ),
        ({"sentences.toml": ""}, "It has no sentences.toml"),
        ({"sentences.toml": "=" + SENTENCES}, "sentences.toml is no TOML"),
        (
            {"sentences.toml": SENTENCES.replace('"The sign stays" = ["two"]', "")},
            "names no wrong solution that breaks “The sign stays.”",
        ),
        (
            {"sentences.toml": SENTENCES.replace("The sign", "The order")},
            "quotes “The order stays”, which is in no list of the task",
        ),
        ({"sentences.toml": SENTENCES.replace('["two"]', "[]")}, "needs a list of wrong solutions"),
        ({"sentences.toml": SENTENCES.replace("two", "nine")}, "names wrong/nine.py"),
        ({"harness.py": "counted = 0"}, "no wrong solution that begins with `# cheat: harness`"),
    ],
)
async def test_gate_says_what_to_fix(tmp_path: Path, changes: dict[str, str], problem: str) -> None:
    report = await carry_through(tmp_path, changes)
    assert not report.passed
    assert any(problem in said for said in report.problems), report.problems


async def test_a_mutant_of_the_reference_is_killed_or_excused(tmp_path: Path) -> None:
    reference = {"reference.py": 'verdict = "solved"\nnear = 1 < x\n'}
    report = await carry_through(tmp_path, reference, mutants=True)
    assert report.mutants == 2
    assert ["near = 1 <= x" in problem for problem in report.problems] == [True, False]

    excuses = {"mutants.toml": '"near = 1 <= x" = "x is never 1"\n"near = 2 < x" = "nor 2"\n'}
    report = await carry_through(tmp_path, {**reference, **excuses}, mutants=True)
    assert report.passed, report.problems

    more = {"mutants.toml": excuses["mutants.toml"] + '"near = 3 < x" = "none such"'}
    report = await carry_through(tmp_path, {**reference, **more}, mutants=True)
    assert report.problems == (
        "mutants.toml excuses “near = 3 < x”, with which the reference does not pass every check.",
    )


async def test_the_worked_example_has_to_be_true(tmp_path: Path) -> None:
    example = "double(2)  # 4\ndouble(x)  # whatever it is"
    reference = {"reference.py": "verdict solved\nprints example> 4"}
    report = await carry_through(tmp_path, reference, example=example)
    assert report.passed, report.problems

    untrue = {"reference.py": "verdict solved\nprints example> 5"}
    report = await carry_through(tmp_path, untrue, example=example)
    assert report.problems == ("README.md says “4” of `double(2)`; the reference gives “5”.",)


@pytest.mark.parametrize("written", ["=", '"a" = ""', '"a" = 1'])
async def test_excuses_without_a_reason_are_none(tmp_path: Path, written: str) -> None:
    reference = {"reference.py": 'verdict = "solved"\n', "mutants.toml": written}
    with pytest.raises(CatalogueError, match=r"mutants\.toml"):
        await carry_through(tmp_path, reference, mutants=True)


async def test_a_check_that_an_empty_answer_passes_has_to_be_worth_nothing(tmp_path: Path) -> None:
    report = await carry_through(tmp_path, {}, passed_by_trivial=frozenset({"sign", "speed"}))

    assert len(report.problems) == len(BODIES) + 1  # each answer passes it, the starter too
    assert all("passes sign: it needs `points=0`" in problem for problem in report.problems)


async def test_a_faulty_starter_needs_answers_with_one_fault_mended(tmp_path: Path) -> None:
    report = await carry_through(tmp_path, {}, day=Day.DEBUG)
    assert ["# mends: <check>" in problem for problem in report.problems] == [True]

    mended = "# mends: sign - keeps it\nverdict partly\nfail value\nfail speed"
    report = await carry_through(tmp_path, {"wrong/four.py": mended}, day=Day.DEBUG)
    assert report.passed, report.problems
    assert report.mean_partial == 0.375  # it is no misconception of its own


def test_trivial_answers_keep_the_form_and_do_nothing() -> None:
    starter = (
        "def clip(parameters, norm=2.0):\n    return 7\n\n\nclass Block:\n"
        "    def __init__(self, dim):\n        self.dim = dim\n\n"
        "    def forward(self, x):\n        return self.helper(x)\n"
    )

    answers = dict(trivial_answers(starter, ("clip", "Block", "missing")))

    assert len(answers) == len(BODIES) + 1
    bound: dict[str, Any] = {}
    exec(answers["returns its first argument"], bound)  # noqa: S102  # made a line above
    assert (bound["clip"]([1], norm=3), bound["Block"](4).forward(5)) == ([1], 5)
    assert (bound["Block"](4).dim, bound["missing"](6)) == (4, 6)
    assert answers["is the starter"].startswith(starter)


async def test_a_harness_with_a_solution_that_makes_it_lie_passes(tmp_path: Path) -> None:
    liar = "# cheat: harness - reports what is wanted\nverdict wrong\nfail value\nfail sign"
    report = await carry_through(tmp_path, {"harness.py": "counted = 0", "wrong/four.py": liar})
    assert report.passed, report.problems


async def test_a_cheat_that_fails_everything_covers_no_check(tmp_path: Path) -> None:
    everything = "# cheat: nothing\nverdict wrong\nfail value\nfail sign\nfail speed"
    one = "# fails: value - adds one\nverdict partly\nfail value"
    report = await carry_through(tmp_path, {"wrong/one.py": one, "wrong/four.py": everything})
    assert report.problems == ("No wrong solution fails speed.",)


FOLDERS = sorted((Path(__file__).parents[2] / "exercises").glob("*/checks.py"))
PROOFS = sorted((Path(__file__).parents[2] / "bot" / "sandbox" / "proof").rglob("checks.py"))


@pytest.mark.parametrize("checks", [*FOLDERS, *PROOFS], ids=lambda path: path.parent.name)
def test_checks_import_of_ours_the_kit_alone(checks: Path) -> None:
    """A hundred exercises rest on its names; every other room may change."""
    imported = [
        node.module or ""
        for node in ast.walk(ast.parse(checks.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
    ]

    assert {name for name in imported if name.split(".")[0] == "bot"} == {"bot.kit"}
