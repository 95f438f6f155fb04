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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bot.domain.errors import GpuUnavailableError, SandboxError, SandboxUnavailableError
from bot.domain.exercise import ON_CPU, Device, Limits
from bot.domain.grading import Grade, GradingRequest
from bot.sandbox.gpu import NOT_HERE
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

STDIN, STDOUT = 0, 1
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
        "sandbox/boot.py",
        "sandbox/inspection.py",
        "sandbox/solver.py",
    )
)
"""All that learner code gets to see of this project: no checks, no references, no secrets."""


class Listener(asyncio.SubprocessProtocol):
    """Puts into an inbox what a process sends and prints, and tells how far it has ended.

    Attributes:
        exited: The process is gone; children of it may still hold its streams open.
        buried: So are the streams.
    """

    def __init__(self, inbox: SideInbox) -> None:
        self.inbox = inbox
        self.exited = asyncio.Event()
        self.buried = asyncio.Event()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """See `asyncio.SubprocessProtocol`."""
        if fd == STDOUT:
            self.inbox.take(data)
        else:
            self.inbox.take_output(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """See `asyncio.SubprocessProtocol`."""
        del exc
        if fd == STDOUT:
            self.inbox.close()

    def process_exited(self) -> None:
        """See `asyncio.SubprocessProtocol`."""
        self.exited.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.BaseProtocol`."""
        del exc
        self.buried.set()


@dataclass(slots=True)
class ProcessSide:
    """One side as a child process in a session of its own; see `Side`."""

    transport: asyncio.SubprocessTransport
    listener: Listener
    inbox: SideInbox
    folder: str
    burials: Burials
    confined: bool

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return not self.listener.exited.is_set()

    async def send(self, frame: Frame) -> None:
        """See `Side.send`."""
        stdin = self.transport.get_pipe_transport(STDIN)
        if not isinstance(stdin, asyncio.WriteTransport) or stdin.is_closing():
            raise EndedError
        # Not waited for: the judge asks one thing at a time, so little can pile up.
        stdin.write(frame.encoded())

    async def ending(self) -> Ending:
        """See `Side.ending`."""
        if self.inbox.failure is not None:
            return Ending(cause=self.inbox.failure)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ENDING_AT_MOST_S):
                await self.listener.exited.wait()
        code = self.transport.get_returncode()
        if code is None:
            return Ending(cause=Cause.SILENT)
        if self.confined and code > SIGNALLED:
            code = SIGNALLED - code
        return Ending(cause=Cause.KILLED if code < 0 else Cause.EXITED, code=code)

    async def peak_memory_bytes(self) -> int | None:
        """See `Side.peak_memory_bytes`."""
        peaks = [peak for pid in _family(self.transport.get_pid()) if (peak := _peak_bytes(pid))]
        return max(peaks, default=None)

    async def kill(self) -> None:
        """See `Side.kill`."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.transport.get_pid(), signal.SIGKILL)
        self.transport.close()
        self.burials.add(self._buried())

    async def _buried(self) -> None:
        await self.listener.buried.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def begin(self) -> None:
        """Wait until it is ready. Raises SandboxError."""
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

    @property
    def devices(self) -> frozenset[Device]:
        """See `Grader.devices`."""
        return ON_CPU

    @property
    def waiting(self) -> Mapping[str, int]:
        """How many solvers are ready, or are about to be."""
        return {"cpu": int(self._waiting is not None)}

    @property
    def gpu_problems(self) -> Mapping[str, str]:
        """None: there are no GPUs."""
        return {}

    async def health(self, device: Device = Device.CPU) -> str:
        """See `Grader.health`."""
        if device not in ON_CPU:
            return NOT_HERE
        return "" if self._judge is not None else "The sandbox is still starting."

    async def missing(self) -> str:
        """See `ContainerGrader.missing`; torch is looked for where this runner is chosen."""
        return ""

    async def grade(self, request: GradingRequest) -> Grade:
        """See `Grader.grade`."""
        if request.exercise.device not in ON_CPU:
            raise GpuUnavailableError(NOT_HERE)
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
        # Born in a task of its own: were a birth cancelled half way, asyncio would wait for streams
        # that nobody closes any more.
        birth = asyncio.create_task(self._born(command, output_bytes, confine=confine))
        try:
            side = await asyncio.shield(birth)
            await side.begin()
        except BaseException:
            await (await birth).kill()
            raise
        return side

    async def _born(
        self, command: Sequence[str], output_bytes: int, *, confine: bool
    ) -> ProcessSide:
        folder = tempfile.mkdtemp(prefix="freehand-")
        inbox = SideInbox(output_bytes)
        transport, listener = await asyncio.get_running_loop().subprocess_exec(
            lambda: Listener(inbox),
            *_confined(command, folder) if confine else command,
            cwd=folder,
            env=_environment(folder),
            start_new_session=True,
        )
        return ProcessSide(transport, listener, inbox, folder, self._burials, confine)


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
