"""The trusted side: holds checks, references and hidden inputs, and computes the verdict.

It runs no learner code: it asks, and compares what comes back.
"""

import math
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from bot.inside.common.pipe import Pipe
from bot.inside.judge.conversation import Conversation, SolutionLacks, SolverGone, text_of
from bot.kit.check import Check
from bot.kit.errors import CheckFailed, SolutionRaised
from bot.kit.rng import Rng
from bot.kit.solution import Solution
from bot.wire.jobs import (
    Checked,
    CheckEnd,
    CheckEntry,
    DoesNotParse,
    GradeJob,
    GradeResult,
    IsStarter,
    LoadRaised,
    LoadStopped,
    NamesMissing,
    NotInSandbox,
    Outcome,
    SolverEnded,
    UsesForbidden,
)
from bot.wire.raised import STOPPED

MAX_TRACE_CHARS = 4000
MAX_MESSAGE_CHARS = 4000


@dataclass
class Grading:
    """One grading: the source is inspected, then loaded, then checked."""

    pipe: Pipe
    job: GradeJob
    _conversation: Conversation = field(init=False)
    _bound: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._conversation = Conversation(self.pipe, self.job.cpu_ms / 1000)

    def run(self, checks: Sequence[Check]) -> GradeResult:
        """Carry it out; what is known when the solver ends early is kept."""
        result = self._carried_out(checks)
        return replace(result, reading_ms=math.floor(self._conversation.reading_s * 1000))

    def _carried_out(self, checks: Sequence[Check]) -> GradeResult:
        entries = [_entry(check) for check in checks]
        try:
            outcome = self._inspect() or self._load()
            if outcome is not None:
                return GradeResult(outcome=outcome)
            for number, check in enumerate(checks):
                entries[number] = replace(entries[number], end=CheckEnd.UNFINISHED)
                entries[number] = self._check(check, entries[number])
        except SolverGone:
            return GradeResult(outcome=SolverEnded(), checks=tuple(entries))
        except SolutionLacks as error:
            return GradeResult(outcome=NotInSandbox(names=error.names, lines=error.lines))
        return GradeResult(outcome=Checked(), checks=tuple(entries))

    def _inspect(self) -> Outcome | None:
        """What is wrong with the source; its answer comes before any learner code has run."""
        job = self.job
        found = self._conversation.ask(
            "inspect",
            {
                "source": job.source,
                "starter": job.starter,
                "entry": list(job.entry),
                "forbidden": list(job.forbidden),
            },
        )
        if found["error"]:
            line, message = found["error"]
            return DoesNotParse(line=line, message=message)
        if found["unattempted"]:
            return IsStarter()
        if found["forbidden"]:
            line, name = found["forbidden"]
            return UsesForbidden(line=line, name=name)
        return None

    def _load(self) -> Outcome | None:
        try:
            self._bound = self._load_names()
        except SolutionRaised as error:
            if error.kind == STOPPED:
                return LoadStopped(lines=error.lines)
            return LoadRaised(message=str(error), lines=error.lines)
        missing = tuple(name for name in self.job.entry if name not in self._bound)
        return NamesMissing(names=missing) if missing else None

    def _load_names(self) -> frozenset[str]:
        """Load the source; the names it binds."""
        names = self._conversation.ask(
            "load",
            {
                "source": self.job.source,
                "harness": self.job.harness,
                "entry": list(self.job.entry),
            },
        )
        if not isinstance(names, list):
            raise SolutionRaised("MalformedAnswer", "loading it gave no names", ())
        return frozenset(map(text_of, cast("list[object]", names)))

    def _renew(self) -> None:
        self._conversation.renew()
        self._load_names()

    def _check(self, check: Check, entry: CheckEntry) -> CheckEntry:
        solution = Solution(self._conversation.ask, self._renew, self._bound)
        try:
            check.body(solution, Rng(self.job.seed, check.name))
            self._conversation.wait()
        except (SolverGone, SolutionLacks):
            raise
        except CheckFailed as failed:
            return replace(
                entry, end=CheckEnd.FAILED, message=_cut(str(failed)), example=failed.example
            )
        except SolutionRaised as error:
            said = str(error).replace("`", "'")
            return replace(
                entry, end=CheckEnd.RAISED, message=f"it raised `{said}`", lines=error.lines
            )
        except Exception:  # noqa: BLE001  # whatever an answer does to a check, the judge goes on
            trace = traceback.format_exc()[-MAX_TRACE_CHARS:]
            return replace(entry, end=CheckEnd.BROKEN, trace=trace)
        finally:
            self._conversation.forget()
        return replace(entry, end=CheckEnd.PASSED)


def _entry(check: Check) -> CheckEntry:
    return CheckEntry(
        name=check.name,
        title=check.title,
        core=check.core,
        points=check.points,
        hint=check.hint,
    )


def _cut(text: str) -> str:
    """A check's own sentence may quote an answer."""
    return text[:MAX_MESSAGE_CHARS]
