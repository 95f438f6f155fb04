"""The runner without Docker: the same three parties as plain processes.

Not isolation to trust: it keeps honest code from accidents, not a machine from hostile code. It
serves for trying the product on one's own machine, and says so.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from typing_extensions import override

from bot.domain.errors import GpuUnavailableError, SandboxError
from bot.domain.exercise import ON_CPU, Device, Limits
from bot.domain.grading import Grade, Grader, GradingRequest
from bot.sandbox.endpoints import Cleanup, FrameBuffer
from bot.sandbox.gpu.gpus import NOT_HERE
from bot.sandbox.processes.confinement import CODE, can_confine, confined
from bot.sandbox.processes.endpoint import Listener, ProcessEndpoint
from bot.sandbox.processes.forkserver import ForkServer
from bot.sandbox.relay import Relay
from bot.sandbox.verdict import grade_of, job_of

JUDGE_OUTPUT_BYTES = 64 * 1024
TORCH_MB = 512
"""What Python with torch takes by itself, before the learner's allowance."""


@dataclass(slots=True, kw_only=True)
class ProcessGrader(Grader):
    """Grades with plain processes, one grading at a time; one judge stays, and one solver waits.

    Attributes:
        forks: Whether solvers are forked from one process that has torch imported, unconfined: only
            for code that is trusted.
    """

    forks: bool = False
    _fork_server: ForkServer | None = field(default=None, init=False)
    _confine: bool = field(default=False, init=False)
    _is_started: bool = field(default=False, init=False)
    _cleanup: Cleanup = field(default_factory=Cleanup, init=False)
    _judge: ProcessEndpoint | None = field(default=None, init=False)
    _waiting: "asyncio.Task[ProcessEndpoint] | None" = field(default=None, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def start(self, say: Callable[[str], None] = lambda _line: None) -> None:
        """Start the judge and a first solver.

        Raises:
            SandboxUnavailableError: They do not start, most likely because torch is missing.
        """
        say("Starting the sandbox processes: importing torch takes a moment.")
        async with self._turn:
            self._confine = not self.forks and await can_confine()
            self._judge = self._judge or await self._new_judge()
            self._refill()
            self._is_started = True

    async def stop(self) -> None:
        """End everything."""
        self._is_started = False
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError, SandboxError):
                await (await waiting).kill()
        if self._judge is not None:
            await self._judge.kill()
            self._judge = None
        await self._cleanup.drain()
        if self._fork_server is not None:
            await self._fork_server.stop()
            self._fork_server = None

    @property
    @override
    def isolated(self) -> bool:
        return False  # learner code runs as the user who started the bot

    @property
    @override
    def devices(self) -> frozenset[Device]:
        return ON_CPU

    @property
    def waiting(self) -> Mapping[str, int]:
        """How many solvers are ready, or are about to be."""
        return {"cpu": int(self._waiting is not None)}

    @property
    def gpu_problems(self) -> Mapping[str, str]:
        """Nothing: there are no GPUs."""
        return {}

    @override
    async def health(self, device: Device = Device.CPU) -> str:
        if device not in ON_CPU:
            return NOT_HERE
        return "" if self._is_started else "The sandbox is still starting."

    async def missing(self) -> str:
        """What keeps it from starting: nothing; torch is looked for where a runner is chosen."""
        return ""

    @override
    async def grade(self, request: GradingRequest) -> Grade:
        if request.exercise.device not in ON_CPU:
            raise GpuUnavailableError(NOT_HERE)
        async with self._turn:
            judge = self._judge = await self._living_judge()
            limits = request.exercise.limits
            relay = Relay(limits=limits, judge=judge, open_solver=lambda: self._solver(limits))
            try:
                return grade_of(request, await relay.run(job_of(request)))
            except BaseException:
                self._judge = None
                await judge.kill()
                raise
            finally:
                self._refill()

    # --- judges and solvers -------------------------------------------------------------------

    async def _living_judge(self) -> ProcessEndpoint:
        if self._judge is not None and self._judge.alive:
            return self._judge
        if self._judge is not None:
            await self._judge.kill()  # what it leaves behind
        return await self._new_judge()

    async def _solver(self, limits: Limits) -> ProcessEndpoint:
        waiting, self._waiting = self._waiting, None
        solver = await waiting if waiting is not None else await self._new_solver(limits)
        if not solver.alive or limits.memory_mb != Limits().memory_mb:
            await solver.kill()
            solver = await self._new_solver(limits)
        solver.buffer.max_output_bytes = limits.output_kb * 1024
        return solver

    def _refill(self) -> None:
        if self._waiting is None:
            self._waiting = asyncio.create_task(self._new_solver(Limits()))

    async def _new_solver(self, limits: Limits) -> ProcessEndpoint:
        megabytes, output_bytes = limits.memory_mb + TORCH_MB, limits.output_kb * 1024
        if self.forks:
            return await self._start_endpoint(partial(self._fork, megabytes), output_bytes)
        command = [sys.executable, "-m", "bot.inside.solver", str(megabytes)]
        return await self._start_endpoint(
            partial(_run, command, confine=self._confine), output_bytes, confined=self._confine
        )

    async def _fork(
        self, megabytes: int, folder: str, listener: Listener
    ) -> asyncio.SubprocessTransport:
        if self._fork_server is not None and not self._fork_server.alive:
            await self._fork_server.stop()  # what it leaves behind
            self._fork_server = None
        if self._fork_server is None:
            everywhere = tempfile.gettempdir()
            self._fork_server = await ForkServer.start(everywhere, _environment(everywhere))
        return await self._fork_server.fork(folder, megabytes, listener)

    async def _new_judge(self) -> ProcessEndpoint:
        command = [sys.executable, "-m", "bot.inside.judge"]
        return await self._start_endpoint(partial(_run, command, confine=False), JUDGE_OUTPUT_BYTES)

    async def _start_endpoint(
        self, run: "Run", output_bytes: int, *, confined: bool = False
    ) -> ProcessEndpoint:
        # Made in a task of its own: were that cancelled half way, asyncio would wait for streams
        # that nobody closes any more.
        making = asyncio.create_task(self._make(run, output_bytes, confined=confined))
        try:
            endpoint = await asyncio.shield(making)
            await endpoint.begin()
        except BaseException:
            await (await making).kill()
            raise
        return endpoint

    async def _make(self, run: "Run", output_bytes: int, *, confined: bool) -> ProcessEndpoint:
        folder = tempfile.mkdtemp(prefix="freehand-")
        buffer = FrameBuffer(output_bytes)
        listener = Listener(buffer)
        try:
            transport = await run(folder, listener)
        except BaseException:
            os.rmdir(folder)  # noqa: PTH106  # pathlib's does no more
            raise
        return ProcessEndpoint(transport, listener, buffer, folder, self._cleanup, confined)


Run = Callable[[str, Listener], Awaitable[asyncio.SubprocessTransport]]
"""Starts a process in a folder, heard by a listener."""


async def _run(
    command: Sequence[str], folder: str, listener: Listener, *, confine: bool
) -> asyncio.SubprocessTransport:
    transport, _ = await asyncio.get_running_loop().subprocess_exec(
        lambda: listener,
        *confined(command, folder) if confine else command,
        cwd=folder,
        env=_environment(folder),
        start_new_session=True,
    )
    return transport


def _environment(folder: str) -> dict[str, str]:
    """All that a process learns of the machine it runs on."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": folder,
        "TMPDIR": folder,
        "PYTHONPATH": str(CODE),
        "PYTHONSAFEPATH": "1",  # what a submission leaves in its folder is no module of ours
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
    }
