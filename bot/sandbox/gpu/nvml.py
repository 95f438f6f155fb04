"""What a GPU's memory holds, as NVIDIA's management library (NVML) tells it on the host.

Nothing of it runs where learner code runs, so a submission cannot change what is read.
"""
# ruff: noqa: N802  # the library's own names

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol, cast

from bot.domain.errors import GpuUnavailableError

MAX_ANSWER_S = 5.0
"""A healthy driver answers within a millisecond; a sick one may not answer at all."""


class Memory(Protocol):
    """A device's memory, in bytes."""

    used: int
    total: int


class Nvml(Protocol):
    """The part of NVIDIA's library that is used here, by the library's own names."""

    NVMLError: type[Exception]

    def nvmlInit(self) -> None:
        """Open the library; counted."""
        ...

    def nvmlShutdown(self) -> None:
        """Close it as often as it was opened."""
        ...

    def nvmlDeviceGetHandleByIndex(self, index: int, /) -> object:
        """A device by its number."""
        ...

    def nvmlDeviceGetHandleByUUID(self, uuid: str, /) -> object:
        """A device, or a MIG slice of one, by its name."""
        ...

    def nvmlDeviceGetMemoryInfo(self, handle: object, /) -> Memory:
        """Its memory; a slice's own where it is a slice."""
        ...

    def nvmlDeviceGetName(self, handle: object, /) -> str:
        """Its product's name."""
        ...


def nvidia() -> Nvml:
    """The library. Raises GpuUnavailableError where its Python package is missing."""
    try:
        # Here, because only those who use GPUs have it installed.
        import pynvml  # noqa: PLC0415  # pyright: ignore[reportMissingTypeStubs]
    except ImportError as error:
        raise GpuUnavailableError(
            "the package that reads its memory is missing: `pip install 'freehand[gpu]'`"
        ) from error
    return cast("Nvml", pynvml)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of a device."""

    name: str
    used_bytes: int
    total_bytes: int


@dataclass(slots=True, kw_only=True)
class Meter:
    """Reads one device, in a thread of its own: a driver that hangs holds up nobody else.

    Attributes:
        gpu: Its id, as `nvidia-smi -L` prints it, or its number.
    """

    gpu: str
    library: Callable[[], Nvml] = nvidia
    _open: Nvml | None = field(default=None, init=False)
    _pending: Future[Reading] | None = field(default=None, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def read(self) -> Reading:
        """The device as it is now.

        Raises:
            GpuUnavailableError: It cannot be read, and why.
        """
        async with self._turn:
            # One that hung is waited for again, not asked a second time.
            pending = self._pending = self._pending or self._begun()
            done, _ = await asyncio.wait([asyncio.wrap_future(pending)], timeout=MAX_ANSWER_S)
            if not done:
                raise GpuUnavailableError("NVIDIA's driver does not answer")
            self._pending = None
            return done.pop().result()

    def _begun(self) -> Future[Reading]:
        """A reading in a thread that not even the end of the process waits for."""
        reading = Future[Reading]()

        def carry_out() -> None:
            try:
                reading.set_result(self._read())
            except Exception as error:  # noqa: BLE001  # the reader is told
                reading.set_exception(error)

        threading.Thread(target=carry_out, daemon=True).start()
        return reading

    def _read(self) -> Reading:
        library = self._open = self._open or self._opened()
        try:
            handle = (
                library.nvmlDeviceGetHandleByIndex(int(self.gpu))
                if self.gpu.isdecimal()
                else library.nvmlDeviceGetHandleByUUID(self.gpu)
            )
            memory = library.nvmlDeviceGetMemoryInfo(handle)
        except library.NVMLError as error:
            self._open = None  # a driver that was loaded anew wants to be opened anew
            with contextlib.suppress(library.NVMLError):
                library.nvmlShutdown()
            raise _translated(error) from error
        name = "of unknown make"  # not every driver names the slices of one
        with contextlib.suppress(library.NVMLError):
            name = library.nvmlDeviceGetName(handle)
        return Reading(name=name, used_bytes=memory.used, total_bytes=memory.total)

    def _opened(self) -> Nvml:
        library = self.library()
        try:
            library.nvmlInit()
        except library.NVMLError as error:
            raise _translated(error) from error
        return library


def _translated(error: Exception) -> GpuUnavailableError:
    return GpuUnavailableError(f"NVIDIA's driver says: {error}")
