"""The runner without Docker: the same three parties as plain processes.

Not isolation to trust: it keeps honest code from accidents, not a machine from hostile code. It
serves for trying the product on one's own machine, and says so.
"""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.errors import SandboxError, SandboxUnavailableError
from bot.domain.exercise import Exercise, Limits
from bot.domain.grading import Grade, GradingRequest
from bot.sandbox.relay import Relay
from bot.sandbox.sides import Cause, EndedError, Ending, SideInbox
from bot.sandbox.wire import Frame, Kind

START_AT_MOST_S = 120.0
JUDGE_OUTPUT_BYTES = 64 * 1024
CODE = Path(__file__).resolve().parent.parent.parent


@dataclass(slots=True)
class ProcessSide:
    """One side as a child process in a session of its own."""

    process: asyncio.subprocess.Process
    folder: str
    inbox: SideInbox
    _readers: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    async def start(
        cls, module: str, *args: str, limits: Limits, output_bytes: int
    ) -> "ProcessSide":
        """Start a side and wait until it is ready. Raises SandboxError."""
        folder = tempfile.mkdtemp(prefix="freehand-")
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": folder,
            "TMPDIR": folder,
            "PYTHONPATH": str(CODE),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OMP_NUM_THREADS": "1",
        }
        process = await asyncio.create_subprocess_exec(
            *_confined([sys.executable, "-m", module, *args], folder),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: _limit(limits),  # no thread holds a lock here
        )
        side = cls(process, folder, SideInbox(output_bytes))
        side._listen()
        try:
            async with asyncio.timeout(START_AT_MOST_S):
                first = await side.inbox.next()
        except (TimeoutError, EndedError) as error:
            await side.kill()
            raise SandboxUnavailableError(
                f"the sandbox process did not start: {side.inbox.output.strip()[-300:]}"
            ) from error
        if first.kind is not Kind.READY:
            await side.kill()
            raise SandboxError("the sandbox process spoke out of turn")
        return side

    async def send(self, frame: Frame) -> None:
        """See `Side.send`."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(frame.encoded())
            await self.process.stdin.drain()
        except (ConnectionError, RuntimeError) as error:
            raise EndedError from error

    async def ending(self) -> Ending:
        """See `Side.ending`."""
        if self.inbox.failure is not None:
            return Ending(cause=self.inbox.failure)
        code = await self.process.wait()
        return Ending(cause=Cause.KILLED if code < 0 else Cause.EXITED, code=code)

    async def peak_memory_bytes(self) -> int | None:
        """See `Side.peak_memory_bytes`."""
        with contextlib.suppress(OSError, StopIteration, ValueError):
            status = Path(f"/proc/{self.process.pid}/status").read_text()
            line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
            return int(line.split()[1]) * 1024
        return None

    async def kill(self) -> None:
        """See `Side.kill`."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._readers = [
            asyncio.create_task(self._pump(self.process.stdout, output=False)),
            asyncio.create_task(self._pump(self.process.stderr, output=True)),
        ]

    async def _pump(self, stream: asyncio.StreamReader, *, output: bool) -> None:
        while data := await stream.read(1 << 16):
            if output:
                self.inbox.take_output(data)
            else:
                self.inbox.take(data)
        if not output:
            self.inbox.close()


@dataclass(slots=True, kw_only=True)
class ProcessGrader:
    """Grades with plain processes; one judge stays, and one solver waits.

    Attributes:
        exercises: The exercise folders.
        isolated: False: learner code runs as the user who started the bot.
    """

    exercises: Path
    isolated: bool = False
    _judge: ProcessSide | None = None
    _waiting: "asyncio.Task[ProcessSide] | None" = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(self, say: Callable[[str], None] = lambda _line: None) -> None:
        """Start the judge and a first solver."""
        del say  # nothing is built
        self._judge = await self._new_judge()
        self._refill()

    async def missing(self) -> str:
        """Nothing is: it was chosen because what it needs is here."""
        return ""

    async def stop(self) -> None:
        """End everything."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            with contextlib.suppress(SandboxError):
                await (await waiting).kill()
        if self._judge is not None:
            await self._judge.kill()
            self._judge = None

    async def health(self) -> str:
        """See `Grader.health`."""
        return ""

    async def grade(self, request: GradingRequest) -> Grade:
        """See `Grader.grade`."""
        async with self._turn:
            judge = self._judge or await self._new_judge()
            self._judge = judge
            relay = Relay(
                request=request,
                judge=judge,
                open_solver=lambda: self._solver(request.exercise),
            )
            try:
                return await relay.grade()
            except BaseException:
                self._judge = None
                await judge.kill()
                raise

    async def _solver(self, exercise: Exercise) -> ProcessSide:
        waiting, self._waiting = self._waiting, None
        side = await waiting if waiting is not None else await _new_solver(exercise.limits)
        self._refill()
        side.inbox.output_limit_bytes = exercise.limits.output_kb * 1024
        return side

    def _refill(self) -> None:
        self._waiting = asyncio.create_task(_new_solver(Limits()))

    async def _new_judge(self) -> ProcessSide:
        return await ProcessSide.start(
            "bot.sandbox.judge",
            str(self.exercises.resolve()),
            limits=Limits(memory_mb=4096),
            output_bytes=JUDGE_OUTPUT_BYTES,
        )


async def _new_solver(limits: Limits) -> ProcessSide:
    return await ProcessSide.start(
        "bot.sandbox.solver", limits=limits, output_bytes=limits.output_kb * 1024
    )


def _limit(limits: Limits) -> None:
    # Data, not address space: torch maps far more than it uses.
    data_bytes = (limits.memory_mb + 512) * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (data_bytes, data_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**26, 2**26))
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))


def _confined(command: list[str], folder: str) -> list[str]:
    """The command under bubblewrap where that is installed and allowed."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return command
    return [
        bwrap,
        *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"),
        # What is needed may itself stand under /tmp.
        *("--ro-bind", str(CODE), str(CODE), "--ro-bind", sys.prefix, sys.prefix),
        *("--bind", folder, folder, "--chdir", folder),
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--die-with-parent", "--new-session"),
        *command,
    ]
