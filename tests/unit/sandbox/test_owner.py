import subprocess
import sys
from pathlib import Path

import pytest

from bot.sandbox.containers.owner import Owner, lives


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_an_owner_lives_until_it_ends() -> None:
    owner = Owner.begin()

    assert lives(owner.name)

    owner.end()

    assert not lives(owner.name)


def test_an_owner_that_was_killed_lives_no_more(temporary: Path) -> None:
    code = (
        "import os, signal, sys; from bot.sandbox.containers.owner import Owner;"
        " sys.stdout.write(Owner.begin().name); sys.stdout.flush();"
        " os.kill(os.getpid(), signal.SIGKILL)"
    )
    dead = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", code],
        env={"TMPDIR": str(temporary)},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        check=False,
        text=True,
    )

    assert [path.name for path in temporary.iterdir()] == [f"freehand-owner-{dead.stdout}"]
    assert not lives(dead.stdout)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", ["", "0123456789abcdef", "../../etc/passwd"])
def test_nobody_lives_under_a_name_that_was_never_taken(name: str) -> None:
    assert not lives(name)
