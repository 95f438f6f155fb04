"""One GPU's slot: at most one solver on the device at a time.

A slot starts its next solver when the one before is gone and has given its memory back, and keeps
it waiting with CUDA ready. What no container can limit, GPU memory, is read on the host while the
solver works; a submission that takes more than the exercise allows is ended. A slot whose device,
memory or solver is not as it should be is sick until a probe finds it well; nothing else suffers.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import structlog

from bot.domain.errors import GpuUnavailableError, SandboxError
from bot.domain.exercise import Limits
from bot.sandbox.containers.spec import ContainerSpec, alike
from bot.sandbox.gpu.endpoint import NONE_NOW, GpuEndpoint, SolverEndpoint
from bot.sandbox.gpu.nvml import Meter

log = structlog.get_logger()

PROBE_EVERY_S = 60.0
READ_EVERY_S = 0.1

MAX_RETURN_S = 10.0
"""For a driver to take back what a process that ended had: milliseconds are usual."""

SLACK_BYTES = 128 * 2**20
"""What the driver itself may take more or less of between two readings."""

MB = 2**20

STARTING = "its first solver is still starting"
STOPPED = "it is not used now"


@dataclass(slots=True, kw_only=True)
class GpuSlot:
    """One device and the solver on it.

    Attributes:
        start: Starts a solver; raises SandboxError.
        vacate: Ends what is still on the device, and returns when it is gone; raises SandboxError.
        problem: Why it cannot be used; empty when it can.
        reservations: Gradings that use it or wait for it.
    """

    meter: Meter
    start: Callable[[ContainerSpec], Coroutine[None, None, SolverEndpoint]]
    vacate: Callable[[str], Awaitable[None]]
    probe_every_s: float = PROBE_EVERY_S
    problem: str = field(default=STOPPED, init=False)
    reservations: int = field(default=0, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _keeper: asyncio.Task[None] | None = field(default=None, init=False)
    _limits: Limits = field(default_factory=Limits, init=False)
    _before_bytes: int | None = field(default=None, init=False)
    _ready: GpuEndpoint | None = field(default=None, init=False)
    _changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    @property
    def gpu(self) -> str:
        """The device's id."""
        return self.meter.gpu

    @property
    def waiting(self) -> int:
        """How many solvers wait on it: one or none."""
        return self._ready is not None

    def begin(self, spec: ContainerSpec) -> None:
        """Keep a solver waiting in such a container, until `close`."""
        self._set_problem(STARTING)
        self._keeper = asyncio.create_task(self._keep(replace(spec, gpu=self.gpu)))
        self._keeper.add_done_callback(self._broke)

    async def close(self) -> None:
        """Start no more, and end what is there."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        self._set_problem(STOPPED)

    @asynccontextmanager
    async def reserve(self) -> AsyncGenerator[None]:
        """Keep it for one grading alone, which waits for those before it."""
        self.reservations += 1
        try:
            async with self._turn:
                yield
        finally:
            self.reservations -= 1

    async def take(self, limits: Limits) -> GpuEndpoint:
        """A solver with these limits, from now on watched; the next one will be like it.

        A waiting container's limits are not changed: where systemd keeps the control groups,
        that takes the GPU away from it (NVIDIA's container toolkit, issue 48).

        Raises:
            GpuUnavailableError: None can be had.
        """
        self._limits = limits
        while True:
            self._changed.clear()
            solver, self._ready = self._ready, None
            if solver is not None and solver.inner.alive and alike(solver.inner.limits, limits):
                solver.buffer.max_output_bytes = limits.output_kb * 1024
                solver.watch(limits.gpu_memory_mb * MB)
                return solver
            if solver is not None:
                await solver.kill()
            if self.problem not in {"", STARTING}:
                raise GpuUnavailableError(NONE_NOW)
            await self._changed.wait()

    async def require(self) -> None:
        """Look at the device now. Raises GpuUnavailableError where it is lost."""
        try:
            await self.meter.read()
        except GpuUnavailableError as error:
            self._set_problem(str(error))
            raise GpuUnavailableError(NONE_NOW) from error

    # --- one solver after the other -----------------------------------------------------------

    async def _keep(self, spec: ContainerSpec) -> None:
        while True:
            try:
                await self._serve(spec)
            except SandboxError as error:
                self._set_problem(str(error))
                await asyncio.sleep(self.probe_every_s)

    def _broke(self, keeper: asyncio.Task[None]) -> None:
        """Never on purpose: a grading that waits for a solver must not wait for ever."""
        if not keeper.cancelled():
            log.error("gpu_slot_broke", gpu=self.gpu, exc_info=keeper.exception())
            self._set_problem("a fault of Freehand's own; the log says which")

    async def _serve(self, spec: ContainerSpec) -> None:
        """One solver, from the moment the device is free until the solver is ended."""
        await self.vacate(self.gpu)
        before_bytes = await self._given_back()
        inner = await self.start(replace(spec, limits=self._limits))
        solver = GpuEndpoint(inner=inner, meter=self.meter, before_bytes=before_bytes)
        try:
            self._ready = solver
            self._set_problem("")
            while not await solver.killed(within_s=self.probe_every_s):
                await self.meter.read()
            if solver.lost:
                raise GpuUnavailableError(solver.lost)
        finally:
            if self._ready is solver:
                self._ready = None
            solver.lose(STOPPED)
            await solver.kill()
            log.info("gpu_solver_ended", gpu=self.gpu, peak_bytes=solver.peak_bytes)

    async def _given_back(self) -> int:
        """What the device holds now that no solver is on it, once that is as little as before."""
        used_bytes = (await self.meter.read()).used_bytes
        if self._before_bytes is None:
            self._before_bytes = used_bytes
        try:
            async with asyncio.timeout(MAX_RETURN_S):
                while used_bytes > self._before_bytes + SLACK_BYTES:
                    await asyncio.sleep(READ_EVERY_S)
                    used_bytes = (await self.meter.read()).used_bytes
        except TimeoutError as error:
            more = (used_bytes - self._before_bytes) // MB
            raise GpuUnavailableError(f"{more} MB of its memory were not given back") from error
        self._before_bytes = min(used_bytes, self._before_bytes)
        return used_bytes

    def _set_problem(self, problem: str) -> None:
        if problem != self.problem and problem not in {STARTING, STOPPED}:
            if problem:
                log.error("gpu_unhealthy", gpu=self.gpu, reason=problem)
            else:
                log.info("gpu_healthy", gpu=self.gpu)
        self.problem = problem
        self._changed.set()
