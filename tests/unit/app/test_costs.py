"""No text from outside holds up the process: its cost is bounded, and grows with its length."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.support.entrances import ENTRANCES, FAMILIES, NOTHING_S, TIRED_AFTER_S, cost, cpu_s

MAX_S_PER_KB = 0.04
"""Several times what the dearest of them takes on a busy machine."""

MAX_GROWTH = 11.0
"""Four times the text costs four times as much, and sixteen times where the cost is quadratic; a
quarter takes milliseconds, so that a busy machine may count it half too short."""

Tried = Mapping[str, Any]

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def tried() -> Sequence[Tried]:
    """What each try came to, in a process of its own, which ends where a try does not."""
    command = [sys.executable, "-m", "tests.support.entrances"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=360)  # noqa: S603
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"it ended over {lines[-1]}: {done.stderr[-2000:]}"
    return [line for line in lines if "whole_s" in line]


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_text_from_outside_costs_little_and_no_more_than_its_length(
    entrance: str, tried: Sequence[Tried]
) -> None:
    mine = [line for line in tried if line["entrance"] == entrance]

    assert len(mine) >= len(FAMILIES)
    assert [line for line in mine if line["whole_s"] > MAX_S_PER_KB * line["chars"] / 1024] == []
    assert [line for line in mine if line["whole_s"] > MAX_GROWTH * line["quarter_s"] > 0] == []


# --- that it would be seen --------------------------------------------------------------------


def test_a_cost_that_grows_with_the_square_is_seen() -> None:
    def quadratic(text: str) -> None:
        for _ in range((len(text) // 64) ** 2):
            pass

    whole_s, quarter_s = cost(quadratic, "a" * 2**18)

    assert whole_s > max(NOTHING_S, MAX_GROWTH * quarter_s)


def test_what_never_ends_is_ended() -> None:
    program = (
        "import re, signal; signal.setitimer(signal.ITIMER_PROF, 0.2);"
        " re.compile('(a+)+b').match('a' * 99)"
    )

    done = subprocess.run([sys.executable, "-c", program], check=False)  # noqa: S603

    assert done.returncode < 0
    assert cpu_s(len, "a") < TIRED_AFTER_S
