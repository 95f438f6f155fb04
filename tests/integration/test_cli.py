"""The command line, as a person uses it."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import ROOT
from tests.parts import require

REFERENCE = ROOT / "exercises" / "clip-grad-norm" / "reference.py"


def freehand(*arguments: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("FREEHAND_")
    }
    return subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-m", "bot", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(ROOT), "FREEHAND_SANDBOX": "process", **settings},
        timeout=100,
    )


@pytest.mark.parametrize("arguments", [("run",), ("doctor",), ("grade", "x", "y.py")])
def test_a_wrong_setting_ends_every_command_with_one_sentence_and_code_2(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    ended = freehand(*arguments, folder=tmp_path, FREEHAND_HOUR="noon")
    assert ended.returncode == 2
    assert "FREEHAND_HOUR" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_an_unknown_exercise_could_not_be_graded(tmp_path: Path) -> None:
    ended = freehand("grade", "no-such-thing", str(REFERENCE), folder=tmp_path)
    assert ended.returncode == 2
    assert "no exercise no-such-thing" in ended.stderr


def test_a_missing_file_could_not_be_graded(tmp_path: Path) -> None:
    ended = freehand("grade", "clip-grad-norm", "missing.py", folder=tmp_path)
    assert ended.returncode == 2
    assert "missing.py cannot be read" in ended.stderr


@pytest.mark.torch
@pytest.mark.parametrize(
    ("name", "code", "word"),
    [
        ("reference.py", 0, "solved"),
        ("wrong/always_rescales.py", 1, "partly"),
        ("starter.py", 1, "unattempted"),
    ],
)
def test_a_file_is_graded_with_the_code_its_verdict_has(
    tmp_path: Path, name: str, code: int, word: str
) -> None:
    _require_torch()
    ended = freehand("grade", "clip-grad-norm", str(REFERENCE.parent / name), folder=tmp_path)
    assert ended.returncode == code, ended.stderr
    assert ended.stdout.startswith(word)
    assert "WITHOUT isolation" in ended.stderr


@pytest.mark.torch
def test_data_is_printed_on_request(tmp_path: Path) -> None:
    _require_torch()
    ended = freehand("grade", "clip-grad-norm", str(REFERENCE), "--json", folder=tmp_path)
    assert '"verdict": "solved"' in ended.stdout


def test_the_doctor_finds_what_is_missing_and_changes_nothing(tmp_path: Path) -> None:
    ended = freehand(
        "doctor",
        folder=tmp_path,
        FREEHAND_DATA_DIR=str(tmp_path / "data"),
        FREEHAND_EXERCISES_DIR=str(tmp_path / "none"),
    )
    assert ended.returncode == 1
    assert "MEND  exercises: There is no folder" in ended.stdout
    assert not (tmp_path / "data").exists()


def _require_torch() -> None:
    try:
        importlib.import_module("torch")
    except ImportError:
        require("torch", "torch is not installed")
