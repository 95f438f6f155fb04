"""GPUs: one slot for each device, at most one solver on it at a time, its memory watched.

A slot starts its next solver when the former is gone and has given its memory back, and keeps it
waiting with CUDA ready. What no container can hold, GPU memory, is read on the host while the
solver works; whoever takes more than the exercise allows is ended. A slot whose device, memory or
solver is not as it should be is sick until a probe finds it well; nobody else is the worse for it.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from bot.domain.errors import GpuUnavailableError, SandboxError
from bot.domain.exercise import Device, Limits
from bot.sandbox.jail import Jail, alike
from bot.sandbox.nvml import Meter
from bot.sandbox.sides import Cause, EndedError, Ending, Side, SideInbox
from bot.sandbox.wire import Frame

log = structlog.get_logger()

WATCH_EVERY_S = 0.1
PROBE_EVERY_S = 60.0

GIVEN_BACK_WITHIN_S = 10.0
"""For a driver to take back what a process that ended had: milliseconds are usual."""

SLACK_BYTES = 128 * 2**20
"""What the driver itself may take more or less of between two readings."""

MB = 2**20

STARTING = "its first solver is still starting"
STOPPED = "it is not used now"
NOT_HERE = "this exercise needs a GPU, and none is set up here."
NOT_YET = "the GPU is still starting."
NONE_NOW = "no GPU can be used now. Whoever runs the bot sees why in its log."


class Started(Side, Protocol):
    """A solver that `Slot.start` has started."""

    limits: Limits

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        ...


@dataclass(slots=True, kw_only=True)
class GpuSide:
    """A solver on a GPU; see `Side`.

    Attributes:
        before_bytes: What the device held before this solver was started.
        peak_bytes: The most it was seen to use.
        lost: Why its device is not to be trusted any more; then nothing it did counts.
    """

    inner: Started
    meter: Meter
    before_bytes: int
    peak_bytes: int = 0
    lost: str = ""
    inbox: SideInbox = field(init=False)
    _killed: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _watch: asyncio.Task[None] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.inbox = self.inner.inbox

    def watch(self, allowed_bytes: int) -> None:
        """From now on it is ended when it uses more GPU memory than this."""
        self._watch = asyncio.create_task(self._watched(allowed_bytes))

    def lose(self, reason: str) -> None:
        """Whatever comes of it is no fault of the learner's; nothing where it is ended already."""
        if not self._killed.is_set():
            self.lost = self.lost or reason
            self.inbox.fail(Cause.GPU_LOST)

    async def killed(self, *, within_s: float) -> bool:
        """Whether it has been ended, or is by then."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._killed.wait()
        return self._killed.is_set()

    async def send(self, frame: Frame) -> None:
        """See `Side.send`."""
        if self.inbox.failure is not None:
            raise EndedError
        await self.inner.send(frame)

    async def ending(self) -> Ending:
        """See `Side.ending`.

        Raises:
            GpuUnavailableError: The device was lost under it.
        """
        if self.lost:
            raise GpuUnavailableError(NONE_NOW)
        if self.inbox.failure is Cause.OUT_OF_GPU_MEMORY:
            return Ending(cause=Cause.OUT_OF_GPU_MEMORY, gpu_bytes=self.peak_bytes)
        return await self.inner.ending()

    async def peak_memory_bytes(self) -> int | None:
        """See `Side.peak_memory_bytes`; of the machine's memory, not the GPU's."""
        return await self.inner.peak_memory_bytes()

    async def kill(self) -> None:
        """See `Side.kill`."""
        if self._watch is not None:
            self._watch.cancel()
        await self.inner.kill()
        self._killed.set()

    async def _watched(self, allowed_bytes: int) -> None:
        while self.inbox.failure is None:
            try:
                used_bytes = (await self.meter.read()).used_bytes - self.before_bytes
            except GpuUnavailableError as error:
                self.lose(str(error))
                return
            self.peak_bytes = max(used_bytes, self.peak_bytes)
            if used_bytes > allowed_bytes:
                self.inbox.fail(Cause.OUT_OF_GPU_MEMORY)
                return
            await asyncio.sleep(WATCH_EVERY_S)


@dataclass(slots=True, kw_only=True)
class Slot:
    """One device and the solver on it.

    Attributes:
        start: Starts a solver; raises SandboxError.
        vacate: Ends what is still on the device, and returns when it is gone; raises SandboxError.
        problem: Why it cannot be used; empty when it can.
        leases: Gradings that use it or wait for it.
    """

    meter: Meter
    start: Callable[[Jail], Coroutine[None, None, Started]]
    vacate: Callable[[str], Awaitable[None]]
    probe_every_s: float = PROBE_EVERY_S
    problem: str = field(default=STOPPED, init=False)
    leases: int = field(default=0, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _keeper: asyncio.Task[None] | None = field(default=None, init=False)
    _limits: Limits = field(default_factory=Limits, init=False)
    _before_bytes: int | None = field(default=None, init=False)
    _ready: GpuSide | None = field(default=None, init=False)
    _changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    @property
    def gpu(self) -> str:
        """The device's id."""
        return self.meter.gpu

    @property
    def waiting(self) -> int:
        """How many solvers wait on it: one or none."""
        return self._ready is not None

    def begin(self, jail: Jail) -> None:
        """Keep a solver waiting in such a jail, until `close`."""
        self._set_problem(STARTING)
        self._keeper = asyncio.create_task(self._keep(replace(jail, gpu=self.gpu)))
        self._keeper.add_done_callback(self._broke)

    async def close(self) -> None:
        """Start no more, and end what is there."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        self._set_problem(STOPPED)

    @asynccontextmanager
    async def leased(self) -> AsyncGenerator[None]:
        """For one grading alone, which waits for those before it."""
        self.leases += 1
        try:
            async with self._turn:
                yield
        finally:
            self.leases -= 1

    async def take(self, limits: Limits) -> GpuSide:
        """A solver with these limits, from now on watched; the next one will be like it.

        A waiting container's limits are not changed: where systemd keeps the control groups,
        that takes the GPU away from it (NVIDIA's container toolkit, issue 48).

        Raises:
            GpuUnavailableError: None can be had.
        """
        self._limits = limits
        while True:
            self._changed.clear()
            side, self._ready = self._ready, None
            if side is not None and side.inner.alive and alike(side.inner.limits, limits):
                side.inbox.output_limit_bytes = limits.output_kb * 1024
                side.watch(limits.gpu_memory_mb * MB)
                return side
            if side is not None:
                await side.kill()
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

    async def _keep(self, jail: Jail) -> None:
        while True:
            try:
                await self._serve(jail)
            except SandboxError as error:
                self._set_problem(str(error))
                await asyncio.sleep(self.probe_every_s)

    def _broke(self, keeper: asyncio.Task[None]) -> None:
        """Never on purpose: whoever waits for a solver must not wait for ever."""
        if not keeper.cancelled():
            log.error("gpu_slot_broke", gpu=self.gpu, exc_info=keeper.exception())
            self._set_problem("a fault of Freehand's own; the log says which")

    async def _serve(self, jail: Jail) -> None:
        """One solver, from the moment the device is free until the solver is ended."""
        await self.vacate(self.gpu)
        before_bytes = await self._given_back()
        inner = await self.start(replace(jail, limits=self._limits))
        side = GpuSide(inner=inner, meter=self.meter, before_bytes=before_bytes)
        try:
            self._ready = side
            self._set_problem("")
            while not await side.killed(within_s=self.probe_every_s):
                await self.meter.read()
            if side.lost:
                raise GpuUnavailableError(side.lost)
        finally:
            if self._ready is side:
                self._ready = None
            side.lose(STOPPED)
            await side.kill()
            log.info("gpu_solver_ended", gpu=self.gpu, peak_bytes=side.peak_bytes)

    async def _given_back(self) -> int:
        """What the device holds now that no solver is on it, once that is as little as before."""
        used_bytes = (await self.meter.read()).used_bytes
        if self._before_bytes is None:
            self._before_bytes = used_bytes
        try:
            async with asyncio.timeout(GIVEN_BACK_WITHIN_S):
                while used_bytes > self._before_bytes + SLACK_BYTES:
                    await asyncio.sleep(WATCH_EVERY_S)
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


@dataclass(frozen=True, slots=True)
class Gpus:
    """Every GPU of this installation."""

    slots: Sequence[Slot] = ()

    @property
    def problems(self) -> Mapping[str, str]:
        """Why each cannot be used, by id; empty when it can."""
        return {slot.gpu: slot.problem for slot in self.slots}

    def health(self) -> str:
        """Empty when an exercise that needs a GPU can be graded now, else one sentence."""
        problems = {slot.problem for slot in self.slots}
        if "" in problems:
            return ""
        if STARTING in problems:
            return NOT_YET
        return NONE_NOW if problems else NOT_HERE

    @asynccontextmanager
    async def lease(self, device: Device) -> AsyncGenerator[Slot | None]:
        """A slot for one grading alone; None where it is to be graded on the CPU.

        Raises:
            GpuUnavailableError: It needs a GPU, and none can be used.
        """
        slot = self._chosen(device)
        if slot is None:
            yield None
            return
        async with slot.leased():
            yield slot

    def _chosen(self, device: Device) -> Slot | None:
        if device is Device.CPU:
            return None
        if device is Device.GPU_OPTIONAL:
            idle = (slot for slot in self.slots if slot.waiting and not slot.leases)
            return next(idle, None)
        usable = [slot for slot in self.slots if slot.problem in {"", STARTING}]
        if not usable:
            raise GpuUnavailableError(self.health())
        return min(usable, key=lambda slot: (slot.leases, not slot.waiting))

    def begin(self, jail: Jail) -> None:
        """Keep a solver waiting on each."""
        for slot in self.slots:
            slot.begin(jail)

    async def close(self) -> None:
        """Leave nothing on them."""
        await asyncio.gather(*(slot.close() for slot in self.slots))

    def get(self, gpu: str) -> Slot:
        """One, by its id."""
        (slot,) = (slot for slot in self.slots if slot.gpu == gpu)
        return slot
