"""What a process and its children have used, as `/proc` tells it."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from bot.sandbox.endpoints import Measurement

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
CPU_FIELDS = slice(11, 15)
"""In `/proc/<pid>/stat` after the name: user and system time, its own and its dead children's."""


def count(pid: int) -> Measurement:
    """What a process and the children it has now or had have used since they were started."""
    members = list(_family(pid))
    peaks = [peak for member in members if (peak := _peak_bytes(member))]
    return Measurement(
        cpu_s=sum(map(_cpu_s, members)) if members else None,
        peak_memory_bytes=max(peaks, default=None),
    )


def _family(pid: int) -> Iterator[int]:
    """The process, its children, and theirs: each thread lists those that it has started."""
    with contextlib.suppress(OSError, ValueError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _family(int(child))
        yield pid


def _cpu_s(pid: int) -> float:
    with contextlib.suppress(OSError, ValueError):
        _, _, fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
        return sum(map(int, fields.split()[CPU_FIELDS])) / TICKS_PER_S
    return 0.0


def _peak_bytes(pid: int) -> int | None:
    with contextlib.suppress(OSError, ValueError, StopIteration):
        status = Path(f"/proc/{pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return None
