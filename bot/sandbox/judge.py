"""The trusted side: holds checks, references and hidden inputs, and computes the verdict.

Long-lived, one grading at a time. It runs no learner code: it asks, and compares what comes back.
"""

import importlib.util
import itertools
import json
import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from bot.sandbox.kit import Check, CheckFailed, Rng, Solution, SolutionRaised, Stream, declared
from bot.sandbox.solver import Pipe
from bot.sandbox.values import Pulled, decode, encode
from bot.sandbox.wire import Frame, Kind, WireError


class SolverGone(Exception):  # noqa: N818  # seen from outside by the host, which says how
    """The solver ended before it answered."""


@dataclass
class Grading:
    """One grading."""

    pipe: Pipe
    job: dict[str, Any]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    loaded: list[str] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)

    def run(self, checks: list[Check]) -> dict[str, Any]:
        """Inspect, load, check; what is known when the solver ends early is kept."""
        results = [_entry(check) for check in checks]
        try:
            outcome = self._inspected() or self._loaded()
            if outcome:
                return {"outcome": outcome, "results": []}
            solution = Solution(self.ask, self._renew, frozenset(self.loaded))
            for check, entry in zip(checks, results, strict=True):
                entry["status"] = "unfinished"
                self._check(check, solution, entry)
        except SolverGone:
            return {"outcome": {"kind": "gone"}, "results": results}
        return {"outcome": {"kind": "checked", "raised": self.raised}, "results": results}

    def ask(self, op: str, wish: dict[str, Any]) -> Any:
        """Ask the solver and serve what it pulls meanwhile."""
        number = next(self.numbers)
        streams: dict[int, Stream] = {}
        request = {"id": number, "op": op, "with": _prepared(wish, streams)}
        self.pipe.send(Frame(Kind.ASK, encode(request)))
        while True:
            reply = self._reply()
            if isinstance(reply.get("pull"), int):
                self._serve(streams.get(reply["pull"]))
            elif reply.get("id") != number:
                raise SolutionRaised("WrongAnswer", "the sandbox's answer was out of turn", ())
            elif isinstance(reply.get("raised"), dict):
                raise _raised(reply["raised"])
            else:
                return reply.get("value")

    def _reply(self) -> dict[str, Any]:
        frame = self.pipe.receive()
        if frame.kind is Kind.GONE:
            raise SolverGone
        try:
            reply = decode(frame.payload)
        except WireError as error:
            raise SolutionRaised("MalformedAnswer", str(error), ()) from error
        if not isinstance(reply, dict):
            raise SolutionRaised("MalformedAnswer", "the answer is no answer", ())
        return reply

    def _serve(self, stream: Stream | None) -> None:
        reply = {"end": True} if stream is None else stream.next()
        self.pipe.send(Frame(Kind.ASK, encode(reply)))

    def _inspected(self) -> dict[str, Any] | None:
        found = self.ask(
            "inspect",
            {
                "source": self.job["source"],
                "starter": self.job["starter"],
                "forbidden": self.job["forbidden"],
            },
        )
        if found["error"]:
            line, message = found["error"]
            return {"kind": "syntax", "line": line, "message": message}
        if found["unattempted"]:
            return {"kind": "unattempted"}
        if found["forbidden"]:
            line, name = found["forbidden"]
            return {"kind": "forbidden", "line": line, "name": name}
        return None

    def _loaded(self) -> dict[str, Any] | None:
        try:
            self.loaded = [str(name) for name in self.ask("load", {"source": self.job["source"]})]
        except SolutionRaised as error:
            return {"kind": "raised", "message": str(error), "lines": list(error.lines)}
        missing = [name for name in self.job["entry"] if name not in self.loaded]
        return {"kind": "missing", "names": missing} if missing else None

    def _renew(self) -> None:
        self.pipe.send(Frame(Kind.FRESH))
        if self.pipe.receive().kind is not Kind.OPENED:
            raise SolverGone
        self.ask("load", {"source": self.job["source"]})

    def _check(self, check: Check, solution: Solution, entry: dict[str, Any]) -> None:
        try:
            check.body(solution, Rng(bytes.fromhex(self.job["seed"]), check.name))
        except CheckFailed as failed:
            entry.update(status="failed", message=str(failed), example=failed.example)
        except SolutionRaised as error:
            entry.update(status="failed", message=f"it raised {error}", lines=list(error.lines))
            self.raised.append(check.name)
        else:
            entry["status"] = "passed"


def _entry(check: Check) -> dict[str, Any]:
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


def _prepared(value: Any, streams: dict[int, Stream]) -> Any:
    if isinstance(value, Stream):
        streams[value.number] = value
        return Pulled(value.number)
    if isinstance(value, (list, tuple)):
        return type(value)(_prepared(item, streams) for item in value)
    if isinstance(value, dict):
        return {key: _prepared(item, streams) for key, item in value.items()}
    return value


def _raised(described: dict[str, Any]) -> SolutionRaised:
    lines = described.get("lines")
    return SolutionRaised(
        str(described.get("type", "Exception"))[:100],
        str(described.get("message", ""))[:500],
        [str(line)[:200] for line in lines][-12:] if isinstance(lines, list) else (),
    )


def load_checks(folder: Path) -> list[Check]:
    """Read an exercise's `checks.py`."""
    spec = importlib.util.spec_from_file_location(f"checks_of_{folder.name}", folder / "checks.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(folder / "checks.py")
    module = importlib.util.module_from_spec(spec)
    declared()
    spec.loader.exec_module(module)
    return declared()


def main(exercises: Path) -> None:
    """Serve gradings until the host goes away."""
    torch.set_num_threads(1)
    pipe = Pipe(os.dup(0), os.dup(1))
    os.dup2(2, 1)
    pipe.send(Frame(Kind.READY))
    known: dict[tuple[str, str], list[Check]] = {}
    while True:
        job = json.loads(pipe.receive().payload)
        try:
            version = (job["slug"], job["fingerprint"])
            if version not in known:
                known[version] = load_checks(exercises / job["slug"])
            result = Grading(pipe, job).run(known[version])
        except Exception:  # our own fault: said to the host, which retries  # noqa: BLE001
            result = {
                "outcome": {"kind": "fault", "trace": traceback.format_exc()[-4000:]},
                "results": [],
            }
        pipe.send(Frame(Kind.RESULT, json.dumps(result).encode()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
