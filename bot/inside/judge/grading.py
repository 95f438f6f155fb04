"""The trusted side: holds checks, references and hidden inputs, and computes the verdict.

Long-lived, one grading at a time. It runs no learner code: it asks, and compares what comes back.
"""

import itertools
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from torch import Tensor

from bot.inside.common.pipe import Pipe
from bot.kit.check import Check
from bot.kit.errors import CheckFailed, SolutionRaised
from bot.kit.rng import Rng
from bot.kit.solution import Solution, with_handles
from bot.kit.stream import Stream
from bot.wire.frames import MAX_PAYLOAD_BYTES, Frame, Kind, WireError
from bot.wire.values import Generator, Handle, StreamRef, Value, decode, encode

MAX_CALLS = 64
MAX_CALL_BYTES = 2**22
"""What may wait for the next request that wants a value: half a frame."""

MAX_LINES = 12
MAX_TRACE_CHARS = 4000


class SolverGone(Exception):  # noqa: N818  # seen from outside by the host, which says how
    """The solver ended before it answered."""


@dataclass
class Grading:
    """One grading.

    Attributes:
        harness: Source of the exercise's test doubles, which live in the solver; empty without any.
        raised: Names of the checks in which the learner's code raised.
        broken: Traces of checks that broke over an answer, by name: a surprise to their author.
    """

    pipe: Pipe
    job: Mapping[str, Value]
    harness: str = ""
    raised: list[str] = field(default_factory=list[str])
    broken: dict[str, str] = field(default_factory=dict[str, str])
    _bound: frozenset[str] = frozenset()
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _calls: list[tuple[str, Value]] = field(default_factory=list[tuple[str, Value]])
    _call_bytes: int = 0
    _streams: dict[int, Stream] = field(default_factory=dict[int, Stream])

    def run(self, checks: Sequence[Check]) -> dict[str, Value]:
        """Inspect, load, check; what is known when the solver ends early is kept."""
        results = [_entry(check) for check in checks]
        try:
            outcome = self._inspected() or self._loaded()
            if outcome is not None:
                return {"outcome": outcome, "results": []}
            for check, entry in zip(checks, results, strict=True):
                entry["status"] = "unfinished"
                self._check(check, entry)
        except SolverGone:
            return {"outcome": {"kind": "gone"}, "results": results}
        outcome = {"kind": "checked", "raised": self.raised, "broken": self.broken}
        return {"outcome": outcome, "results": results}

    # --- the three steps ----------------------------------------------------------------------

    def _inspected(self) -> dict[str, Value] | None:
        arguments = {name: self.job[name] for name in ("source", "starter", "forbidden")}
        found = self.ask("inspect", arguments)
        if found["error"]:
            line, message = found["error"]
            return {"kind": "syntax", "line": line, "message": message}
        if found["unattempted"]:
            return {"kind": "unattempted"}
        if found["forbidden"]:
            line, name = found["forbidden"]
            return {"kind": "forbidden", "line": line, "name": name}
        return None

    def _loaded(self) -> dict[str, Value] | None:
        try:
            names = self._names()
        except SolutionRaised as error:
            return {"kind": "raised", "message": str(error), "lines": list(error.lines)}
        missing = [name for name in self.job["entry"] if name not in names]
        return {"kind": "missing", "names": missing} if missing else None

    def _names(self) -> frozenset[str]:
        """Load the source; the names it binds."""
        names = self.ask("load", {"source": self.job["source"], "harness": self.harness})
        if not isinstance(names, list):
            raise SolutionRaised("MalformedAnswer", "loading it gave no names", ())
        self._bound = frozenset(map(_text, cast("list[Value]", names)))
        return self._bound

    def _check(self, check: Check, entry: dict[str, Value]) -> None:
        solution = Solution(self.ask, self._renew, self._bound)
        try:
            check.body(solution, Rng(bytes.fromhex(self.job["seed"]), check.name))
            self._settle()
        except SolverGone:
            raise
        except CheckFailed as failed:
            entry.update(status="failed", message=str(failed), example=failed.example)
        except SolutionRaised as error:
            said = str(error).replace("`", "'")
            entry.update(status="failed", message=f"it raised `{said}`", lines=list(error.lines))
            self.raised.append(check.name)
        except Exception:  # noqa: BLE001  # whatever an answer does to a check, the judge goes on
            entry["status"] = "broken"
            self.broken[check.name] = traceback.format_exc()[-MAX_TRACE_CHARS:]
        else:
            entry["status"] = "passed"
        self._taken()  # nobody waits for the calls of a check that has ended

    def _renew(self) -> None:
        self._settle()
        self.pipe.send(Frame(Kind.RESTART))
        if self.pipe.receive().kind is not Kind.RESTARTED:
            raise SolverGone
        self._names()

    # --- asking -------------------------------------------------------------------------------

    def ask(self, operation: str, arguments: dict[str, Value]) -> Value:
        """Ask the solver. What is to stay there is sent along with the next call for a value."""
        kept = arguments.get("keep")
        self._calls.append((operation, self._prepared(arguments)))
        if not kept:
            return self._answered()
        many = len(self._calls) >= MAX_CALLS or self._call_bytes >= MAX_CALL_BYTES
        if many or self._streams:  # a check with a stream looks at what was pulled
            self._settle()
        return Handle(kept)

    def _settle(self) -> None:
        if self._calls:
            self.ask("wait", {})

    def _answered(self) -> Value:
        """Send the waiting calls and serve what the solver pulls meanwhile."""
        number = next(self._numbers)
        calls, streams = self._taken()
        self._tell({"id": number, "calls": [list(call) for call in calls]})
        while True:
            reply = self._reply()
            if isinstance(reply.get("pull"), int):
                stream = streams.get(reply["pull"])
                self._tell({"items": [] if stream is None else with_handles(list(stream.next()))})
            elif type(reply.get("id")) is not int or reply["id"] != number:
                raise SolutionRaised("WrongAnswer", "the answer was out of turn", ())
            elif isinstance(reply.get("raised"), dict):
                raise _raised(reply["raised"])
            else:
                return reply.get("value")

    def _taken(self) -> tuple[list[tuple[str, Value]], dict[int, Stream]]:
        taken = self._calls, self._streams
        self._calls, self._call_bytes, self._streams = [], 0, {}
        return taken

    def _tell(self, message: dict[str, Value]) -> None:
        payload = encode(message)
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise ValueError(f"a request of {len(payload)} bytes; a frame takes 8 MB")
        self.pipe.send(Frame(Kind.ASK, payload))

    def _reply(self) -> dict[str, Value]:
        frame = self.pipe.receive()
        if frame.kind is Kind.GONE:
            raise SolverGone
        try:
            reply = decode(frame.payload)
        except WireError as error:
            raise SolutionRaised("MalformedAnswer", str(error), ()) from error
        if not isinstance(reply, dict):
            raise SolutionRaised("MalformedAnswer", "the answer is not a record", ())
        return cast("dict[str, Value]", reply)

    def _prepared(self, value: Value) -> Value:
        """The value with numbers for streams; counts its bytes."""
        if isinstance(value, Stream):
            self._streams[value.number] = value
            return StreamRef(value.number)
        if isinstance(value, Tensor):
            self._call_bytes += value.nbytes
        if isinstance(value, Generator):
            return Generator([self._prepared(item) for item in value.items])
        if isinstance(value, list):
            return list(map(self._prepared, cast("list[Value]", value)))
        if isinstance(value, tuple):
            return tuple(map(self._prepared, cast("tuple[Value, ...]", value)))
        if isinstance(value, dict):
            pairs = cast("dict[Value, Value]", value).items()
            return {key: self._prepared(item) for key, item in pairs}
        return value


def _entry(check: Check) -> dict[str, Value]:
    return {
        "name": check.name,
        "title": check.title,
        "core": check.core,
        "points": check.points,
        "hint": check.hint,
        "status": "not run",
        "message": "",
        "example": "",
        "lines": [],
    }


def _raised(described: dict[str, Value]) -> SolutionRaised:
    lines = described.get("lines")
    last = cast("list[Value]", lines)[-MAX_LINES:] if isinstance(lines, list) else []
    return SolutionRaised(
        _text(described.get("type"))[:100] or "Exception",
        _text(described.get("message"))[:500],
        [_text(line)[:200] for line in last],
    )


def _text(value: Value) -> str:
    """A text as it is, and nothing for all else, which may take long to write out."""
    return value if isinstance(value, str) else ""
