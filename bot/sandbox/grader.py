"""The sandbox in containers: one-shot solvers that wait with torch imported, judges that stay."""

import asyncio
import itertools
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

import structlog
from typing_extensions import override

from bot.domain.errors import GpuUnavailableError, SandboxError, SandboxUnavailableError
from bot.domain.exercise import ON_CPU, Device, Limits
from bot.domain.grading import Grade, Grader, GradingRequest
from bot.sandbox.containers.endpoint import ContainerEndpoint
from bot.sandbox.containers.engine import Engine
from bot.sandbox.containers.images import Recipe
from bot.sandbox.containers.owner import Owner, lives
from bot.sandbox.containers.pool import Pool, fitting
from bot.sandbox.containers.spec import USERS, ContainerSpec
from bot.sandbox.endpoints import Cleanup, Endpoint, FrameBuffer
from bot.sandbox.gpu.gpus import Gpus
from bot.sandbox.gpu.nvml import Meter
from bot.sandbox.gpu.slot import GpuSlot
from bot.sandbox.relay import Relay
from bot.sandbox.verdict import grade_of, job_of

log = structlog.get_logger()

Say = Callable[[str], None]
"""Tells the person at the terminal one line."""

OpenSolver = Callable[[Limits], Awaitable[Endpoint]]
"""Gives a solver with these limits."""

GradeThere = Callable[[GradingRequest], Awaitable[Grade]]
"""Grades at one certain place; raises SandboxError."""

PROBE_EVERY_S = 2.0
MAX_JUDGE_GRADINGS = 200
"""Then a new one: whatever a check may have left behind is gone with it."""

JUDGE_LIMITS = Limits(memory_mb=2048)
STARTING = "the sandbox is still starting."
MAX_VACATE_S, VACATE_EVERY_S = 60.0, 0.05


@dataclass(slots=True, kw_only=True)
class ContainerGrader(Grader):
    """Grades in containers.

    Attributes:
        instance: Labels this installation's containers, so that a later start finds leftovers.
        recipe: What the images are made of.
        warm: Solvers kept waiting, if the engine's machine has the memory.
        runtime: Docker's runtime for them; empty for the engine's default.
        meters: One for each GPU that is this installation's alone.
        strict: Whether it refuses an engine that does not hold every limit; else it says so.
    """

    instance: str
    recipe: Recipe
    warm: int
    runtime: str = ""
    meters: Sequence[Meter] = ()
    strict: bool = True
    gpus: Gpus = field(init=False)
    _engine: Engine | None = field(default=None, init=False)
    _owner: Owner | None = field(default=None, init=False)
    _solvers: Pool | None = field(default=None, init=False)
    _judges: Pool | None = field(default=None, init=False)
    _unfitting: set[ContainerSpec] = field(default_factory=set[ContainerSpec], init=False)
    _living: set[str] = field(default_factory=set[str], init=False)
    _cleanup: Cleanup = field(default_factory=Cleanup, init=False)
    _preparing: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _recovery: asyncio.Task[None] | None = field(default=None, init=False)
    _users: Iterator[int] = field(
        default_factory=lambda: itertools.cycle(_shuffled(USERS)), init=False
    )
    _problem: str = field(default=STARTING, init=False)
    _probed_at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        slots = (
            GpuSlot(meter=meter, start=self._start_endpoint, vacate=self._vacate)
            for meter in self.meters
        )
        self.gpus = Gpus(tuple(slots))

    @property
    @override
    def isolated(self) -> bool:
        return True

    @property
    @override
    def devices(self) -> frozenset[Device]:
        return frozenset(Device) if self.meters else ON_CPU

    @property
    def waiting(self) -> Mapping[str, int]:
        """How many solvers are ready: on the CPU, and on each GPU."""
        ready = self._solvers.waiting if self._solvers is not None else 0
        return {"cpu": ready, **{slot.gpu: slot.waiting for slot in self.gpus.slots}}

    async def start(self, say: Say = lambda _line: None) -> None:
        """Delete leftovers, build the images that are missing, start a judge, fill the pool.

        Raises:
            SandboxError: It cannot start, and what to do. May be called again.
        """
        async with self._preparing:
            try:
                await self._prepare(say)
            except SandboxError as error:
                self._problem = str(error)
                raise

    async def stop(self) -> None:
        """Leave no container behind."""
        self._problem = "the sandbox is stopped."
        if self._recovery is not None:
            self._recovery.cancel()
            await asyncio.gather(self._recovery, return_exceptions=True)
        await self.gpus.close()
        for pool in (self._solvers, self._judges):
            if pool is not None:
                await pool.close()
        self._solvers = self._judges = None
        await self._cleanup.drain()
        engine, self._engine = self._engine, None
        if engine is not None:
            try:
                await self._delete_leftovers(engine)
            except SandboxUnavailableError as error:
                log.warning("leftovers_kept", reason=str(error))  # the next start deletes them
            await engine.close()
        owner, self._owner = self._owner, None
        if owner is not None:
            owner.end()

    async def missing(self) -> str:
        """What keeps it from starting at once, as a sentence; empty when nothing.

        Raises:
            SandboxUnavailableError: The engine does not answer.
        """
        engine = Engine.connect()
        try:
            machine = await engine.machine()
            return machine.problem or await self.recipe.missing(engine)
        finally:
            await engine.close()

    @override
    async def health(self, device: Device = Device.CPU) -> str:
        # Asks the engine every other second at most, and recovers by itself.
        well = "" if device in ON_CPU else self.gpus.health()
        return await self._health() or well

    async def _health(self) -> str:
        engine = self._engine
        if engine is None or self._solvers is None:
            return self._problem  # never started: `start` says when, and tries again
        if time.monotonic() - self._probed_at < PROBE_EVERY_S:
            return self._problem
        self._probed_at = time.monotonic()
        try:
            await engine.require()
        except SandboxUnavailableError as error:
            self._problem = str(error)
        else:
            if self._problem and not self._preparing.locked():
                self._recovery = asyncio.create_task(self._recover())
        return self._problem

    @override
    async def grade(self, request: GradingRequest) -> Grade:
        device = request.exercise.device
        try:
            async with self.gpus.reserve(device) as slot:
                if slot is not None:
                    return await self._grade_on(slot, request)
        except GpuUnavailableError:
            if device not in ON_CPU:
                raise
        solvers = self._ready(self._solvers)
        return await self._grade(request, lambda limits: self._solver(solvers, limits))

    @property
    def gpu_problems(self) -> Mapping[str, str]:
        """Why each GPU cannot be used, by its id; empty when it can."""
        return self.gpus.problems

    @property
    def on_each_gpu(self) -> Mapping[str, GradeThere]:
        """How to grade on one GPU each, whatever the exercise asks for; to try them."""
        return {slot.gpu: partial(self._try_on, slot) for slot in self.gpus.slots}

    async def _try_on(self, slot: GpuSlot, request: GradingRequest) -> Grade:
        try:
            async with slot.reserve():
                return await self._grade_on(slot, request)
        except GpuUnavailableError as error:
            raise GpuUnavailableError(slot.problem or str(error)) from error

    async def _grade_on(self, slot: GpuSlot, request: GradingRequest) -> Grade:
        """Grade on a reserved GPU; what was seen on one that is lost may not be the learner's."""
        grade = await self._grade(request, slot.take)
        await slot.require()
        return grade

    async def _grade(self, request: GradingRequest, open_solver: OpenSolver) -> Grade:
        try:
            return await self._relay(request, self._ready(self._judges), open_solver)
        except GpuUnavailableError:
            raise
        except SandboxUnavailableError as error:
            self._problem = str(error)  # until the next probe
            raise

    async def _relay(self, request: GradingRequest, judges: Pool, open_solver: OpenSolver) -> Grade:
        judge = await judges.take()
        limits = request.exercise.limits
        relay = Relay(limits=limits, judge=judge, open_solver=lambda: open_solver(limits))
        try:
            grade = grade_of(request, await relay.run(job_of(request)))
        except BaseException as error:
            await judge.kill()
            if isinstance(error, SandboxError):
                await self._connected().require()  # if the engine is away, that is why
            raise
        finally:
            if self._solvers is not None:
                self._solvers.refill()
        judge.uses += 1
        if judge.alive and judge.uses < MAX_JUDGE_GRADINGS:
            judges.put(judge)
        else:
            await judge.kill()
            judges.refill()
        return grade

    def _ready(self, pool: Pool | None) -> Pool:
        if self._problem or pool is None:
            raise SandboxUnavailableError(self._problem or STARTING)
        return pool

    # --- starting and recovering --------------------------------------------------------------

    async def _prepare(self, say: Say) -> None:
        if self._engine is None:
            self._engine = Engine.connect()
        engine = self._engine
        await engine.require()
        self._owner = self._owner or Owner.begin()
        await self._delete_leftovers(engine)
        machine = await engine.machine()
        machine.require_limits(say, strict=self.strict)
        tags = await self.recipe.ensure(engine, say)
        await self.gpus.close()
        for pool in (self._solvers, self._judges):
            if pool is not None:
                await pool.close()
        warm = fitting(self.warm, machine.memory_bytes)
        if warm < self.warm:
            say(f"Memory is short: {warm} solvers are kept waiting instead of {self.warm}.")
        self._solvers = self._pool(self._spec("solver", tags.solver, Limits()), warm)
        self._judges = self._pool(self._spec("judge", tags.judge, JUDGE_LIMITS), 1)
        self._judges.put(await self._judges.take())
        self._problem = ""
        self._solvers.refill()
        self.gpus.begin(self._spec("solver", tags.solver, Limits()))
        now = datetime.fromtimestamp(time.time(), UTC)
        await self.recipe.forget_old(engine, tags, now)

    async def _recover(self) -> None:
        async with self._preparing:
            log.info("sandbox_recovering", reason=self._problem)
            try:
                await self._prepare(lambda line: log.info("sandbox_prepared", step=line))
            except SandboxError as error:
                self._problem = str(error)
            else:
                log.info("sandbox_recovered")

    async def _delete_leftovers(self, engine: Engine) -> None:
        """Delete this installation's containers that nobody uses, here or in another process."""
        found = await engine.containers(f"freehand.instance={self.instance}")
        for container, labels in found.items():
            owner = labels.get("freehand.owner", "")
            ours = self._owner is not None and owner == self._owner.name
            if container not in self._living and (ours or not lives(owner)):
                log.info("leftover_deleted", container=container[:12])
                await engine.remove(container)

    async def _vacate(self, gpu: str) -> None:
        """Wait until no solver is on a device any more."""
        engine = self._connected()
        try:
            async with asyncio.timeout(MAX_VACATE_S):
                while found := await engine.containers(f"freehand.gpu={gpu}"):
                    for container, labels in found.items():
                        if not self._may_delete(labels):
                            raise GpuUnavailableError("another Freehand has a solver on it")
                        await engine.remove(container)
                    await asyncio.sleep(VACATE_EVERY_S)
        except TimeoutError as error:
            raise GpuUnavailableError("the former solver on it could not be ended") from error

    def _may_delete(self, labels: Mapping[str, str]) -> bool:
        """Whether a container is this process's, or was left by a dead one of this installation."""
        owner = labels["freehand.owner"]
        left = labels["freehand.instance"] == self.instance and not lives(owner)
        return owner == self._owner_name or left

    # --- endpoints -----------------------------------------------------------------------------

    async def _solver(self, solvers: Pool, limits: Limits) -> ContainerEndpoint:
        """A solver with these limits: one that waits, or one of its own where that cannot be."""
        spec = replace(solvers.spec, limits=limits)
        if spec not in self._unfitting:
            endpoint, fits = await solvers.take(), False
            try:
                if fits := await endpoint.fit(limits):
                    return endpoint
            finally:
                if not fits:
                    await endpoint.kill()
            self._unfitting.add(spec)
        return await self._start_endpoint(spec)

    def _pool(self, spec: ContainerSpec, size: int) -> Pool:
        return Pool(spec=spec, start=self._start_endpoint, size=size)

    def _spec(self, role: str, image: str, limits: Limits) -> ContainerSpec:
        return ContainerSpec(
            image=image,
            role=role,
            instance=self.instance,
            owner=self._owner_name,
            runtime=self.runtime,
            limits=limits,
        )

    async def _start_endpoint(self, spec: ContainerSpec) -> ContainerEndpoint:
        engine = self._connected()
        container = await engine.create(replace(spec, user=next(self._users)).settings())
        self._living.add(container)
        endpoint = ContainerEndpoint(
            engine=engine,
            container=container,
            limits=spec.limits,
            clean_up=lambda end: self._cleanup.add(self._forget(container, end)),
            buffer=FrameBuffer(spec.limits.output_kb * 1024),
        )
        try:
            await endpoint.begin()
        except BaseException:
            await endpoint.kill()
            raise
        return endpoint

    async def _forget(self, container: str, end: Coroutine[None, None, None]) -> None:
        await end
        self._living.discard(container)

    @property
    def _owner_name(self) -> str:
        return self._owner.name if self._owner is not None else ""

    def _connected(self) -> Engine:
        if self._engine is None:
            raise SandboxUnavailableError(STARTING)
        return self._engine


def _shuffled(users: Sequence[int]) -> Sequence[int]:
    """In an order of this process's own: another one on this engine begins elsewhere."""
    return secrets.SystemRandom().sample(users, len(users))
