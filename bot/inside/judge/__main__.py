"""Starts a judge: ``python -m bot.inside.judge <folder of exercises>``."""

import json
import sys
import traceback
from pathlib import Path
from typing import TypeAlias

from bot.inside.common.boot import warm_up
from bot.inside.common.pipe import Pipe, private_pipe
from bot.inside.judge.checks import load_checks, load_harness
from bot.inside.judge.grading import MAX_TRACE_CHARS, Grading
from bot.kit.check import Check
from bot.wire.frames import Frame, Kind
from bot.wire.values import Value

Known: TypeAlias = dict[str, tuple[list[Check], Value]]
"""Checks and harness of each version of an exercise that was graded before."""


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
            known[version] = load_checks(exercises / slug), load_harness(exercises / slug)
        checks, harness = known[version]
        result = Grading(pipe, job, harness).run(checks)
    except Exception:  # noqa: BLE001  # our own fault: said to the host, which retries
        trace = traceback.format_exc()[-MAX_TRACE_CHARS:]
        result = {"outcome": {"kind": "fault", "trace": trace}, "results": []}
    return json.dumps(result).encode()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
