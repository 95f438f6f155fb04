"""The sandbox in containers: one-shot solvers that wait with torch imported, and a judge that stays."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiodocker
import aiohttp
import structlog
from aiodocker.containers import DockerContainer
from aiodocker.stream import Stream

from bot.domain.errors import SandboxError, SandboxUnavailableError
from bot.domain.exercise import Limits
from bot.domain.grading import Grade, GradingRequest
from bot.sandbox.images import NO_ENGINE, Recipe, Tags, ensure, missing
from bot.sandbox.relay import Relay
from bot.sandbox.sides import Cause, EndedError, Ending, SideInbox
from bot.sandbox.wire import Frame, Kind

log = structlog.get_logger()

START_AT_MOST_S = 60.0
ENGINE_ANSWERS_WITHIN_S = 20.0
JUDGE_GRADINGS_AT_MOST = 200
JUDGE_LIMITS = Limits(memory_mb=2048, output_kb=256)
PROBE_EVERY_S = 2.0
SIGNALS_FROM = 128
"""A container's exit code over this is a signal's number above it."""

SECCOMP = Path(__file__).with_name("seccomp.json")
ENGINE_ERRORS = (aiodocker.DockerError, aiohttp.ClientError, OSError, TimeoutError, ValueError)


@dataclass(slots=True)
class ContainerSide:
    """One side in a container; see `Side`."""

    container: DockerContainer
    stream: Stream
    inbox: SideInbox
    limits: Limits
    bury: Callable[[Coroutine[None, None, None]], None]
    _reader: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether it is still listened to."""
        return self._reader is not None and not self._reader.done()

    async def begin(self) -> None:
        """Start the container and wait until it is ready. Raises SandboxError."""
        await self.container.start()
        self._reader = asyncio.create_task(self._read())
        try:
            async with asyncio.timeout(START_AT_MOST_S):
                first = await self.inbox.next()
        except (TimeoutError, EndedError) as error:
            raise SandboxError(f"a container did not start: {self.inbox.output[-300:]}") from error
        if first.kind is not Kind.READY:
            raise SandboxError("a container spoke out of turn")

    async def send(self, frame: Frame) -> None:
        """See `Side.send`."""
        try:
            await self.stream.write_in(frame.encoded())
        except (AssertionError, RuntimeError, OSError, aiohttp.ClientError) as error:
            raise EndedError from error  # the connection is gone, and the container most likely too

    async def ending(self) -> Ending:
        """See `Side.ending`."""
        if self.inbox.failure is not None:
            return Ending(cause=self.inbox.failure)
        try:
            async with asyncio.timeout(ENGINE_ANSWERS_WITHIN_S):
                await self.container.wait()
                state = (await self.container.show())["State"]
        except ENGINE_ERRORS as error:
            raise SandboxUnavailableError(NO_ENGINE) from error
        if state["OOMKilled"]:
            return Ending(cause=Cause.OUT_OF_MEMORY, code=state["ExitCode"])
        code = int(state["ExitCode"])
        if code > SIGNALS_FROM:
            return Ending(cause=Cause.KILLED, code=SIGNALS_FROM - code)
        return Ending(cause=Cause.EXITED, code=code)

    async def peak_memory_bytes(self) -> int | None:
        """See `Side.peak_memory_bytes`. Read from the host's own cgroup files where they are."""
        name = self.container.id
        for path in (
            Path(f"/sys/fs/cgroup/memory/docker/{name}/memory.max_usage_in_bytes"),
            Path(f"/sys/fs/cgroup/system.slice/docker-{name}.scope/memory.peak"),
        ):
            with contextlib.suppress(OSError, ValueError):
                return int(path.read_text())
        return None

    async def kill(self) -> None:
        """See `Side.kill`. Done in the background: nobody waits for a container to be gone."""
        if self._reader is not None:
            self._reader.cancel()
        self.bury(self._end())

    async def _end(self) -> None:
        # The stream goes first: an engine whose reader stopped hangs on a flood (moby 41827).
        if self._reader is not None:
            await asyncio.gather(self._reader, return_exceptions=True)
        with contextlib.suppress(AssertionError, *ENGINE_ERRORS):
            await self.stream.close()
        with contextlib.suppress(*ENGINE_ERRORS):
            async with asyncio.timeout(ENGINE_ANSWERS_WITHIN_S):
                await self.container.delete(force=True)

    async def _read(self) -> None:
        with contextlib.suppress(*ENGINE_ERRORS):
            while message := await self.stream.read_out():
                if message.stream == 1:
                    self.inbox.take(message.data)
                else:
                    self.inbox.take_output(message.data)
        self.inbox.close()


@dataclass(slots=True)
class _Judge:
    side: ContainerSide
    gradings: int = 0


@dataclass(slots=True, kw_only=True)
class ContainerGrader:
    """Grades in containers; see `Grader`.

    Attributes:
        instance: Labels this installation's containers, so that a later start finds leftovers.
        recipe: What the images are made of.
        warm: Solvers kept waiting.
        isolated: True: learner code is kept from this machine.
    """

    instance: str
    recipe: Recipe
    warm: int
    isolated: bool = True
    _docker: aiodocker.Docker | None = field(default=None, init=False)
    _tags: Tags | None = field(default=None, init=False)
    _problem: str = field(default="the sandbox is still starting.", init=False)
    _probed_at: float = field(default=0.0, init=False)
    _waiting: list[ContainerSide] = field(default_factory=list, init=False)
    _judges: list[_Judge] = field(default_factory=list, init=False)
    _refiller: asyncio.Task[None] | None = field(default=None, init=False)
    _burials: set[asyncio.Task[None]] = field(default_factory=set, init=False)
    _stopped: bool = field(default=False, init=False)

    async def start(self, say: Callable[[str], None]) -> None:
        """Remove leftovers, build the images that are missing, start a judge, fill the pool.

        Raises:
            SandboxUnavailableError: It cannot start, and what to do; may be called again.
        """
        try:
            self._docker = self._docker or aiodocker.Docker()
            await self._docker.version()
            await self.reap()
            self._tags = await ensure(self._docker, self.recipe, say)
            self._judges.append(await self._new_judge())
        except ENGINE_ERRORS as error:
            self._problem = NO_ENGINE
            raise SandboxUnavailableError(NO_ENGINE) from error
        except SandboxError as error:
            self._problem = str(error)
            raise
        self._problem = ""
        self._refill()

    async def missing(self) -> str:
        """Empty when the images are there, else one sentence.

        Raises:
            SandboxUnavailableError: The engine does not answer.
        """
        return await missing(self.recipe)

    async def stop(self) -> None:
        """Leave no container behind."""
        self._stopped = True
        if self._refiller is not None:
            self._refiller.cancel()
            await asyncio.gather(self._refiller, return_exceptions=True)
        for side in [*self._waiting, *(judge.side for judge in self._judges)]:
            await side.kill()
        self._waiting.clear()
        self._judges.clear()
        await asyncio.gather(*self._burials)
        if self._docker is not None:
            with contextlib.suppress(*ENGINE_ERRORS):
                await self.reap()
            await self._docker.close()
            self._docker = None

    async def reap(self) -> int:
        """Delete every container of this installation; how many there were."""
        label = json.dumps({"label": [f"freehand.instance={self.instance}"]})
        leftovers = await self._engine().containers.list(all=True, filters=label)
        for container in leftovers:
            with contextlib.suppress(aiodocker.DockerError):
                await container.delete(force=True)
        if leftovers:
            log.info("containers_reaped", count=len(leftovers))
        return len(leftovers)

    async def health(self) -> str:
        """See `Grader.health`. Asks the engine every other second at most."""
        if self._tags is None or time.monotonic() - self._probed_at < PROBE_EVERY_S:
            return self._problem
        self._probed_at = time.monotonic()
        try:
            async with asyncio.timeout(ENGINE_ANSWERS_WITHIN_S):
                await self._engine().version()
        except ENGINE_ERRORS:
            self._problem = NO_ENGINE
        else:
            self._problem = ""
            self._refill()
        return self._problem

    async def grade(self, request: GradingRequest) -> Grade:
        """See `Grader.grade`."""
        if self._tags is None:
            raise SandboxUnavailableError(self._problem)
        try:
            judge = await self._take_judge()
            return await self._graded(request, judge)
        except ENGINE_ERRORS as error:
            self._problem, self._probed_at = NO_ENGINE, time.monotonic()
            raise SandboxUnavailableError(NO_ENGINE) from error

    async def _graded(self, request: GradingRequest, judge: _Judge) -> Grade:
        limits = request.exercise.limits
        relay = Relay(
            request=request,
            judge=judge.side,
            open_solver=lambda: self._open_solver(limits, request.run),
        )
        try:
            grade = await relay.grade()
        except BaseException:
            await judge.side.kill()
            raise
        judge.gradings += 1
        if judge.gradings < JUDGE_GRADINGS_AT_MOST and judge.side.alive:
            self._judges.append(judge)
        else:
            await judge.side.kill()
        return grade

    # --- judges and solvers -------------------------------------------------------------------

    async def _take_judge(self) -> _Judge:
        while self._judges:
            judge = self._judges.pop()
            if judge.side.alive:
                return judge
            await judge.side.kill()
        return await self._new_judge()

    async def _new_judge(self) -> _Judge:
        image = self._named().judge
        return _Judge(await self._begun(image, JUDGE_LIMITS, role="judge", run=""))

    async def _open_solver(self, limits: Limits, run: str) -> ContainerSide:
        side = await self._take_waiting(limits)
        self._refill()
        if side is None:
            image = self._named().solver
            side = await self._begun(image, limits, role="solver", run=run)
        side.inbox.output_limit_bytes = limits.output_kb * 1024
        return side

    async def _take_waiting(self, limits: Limits) -> ContainerSide | None:
        while self._waiting:
            side = self._waiting.pop(0)
            if side.alive:
                await self._give_limits(side, limits)
                return side
            await side.kill()
        return None

    async def _give_limits(self, side: ContainerSide, limits: Limits) -> None:
        if _resources(limits) != _resources(side.limits):
            await self._engine()._query_json(  # noqa: SLF001  # aiodocker has no call for it
                f"containers/{side.container.id}/update", method="POST", data=_resources(limits)
            )

    def _refill(self) -> None:
        """Begin to fill the pool, one container at a time."""
        if not self._stopped and (self._refiller is None or self._refiller.done()):
            self._refiller = asyncio.create_task(self._filled())

    async def _filled(self) -> None:
        self._waiting = [side for side in self._waiting if side.alive]
        while len(self._waiting) < self.warm:
            try:
                side = await self._begun(self._named().solver, Limits(), role="solver", run="")
            except (SandboxError, *ENGINE_ERRORS) as error:
                log.warning("refill_failed", reason=str(error))
                return  # the next grading, or the next probe, tries again
            self._waiting.append(side)

    async def _begun(self, image: str, limits: Limits, *, role: str, run: str) -> ContainerSide:
        labels = {
            "freehand.instance": self.instance,
            "freehand.role": role,
            "freehand.run": run,
        }
        container = await self._engine().containers.create(_specification(image, limits, labels))
        stream = container.attach(stdin=True, stdout=True, stderr=True)
        inbox = SideInbox(limits.output_kb * 1024)
        side = ContainerSide(container, stream, inbox, limits, self._bury)
        try:
            await stream.__aenter__()
            await side.begin()
        except BaseException:
            await side.kill()
            raise
        return side

    def _bury(self, burial: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(burial)
        self._burials.add(task)
        task.add_done_callback(self._burials.discard)

    def _engine(self) -> aiodocker.Docker:
        if self._docker is None:
            raise SandboxUnavailableError(NO_ENGINE)
        return self._docker

    def _named(self) -> Tags:
        if self._tags is None:
            raise SandboxUnavailableError(self._problem)
        return self._tags


def _resources(limits: Limits) -> dict[str, int]:
    memory_bytes = limits.memory_mb * 2**20
    return {
        "Memory": memory_bytes,
        "MemorySwap": memory_bytes,  # the same: no swap
        "NanoCpus": int(limits.cpus * 1e9),
        "PidsLimit": limits.processes,
    }


def _specification(image: str, limits: Limits, labels: dict[str, str]) -> dict[str, Any]:
    """The container's whole specification: docs/grading.md says what each part is for."""
    return {
        "Image": image,
        "OpenStdin": True,
        "StdinOnce": True,
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": False,
        "User": "65534:65534",
        "Env": ["OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1"],
        "Labels": labels,
        "Hostname": "sandbox",
        "HostConfig": {
            "NetworkMode": "none",
            "ReadonlyRootfs": True,
            "CapDrop": ["ALL"],
            "SecurityOpt": ["no-new-privileges", f"seccomp={SECCOMP.read_text()}"],
            "IpcMode": "private",
            "ShmSize": 64 * 2**20,
            "LogConfig": {"Type": "none", "Config": {}},
            "Tmpfs": {"/tmp": "rw,noexec,nosuid,nodev,size=64m,mode=1777"},  # noqa: S108  # its own
            "Ulimits": [
                {"Name": "nofile", "Soft": 256, "Hard": 256},
                {"Name": "core", "Soft": 0, "Hard": 0},
                {"Name": "fsize", "Soft": 2**26, "Hard": 2**26},
            ],
            "Init": False,
            "AutoRemove": False,  # its exit state is still to be read
            **_resources(limits),
        },
    }
