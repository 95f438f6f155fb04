"""The sandbox in containers: one-shot solvers that wait with torch imported, judges that stay."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

import structlog

from bot.domain.errors import GpuUnavailableError, SandboxError, SandboxUnavailableError
from bot.domain.exercise import ON_CPU, Device, Limits
from bot.domain.grading import Grade, GradingRequest
from bot.sandbox.engine import Engine
from bot.sandbox.gpu import Gpus, Slot
from bot.sandbox.images import Recipe
from bot.sandbox.jail import ContainerSide, Jail
from bot.sandbox.nvml import Meter
from bot.sandbox.owner import Owner, lives
from bot.sandbox.pool import Pool, fitting
from bot.sandbox.relay import Relay
from bot.sandbox.sides import Side, SideInbox

log = structlog.get_logger()

Say = Callable[[str], None]
"""Tells the person at the terminal one line."""

OpenSolver = Callable[[Limits], Awaitable[Side]]
"""Gives a solver with these limits."""

GradeThere = Callable[[GradingRequest], Awaitable[Grade]]
"""Grades at one certain place; raises SandboxError."""

PROBE_EVERY_S = 2.0
JUDGE_GRADINGS_AT_MOST = 200
"""Then a new one: whatever a check may have left behind is gone with it."""

JUDGE_LIMITS = Limits(memory_mb=2048)
STARTING = "the sandbox is still starting."
VACATED_WITHIN_S, VACATED_EVERY_S = 60.0, 0.05


@dataclass(slots=True, kw_only=True)
class ContainerGrader:
    """Grades in containers; see `Grader`.

    Attributes:
        instance: Labels this installation's containers, so that a later start finds leftovers.
        recipe: What the images are made of.
        warm: Solvers kept waiting, if the engine's machine has the memory.
        runtime: Docker's runtime for them; empty for the engine's default.
        isolated: True: learner code is kept from this machine.
        meters: One for each GPU that is ours alone.
    """

    instance: str
    recipe: Recipe
    warm: int
    runtime: str = ""
    isolated: bool = True
    meters: Sequence[Meter] = ()
    gpus: Gpus = field(init=False)
    _engine: Engine | None = field(default=None, init=False)
    _owner: Owner | None = field(default=None, init=False)
    _solvers: Pool | None = field(default=None, init=False)
    _judges: Pool | None = field(default=None, init=False)
    _unfitting: set[Jail] = field(default_factory=set[Jail], init=False)
    _living: set[str] = field(default_factory=set[str], init=False)
    _background: set[asyncio.Task[None]] = field(
        default_factory=set[asyncio.Task[None]], init=False
    )
    _preparing: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _recovery: asyncio.Task[None] | None = field(default=None, init=False)
    _problem: str = field(default=STARTING, init=False)
    _probed_at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        slots = (
            Slot(meter=meter, start=self._started, vacate=self._vacate) for meter in self.meters
        )
        self.gpus = Gpus(tuple(slots))

    @property
    def devices(self) -> frozenset[Device]:
        """See `Grader.devices`."""
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
        await asyncio.gather(*self._background)
        engine, self._engine = self._engine, None
        if engine is not None:
            try:
                await self._reap(engine)
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
            return await self.recipe.missing(engine)
        finally:
            await engine.close()

    async def health(self, device: Device = Device.CPU) -> str:
        """See `Grader.health`. Asks the engine every other second at most, and recovers."""
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

    async def grade(self, request: GradingRequest) -> Grade:
        """See `Grader.grade`."""
        device = request.exercise.device
        try:
            async with self.gpus.lease(device) as slot:
                if slot is not None:
                    return await self._graded_on(slot, request)
        except GpuUnavailableError:
            if device not in ON_CPU:
                raise
        solvers = self._ready(self._solvers)
        return await self._graded(request, lambda limits: self._solver(solvers, limits))

    @property
    def gpu_problems(self) -> Mapping[str, str]:
        """Why each GPU cannot be used, by its id; empty when it can."""
        return self.gpus.problems

    @property
    def on_each_gpu(self) -> Mapping[str, GradeThere]:
        """How to grade on one GPU each, whatever the exercise asks for; to try them."""
        return {slot.gpu: partial(self._tried, slot) for slot in self.gpus.slots}

    async def _tried(self, slot: Slot, request: GradingRequest) -> Grade:
        try:
            async with slot.leased():
                return await self._graded_on(slot, request)
        except GpuUnavailableError as error:
            raise GpuUnavailableError(slot.problem or str(error)) from error

    async def _graded_on(self, slot: Slot, request: GradingRequest) -> Grade:
        """Grade on a leased GPU, unless it is lost: then what was seen may not be the learner's."""
        grade = await self._graded(request, slot.take)
        await slot.require()
        return grade

    async def _graded(self, request: GradingRequest, open_solver: OpenSolver) -> Grade:
        try:
            return await self._relayed(request, self._ready(self._judges), open_solver)
        except GpuUnavailableError:
            raise
        except SandboxUnavailableError as error:
            self._problem = str(error)  # until the next probe
            raise

    async def _relayed(
        self, request: GradingRequest, judges: Pool, open_solver: OpenSolver
    ) -> Grade:
        judge = await judges.take()
        relay = Relay(
            request=request,
            judge=judge,
            open_solver=lambda: open_solver(request.exercise.limits),
        )
        try:
            grade = await relay.grade()
        except BaseException as error:
            await judge.kill()
            if isinstance(error, SandboxError):
                await self._connected().require()  # if the engine is away, that is why
            raise
        finally:
            if self._solvers is not None:
                self._solvers.refill()
        judge.uses += 1
        if judge.uses < JUDGE_GRADINGS_AT_MOST:
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
        await self._reap(engine)
        tags = await self.recipe.ensure(engine, say)
        await self.gpus.close()
        for pool in (self._solvers, self._judges):
            if pool is not None:
                await pool.close()
        warm = fitting(self.warm, await engine.memory_bytes())
        if warm < self.warm:
            say(f"Memory is short: {warm} solvers are kept waiting instead of {self.warm}.")
        self._solvers = self._pool(self._jail("solver", tags.solver, Limits()), warm)
        self._judges = self._pool(self._jail("judge", tags.judge, JUDGE_LIMITS), 1)
        self._judges.put(await self._judges.take())
        self._problem = ""
        self._solvers.refill()
        self.gpus.begin(self._jail("solver", tags.solver, Limits()))
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

    async def _reap(self, engine: Engine) -> None:
        """Delete this installation's containers that nobody uses, here or in another process."""
        found = await engine.containers(f"freehand.instance={self.instance}")
        for container, labels in found.items():
            owner = labels.get("freehand.owner", "")
            ours = self._owner is not None and owner == self._owner.name
            if container not in self._living and (ours or not lives(owner)):
                log.info("container_reaped", container=container[:12])
                await engine.remove(container)

    async def _vacate(self, gpu: str) -> None:
        """Wait until no solver is on a device any more; see `Slot`."""
        engine = self._connected()
        try:
            async with asyncio.timeout(VACATED_WITHIN_S):
                while found := await engine.containers(f"freehand.gpu={gpu}"):
                    for container, labels in found.items():
                        if not self._may_delete(labels):
                            raise GpuUnavailableError("another Freehand has a solver on it")
                        await engine.remove(container)
                    await asyncio.sleep(VACATED_EVERY_S)
        except TimeoutError as error:
            raise GpuUnavailableError("the former solver on it could not be ended") from error

    def _may_delete(self, labels: Mapping[str, str]) -> bool:
        """Whether a container is this process's, or was left by a dead one of this installation."""
        owner = labels["freehand.owner"]
        left = labels["freehand.instance"] == self.instance and not lives(owner)
        return owner == self._owner_name or left

    # --- sides --------------------------------------------------------------------------------

    async def _solver(self, solvers: Pool, limits: Limits) -> ContainerSide:
        """A solver with these limits: one that waits, or one of its own where that cannot be."""
        jail = replace(solvers.jail, limits=limits)
        if jail not in self._unfitting:
            side, fits = await solvers.take(), False
            try:
                if fits := await side.fit(limits):
                    return side
            finally:
                if not fits:
                    await side.kill()
            self._unfitting.add(jail)
        return await self._started(jail)

    def _pool(self, jail: Jail, size: int) -> Pool:
        return Pool(jail=jail, start=self._started, size=size)

    def _jail(self, role: str, image: str, limits: Limits) -> Jail:
        return Jail(
            image=image,
            role=role,
            instance=self.instance,
            owner=self._owner_name,
            runtime=self.runtime,
            limits=limits,
        )

    async def _started(self, jail: Jail) -> ContainerSide:
        engine = self._connected()
        container = await engine.create(jail.settings())
        self._living.add(container)
        side = ContainerSide(
            engine=engine,
            container=container,
            limits=jail.limits,
            bury=lambda burial: self._bury(container, burial),
            inbox=SideInbox(jail.limits.output_kb * 1024),
        )
        try:
            await side.begin()
        except BaseException:
            await side.kill()
            raise
        return side

    def _bury(self, container: str, burial: Coroutine[None, None, None]) -> None:
        async def carried_out() -> None:
            await burial
            self._living.discard(container)

        task = asyncio.create_task(carried_out())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    @property
    def _owner_name(self) -> str:
        return self._owner.name if self._owner is not None else ""

    def _connected(self) -> Engine:
        if self._engine is None:
            raise SandboxUnavailableError(STARTING)
        return self._engine
