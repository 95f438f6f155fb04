"""What was seen of a grading, turned into a verdict and sentences."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from bot.domain.errors import SandboxError
from bot.domain.exercise import Limits
from bot.domain.grading import CheckResult, CheckStatus, Grade, GradingRequest, Verdict
from bot.domain.parts import PLACE, Parts
from bot.domain.text import one_line, printable
from bot.sandbox.endpoints import Cause, Ending
from bot.sandbox.relay import Observation
from bot.wire.jobs import (
    Checked,
    CheckEnd,
    CheckEntry,
    DoesNotParse,
    GradeJob,
    GradeResult,
    IsStarter,
    JobFailed,
    LoadRaised,
    LoadStopped,
    NamesMissing,
    NotInSandbox,
    Outcome,
    SolverEnded,
    UsesForbidden,
)
from bot.wire.raised import KEYBOARD

log = structlog.get_logger()

MAX_EXAMPLE_CHARS = 2000
SIGSEGV = 11

UNREADABLE = "what it returned has a form that cannot be compared with what it should be"
"""A check broke over an answer. Its author did not think of that answer, the learner did."""

OWN_PART = "this exercise asks you to write that part yourself"
LEADS_AROUND = "no exercise needs it, and it leads around them all"

NOT_DEFINED = "Is it misspelt, or is it defined in a cell that was not sent?"
THERE = "the sandbox has PyTorch, NumPy and Python's standard library"
TAKES_TOO_LONG = (
    "used up the CPU time there is for that, and was stopped. Put what only tries it out under"
    ' `if __name__ == "__main__":`, which is not run here'
)

PROCESSES, DISK = "{0.processes} processes and threads at once", "{0.disk_mb} MB of files in /tmp"
GPU_FULL = "CUDA out of memory"
LIMITS_MET: Mapping[str, str] = {
    GPU_FULL: "{0.gpu_memory_mb} MB of GPU memory",
    "can't start new thread": PROCESSES,
    "Resource temporarily unavailable": PROCESSES,
    "No space left on device": DISK,
    "File too large": DISK,
}
"""What the system says at a limit that raises an exception instead of ending the process."""

VERDICTS: Mapping[Cause, Verdict] = {
    Cause.OUT_OF_MEMORY: Verdict.OUT_OF_MEMORY,
    Cause.OUT_OF_GPU_MEMORY: Verdict.OUT_OF_MEMORY,
    Cause.FLOODED: Verdict.TOO_MUCH_OUTPUT,
    Cause.OUT_OF_TURN: Verdict.TOO_MUCH_OUTPUT,
    Cause.TIMED_OUT: Verdict.TIMED_OUT,
    Cause.STALLED: Verdict.STALLED,
    Cause.SLOW_TO_CHECK: Verdict.TIMED_OUT,
    Cause.BIG_TO_CHECK: Verdict.OUT_OF_MEMORY,
}
"""Any other way to end is a crash."""

CHECKING = {Cause.SLOW_TO_CHECK, Cause.BIG_TO_CHECK}
"""Where an honest submission ends so, a check is broken: the log tells of each."""

_WITH_LINES = (LoadRaised, LoadStopped, NotInSandbox)

STATUSES: Mapping[CheckEnd, CheckStatus] = {
    CheckEnd.PASSED: CheckStatus.PASSED,
    CheckEnd.NOT_RUN: CheckStatus.NOT_RUN,
}
"""Any other end is a failure."""


def job_of(request: GradingRequest) -> GradeJob:
    """What a judge is asked to do about a submission."""
    exercise = request.exercise
    return GradeJob(
        exercise=exercise.slug,
        checks=exercise.checks,
        harness=exercise.harness,
        source=request.source,
        starter=exercise.starter,
        entry=exercise.entry,
        forbidden=exercise.forbidden,
        seed=request.seed,
        cpu_ms=math.ceil(exercise.limits.seconds * 1000),
    )


def grade_of(request: GradingRequest, seen: Observation) -> Grade:
    """The grade that follows from what was seen.

    How a solver ended, seen from outside, outweighs what the judge made of its answers.

    Raises:
        SandboxError: The judge failed.
    """
    parts = Parts.of(request.source)
    result = _placed(_require_result(request, seen), parts)
    if seen.ending is not None and seen.ending.cause in CHECKING:
        log.warning(
            "judge_overcome", slug=request.exercise.slug, run=request.run, by=seen.ending.cause
        )
    limits = request.exercise.limits
    ending = "" if seen.ending is None else _ended(seen.ending, result.checks, limits)
    checks = tuple(_check_result(entry, limits, ending) for entry in result.checks)
    if seen.ending is None:
        verdict, detail = _verdict(request, result, checks, parts)
    else:
        verdict, detail = VERDICTS.get(seen.ending.cause, Verdict.CRASHED), ending
    lines = result.outcome.lines if isinstance(result.outcome, _WITH_LINES) else ()
    return Grade(
        verdict=verdict,
        checks=checks,
        detail=one_line(detail),
        traceback=tuple(map(one_line, lines)),
        output=printable(seen.output),
        usage=seen.usage,
    )


def _require_result(request: GradingRequest, seen: Observation) -> GradeResult:
    slug, result = request.exercise.slug, seen.result
    if isinstance(result, JobFailed):
        log.error("judge_failed", slug=slug, run=request.run, exception=result.trace)
        raise SandboxError("the judge could not carry out the checks")
    for entry in result.checks:
        if entry.end is CheckEnd.BROKEN:
            log.error(
                "check_broke",
                slug=slug,
                check=entry.name,
                run=request.run,
                exception=entry.trace,
            )
    return result


# --- checks -----------------------------------------------------------------------------------


def _check_result(entry: CheckEntry, limits: Limits, ending: str) -> CheckResult:
    return CheckResult(
        name=entry.name,
        title=entry.title,
        core=entry.core,
        points=entry.points,
        status=STATUSES.get(entry.end, CheckStatus.FAILED),
        message=one_line(_check_message(entry, limits, ending)),
        traceback=tuple(map(one_line, entry.lines)),
        example=printable(entry.example, max_chars=MAX_EXAMPLE_CHARS),
        hint=entry.hint,
    )


def _check_message(entry: CheckEntry, limits: Limits, ending: str) -> str:
    if entry.end is CheckEnd.UNFINISHED:
        return ending
    if entry.end is CheckEnd.BROKEN:
        return UNREADABLE
    return entry.message + _limit_met(entry.message, limits)


def _limit_met(message: str, limits: Limits) -> str:
    """Which limit an exception of the system's comes from, to be added to its message."""
    for words, limit in LIMITS_MET.items():
        if words in message:
            return f"; {limit.format(limits)} are allowed"
    return ""


# --- the verdict ------------------------------------------------------------------------------


def _verdict(
    request: GradingRequest, result: GradeResult, checks: Sequence[CheckResult], parts: Parts
) -> tuple[Verdict, str]:
    match result.outcome:
        case Checked():
            raised = {entry.name for entry in result.checks if entry.end is CheckEnd.RAISED}
            cause = _common_cause(result.checks, request.exercise.limits)
            return _from_checks(checks, raised), cause
        case SolverEnded():
            log.error("judge_failed", slug=request.exercise.slug, reason="a solver that goes on")
            raise SandboxError("the judge lost a solver that was still there")
        case _:
            return _unchecked(request, result.outcome, parts)


def _unchecked(request: GradingRequest, outcome: Outcome, parts: Parts) -> tuple[Verdict, str]:
    """For a source that was not checked at all."""
    match outcome:
        case DoesNotParse(line=line, message=message):
            where = parts.where(line) if line else "it cannot be read"
            return Verdict.SYNTAX_ERROR, _begun(f"{where}: {message}.")
        case UsesForbidden(line=line, name=name):
            reason = OWN_PART if name in request.exercise.forbidden else LEADS_AROUND
            return Verdict.NOT_ALLOWED, _begun(f"{parts.where(line)} uses `{name}`; {reason}.")
        case LoadRaised(message=message):
            said = message.replace("`", "'")
            met = _limit_met(message, request.exercise.limits)
            return Verdict.CRASHED, f"Loading it raised `{said}`{met}."
        case LoadStopped(lines=lines):
            return Verdict.TIMED_OUT, f"While loading, {_where(lines[:1])} {TAKES_TOO_LONG}."
        case NotInSandbox(names=names, lines=lines):
            return Verdict.NOT_ALLOWED, _lacks(names, _where(lines[-1:]))
        case NamesMissing(names=names):
            named = "`, `".join(names)
            return Verdict.WRONG, f"It does not define `{named}` once it has been loaded."
        case IsStarter() | Checked() | SolverEnded():
            return Verdict.UNATTEMPTED, ""


def _from_checks(checks: Sequence[CheckResult], raised: set[str]) -> Verdict:
    core = [check for check in checks if check.core]
    held = [check for check in core if check.status is CheckStatus.PASSED]
    if core and len(held) == len(core):
        return Verdict.SOLVED
    if any(check.points for check in held):
        return Verdict.PARTLY
    if core and all(check.name in raised for check in core):
        full = all(GPU_FULL in check.message for check in core)
        return Verdict.OUT_OF_MEMORY if full else Verdict.CRASHED
    return Verdict.WRONG


def _lacks(names: Sequence[str], where: str) -> str:
    if KEYBOARD in names:
        return f"{_begun(where)} waits for `{KEYBOARD}`, and nobody can type here."
    needed, *others = [f"`{name}`" for name in names] or ["a package"]
    also = f" {' and '.join(others)} would be missing as well." if others else ""
    return f"{_begun(where)} needs {needed}, which is not there: {THERE}.{also}"


def _where(lines: Sequence[str]) -> str:
    """The place at the beginning of a traceback's line."""
    found = PLACE.match(lines[0]) if lines else None
    return found[0] if found else "it"


def _common_cause(entries: Sequence[CheckEntry], limits: Limits) -> str:
    """The one exception that all failed checks met, as a sentence; empty where they differ."""
    failed = [entry for entry in entries if entry.end is not CheckEnd.PASSED]
    seen = {(entry.end, entry.message, entry.lines[-1:]) for entry in failed}
    if len(failed) == 1 or len(seen) != 1:
        return ""
    ((end, message, lines),) = seen
    if end is not CheckEnd.RAISED or not lines:
        return ""
    hint = f" {NOT_DEFINED}" if message.startswith("it raised `NameError:") else ""
    where = _begun(_where(lines))
    met = _limit_met(message, limits)
    return f"All {len(failed)} failed checks have one cause. {where}: {message}{met}.{hint}"


# --- how a solver ended -----------------------------------------------------------------------


def _ended(ending: Ending, entries: Sequence[CheckEntry], limits: Limits) -> str:
    sentence = _ending_sentence(ending, limits)
    if any(entry.end is not CheckEnd.NOT_RUN for entry in entries) or not entries:
        return sentence
    return f"While it was loaded, before the first check, {sentence[0].lower()}{sentence[1:]}"


def _ending_sentence(ending: Ending, limits: Limits) -> str:
    sentences = {
        Cause.TIMED_OUT: f"It used more than {limits.seconds:g} seconds of CPU time.",
        Cause.STALLED: (
            f"It waited for more than {limits.wait_seconds:g} seconds and used hardly any CPU time"
            " meanwhile: it slept, or waited for something that never came."
        ),
        Cause.OUT_OF_MEMORY: f"It needed more than {limits.memory_mb} MB of memory.",
        Cause.OUT_OF_GPU_MEMORY: (
            f"It used {ending.gpu_bytes >> 20} MB of GPU memory; {limits.gpu_memory_mb} MB are"
            " allowed."
        ),
        Cause.FLOODED: f"It printed more than {limits.output_kb} KB.",
        Cause.OUT_OF_TURN: "It sent more than any answer needs.",
        Cause.MALFORMED: "It wrote over the sandbox's own channel.",
        Cause.SILENT: "It closed the sandbox's own channel.",
        Cause.SLOW_TO_CHECK: (
            "It sent something that took far too long to check: no right answer takes as long."
        ),
        Cause.BIG_TO_CHECK: (
            "It sent something that took far too much memory to check: no right answer takes as"
            " much."
        ),
        Cause.EXITED: f"The process ended itself with exit code {ending.code}.",
    }
    return sentences.get(ending.cause) or _signal_sentence(-(ending.code or 0))


def _signal_sentence(signal: int) -> str:
    if signal == SIGSEGV:
        return "The process died of a segmentation fault."
    return f"The process was ended by signal {signal}."


# --- places -----------------------------------------------------------------------------------


def _placed(result: GradeResult, parts: Parts) -> GradeResult:
    """The result with tracebacks whose lines are named as their author sees them."""

    def place(lines: Sequence[str]) -> tuple[str, ...]:
        return tuple(map(parts.in_trace, lines))

    outcome = result.outcome
    if isinstance(outcome, _WITH_LINES):
        outcome = replace(outcome, lines=place(outcome.lines))
    checks = tuple(replace(entry, lines=place(entry.lines)) for entry in result.checks)
    return replace(result, outcome=outcome, checks=checks)


def _begun(text: str) -> str:
    """A sentence that begins as sentences do."""
    return f"{text[:1].upper()}{text[1:]}"
