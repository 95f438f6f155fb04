"""The runner without Docker: the same three parties as plain processes.

Not isolation to trust: it keeps honest code from accidents, not a machine from hostile code. It
serves for trying the product on one's own machine, and says so.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bot.domain.errors import SandboxError, SandboxUnavailableError
from bot.domain.exercise import Limits
from bot.domain.grading import Grade, GradingRequest
from bot.sandbox.relay import Relay
from bot.sandbox.sides import Burials, Cause, EndedError, Ending, SideInbox
from bot.sandbox.wire import Frame, Kind

log = structlog.get_logger()

START_AT_MOST_S = 120.0
"""A cold disk takes its time over torch."""

ENDING_AT_MOST_S = 1.0
"""For a side whose streams are closed to be gone as well."""

JUDGE_OUTPUT_BYTES = 64 * 1024
TORCH_MB = 512
"""What Python with torch takes by itself, before the learner's allowance."""

SIGNALLED = 128
"""A shell's way, and bubblewrap's, to say by exit code that a signal ended the process."""

CODE = Path(__file__).resolve().parent.parent.parent
SOLVER_CODE = tuple(
    CODE / "bot" / name
    for name in (
        "__init__.py",
        "sandbox/__init__.py",
        "sandbox/wire.py",
        "sandbox/values.py",
        "sandbox/inspection.py",
        "sandbox/solver.py",
    )
)
"""All that learner code gets to see of this project: no checks, no references, no secrets."""


@dataclass(slots=True)
class ProcessSide:
    """One side as a child process in a session of its own; see `Side`."""

    process: asyncio.subprocess.Process
    folder: str
    inbox: SideInbox
    burials: Burials
    confined: bool
    _readers: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self.process.returncode is None

    async def send(self, frame: Frame) -> None:
        """See `Side.send`."""
        stdin = self.process.stdin
        try:
            if stdin is None:
                raise EndedError
            stdin.write(frame.encoded())
            await stdin.drain()
        except (ConnectionError, RuntimeError) as error:
            raise EndedError from error

    async def ending(self) -> Ending:
        """See `Side.ending`."""
        if self.inbox.failure is not None:
            return Ending(cause=self.inbox.failure)
        try:
            async with asyncio.timeout(ENDING_AT_MOST_S):
                code = await self.process.wait()
        except TimeoutError:
            return Ending(cause=Cause.SILENT)
        if self.confined and code > SIGNALLED:
            code = SIGNALLED - code
        return Ending(cause=Cause.KILLED if code < 0 else Cause.EXITED, code=code)

    async def peak_memory_bytes(self) -> int | None:
        """See `Side.peak_memory_bytes`."""
        peaks = [peak for pid in _family(self.process.pid) if (peak := _peak_bytes(pid))]
        return max(peaks, default=None)

    async def kill(self) -> None:
        """See `Side.kill`."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.burials.add(self._buried())

    async def _buried(self) -> None:
        await self.process.wait()
        # A child that left the session may hold the streams open for ever.
        await asyncio.wait(self._readers, timeout=ENDING_AT_MOST_S)
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    async def begin(self) -> None:
        """Listen, and wait until it is ready. Raises SandboxError."""
        self._readers = [
            asyncio.create_task(_pump(self.process.stdout, self.inbox.take, self.inbox.close)),
            asyncio.create_task(_pump(self.process.stderr, self.inbox.take_output, _nothing)),
        ]
        try:
            async with asyncio.timeout(START_AT_MOST_S):
                first = await self.inbox.next()
        except (TimeoutError, EndedError) as error:
            last = self.inbox.output.strip()[-300:]
            raise SandboxUnavailableError(f"A sandbox process did not start: {last}") from error
        if first.kind is not Kind.READY:
            raise SandboxError("a sandbox process spoke out of turn")


@dataclass(slots=True, kw_only=True)
class ProcessGrader:
    """Grades with plain processes, one grading at a time; one judge stays, and one solver waits.

    Attributes:
        exercises: The exercise folders.
        isolated: False: learner code runs as the user who started the bot.
    """

    exercises: Path
    isolated: bool = False
    _confine: bool = field(default=False, init=False)
    _burials: Burials = field(default_factory=Burials, init=False)
    _judge: ProcessSide | None = field(default=None, init=False)
    _waiting: "asyncio.Task[ProcessSide] | None" = field(default=None, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def start(self, say: Callable[[str], None] = lambda _line: None) -> None:
        """Start the judge and a first solver.

        Raises:
            SandboxUnavailableError: They do not start, most likely for want of torch.
        """
        say("Starting the sandbox processes: importing torch takes a moment.")
        async with self._turn:
            self._confine = await _can_confine()
            self._judge = self._judge or await self._new_judge()
            self._refill()

    async def stop(self) -> None:
        """End everything."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError, SandboxError):
                await (await waiting).kill()
        if self._judge is not None:
            await self._judge.kill()
            self._judge = None
        await self._burials.drain()

    async def reap(self) -> int:
        """Nothing is left behind: the processes end when the bot that feeds them does."""
        return 0

    async def health(self) -> str:
        """See `Grader.health`."""
        return "" if self._judge is not None else "The sandbox is still starting."

    async def missing(self) -> str:
        """See `ContainerGrader.missing`; torch is looked for where this runner is chosen."""
        return ""

    async def grade(self, request: GradingRequest) -> Grade:
        """See `Grader.grade`."""
        async with self._turn:
            judge = self._judge if self._judge and self._judge.alive else await self._new_judge()
            self._judge = judge
            relay = Relay(
                request=request,
                judge=judge,
                open_solver=lambda: self._solver(request.exercise.limits),
            )
            try:
                return await relay.grade()
            except BaseException:
                self._judge = None
                await judge.kill()
                raise
            finally:
                self._refill()

    # --- judges and solvers -------------------------------------------------------------------

    async def _solver(self, limits: Limits) -> ProcessSide:
        waiting, self._waiting = self._waiting, None
        side = await waiting if waiting is not None else await self._new_solver(limits)
        if not side.alive or limits.memory_mb != Limits().memory_mb:
            await side.kill()
            side = await self._new_solver(limits)
        side.inbox.output_limit_bytes = limits.output_kb * 1024
        return side

    def _refill(self) -> None:
        if self._waiting is None:
            self._waiting = asyncio.create_task(self._new_solver(Limits()))

    async def _new_solver(self, limits: Limits) -> ProcessSide:
        command = [sys.executable, "-m", "bot.sandbox.solver", str(limits.memory_mb + TORCH_MB)]
        return await self._started(command, limits.output_kb * 1024, confine=self._confine)

    async def _new_judge(self) -> ProcessSide:
        command = [sys.executable, "-m", "bot.sandbox.judge", str(self.exercises.resolve())]
        return await self._started(command, JUDGE_OUTPUT_BYTES, confine=False)

    async def _started(
        self, command: Sequence[str], output_bytes: int, *, confine: bool
    ) -> ProcessSide:
        folder = tempfile.mkdtemp(prefix="freehand-")
        process = await asyncio.create_subprocess_exec(
            *_confined(command, folder) if confine else command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env=_environment(folder),
            start_new_session=True,
        )
        side = ProcessSide(process, folder, SideInbox(output_bytes), self._burials, confine)
        try:
            await side.begin()
        except BaseException:
            await side.kill()
            raise
        return side


def _environment(folder: str) -> dict[str, str]:
    """All that a side is told of the machine it runs on."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": folder,
        "TMPDIR": folder,
        "PYTHONPATH": str(CODE),
        "PYTHONSAFEPATH": "1",  # what a submission leaves in its folder is no module of ours
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
    }


def _nothing() -> None:
    return


async def _pump(
    stream: asyncio.StreamReader | None, take: Callable[[bytes], None], end: Callable[[], None]
) -> None:
    while stream is not None and (data := await stream.read(1 << 16)):
        take(data)
    end()


# --- bubblewrap -------------------------------------------------------------------------------


def _confined(command: Sequence[str], folder: str) -> list[str]:
    """The command under bubblewrap: Python, the solver's own code, and nothing else to see."""
    shown = [path for path in ("/bin", "/lib", "/lib64", "/usr") if Path(path).exists()]
    shown += [path for path in (sys.base_prefix, sys.prefix) if not path.startswith("/usr/")]
    binds = [
        part for path in (*shown, *map(str, SOLVER_CODE)) for part in ("--ro-bind", path, path)
    ]
    return [
        "bwrap",
        *("--tmpfs", "/tmp", "--dev", "/dev", "--proc", "/proc"),  # noqa: S108  # its own
        *("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", *binds),
        *("--bind", folder, folder, "--chdir", folder),
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--die-with-parent", "--new-session"),
        *command,
    ]


async def _can_confine() -> bool:
    """Whether bubblewrap is there and the system lets it work."""
    if shutil.which("bwrap") is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            *_confined([sys.executable, "-c", ""], folder),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        works = await process.wait() == 0
    log.info("bubblewrap_tried", works=works)
    return works


# --- /proc ------------------------------------------------------------------------------------


def _family(pid: int) -> list[int]:
    """A process and its children, and theirs; those that /proc tells of."""
    with contextlib.suppress(OSError, ValueError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *(member for child in children for member in _family(int(child)))]
    return [pid]


def _peak_bytes(pid: int) -> int | None:
    with contextlib.suppress(OSError, ValueError, StopIteration):
        status = Path(f"/proc/{pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return None
