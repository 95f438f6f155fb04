"""Where an engine has nothing to build images from, tests that need it are left, not broken."""

from pathlib import Path

import pytest

from tests.gradings import require_docker
from tests.parts import REQUIRED_PARTS

ENGINE = """#!/bin/sh
case "$*" in
    version*) echo 20.10 ;;
    "images --quiet {base}") echo 89f51e36c25e ;;
esac
"""


def engine(folder: Path, monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    """A `docker` whose engine holds this image alone, and reaches no registry."""
    program = folder / "docker"
    program.write_text(ENGINE.replace("{base}", base))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


async def test_engine_with_a_base_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine(tmp_path, monkeypatch, "freehand-base:local")

    await require_docker()


@pytest.mark.parametrize(
    ("required", "left"),
    [("", pytest.skip.Exception), ("postgres,docker", pytest.fail.Exception)],
)
async def test_engine_without_a_base_skips_or_fails_where_it_is_required(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, required: str, left: type[BaseException]
) -> None:
    engine(tmp_path, monkeypatch, "something:else")
    monkeypatch.setenv(REQUIRED_PARTS, required)

    with pytest.raises(left, match="no base image"):
        await require_docker()
