"""One side in a container that keeps the machine from it."""

import asyncio
import contextlib
import json
import os
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import structlog

from bot.domain.errors import SandboxError
from bot.domain.exercise import Limits
from bot.sandbox.engine import Engine, Streams
from bot.sandbox.sides import Cause, EndedError, Ending, SideInbox
from bot.sandbox.wire import Frame, Kind

log = structlog.get_logger()

START_AT_MOST_S = 120.0
"""From `docker start` to a waiting side: importing torch takes 2 s, on a busy machine far more."""

ENDING_AT_MOST_S = 5.0
"""For a container whose streams are closed to be gone as well."""

PEAK_AT_MOST_S = 0.2
"""A learner waits for it; 5 ms is usual."""

SIGNALLED = 128
"""Exit codes above tell the signal that ended the process."""

NOBODY = "65534:65534"
SECCOMP = Path(__file__).with_name("seccomp.json").read_text(encoding="utf-8")

CUDA_CALLS = {"action": "SCMP_ACT_ALLOW", "names": ["memfd_create"]}
"""Without it CUDA does not start (its error 304). It makes files in memory, which count as such."""

GVISOR = "runsc"
GVISOR_CALLS = {"action": "SCMP_ACT_ALLOW", "names": ["clone3"]}
"""Older releases answer it with “not permitted” instead of “not there”, and then no thread can be
started. What it could do to a kernel, it does to gVisor's own."""

CUDA_MEMORY_MB, CUDA_PROCESSES = 3072, 32
"""What CUDA takes of the machine by itself, before the learner's allowance. A guess, on the safe
side: a context with torch's kernels is said to need 2 to 3 GB."""

CUDA_SOLVER = ("python", "-P", "-m", "bot.sandbox.solver", "cuda")
"""The image's own command, told that there is a device."""

SHARED_MB = 64
OPEN_FILES = 256
CGROUP_PEAKS = (
    "/sys/fs/cgroup/memory/docker/{}/memory.max_usage_in_bytes",  # version 1
    "/sys/fs/cgroup/system.slice/docker-{}.scope/memory.peak",  # version 2 under systemd
    "/sys/fs/cgroup/docker/{}/memory.peak",
)
OUT_OF_MEMORY_SCORE = 500
"""A machine that runs out of memory ends learner code before anything else."""

Bury = Callable[[Coroutine[None, None, None]], None]
"""Carries out the end of a container while nobody waits for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jail:
    """What one container is made of.

    Attributes:
        role: `solver` or `judge`.
        instance: Labels this installation's containers.
        owner: Labels this process's.
        runtime: Docker's runtime; empty for the engine's default.
        gpu: NVIDIA's id of the one device it sees; empty for none.
    """

    image: str
    role: str
    instance: str
    owner: str
    runtime: str
    limits: Limits
    gpu: str = ""

    def settings(self) -> Mapping[str, Any]:
        """The container as the engine wants it described; docs/grading.md says why each part."""
        return {
            "Image": self.image,
            "User": NOBODY,
            "Labels": {
                "freehand.instance": self.instance,
                "freehand.owner": self.owner,
                "freehand.role": self.role,
                **({"freehand.gpu": self.gpu} if self.gpu else {}),
            },
            **({"Cmd": CUDA_SOLVER} if self.gpu else {}),
            "Hostname": "sandbox",
            "NetworkDisabled": True,
            **{f"Attach{name}": True for name in ("Stdin", "Stdout", "Stderr")},
            "OpenStdin": True,
            "StdinOnce": True,  # the side ends when the bot does
            "HostConfig": {
                **resources(_beside_cuda(self.limits) if self.gpu else self.limits),
                **({"DeviceRequests": [_device(self.gpu)]} if self.gpu else {}),
                **({"Runtime": self.runtime} if self.runtime else {}),
                "NetworkMode": "none",
                "ReadonlyRootfs": True,
                "CapDrop": ["ALL"],
                "SecurityOpt": ["no-new-privileges", f"seccomp={self._seccomp()}"],
                "IpcMode": "private",  # with `none`, DataLoader workers cannot share tensors
                "ShmSize": SHARED_MB * 2**20,
                "Tmpfs": {"/tmp": f"rw,noexec,nosuid,nodev,size={self.limits.disk_mb}m,mode=1777"},  # noqa: S108  # its own
                "Ulimits": [
                    _ulimit("nofile", OPEN_FILES),
                    _ulimit("fsize", self.limits.disk_mb * 2**20),
                    _ulimit("core", 0),
                ],
                "LogConfig": {"Type": "none", "Config": {}},  # else a flood fills the disk
                "OomScoreAdj": OUT_OF_MEMORY_SCORE,
            },
        }

    def _seccomp(self) -> str:
        """The list of system calls, as the device and the runtime need it."""
        profile = json.loads(SECCOMP)
        if self.gpu:
            profile["syscalls"].append(CUDA_CALLS)
        if self.runtime.startswith(GVISOR):
            own = GVISOR_CALLS["names"]
            others = [rule for rule in profile["syscalls"] if rule["names"] != own]
            profile["syscalls"] = [*others, GVISOR_CALLS]
        return json.dumps(profile)


def resources(limits: Limits) -> dict[str, int]:
    """What can be changed while a container waits."""
    memory_bytes = limits.memory_mb * 2**20
    return {
        "Memory": memory_bytes,
        "MemorySwap": memory_bytes,  # both together: no swap
        "NanoCpus": int(min(limits.cpus, os.cpu_count() or 1) * 1e9),
        "PidsLimit": limits.processes,
    }


def alike(one: Limits, other: Limits) -> bool:
    """Whether containers with these limits are made alike; the others are watched, not made."""
    return resources(one) == resources(other) and one.disk_mb == other.disk_mb


def _beside_cuda(limits: Limits) -> Limits:
    return replace(
        limits,
        memory_mb=limits.memory_mb + CUDA_MEMORY_MB,
        processes=limits.processes + CUDA_PROCESSES,
    )


def _device(gpu: str) -> dict[str, str | list[str] | list[list[str]]]:
    """What `docker run --gpus device=…` asks the engine for, and NVIDIA's hook carries out."""
    return {
        "Driver": "nvidia",
        "DeviceIDs": [gpu],
        "Capabilities": [["gpu", "compute", "utility"]],
    }


def _ulimit(name: str, value: int) -> dict[str, str | int]:
    return {"Name": name, "Soft": value, "Hard": value}


@dataclass(slots=True, kw_only=True)
class ContainerSide:
    """One side in a container; see `Side`.

    Attributes:
        container: Its id.
        uses: Gradings it has served; a judge's.
    """

    engine: Engine
    container: str
    limits: Limits
    bury: Bury
    inbox: SideInbox
    uses: int = 0
    _streams: Streams | None = None
    _listener: asyncio.Task[None] | None = None
    _killed: bool = field(default=False, init=False)

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self._listener is not None and not self._listener.done()

    async def begin(self) -> None:
        """Start the container and wait until it is ready. Raises SandboxError."""
        self._streams = await self.engine.attach(self.container)
        self._listener = asyncio.create_task(self._listen(self._streams))
        await self.engine.start(self.container)
        try:
            async with asyncio.timeout(START_AT_MOST_S):
                first = await self.inbox.next()
        except TimeoutError as error:
            raise SandboxError("a sandbox container was not ready in time") from error
        except EndedError as error:
            ending, last = await self.ending(), self.inbox.output.strip()[-300:]
            raise SandboxError(f"a sandbox container did not start: {ending} {last}") from error
        if first.kind is not Kind.READY:
            raise SandboxError("a sandbox container spoke out of turn")

    async def fit(self, limits: Limits) -> bool:
        """Give it an exercise's limits, where they are others; False where it cannot have them.

        Raises:
            SandboxUnavailableError: The engine is away.
        """
        self.inbox.output_limit_bytes = limits.output_kb * 1024
        if limits.disk_mb != self.limits.disk_mb:
            return False
        wanted = resources(limits)
        if wanted != resources(self.limits):
            return await self.engine.update(self.container, wanted)
        return True

    async def send(self, frame: Frame) -> None:
        """See `Side.send`."""
        if self._streams is None:
            raise EndedError
        try:
            await self._streams.write(frame.encoded())
        except ConnectionError as error:
            raise EndedError from error

    async def ending(self) -> Ending:
        """See `Side.ending`."""
        if self.inbox.failure is not None:
            return Ending(cause=self.inbox.failure)
        state = await self.engine.ended(self.container, at_most_s=ENDING_AT_MOST_S)
        if state is None:
            return Ending(cause=Cause.SILENT)
        code = int(state["ExitCode"])
        if state["OOMKilled"]:  # set even where a child was killed alone
            return Ending(cause=Cause.OUT_OF_MEMORY, code=code)
        if code > SIGNALLED:
            return Ending(cause=Cause.KILLED, code=SIGNALLED - code)
        return Ending(cause=Cause.EXITED, code=code)

    async def peak_memory_bytes(self) -> int | None:
        """See `Side.peak_memory_bytes`; an engine on cgroup v2 does not tell, its machine does."""
        near = _cgroup_peak_bytes(self.container)
        if near is not None:
            return near
        usage = await self.engine.usage(self.container)
        peak = usage.get("memory_stats", {}).get("max_usage")
        return peak if isinstance(peak, int) else None

    async def kill(self) -> None:
        """See `Side.kill`. It is carried out while nobody waits: deleting takes 0.2 s."""
        if not self._killed:
            self._killed = True
            self.bury(self._end())

    async def _end(self) -> None:
        # First of all nobody listens any more: while a reader that stopped stays attached, an
        # engine under a flood answers neither kill nor inspect (moby 41827).
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        try:
            await self.engine.remove(self.container)
        except SandboxError as error:
            log.warning("container_left", container=self.container[:12], reason=str(error))

    async def _listen(self, streams: Streams) -> None:
        try:
            while self.inbox.failure is None and (message := await streams.read()):
                data, printed = message
                (self.inbox.take_output if printed else self.inbox.take)(data)
        finally:
            self.inbox.close()
            await streams.close()


def _cgroup_peak_bytes(container: str) -> int | None:
    """As this machine's kernel tells it, where the engine is on it: saves up to 0.2 s."""
    for pattern in CGROUP_PEAKS:
        with contextlib.suppress(OSError, ValueError):
            return int(Path(pattern.format(container)).read_text())
    return None
