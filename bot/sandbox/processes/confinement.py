"""Bubblewrap, where it is installed: no more of the file system than is needed."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import structlog

log = structlog.get_logger()

CODE = Path(__file__).resolve().parents[3]
SOLVER_CODE = tuple(
    CODE / "bot" / name
    for name in ("__init__.py", "wire", "inside/__init__.py", "inside/common", "inside/solver")
)
"""All that learner code gets to see of this project: no checks, no references, no secrets."""


def confined(command: Sequence[str], folder: str) -> list[str]:
    """The command under bubblewrap: Python, the solver's own code, and nothing else to see.

    Args:
        command: What is run.
        folder: The one folder it may write to.
    """
    seen = [path for path in ("/bin", "/lib", "/lib64", "/usr") if Path(path).exists()]
    seen += [path for path in (sys.base_prefix, sys.prefix) if not path.startswith("/usr/")]
    binds = [part for path in (*seen, *map(str, SOLVER_CODE)) for part in ("--ro-bind", path, path)]
    return [
        "bwrap",
        *("--tmpfs", "/tmp", "--dev", "/dev", "--proc", "/proc"),  # noqa: S108  # its own
        *("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", *binds),
        *("--bind", folder, folder, "--chdir", folder),
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--die-with-parent", "--new-session"),
        *command,
    ]


async def can_confine() -> bool:
    """Whether bubblewrap is there and the system lets it work."""
    if shutil.which("bwrap") is None:
        return False
    # In a task of its own: were that cancelled half way, asyncio would leave the process behind.
    trying = asyncio.create_task(_try_bubblewrap())
    try:
        return await asyncio.shield(trying)
    finally:
        await trying


async def _try_bubblewrap() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            *confined([sys.executable, "-c", ""], folder),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        works = await process.wait() == 0
    log.info("bubblewrap_tried", works=works)
    return works
