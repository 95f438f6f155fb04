"""The trusted side: holds checks, references and hidden inputs, and computes the verdict.

Long-lived, one grading at a time. It runs no learner code: it asks, and compares what comes back.
"""

import importlib.util
import itertools
import json
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, cast

from torch import Tensor

from bot.sandbox.boot import Pipe, private_pipe, warm_up
from bot.sandbox.kit import Check, CheckFailed, Rng, Solution, SolutionRaised, Stream, declared
from bot.sandbox.values import Generated, Handle, Pulled, Value, decode, encode
from bot.sandbox.wire import PAYLOAD_LIMIT_BYTES, Frame, Kind, WireError

WISHES_AT_MOST = 64
WISHES_AT_MOST_BYTES = 2**22
"""What may wait for the next request that wants a value: half a frame."""

LINES_AT_MOST = 12
TRACE_AT_MOST_CHARS = 4000


Known: TypeAlias = dict[str, tuple[list[Check], str]]
"""Checks and rig of each version of an exercise that was graded before."""


class SolverGone(Exception):  # noqa: N818  # seen from outside by the host, which says how
    """The solver ended before it answered."""


@dataclass
class Grading:
    """One grading.

    Attributes:
        rig: Source of the exercise's doubles, which live in the solver; empty when it has none.
        raised: Names of the checks in which the learner's code raised.
        odd: Traces of checks that broke over an answer, by name: a surprise to their author.
    """

    pipe: Pipe
    job: Mapping[str, Value]
    rig: str = ""
    raised: list[str] = field(default_factory=list[str])
    odd: dict[str, str] = field(default_factory=dict[str, str])
    _bound: frozenset[str] = frozenset()
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _wishes: list[tuple[str, Value]] = field(default_factory=list[tuple[str, Value]])
    _wishes_bytes: int = 0
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
        outcome = {"kind": "checked", "raised": self.raised, "odd": self.odd}
        return {"outcome": outcome, "results": results}

    # --- the three steps ----------------------------------------------------------------------

    def _inspected(self) -> dict[str, Value] | None:
        wish = {name: self.job[name] for name in ("source", "starter", "forbidden")}
        found = self.ask("inspect", wish)
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
        names = self.ask("load", {"source": self.job["source"], "rig": self.rig})
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
            entry["status"] = "odd"
            self.odd[check.name] = traceback.format_exc()[-TRACE_AT_MOST_CHARS:]
        else:
            entry["status"] = "passed"
        self._taken()  # what a failed check still wished for is of no use

    def _renew(self) -> None:
        self._settle()
        self.pipe.send(Frame(Kind.FRESH))
        if self.pipe.receive().kind is not Kind.OPENED:
            raise SolverGone
        self._names()

    # --- asking -------------------------------------------------------------------------------

    def ask(self, op: str, wish: dict[str, Value]) -> Value:
        """Ask the solver. What shall stay there is sent along with the next wish for a value."""
        kept = wish.get("keep")
        self._wishes.append((op, self._prepared(wish)))
        if not kept:
            return self._answered()
        many = len(self._wishes) >= WISHES_AT_MOST or self._wishes_bytes >= WISHES_AT_MOST_BYTES
        if many or self._streams:  # whoever passes a stream wants to know what was pulled
            self._settle()
        return Handle(kept)

    def _settle(self) -> None:
        if self._wishes:
            self.ask("settle", {})

    def _answered(self) -> Value:
        """Send the waiting wishes and serve what the solver pulls meanwhile."""
        number = next(self._numbers)
        wishes, streams = self._taken()
        self._tell({"id": number, "do": [list(wish) for wish in wishes]})
        while True:
            reply = self._reply()
            if isinstance(reply.get("pull"), int):
                stream = streams.get(reply["pull"])
                self._tell({"end": True} if stream is None else stream.next())
            elif type(reply.get("id")) is not int or reply["id"] != number:
                raise SolutionRaised("WrongAnswer", "the answer was out of turn", ())
            elif isinstance(reply.get("raised"), dict):
                raise _raised(reply["raised"])
            else:
                return reply.get("value")

    def _taken(self) -> tuple[list[tuple[str, Value]], dict[int, Stream]]:
        taken = self._wishes, self._streams
        self._wishes, self._wishes_bytes, self._streams = [], 0, {}
        return taken

    def _tell(self, message: dict[str, Value]) -> None:
        payload = encode(message)
        if len(payload) > PAYLOAD_LIMIT_BYTES:
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
            raise SolutionRaised("MalformedAnswer", "the answer is none", ())
        return cast("dict[str, Value]", reply)

    def _prepared(self, value: Value) -> Value:
        """The value with numbers for streams; counts its bytes."""
        if isinstance(value, Stream):
            self._streams[value.number] = value
            return Pulled(value.number)
        if isinstance(value, Tensor):
            self._wishes_bytes += value.nbytes
        if isinstance(value, Generated):
            return Generated(tuple(map(self._prepared, value.items)))
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
    last = cast("list[Value]", lines)[-LINES_AT_MOST:] if isinstance(lines, list) else []
    return SolutionRaised(
        _text(described.get("type"))[:100] or "Exception",
        _text(described.get("message"))[:500],
        [_text(line)[:200] for line in last],
    )


def _text(value: Value) -> str:
    """A text as it is, and nothing for all else, which may take long to write out."""
    return value if isinstance(value, str) else ""


def load_rig(folder: Path) -> str:
    """Read an exercise's `rig.py`; empty when it has none."""
    file = folder / "rig.py"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def load_checks(folder: Path) -> list[Check]:
    """Read an exercise's `checks.py`."""
    spec = importlib.util.spec_from_file_location(f"checks_of_{folder.name}", folder / "checks.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(folder / "checks.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # dataclasses look themselves up there
    declared()
    spec.loader.exec_module(module)
    return declared()


def main(exercises: Path) -> None:
    """Serve gradings until the host goes away."""
    pipe = private_pipe()
    warm_up()
    pipe.send(Frame(Kind.READY))
    known: Known = {}
    while True:
        pipe.send(Frame(Kind.RESULT, _graded(pipe, exercises, known)))


def _graded(pipe: Pipe, exercises: Path, known: Known) -> bytes:
    job = json.loads(pipe.receive().payload)
    slug, version = job["slug"], f"{job['slug']}@{job['fingerprint']}"
    result: dict[str, Value]
    try:
        if version not in known:
            known[version] = load_checks(exercises / slug), load_rig(exercises / slug)
        checks, rig = known[version]
        result = Grading(pipe, job, rig).run(checks)
    except Exception:  # noqa: BLE001  # our own fault: said to the host, which retries
        trace = traceback.format_exc()[-TRACE_AT_MOST_CHARS:]
        result = {"outcome": {"kind": "fault", "trace": trace}, "results": []}
    return json.dumps(result).encode()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
