"""GPUs that are not there: a driver's library in memory, and a yard where solvers come and go."""
# ruff: noqa: N802  # the library's own names

from dataclasses import dataclass, field

import pynvml  # pyright: ignore[reportMissingTypeStubs]  # it has none

from bot.domain.exercise import Limits
from bot.sandbox.containers.spec import ContainerSpec
from bot.sandbox.endpoints import Cause, Ending, FrameBuffer, Measurement
from bot.sandbox.gpu.nvml import Meter
from bot.sandbox.gpu.slot import GpuSlot
from bot.wire.frames import Frame
from tests.support.patience import until

GPU = "GPU-fef8089b-4820-abfc-e83e-94318197576e"
MB = 2**20
SPEC = ContainerSpec(
    image="i", role="solver", instance="x", owner="me", runtime="", limits=Limits()
)


@dataclass
class FakeMemory:
    """A device's memory."""

    used: int = 300 * MB
    total: int = 24_000 * MB


@dataclass
class FakeNvml:
    """NVIDIA's library over devices in memory, with the errors of the real one.

    Attributes:
        memory: Of each device, by its id.
        lost: Devices that have fallen off the bus.
        loaded: Whether there is a driver.
        opened: `nvmlInit` less `nvmlShutdown`.
    """

    # The library's own names, here and below.
    NVMLError: type[Exception] = pynvml.NVMLError
    memory: dict[str, FakeMemory] = field(default_factory=lambda: {GPU: FakeMemory()})
    lost: set[str] = field(default_factory=set[str])
    loaded: bool = True
    opened: int = 0

    def nvmlInit(self) -> None:
        self._require(self.loaded, "DriverNotLoaded")
        self.opened += 1

    def nvmlShutdown(self) -> None:
        self._require(self.opened > 0, "Uninitialized")
        self.opened -= 1

    def nvmlDeviceGetHandleByIndex(self, index: int, /) -> object:
        self._require(self.opened > 0, "Uninitialized")
        self._require(index < len(self.memory), "InvalidArgument")
        return list(self.memory)[index]

    def nvmlDeviceGetHandleByUUID(self, uuid: str, /) -> object:
        self._require(self.opened > 0, "Uninitialized")
        self._require(uuid in self.memory, "NotFound")
        return uuid

    def nvmlDeviceGetMemoryInfo(self, handle: object, /) -> FakeMemory:
        self._require(handle not in self.lost, "GpuIsLost")
        return self.memory[str(handle)]

    def nvmlDeviceGetName(self, handle: object, /) -> str:
        self._require(handle not in self.lost, "GpuIsLost")
        return "NVIDIA Imaginary"

    def _require(self, condition: bool, error: str) -> None:  # noqa: FBT001  # reads like assert
        if not condition:
            raise getattr(pynvml, f"NVMLError_{error}")


@dataclass
class FakeSolver:
    """A solver without a process."""

    limits: Limits
    alive: bool = True
    buffer: FrameBuffer = field(default_factory=lambda: FrameBuffer(64 * 1024))

    async def send(self, frame: Frame) -> None:
        del frame

    async def ending(self) -> Ending:
        return Ending(cause=Cause.EXITED, code=0)

    @property
    def max_cpus(self) -> float:
        return 1.0

    async def measure(self) -> Measurement:
        return Measurement()

    async def kill(self) -> None:
        self.alive = False
        self.buffer.close()

    async def stop(self) -> None:
        await self.kill()


@dataclass
class Yard:
    """What starts solvers on one GPU and sees them off, counting.

    Attributes:
        trouble: Raised instead of starting one, each once.
        gone: Whether what was ended leaves at once; else a test says when, by `vacated`.
        context_mb: What a solver that waits takes of the GPU.
    """

    nvml: FakeNvml = field(default_factory=FakeNvml)
    trouble: list[Exception] = field(default_factory=list[Exception])
    gone: bool = True
    context_mb: int = 400
    specs: list[ContainerSpec] = field(default_factory=list[ContainerSpec])
    living: list[FakeSolver] = field(default_factory=list[FakeSolver])
    most: int = 0

    def slot(self, *, probe_every_s: float = 0.0) -> GpuSlot:
        """A slot that starts its solvers here."""
        meter = Meter(gpu=GPU, library=lambda: self.nvml)
        return GpuSlot(
            meter=meter, start=self.start, vacate=self.vacate, probe_every_s=probe_every_s
        )

    async def start(self, spec: ContainerSpec) -> FakeSolver:
        if self.trouble:
            raise self.trouble.pop(0)
        self.specs.append(spec)
        solver = FakeSolver(limits=spec.limits)
        self.living.append(solver)
        self.most = max(self.most, len(self.living))
        self.use(self.context_mb)
        return solver

    async def vacate(self, gpu: str) -> None:
        assert gpu == GPU
        await until(lambda: self.gone or not self.living)
        for _ in self.living:
            self.use(-self.context_mb)
        self.living = [solver for solver in self.living if solver.alive]

    def use(self, more_mb: int) -> None:
        """Take memory of the GPU, or give it back."""
        self.nvml.memory[GPU].used += more_mb * MB
