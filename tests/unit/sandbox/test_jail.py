"""What a container is allowed, by runtime."""

import json
from typing import Any

import pytest

from bot.domain.exercise import Limits
from bot.sandbox.containers.spec import ContainerSpec


def rules(runtime: str) -> dict[str, list[Any]]:
    """The rules on one system call, by its name."""
    spec = ContainerSpec(
        image="i", role="solver", instance="a", owner="b", runtime=runtime, limits=Limits()
    )
    options: list[str] = spec.settings()["HostConfig"]["SecurityOpt"]
    found: dict[str, list[Any]] = {}
    for rule in json.loads(options[1].removeprefix("seccomp="))["syscalls"]:
        for name in rule["names"]:
            found.setdefault(name, []).append(rule)
    return found


@pytest.mark.parametrize("runtime", ["", "runc", "nvidia"])
def test_a_call_that_cannot_be_looked_into_is_not_there(runtime: str) -> None:
    [rule] = rules(runtime)["clone3"]

    assert (rule["action"], rule["errnoRet"]) == ("SCMP_ACT_ERRNO", 38)


def test_under_gvisor_threads_can_be_started_and_nothing_else_is_added() -> None:
    plain, gvisor = rules(""), rules("runsc-kvm")

    assert [rule["action"] for rule in gvisor["clone3"]] == ["SCMP_ACT_ALLOW"]
    assert gvisor.keys() == plain.keys()
    assert all(gvisor[name] == plain[name] for name in plain if name != "clone3")
