"""`freehand sandbox check`: all of it holds here, and a container that leaks is found out."""

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

import pytest

from bot.sandbox.containers.spec import ContainerSpec
from bot.sandbox.proving import FOLDER, Proof, prove
from tests.support.gradings import containers, require_docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]

LOOKS = (FOLDER / "checks.py").read_text().count("@check(")
CHEATS = len(list(FOLDER.glob("cheats/*.py")))


async def proofs(count: int) -> list[Proof]:
    await require_docker()
    async with (
        containers(instance="proving", warm=1) as grader,
        aclosing(prove(grader)) as proving,
    ):
        return [await anext(proving) for _ in range(count)]


async def test_everything_holds_here() -> None:
    found = await proofs(LOOKS + CHEATS + 1)

    assert [proof for proof in found if not proof.holds] == []


async def test_container_that_leaks_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    strict = ContainerSpec.settings

    def leaky(spec: ContainerSpec) -> Mapping[str, Any]:
        made = dict(strict(spec))
        made["HostConfig"] = {
            **made["HostConfig"],
            "NetworkMode": "bridge",
            "ReadonlyRootfs": False,
            "MaskedPaths": [],
            "CapDrop": [],
            "SecurityOpt": ["seccomp=unconfined"],
            "Ulimits": [],
        }
        return {**made, "User": "0:0", "NetworkDisabled": False, "Env": ["DATABASE_PASSWORD=x"]}

    monkeypatch.setattr(ContainerSpec, "settings", leaky)

    found = await proofs(LOOKS)

    assert {proof.what: proof.seen for proof in found if proof.holds} == {
        "No other process can be seen": ""
    }
    assert "uid is 0, should be one of its own" in {proof.seen for proof in found}
