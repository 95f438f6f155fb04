"""One bot per data directory."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.domain.errors import SettingsError
from bot.store.lock import is_running, only_instance

HOLD = """
import sys, time
from pathlib import Path
from bot.store.lock import only_instance
with only_instance(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_second_bot_on_a_data_directory_is_refused(tmp_path: Path) -> None:
    with (
        only_instance(tmp_path),
        pytest.raises(SettingsError, match="Another Freehand is running on"),
        only_instance(tmp_path),
    ):
        pytest.fail("two at once")


def test_whether_a_bot_runs_is_seen_without_being_one(tmp_path: Path) -> None:
    assert not is_running(tmp_path / "absent")
    with only_instance(tmp_path):
        assert is_running(tmp_path)
    assert not is_running(tmp_path)
    assert not (tmp_path / "absent").exists()


def test_directory_is_free_again_afterwards(tmp_path: Path) -> None:
    with only_instance(tmp_path / "made" / "if" / "absent"):
        pass
    with only_instance(tmp_path / "made" / "if" / "absent"):
        pass


def test_killed_bot_gives_its_directory_back(tmp_path: Path) -> None:
    with subprocess.Popen(  # noqa: S603 - our own words, no shell
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as bot:
        assert bot.stdout is not None
        assert bot.stdout.readline() == "held\n"
        with pytest.raises(SettingsError), only_instance(tmp_path):
            pass
        os.kill(bot.pid, signal.SIGKILL)

    with only_instance(tmp_path):
        pass


def test_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(SettingsError, match="cannot be written to"),
        only_instance(tmp_path / "file"),
    ):
        pass


def test_error_inside_is_not_taken_for_the_locks(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), only_instance(tmp_path):
        (tmp_path / "none").read_text()
