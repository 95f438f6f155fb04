"""The bot as a person starts it: a process, a page, a terminal."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.app.process import utc_now
from bot.app.settings import ROOT

START_AT_MOST_S = 300.0
"""A first start builds images, and a shared machine may be slow at it."""

AHEAD = datetime(2026, 11, 23, 10, tzinfo=UTC) - utc_now()
"""It is always Monday in here, an hour after the post: what is due does not change with the day."""


def present() -> datetime:
    """What time it is for every bot that is started here."""
    return utc_now() + AHEAD


EXERCISES = ("clip-grad-norm", "not-converging", "attention-block")
"""All that these bots have, one for each day: which one a Monday brings does not change with the
catalogue."""


@dataclass
class RunningBot:
    """One process of the bot, and what it says on its terminal."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list[str])
    _said: "queue.Queue[str]" = field(default_factory=queue.Queue[str])

    def listen(self) -> None:
        """Collect every line until the process ends."""
        for line in self.process.stderr or ():
            self.lines.append(line.rstrip())
            self._said.put(line.rstrip())
        self._said.put("")

    def wait_for(self, words: str, *, timeout_s: float = START_AT_MOST_S) -> str:
        """The first line from now on that holds these words."""
        while True:
            line = self._said.get(timeout=timeout_s)
            if words in line:
                return line
            if not line and self.process.poll() is not None:
                raise AssertionError(f"the bot ended without {words!r}:\n" + "\n".join(self.lines))

    @property
    def url(self) -> str:
        """The page's address, once it is said."""
        found = re.search(r"http://\S+", self.wait_for("Freehand is at"))
        assert found is not None
        return found[0]

    def kill(self) -> None:
        """Pull the plug."""
        self.process.kill()
        self.process.wait(30)

    def interrupt(self) -> int:
        """Press Ctrl-C, once; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@contextmanager
def running_bot(data_dir: Path, /, **settings: str) -> Generator[RunningBot]:
    """Start the bot on a data directory, with free ports; it is killed at the end at the latest."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("FREEHAND_")
    }
    base = os.environ.get("FREEHAND_SANDBOX_BASE")
    environment = {
        **inherited,
        **({"FREEHAND_SANDBOX_BASE": base} if base else {}),
        "FREEHAND_DATA_DIR": str(data_dir),
        "FREEHAND_EXERCISES_DIR": str(_few_exercises(data_dir.parent / "exercises")),
        "FREEHAND_WEB_PORT": "0",
        "FREEHAND_OPS_PORT": "0",
        "FREEHAND_TIMEZONE": "UTC",
        "FREEHAND_TEST_AHEAD_S": str(AHEAD.total_seconds()),
        "PYTHONUNBUFFERED": "1",
        **settings,
    }
    process = subprocess.Popen(  # our own code
        [sys.executable, "-m", "tests.acceptance.launcher"],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
    )
    bot = RunningBot(process)
    listener = threading.Thread(target=bot.listen, daemon=True)
    listener.start()
    try:
        yield bot
    finally:
        if process.poll() is None:
            bot.kill()
        listener.join(10)
        if process.stderr:
            process.stderr.close()


def _few_exercises(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name in (*EXERCISES, "milestones.toml"):
        link = folder / name
        if not link.exists():
            link.symlink_to(ROOT / "exercises" / name)
    return folder
