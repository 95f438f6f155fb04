"""What both sides do before they wait for work."""

import contextlib
import importlib
import os
import resource
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch

from bot.sandbox.wire import Frame, Reader

COMPILER = "torch._dynamo"


class Pipe:
    """Frames over two descriptors that learner code does not know by name."""

    def __init__(self, source: int, sink: int) -> None:
        self._source = source
        self._sink = sink
        self._reader = Reader()
        self._frames: list[Frame] = []

    def send(self, frame: Frame) -> None:
        """Write a whole frame; a raw write may be partial."""
        view = memoryview(frame.encoded())
        while view:
            view = view[os.write(self._sink, view) :]

    def receive(self) -> Frame:
        """The next frame; ends the process when the host is gone."""
        while not self._frames:
            data = os.read(self._source, 1 << 16)
            if not data:
                os._exit(0)
            self._frames.extend(self._reader.feed(data))
        return self._frames.pop(0)


class DeferredCompiler(ModuleType):
    """Stands for torch's compiler until something of it is really used.

    Every optimizer's first step imports it, 800 modules in 1.3 s and 70 MB, only to tell it not to
    look at the step. That is as long as importing torch itself takes, in every solver.
    """

    def graph_break(self, msg: str = "") -> None:
        """Tell the compiler, which is not there, not to look here."""

    def disable(
        self, fn: Callable[..., Any] | None = None, *_: object, **__: object
    ) -> Callable[..., Any]:
        """Tell it not to look into this function."""
        return _left_alone if fn is None else fn

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the compiler holds
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        if sys.modules.get(COMPILER) is self:
            del sys.modules[COMPILER]
        return getattr(importlib.import_module(COMPILER), name)


def _left_alone(decorated: Callable[..., Any]) -> Callable[..., Any]:
    return decorated


def warm_up(device: str = "cpu") -> None:
    """Load what torch loads on first use, and keep it from loading what nobody uses.

    Args:
        device: What tensors are made on from now on; starting CUDA takes seconds.
    """
    sys.modules.setdefault(COMPILER, DeferredCompiler(COMPILER))
    torch.set_num_threads(1)
    if device != "cpu":
        _use(device)
    layer = torch.nn.Linear(2, 2)
    layer(torch.ones(1, 2)).sum().backward()
    optimizer: Any = torch.optim.SGD(layer.parameters(), lr=0.1)
    optimizer.step()
    repr(torch.ones(1))


def _use(device: str) -> None:
    """Let tensors be made there, and computed as exactly as on a CPU: verdicts must agree."""
    torch.set_default_device(device)
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False


def limit_memory(megabytes: int) -> None:
    """Cap this process; where a container does it from outside this is not asked for."""
    limits = {
        resource.RLIMIT_DATA: megabytes
        * 2**20,  # not address space: torch maps far more than it uses
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 2**26,
        resource.RLIMIT_NOFILE: 256,
    }
    for name, limit in limits.items():
        with contextlib.suppress(ValueError, OSError):  # not every system knows every limit
            resource.setrlimit(name, (limit, limit))


def private_pipe() -> Pipe:
    """Take the standard streams for frames; what is printed goes with the errors from now on."""
    pipe = Pipe(os.dup(0), os.dup(1))
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return pipe
