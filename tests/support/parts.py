"""Outside parts that a machine may lack: an engine, a database server, a browser."""

import os
import subprocess
from functools import cache
from importlib.util import find_spec
from typing import NoReturn

import pytest

from bot.sandbox.containers.images import DEFAULT_BASE, LOCAL_BASE

REQUIRED_PARTS = "FREEHAND_TEST_REQUIRE"

BASE = "FREEHAND_SANDBOX_BASE"

ANSWER_S, PULL_S = 20, 100


def require(part: str, reason: str) -> NoReturn:
    """Leave a test whose outside part is missing on this machine.

    On a developer's machine that is a skip. Where `FREEHAND_TEST_REQUIRE` names the part
    (a list with commas: `docker,postgres,browser`), as in CI, it is a failure.
    """
    if part in os.environ.get(REQUIRED_PARTS, "").split(","):
        pytest.fail(f"{part} is required here: {reason}", pytrace=False)
    pytest.skip(f"{part}: {reason}")


def require_torch() -> None:
    """Leave the test where torch is not installed."""
    if find_spec("torch") is None:
        require("torch", "the sandbox's two sides need it; install freehand[torch]")


async def require_docker() -> None:
    """Leave the test where no engine answers, or none that has a base for the sandbox's images."""
    problem = docker_problem()
    if problem:
        require("docker", problem)


@cache
def docker_problem() -> str:
    """Why no sandbox image can be made here, asked once in a test run; empty when it can.

    A base that is not there is fetched, as the bot itself would do at its first start.
    """
    if not _docker("version", "--format", "{{.Server.Version}}"):
        return "no engine answers"
    bases = [base()] if base() else [LOCAL_BASE, DEFAULT_BASE]
    if any(_docker("image", "inspect", name) for name in bases):
        return ""
    if _docker("pull", "--quiet", bases[-1], within_s=PULL_S):
        return ""
    return f"no base image, and {bases[-1]} cannot be fetched: run `make images`"


def base() -> str:
    """The base that was asked for on this machine; empty where nobody did."""
    return os.environ.get(BASE, "")


def _docker(*arguments: str, within_s: float = ANSWER_S) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            ["docker", *arguments],  # noqa: S607 - wherever it is installed
            check=False,
            capture_output=True,
            timeout=within_s,
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
