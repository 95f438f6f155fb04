"""What the runner of plain processes leaves behind: nothing, and nobody waiting."""

import asyncio
import contextlib
import os
import signal
import tempfile
from pathlib import Path

import pytest

from bot.domain.errors import SandboxError
from bot.domain.grading import Verdict
from bot.sandbox.processes.grader import ProcessGrader
from tests.support.gradings import SOLVED, request
from tests.support.patience import until

JUDGE = "bot.inside.judge"

pytestmark = [pytest.mark.torch, pytest.mark.timeout(60)]


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the endpoints' folders are made."""
    folder = tmp_path / "folders"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def unconfined(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without bubblewrap."""
    monkeypatch.setenv("PATH", "")


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@pytest.mark.usefixtures("unconfined")
@pytest.mark.parametrize("forks", [False, True])
@pytest.mark.parametrize("ticks", range(12))
async def test_start_can_be_cancelled_at_any_moment(
    ticks: int, folders: Path, *, forks: bool
) -> None:
    grader = ProcessGrader(forks=forks)
    start = asyncio.create_task(grader.start())
    for _ in range(ticks):
        await asyncio.sleep(0)

    start.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await start
    await grader.stop()

    assert left_in(folders) == []


@pytest.mark.usefixtures("unconfined")
async def test_child_that_left_the_session_keeps_nobody_waiting(
    folders: Path, tmp_path: Path
) -> None:
    told = tmp_path / "pid"
    leaver = f"""
import os, time
child = os.fork()
if not child:
    os.setsid()
    time.sleep(600)
    os._exit(0)
open({str(told)!r}, "w").write(str(child))
"""
    grader = ProcessGrader()
    await grader.start()
    try:
        grade = await grader.grade(request(leaver + SOLVED))
        await grader.stop()

        assert grade.verdict is Verdict.SOLVED
        assert left_in(folders) == []
    finally:
        os.kill(int(told.read_text()), signal.SIGKILL)


@pytest.mark.usefixtures("unconfined", "folders")
async def test_a_cancelled_grading_leaves_a_grader_that_goes_on() -> None:
    """The worker asks for its health before every grading."""
    grader = ProcessGrader()
    await grader.start()
    try:
        grading = asyncio.create_task(grader.grade(request(SOLVED)))
        await asyncio.sleep(0)
        grading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await grading

        assert await grader.health() == ""
        assert (await grader.grade(request(SOLVED))).verdict is Verdict.SOLVED
    finally:
        await grader.stop()
    assert await grader.health() == "The sandbox is still starting."


@pytest.mark.usefixtures("unconfined")
async def test_a_judge_that_dies_is_replaced(folders: Path) -> None:
    """A grading that meets it is our fault, and carried out again by the worker."""
    grader = ProcessGrader()
    await grader.start()
    try:
        idle = child(JUDGE)
        os.kill(idle, signal.SIGKILL)
        await until(lambda: not Path(f"/proc/{idle}").exists())
        with contextlib.suppress(SandboxError):  # it may not have been noticed yet
            await grader.grade(request(SOLVED))
        assert (await grader.grade(request(SOLVED))).verdict is Verdict.SOLVED

        grading = asyncio.create_task(grader.grade(request("while True: pass\n")))
        await asyncio.sleep(0)  # it has taken the judge
        os.kill(child(JUDGE), signal.SIGKILL)
        with pytest.raises(SandboxError):
            await grading
        assert (await grader.grade(request(SOLVED))).verdict is Verdict.SOLVED
    finally:
        await grader.stop()
    assert left_in(folders) == []


async def test_a_fork_server_that_dies_is_replaced(folders: Path) -> None:
    grader = ProcessGrader(forks=True)
    await grader.start()
    try:
        assert (await grader.grade(request(SOLVED))).verdict is Verdict.SOLVED
        died = child("bot.inside.solver.forkserver")
        os.kill(died, signal.SIGKILL)
        await until(lambda: not Path(f"/proc/{died}").exists())
        with contextlib.suppress(SandboxError):  # it may not have been noticed yet
            await grader.grade(request(SOLVED))
        assert (await grader.grade(request(SOLVED))).verdict is Verdict.SOLVED
    finally:
        await grader.stop()
    assert left_in(folders) == []


def child(module: str) -> int:
    """The process id of this process's child that runs such a module."""
    children = [
        int(pid)
        for thread in Path("/proc/self/task").iterdir()
        for pid in (thread / "children").read_text().split()
    ]
    (found,) = [
        pid for pid in children if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    return found
