"""The gate an exercise passes before a learner meets it.

Right solutions must pass every check on several hidden inputs; wrong ones must fail the very check
that they say they fail. A check that lets its wrong solution through would let a learner's through.
What an answer passes that does nothing is worth nothing, and whoever knows the checks by heart has
not solved them.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.catalogue.examples import claims_of, example_of, example_problems, showing
from bot.catalogue.mutants import FILE as MUTANTS
from bot.catalogue.mutants import excused, mutants_of
from bot.catalogue.sentences import sentence_problems
from bot.catalogue.trivial import trivial_answers
from bot.domain.exercise import Day, Exercise
from bot.domain.grading import CheckResult, CheckStatus, Grade, Grader, GradingRequest, Verdict

PARTIAL_CREDIT = (0.2, 0.8)
"""Where the mean of the wrong solutions has to lie: outside, the checks are all or nothing."""

MIN_ACCEPTED = 6
"""Right solutions beside the reference: those of one author share the checks' blind spots."""

MAX_RIGHT_SHARE = 0.25
"""Of the limit on CPU time: a learner's honest version may be four times as slow."""

REFERENCE = "reference.py"
KNOWS_THE_CHECKS = "knows the checks"

_HEADER = re.compile(r"# (?P<key>fails|mends|cheat|says|expect): (?P<value>.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongSolution:
    """One known wrong solution and what became of it.

    Attributes:
        fails: The core check that it has to fail first; empty where it is about something else.
        mends: The core check that it has to pass: it is the starter with one fault mended.
        about: The misconception, the fault, or the class of cheat.
        says: Words that the message of that check has to have.
        expect: The verdict it has to get; empty where any but `solved` will do.
        first: The first core check that it failed; empty when it failed none.
        failed: The checks that it failed.
        message: What the learner would read at the check named by `fails`.
    """

    name: str
    fails: str
    mends: str
    about: str
    says: str
    expect: str
    verdict: str
    detail: str
    core_share: float
    first: str
    failed: tuple[str, ...]
    message: str

    @property
    def is_cheat(self) -> bool:
        """Whether it goes around the task instead of misunderstanding it."""
        return not self.fails and not self.mends


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    """What the gate saw of one exercise.

    Attributes:
        problems: One sentence each on what to fix; empty when the exercise passed.
        mean_partial: Mean share of core points of the wrong solutions that are no cheats, 0 to 1.
        right_cpu_s: CPU seconds of the right solution that used most.
        mutants: How many small faults were made in the reference; 0 where that was not asked for.
    """

    slug: str
    problems: tuple[str, ...]
    wrongs: tuple[WrongSolution, ...]
    mean_partial: float
    right_cpu_s: float
    mutants: int = 0

    @property
    def passed(self) -> bool:
        """Whether there is nothing to fix."""
        return not self.problems

    def as_data(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {**asdict(self), "passed": self.passed}


@dataclass(frozen=True, slots=True)
class _Bench:
    """Grades one exercise's files; the same file and number give the same hidden inputs."""

    folder: Path
    exercise: Exercise
    grader: Grader

    async def grade(self, path: Path, number: int = 0) -> Grade:
        return await self.grader.grade(self._request(path.stem, _read(path), number))

    def _request(self, name: str, source: str, number: int) -> GradingRequest:
        label = f"gate.{self.exercise.slug}.{name}.{number}"
        return GradingRequest(
            run=label,
            exercise=self.exercise,
            source=source,
            seed=hashlib.sha256(label.encode()).digest()[:16],
        )

    async def rights(self, seeds: int) -> AsyncIterator[tuple[str, int, Grade]]:
        accepted = sorted(self.folder.glob("accepted/*.py"))
        for path in [*self.folder.glob(REFERENCE), *accepted]:
            name = path.relative_to(self.folder).as_posix()
            for number in range(1, seeds + 1):
                yield name, number, await self.grade(path, number)

    async def wrongs(self) -> AsyncIterator[WrongSolution]:
        for path in sorted(self.folder.glob("wrong/*.py")):
            yield _wrong(path, await self.grade(path))

    async def trivials(self) -> AsyncIterator[tuple[str, Grade]]:
        exercise = self.exercise
        answers = trivial_answers(exercise.starter, exercise.entry)
        for number, (what, source) in enumerate(answers):
            yield what, await self.grader.grade(self._request("trivial", source, number))

    async def example(self) -> Sequence[str]:
        """What the task's worked example says that is not so."""
        example = example_of(self.exercise.task)
        claims = claims_of(example)
        if not claims:
            return ()
        shown = _read(self.folder / REFERENCE) + showing(example)
        grade = await self.grader.grade(self._request("example", shown, 0))
        return tuple(example_problems(claims, grade.output))

    async def mutants(self) -> AsyncIterator[tuple[str, Grade]]:
        for path in self.folder.glob(REFERENCE):
            for number, mutant in enumerate(mutants_of(_read(path))):
                grade = await self.grader.grade(self._request("mutant", mutant.source, number))
                yield mutant.line, grade


async def gate(
    folder: Path, exercise: Exercise, grader: Grader, *, seeds: int = 5, mutants: bool = True
) -> GateReport:
    """Carry one exercise through the gate.

    Args:
        folder: The exercise's folder.
        exercise: The same, as the catalogue reads it.
        grader: A started grader that serves this folder.
        seeds: How many hidden inputs each right solution has to stand.
        mutants: Whether small faults are made in the reference, too, to see whether they show.

    Raises:
        CatalogueError: What excuses mutants is malformed.
        SandboxError: A grading could not be carried out.
    """
    bench = _Bench(folder, exercise, grader)
    starter = await bench.grade(folder / "starter.py")
    rights = [graded async for graded in bench.rights(seeds)]
    wrongs = tuple([wrong async for wrong in bench.wrongs()])
    trivials = [graded async for graded in bench.trivials()]
    untrue = await bench.example() if (folder / REFERENCE).exists() else ()
    right_problems = tuple(_right_problems(rights))
    is_right = mutants and not right_problems
    changed = [graded async for graded in bench.mutants()] if is_right else []
    checks = _checks_of(grade for _, _, grade in rights)
    mean_partial = _mean([wrong.core_share for wrong in wrongs if wrong.fails])
    right_cpu_s = max((grade.usage.cpu_s or 0.0 for _, _, grade in rights), default=0.0)
    problems = (
        *_starter_problems(starter),
        *right_problems,
        *_time_problems(right_cpu_s, exercise.limits.seconds),
        *(problem for wrong in wrongs for problem in _wrong_problems(wrong, checks)),
        *_coverage_problems(wrongs, checks, exercise.forbidden),
        *_credit_problems(mean_partial),
        *(problem for what, grade in trivials for problem in _trivial_problems(what, grade)),
        *_mends_problems(wrongs, exercise.day),
        *_cheat_problems(wrongs),
        *sentence_problems(folder, exercise.task, {wrong.name for wrong in wrongs}),
        *(_mutant_problems(changed, excused(folder)) if is_right else ()),
        *untrue,
        *_harness_problems(wrongs, has_harness=(folder / "harness.py").exists()),
    )
    return GateReport(
        slug=exercise.slug,
        problems=problems,
        wrongs=wrongs,
        mean_partial=mean_partial,
        right_cpu_s=right_cpu_s,
        mutants=len(changed),
    )


# --- what was seen ----------------------------------------------------------------------------


def _wrong(path: Path, grade: Grade) -> WrongSolution:
    header = _header(_read(path))
    fails, _, misconception = header.get("fails", "").partition(" - ")
    mends, _, fault = header.get("mends", "").partition(" - ")
    failed = {check.name: check for check in grade.checks if check.status is CheckStatus.FAILED}
    return WrongSolution(
        name=path.stem,
        fails=fails.strip(),
        mends=mends.strip(),
        about=header.get("cheat", misconception or fault).strip(),
        says=header.get("says", "").strip(),
        expect=header.get("expect", ""),
        verdict=grade.verdict.value,
        detail=grade.detail,
        core_share=grade.core_share,
        first=next((name for name, check in failed.items() if check.core), ""),
        failed=tuple(failed),
        message=failed[fails].message if fails in failed else "",
    )


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _header(source: str) -> dict[str, str]:
    """The `# key: value` lines that a wrong solution begins with."""
    found: dict[str, str] = {}
    for line in source.splitlines():
        match = _HEADER.fullmatch(line.rstrip())
        if match is None:
            return found
        found[match["key"]] = match["value"]
    return found


def _checks_of(grades: Iterator[Grade]) -> Mapping[str, CheckResult]:
    return {check.name: check for grade in grades for check in grade.checks}


def _mean(shares: Sequence[float]) -> float:
    return sum(shares) / len(shares) if shares else 0.0


# --- what is wrong with it --------------------------------------------------------------------


def _starter_problems(grade: Grade) -> Iterator[str]:
    if grade.verdict is not Verdict.UNATTEMPTED:
        yield f"starter.py is graded “{grade.verdict}”; the unchanged starter must not be a try."


def _right_problems(rights: Sequence[tuple[str, int, Grade]]) -> Iterator[str]:
    names = {name for name, _, _ in rights}
    accepted = names - {REFERENCE}
    if REFERENCE not in names:
        yield f"It has no {REFERENCE}."
    if len(accepted) < MIN_ACCEPTED:
        yield (
            f"It has {len(accepted)} right solutions in accepted/, but needs {MIN_ACCEPTED} that"
            " are built differently."
        )
    for name, number, grade in rights:
        if grade.verdict is not Verdict.SOLVED:
            yield f"{name} is graded “{grade.verdict}” on seed {number}. {grade.detail}".rstrip()
        for check in grade.checks:
            if check.status is not CheckStatus.PASSED:
                yield f"{name} does not pass {check.name} on seed {number}: {check.message}."


def _time_problems(right_cpu_s: float, limit_s: float) -> Iterator[str]:
    if right_cpu_s > MAX_RIGHT_SHARE * limit_s:
        yield (
            f"A right solution used {right_cpu_s:.2f} s of CPU time; it must be at most"
            f" {MAX_RIGHT_SHARE:.0%} of the limit of {limit_s:g} s."
        )


def _wrong_problems(wrong: WrongSolution, checks: Mapping[str, CheckResult]) -> Iterator[str]:
    file = f"wrong/{wrong.name}.py"
    if not wrong.about:
        yield (
            f"{file} says neither `# fails: <check> - <misconception>` nor `# mends: <check> -"
            " <fault>` nor `# cheat: <class>`."
        )
    if wrong.verdict == Verdict.SOLVED:
        yield f"{file} is graded “solved”."
    if wrong.expect and wrong.verdict != wrong.expect:
        yield f"{file} is graded “{wrong.verdict}”, but expects “{wrong.expect}”. {wrong.detail}"
    if wrong.mends and (wrong.mends in wrong.failed or not wrong.core_share):
        yield f"{file} does not pass {wrong.mends}, or earns nothing by it."
    if wrong.fails:
        yield from _failure_problems(file, wrong, checks)


def _failure_problems(
    file: str, wrong: WrongSolution, checks: Mapping[str, CheckResult]
) -> Iterator[str]:
    if wrong.fails not in checks or not checks[wrong.fails].core:
        yield f"{file} names {wrong.fails}, which is no core check of this exercise."
    elif wrong.fails not in wrong.failed:
        seen = ", ".join(wrong.failed) or wrong.detail or "nothing"
        yield f"{file} passes {wrong.fails}, which it should fail; what it failed: {seen}."
    elif wrong.first != wrong.fails:
        yield f"{file} fails {wrong.first} first, and should fail {wrong.fails}."
    elif not wrong.message:
        yield f"{file} fails {wrong.fails} without a message that says what to look at."
    elif wrong.says not in wrong.message:
        yield f"{file} should be told “{wrong.says}”, and is told “{wrong.message}”."


def _coverage_problems(
    wrongs: Sequence[WrongSolution], checks: Mapping[str, CheckResult], forbidden: Sequence[str]
) -> Iterator[str]:
    # A cheat may fail everything at once: that shows nothing about a single check.
    failed = {name for wrong in wrongs if wrong.fails for name in wrong.failed}
    for name in checks:
        if name not in failed:
            yield f"No wrong solution fails {name}."
    refused = [wrong for wrong in wrongs if wrong.verdict == Verdict.NOT_ALLOWED]
    for name in forbidden:
        if not any(f"`{name}`" in wrong.detail for wrong in refused):
            yield f"No wrong solution is refused for using `{name}`."


def _credit_problems(mean_partial: float) -> Iterator[str]:
    low, high = PARTIAL_CREDIT
    if not low <= mean_partial <= high:
        yield (
            f"The wrong solutions earn {mean_partial:.2f} of the core points on average; between"
            f" {low} and {high} the checks tell misconceptions apart."
        )


def _trivial_problems(what: str, grade: Grade) -> Iterator[str]:
    for check in grade.checks:
        if check.core and check.points and check.status is CheckStatus.PASSED:
            yield (
                f"An answer that {what} passes {check.name}: it needs `points=0`, or has to ask for"
                " more."
            )


def _mends_problems(wrongs: Sequence[WrongSolution], day: Day) -> Iterator[str]:
    if day is Day.DEBUG and not any(wrong.mends for wrong in wrongs):
        yield (
            "It needs a wrong solution for each fault of the starter that begins with `# mends:"
            " <check> - <fault>`: the starter with that fault alone mended, which earns something."
        )


def _mutant_problems(
    changed: Sequence[tuple[str, Grade]], excuses: Mapping[str, str]
) -> Iterator[str]:
    alive = {line for line, grade in changed if _is_perfect(grade)}
    for line in sorted(alive - excuses.keys()):
        yield (
            f"The reference still passes every check with “{line}”: they miss that, or {MUTANTS}"
            " has to say why it is right."
        )
    for line in sorted(excuses.keys() - alive):
        yield f"{MUTANTS} excuses “{line}”, with which the reference does not pass every check."


def _is_perfect(grade: Grade) -> bool:
    """Whether it is solved with every bonus."""
    passed = (check.status is CheckStatus.PASSED for check in grade.checks)
    return grade.verdict is Verdict.SOLVED and all(passed)


def _cheat_problems(wrongs: Sequence[WrongSolution]) -> Iterator[str]:
    if not any(wrong.is_cheat and wrong.about.startswith(KNOWS_THE_CHECKS) for wrong in wrongs):
        yield (
            f"It has no wrong solution that begins with `# cheat: {KNOWS_THE_CHECKS}`: one that is"
            " right for what can be read in checks.py, and nowhere else."
        )


def _harness_problems(wrongs: Sequence[WrongSolution], *, has_harness: bool) -> Iterator[str]:
    # Learner code shares a process with the harness, and can make it report whatever is wanted.
    lies = any(wrong.is_cheat and wrong.about.startswith("harness") for wrong in wrongs)
    if has_harness and not lies:
        yield (
            "It has a harness.py, but no wrong solution that begins with `# cheat: harness`: one"
            " that makes the harness report what the checks want to see."
        )
