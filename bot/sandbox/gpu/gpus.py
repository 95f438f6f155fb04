"""Every GPU of this installation, and which of them a grading gets."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.domain.errors import GpuUnavailableError
from bot.domain.exercise import Device
from bot.sandbox.containers.spec import ContainerSpec
from bot.sandbox.gpu.endpoint import NONE_NOW
from bot.sandbox.gpu.slot import STARTING, GpuSlot

NOT_HERE = "this exercise needs a GPU, and none is set up here."
NOT_YET = "the GPU is still starting."


@dataclass(frozen=True, slots=True)
class Gpus:
    """Every GPU of this installation."""

    slots: Sequence[GpuSlot] = ()

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
    async def reserve(self, device: Device) -> AsyncGenerator[GpuSlot | None]:
        """Keep a slot for one grading alone; None where it is to be graded on the CPU.

        Raises:
            GpuUnavailableError: It needs a GPU, and none can be used.
        """
        slot = self._chosen(device)
        if slot is None:
            yield None
            return
        async with slot.reserve():
            yield slot

    def _chosen(self, device: Device) -> GpuSlot | None:
        if device is Device.CPU:
            return None
        if device is Device.GPU_OPTIONAL:
            idle = (slot for slot in self.slots if slot.waiting and not slot.reservations)
            return next(idle, None)
        usable = [slot for slot in self.slots if slot.problem in {"", STARTING}]
        if not usable:
            raise GpuUnavailableError(self.health())
        return min(usable, key=lambda slot: (slot.reservations, not slot.waiting))

    def begin(self, spec: ContainerSpec) -> None:
        """Keep a solver waiting on each."""
        for slot in self.slots:
            slot.begin(spec)

    async def close(self) -> None:
        """Leave nothing on them."""
        await asyncio.gather(*(slot.close() for slot in self.slots))

    def get(self, gpu: str) -> GpuSlot:
        """One, by its id."""
        (slot,) = (slot for slot in self.slots if slot.gpu == gpu)
        return slot
