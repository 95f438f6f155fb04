"""The sandbox in containers: one-shot solvers that wait with torch imported, judges that stay."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog

from bot.domain.errors import SandboxError, SandboxUnavailableError
from bot.domain.exercise import Limits
from bot.domain.grading import Grade, GradingRequest
from bot.sandbox.engine import Engine
from bot.sandbox.images import Recipe
from bot.sandbox.jail import ContainerSide, Jail
from bot.sandbox.owner import Owner, lives
from bot.sandbox.pool import Pool, fitting
from bot.sandbox.relay import Relay
from bot.sandbox.sides import SideInbox

log = structlog.get_logger()

Say = Callable[[str], None]
"""Tells the person at the terminal one line."""

PROBE_EVERY_S = 2.0
JUDGE_GRADINGS_AT_MOST = 200
"""Then a new one: whatever a check may have left behind is gone with it."""

JUDGE_LIMITS = Limits(memory_mb=2048)
STARTING = "the sandbox is still starting."


@dataclass(slots=True, kw_only=True)
class ContainerGrader:
    """Grades in containers; see `Grader`.

    Attributes:
        instance: Labels this installation's containers, so that a later start finds leftovers.
        recipe: What the images are made of.
        warm: Solvers kept waiting, if the engine's machine has the memory.
        runtime: Docker's runtime for them; empty for the engine's default.
        isolated: True: learner code is kept from this machine.
    """

    instance: str
    recipe: Recipe
    warm: int
    runtime: str = ""
    isolated: bool = True
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

    @property
    def waiting(self) -> int:
        """How many solvers are ready."""
        return self._solvers.waiting if self._solvers is not None else 0

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

    async def health(self) -> str:
        """See `Grader.health`. Asks the engine every other second at most, and recovers."""
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
        if self._problem or self._judges is None or self._solvers is None:
            raise SandboxUnavailableError(self._problem or STARTING)
        try:
            return await self._graded(request, self._judges, self._solvers)
        except SandboxUnavailableError as error:
            self._problem = str(error)  # until the next probe
            raise

    async def _graded(self, request: GradingRequest, judges: Pool, solvers: Pool) -> Grade:
        judge = await judges.take()
        relay = Relay(
            request=request,
            judge=judge,
            open_solver=lambda: self._solver(solvers, request.exercise.limits),
        )
        try:
            grade = await relay.grade()
        except BaseException as error:
            await judge.kill()
            if isinstance(error, SandboxError):
                await self._connected().require()  # if the engine is away, that is why
            raise
        finally:
            solvers.refill()
        judge.uses += 1
        if judge.uses < JUDGE_GRADINGS_AT_MOST:
            judges.put(judge)
        else:
            await judge.kill()
            judges.refill()
        return grade

    # --- starting and recovering --------------------------------------------------------------

    async def _prepare(self, say: Say) -> None:
        if self._engine is None:
            self._engine = Engine.connect()
        engine = self._engine
        await engine.require()
        self._owner = self._owner or Owner.begin()
        await self._reap(engine)
        tags = await self.recipe.ensure(engine, say)
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
            owner=self._owner.name if self._owner is not None else "",
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

    def _connected(self) -> Engine:
        if self._engine is None:
            raise SandboxUnavailableError(STARTING)
        return self._engine
