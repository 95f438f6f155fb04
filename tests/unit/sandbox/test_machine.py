"""An engine that takes limits and discards them."""

from typing import Any

import pytest

from bot.domain.errors import SandboxUnavailableError
from bot.sandbox.containers.engine import Machine

ALL = {"MemTotal": 2**30, "MemoryLimit": True, "CpuCfsQuota": True, "PidsLimit": True}


@pytest.mark.parametrize(
    ("without", "named"),
    [
        ({}, ""),
        ({"SwapLimit": False}, ""),  # kernels without it limit memory all the same
        ({"PidsLimit": False}, "processes"),
        ({"MemoryLimit": False, "CpuCfsQuota": False}, "memory and CPU time"),
        (dict.fromkeys(ALL, False), "memory, CPU time and processes"),
    ],
)
def test_limits_that_an_engine_discards_are_named(without: dict[str, Any], named: str) -> None:
    machine = Machine.of({**ALL, **without})

    assert machine.problem.partition(" here,")[0] == (
        f"the Docker engine does not limit {named}" if named else ""
    )


def test_engine_for_other_peoples_code_is_refused_then_and_another_says_so() -> None:
    machine, said = Machine.of({**ALL, "MemoryLimit": False}), list[str]()

    with pytest.raises(SandboxUnavailableError, match="does not limit memory"):
        machine.require_limits(said.append, strict=True)
    assert said == []

    machine.require_limits(said.append, strict=False)
    assert said == [f"Careful: {machine.problem}"]
