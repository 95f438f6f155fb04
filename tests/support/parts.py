"""Outside parts that a machine may lack: an engine, a database server, a browser."""

import os
from typing import NoReturn

import pytest

REQUIRED_PARTS = "FREEHAND_TEST_REQUIRE"


def require(part: str, reason: str) -> NoReturn:
    """Leave a test whose outside part is missing on this machine.

    On a developer's machine that is a skip. Where `FREEHAND_TEST_REQUIRE` names the part
    (a list with commas: `docker,postgres,browser`), as in CI, it is a failure.
    """
    if part in os.environ.get(REQUIRED_PARTS, "").split(","):
        pytest.fail(f"{part} is required here: {reason}", pytrace=False)
    pytest.skip(f"{part}: {reason}")
