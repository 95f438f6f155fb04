"""Log lines: whatever is in them, each is one line of printable characters."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import logging, sys
import structlog
from bot.app.log import configure

configure(level="info", as_json={as_json})
hostile = "a\\n2026-11-23T09:00:00Z [info     ] graded verdict=solved\\r\\x1b[2J\\u202e\\ud800"
log = structlog.get_logger()
log.info("submission_read", name=hostile, names=[hostile], count=3)
log.info(hostile)
logging.getLogger("library").warning("it said %s", hostile)
try:
    raise ValueError(hostile)
except ValueError:
    log.exception("event_failed", event_key=hostile)
log.error("check_broke", exception=hostile)
"""


def logged(*, as_json: bool) -> list[str]:
    program = [sys.executable, "-c", PROGRAM.format(as_json=as_json)]
    done = subprocess.run(program, capture_output=True, check=True)  # noqa: S603  # our own code
    return done.stderr.decode().removesuffix("\n").split("\n")


@pytest.mark.parametrize("as_json", [False, True])
def test_every_line_is_printable(as_json: bool) -> None:  # noqa: FBT001
    assert all(line.isprintable() for line in logged(as_json=as_json))


def test_text_from_outside_makes_no_line_of_its_own() -> None:
    lines = [line for line in logged(as_json=False) if not line.startswith("    ")]

    assert len(lines) == 5  # the others belong to tracebacks


def test_machines_read_an_object_on_every_line() -> None:
    records = [json.loads(line) for line in logged(as_json=True)]

    assert len(records) == 5
    assert records[0]["name"].startswith("a 2026")
    assert records[0]["count"] == 3
    assert records[3]["exception"].splitlines()[0].strip().startswith("Traceback")
