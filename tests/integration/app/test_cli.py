"""The command line, as a person uses it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot import cli
from bot.__main__ import main as start
from bot.app.settings import ROOT
from bot.catalogue.gate import GateReport, WrongSolution
from bot.cli import main, report_text
from bot.store.lock import only_instance
from tests.support.parts import require_torch

REFERENCE = ROOT / "exercises" / "clip-grad-norm" / "reference.py"


def freehand(*arguments: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-m", "bot", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env=_environment(**settings),
        timeout=100,
    )


def _environment(**settings: str) -> Mapping[str, str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("FREEHAND_")
    }
    return {**inherited, "PYTHONPATH": str(ROOT), "FREEHAND_SANDBOX": "process", **settings}


@pytest.mark.parametrize("arguments", [("run",), ("doctor",), ("grade", "x", "y.py")])
def test_a_wrong_setting_ends_every_command_with_one_sentence_and_code_2(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    ended = freehand(*arguments, folder=tmp_path, FREEHAND_HOUR="noon")
    assert ended.returncode == 2
    assert "FREEHAND_HOUR" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("exercise", "There is no command exercise. Did you mean exercises? Try: freehand --help"),
        ("zzz", "There is no command zzz. There are: run, grade, exercises, sandbox, doctor."),
        ("exercises", "Something is missing: command. Try: freehand exercises --help"),
        ("grade", "Something is missing: exercise, file. Try: freehand grade --help"),
        ("doctor --loud", "This cannot be read here: --loud. Try: freehand --help"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(
    typed: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(typed.split())

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(f"freehand: {sentence}")


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])

    assert re.fullmatch(r"Freehand \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_exercises_are_listed_in_the_order_of_the_journey(tmp_path: Path) -> None:
    lines = freehand("exercises", "list", folder=tmp_path).stdout.splitlines()
    data = json.loads(freehand("exercises", "list", "--json", folder=tmp_path).stdout)

    assert lines[0].split(maxsplit=1) == [
        "best-lr",
        "stage 1, week 1, implement: Pick a learning rate",
    ]
    assert [line.split()[0] for line in lines] == [entry["slug"] for entry in data]
    assert [entry["stage"] for entry in data] == sorted(entry["stage"] for entry in data)


def test_an_unknown_exercise_could_not_be_graded(tmp_path: Path) -> None:
    ended = freehand("grade", "no-such-thing", str(REFERENCE), folder=tmp_path)
    assert ended.returncode == 2
    assert "no exercise no-such-thing" in ended.stderr


def test_a_file_that_never_ends_could_not_be_graded(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    ended = freehand("grade", "clip-grad-norm", "pipe.py", folder=tmp_path)
    assert (ended.returncode, ended.stderr) == (2, "freehand: pipe.py is no ordinary file.\n")


def test_a_name_that_came_out_empty_is_no_wish_for_all(tmp_path: Path) -> None:
    ended = freehand("exercises", "check", "", folder=tmp_path)
    assert (ended.returncode, ended.stderr) == (2, "freehand: There is no exercise “”.\n")


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
    require_torch()
    ended = freehand("grade", "clip-grad-norm", str(REFERENCE.parent / name), folder=tmp_path)
    assert ended.returncode == code, ended.stderr
    assert ended.stdout.startswith(word)
    assert "WITHOUT isolation" in ended.stderr


@pytest.mark.torch
def test_data_is_printed_on_request(tmp_path: Path) -> None:
    require_torch()
    ended = freehand("grade", "clip-grad-norm", str(REFERENCE), "--json", folder=tmp_path)
    assert '"verdict": "solved"' in ended.stdout


@pytest.mark.torch
def test_a_new_exercise_stands_the_gate_as_it_is(tmp_path: Path) -> None:
    require_torch()
    here = {"FREEHAND_EXERCISES_DIR": str(tmp_path)}
    made = freehand("exercises", "new", "soft-max", folder=tmp_path, **here)
    assert f"{tmp_path}/soft-max is made, and stands the gate" in made.stdout

    ended = freehand("exercises", "check", "soft-max", "--quick", folder=tmp_path, **here)
    assert ended.returncode == 0, ended.stdout
    assert ended.stdout.startswith("soft-max: passes the gate")
    assert "Leave out --quick before you commit" in ended.stderr


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [
        ("Soft_Max", "An exercise is named in small letters, digits and hyphens: soft-max."),
        ("../above", "An exercise is named in small letters, digits and hyphens: soft-max."),
        ("taken", "There is {root}/taken already."),
    ],
)
def test_a_name_that_will_not_do_makes_no_exercise(
    tmp_path: Path, slug: str, sentence: str
) -> None:
    (tmp_path / "taken").mkdir()
    ended = freehand(
        "exercises", "new", slug, folder=tmp_path, FREEHAND_EXERCISES_DIR=str(tmp_path)
    )

    told = f"freehand: {sentence.format(root=tmp_path)}\n"
    assert (ended.returncode, ended.stderr) == (2, told)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_task_is_shown_as_learners_read_it(tmp_path: Path) -> None:
    shown = freehand("exercises", "show", "clip-grad-norm", folder=tmp_path).stdout

    assert shown.startswith("**Gradient clipping** — Function\n\nOne bad")
    assert "```python\nfrom collections.abc import Iterable\n" in shown
    assert shown.endswith("Edit your message to try again, as often as you like.\n")


@pytest.mark.torch
def test_a_reviewers_files_get_a_line_each(tmp_path: Path) -> None:
    require_torch()
    files = [str(REFERENCE), str(REFERENCE.parent / "wrong" / "returns_after.py")]
    ended = freehand("exercises", "blind", "clip-grad-norm", *files, "--quick", folder=tmp_path)

    right, wrong = ended.stdout.splitlines()
    assert right.startswith(f"{files[0]}  solved")
    assert re.match(rf"{re.escape(files[1])}  partly  \d\.\d\d s  returns-before: ", wrong), wrong


def test_the_doctor_finds_what_is_missing_and_changes_nothing(tmp_path: Path) -> None:
    ended = freehand(
        "doctor",
        folder=tmp_path,
        FREEHAND_DATA_DIR=str(tmp_path / "data"),
        FREEHAND_EXERCISES_DIR=str(tmp_path / "none"),
    )
    assert ended.returncode == 1
    assert "FIX   exercises: There is no folder" in ended.stdout
    assert not (tmp_path / "data").exists()


def test_the_doctor_takes_a_running_bots_ports_for_its_own(tmp_path: Path) -> None:
    with only_instance(tmp_path):
        ended = freehand("doctor", folder=tmp_path, FREEHAND_DATA_DIR=str(tmp_path))

    assert "bot: it is running" in ended.stdout
    assert "web chat" not in ended.stdout


def test_an_address_that_is_none_ends_the_start_with_one_sentence(tmp_path: Path) -> None:
    ended = freehand(
        "run",
        folder=tmp_path,
        FREEHAND_DATA_DIR=str(tmp_path / "data"),
        FREEHAND_OPS_HOST="nonsense..",
        FREEHAND_WEB_PORT="0",
    )
    assert ended.returncode == 2
    assert "FREEHAND_OPS_HOST" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("", "its backups are in "),
        (
            "postgresql+psycopg://ana:hunter2@127.0.0.1:1/freehand",
            "//ana:***@127.0.0.1:1/freehand.",
        ),
    ],
    ids=["sqlite", "postgresql"],
)
def test_a_database_that_cannot_be_used_is_named_without_its_password(
    tmp_path: Path, url: str, where: str
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "freehand.sqlite3").write_bytes(b"no database" * 1000)
    ended = freehand("run", folder=tmp_path, FREEHAND_DATA_DIR="data", FREEHAND_DATABASE_URL=url)
    assert ended.returncode == 2
    assert where in ended.stderr
    assert ended.stderr.count("The database is ") == 1
    assert "hunter2" not in ended.stderr


def test_discord_is_not_served_where_a_setting_forgoes_isolation(tmp_path: Path) -> None:
    ended = freehand("run", folder=tmp_path, FREEHAND_DISCORD_TOKEN="token")
    assert ended.returncode == 2
    assert "FREEHAND_SANDBOX=process does not isolate submissions" in ended.stderr


def test_ctrl_c_while_all_is_still_being_imported_is_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupt)
    with pytest.raises(SystemExit) as ended:
        start()
    assert ended.value.code == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.torch
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_bot_whose_terminal_is_gone_stops_when_it_is_told_to(
    tmp_path: Path, sent: signal.Signals
) -> None:
    require_torch()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=_environment(FREEHAND_WEB_PORT="0", FREEHAND_OPS_PORT="0"),
    ) as bot:
        assert bot.stderr is not None
        assert any(b"Freehand is at" in line for line in bot.stderr)
        bot.stderr.close()
        bot.send_signal(sent)

        try:
            assert bot.wait(timeout=60) == 0
        finally:
            bot.kill()


def test_reader_of_the_output_may_leave_early(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "bot", "exercises", "list"],
            check=False,
            stdout=writing,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env=_environment(),
            timeout=100,
        )
    finally:
        os.close(writing)

    assert ended.returncode == 1
    assert ended.stderr == b""


def test_a_report_of_the_gate_is_for_people() -> None:
    wrong = WrongSolution(
        name="adds_one",
        fails="value",
        mends="",
        about="adds one",
        says="",
        expect="",
        verdict="partly",
        detail="",
        core_share=0.5,
        first="value",
        failed=("value",),
        message="element [0] is 3, should be 2",
    )
    passed = GateReport(
        slug="double", problems=(), wrongs=(wrong,), mean_partial=0.5, right_cpu_s=0.125
    )
    failed = replace(passed, problems=("No wrong solution fails speed.",))

    total = (
        "Wrong solutions: 1, which earn 0.50 of the core points on average."
        " Mutants: 0. Slowest right solution: 0.12 s of CPU time."
    )
    assert report_text(passed).splitlines() == [
        "double: passes the gate",
        "  adds_one: partly. element [0] is 3, should be 2",
        f"  {total}",
    ]
    assert report_text(failed).splitlines()[:2] == [
        "double: does not pass the gate",
        "  FIX  No wrong solution fails speed.",
    ]
