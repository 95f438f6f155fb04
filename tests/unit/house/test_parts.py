"""Which tests a machine leaves out, and when it may."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.parts import BASE, REQUIRED_PARTS, docker_problem, require

ENGINE = """#!/bin/sh
case "$*" in
    version*) exit {version} ;;
    "image inspect "*) [ "$3" = "{image}" ] ;;
    *) exit 1 ;;
esac
"""
"""A `docker` whose engine has one image at most and no registry."""


class Engine:
    """What `docker` is on the test's PATH."""

    def __init__(self, program: Path) -> None:
        self.program = program
        self.has("", version=1)

    def has(self, image: str, *, version: int = 0) -> None:
        self.program.write_text(ENGINE.format(version=version, image=image))
        self.program.chmod(0o755)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Stands in for the machine's own engine."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv(BASE, raising=False)
    docker_problem.cache_clear()
    yield Engine(tmp_path / "docker")
    docker_problem.cache_clear()


def test_missing_part_skips_where_nothing_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REQUIRED_PARTS, raising=False)

    with pytest.raises(pytest.skip.Exception, match="browser: no Chromium"):
        require("browser", "no Chromium")


def test_missing_part_fails_where_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRED_PARTS, "docker,browser")

    with pytest.raises(pytest.fail.Exception, match="browser is required here"):
        require("browser", "no Chromium")


def test_other_parts_may_be_missing_where_one_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRED_PARTS, "docker")

    with pytest.raises(pytest.skip.Exception):
        require("browser", "no Chromium")


def test_engine_that_is_away_is_missing(engine: Engine) -> None:
    assert engine.program.exists()

    assert docker_problem() == "no engine answers"


def test_engine_without_a_base_image_is_as_good_as_none(engine: Engine) -> None:
    engine.has("something:else")

    assert "no base image" in docker_problem()


@pytest.mark.parametrize("image", ["freehand-base:local", "python:3.12-slim"])
def test_engine_with_a_base_image_is_enough(engine: Engine, image: str) -> None:
    engine.has(image)

    assert docker_problem() == ""


def test_base_that_was_asked_for_has_to_be_there(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BASE, "mine:1")
    engine.has("freehand-base:local")
    assert "mine:1 cannot be fetched" in docker_problem()

    docker_problem.cache_clear()
    engine.has("mine:1")
    assert docker_problem() == ""
