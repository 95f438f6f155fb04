"""CPU time and memory, as control groups of both versions, engines and `/proc` tell them."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import SandboxUnavailableError
from bot.sandbox.containers import counters
from bot.sandbox.endpoints import Measurement
from bot.sandbox.processes import proc

CONTAINER = "0123"


class Reporting:
    """An engine that answers questions about usage alone."""

    def __init__(self, answer: dict[str, Any] | None) -> None:
        self.answer = answer

    async def usage(self, container: str) -> dict[str, Any]:
        assert container == CONTAINER
        if self.answer is None:
            raise SandboxUnavailableError("away")
        return self.answer


async def counted(answer: dict[str, Any] | None = None) -> Measurement:
    engine: Any = Reporting(answer)
    return await counters.count(engine, CONTAINER)


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file system of control groups without any."""

    def under(pattern: str) -> str:
        return f"{tmp_path}{pattern}"

    monkeypatch.setattr(counters, "CPU_NS", under(counters.CPU_NS))
    monkeypatch.setattr(counters, "CPU_STATS", tuple(map(under, counters.CPU_STATS)))
    monkeypatch.setattr(counters, "PEAKS", tuple(map(under, counters.PEAKS)))
    return tmp_path / "sys/fs/cgroup"


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


async def test_version_1_is_read(groups: Path) -> None:
    write(groups / "cpuacct/docker" / CONTAINER / "cpuacct.usage", "1500000000\n")
    write(groups / "memory/docker" / CONTAINER / "memory.max_usage_in_bytes", "4096\n")

    assert await counted() == Measurement(cpu_s=1.5, peak_memory_bytes=4096)


@pytest.mark.parametrize("folder", ["docker/0123", "system.slice/docker-0123.scope"])
async def test_version_2_is_read_with_and_without_systemd(groups: Path, folder: str) -> None:
    write(groups / folder / "cpu.stat", "usage_usec 250000\nuser_usec 1\n")
    assert await counted() == Measurement(cpu_s=0.25)  # older kernels keep no peak

    write(groups / folder / "memory.peak", "4096\n")
    assert await counted() == Measurement(cpu_s=0.25, peak_memory_bytes=4096)


@pytest.mark.usefixtures("groups")
async def test_engine_is_asked_where_this_machine_does_not_know_the_container() -> None:
    answer = {
        "cpu_stats": {"cpu_usage": {"total_usage": 2_000_000_000}},
        "memory_stats": {"max_usage": 8192},
    }

    assert await counted(answer) == Measurement(cpu_s=2.0, peak_memory_bytes=8192)


@pytest.mark.usefixtures("groups")
@pytest.mark.parametrize(
    "answer",
    [None, {}, {"cpu_stats": {"cpu_usage": {"total_usage": 0}}, "memory_stats": {}}],
    ids=["away", "gone", "ended"],
)
async def test_what_cannot_be_told_is_not_made_up(answer: dict[str, Any] | None) -> None:
    assert await counted(answer) == Measurement()


BUSY = """
import os, sys, threading, time

def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass

def fork():
    if not os.fork():
        work(0.2)
        time.sleep(600)

thread = threading.Thread(target=fork)
thread.start()
thread.join()
if not (child := os.fork()):
    work(0.2)
    os._exit(0)
os.waitpid(child, 0)
work(0.2)
print("done", flush=True)
time.sleep(600)
"""


def test_cpu_time_of_living_and_dead_children_is_the_familys() -> None:
    command = [sys.executable, "-c", BUSY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:  # noqa: S603  # our own code
        try:
            assert process.stdout is not None
            process.stdout.readline()
            while (proc.count(process.pid).cpu_s or 0.0) < 0.55:
                pass
            peak = proc.count(process.pid).peak_memory_bytes or 0
        finally:
            os.killpg(process.pid, signal.SIGKILL)

    assert peak > 2**20


def test_process_that_is_gone_cannot_be_measured() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])  # our own code
    process.wait()

    assert proc.count(process.pid) == Measurement()
