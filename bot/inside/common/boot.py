"""What judge and solver do before they wait for work."""

import contextlib
import gc
import importlib
import operator
import resource
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

gc.disable()
import torch  # noqa: E402  # a fifth of it would be looking for garbage, and there is none

gc.enable()

COMPILER = "torch._dynamo"
SHAPES = "torch.fx.experimental.symbolic_shapes"

KERNELS_MB = 256
"""What CUDA takes of a device later on, when kernels are first used."""


class Deferred(ModuleType):
    """Stands for a module that is long to import, until more of it is used than is known here."""

    def __init__(self, name: str, **known: object) -> None:
        super().__init__(name)
        self.__dict__.update(known)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the module holds
        if name.startswith("__") and (name, self.__name__) != ("__path__", COMPILER):
            raise AttributeError(name)  # only the compiler is a package
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def _disable(fn: Callable[..., Any] | None = None, *_: object, **__: object) -> Callable[..., Any]:
    """Tell the compiler, which is not there, not to look into this function."""
    return _left_alone if fn is None else fn


def _graph_break(msg: str = "") -> None:
    """Tell the compiler, which is not there, not to look here."""


def _no_rules() -> None:
    """Tell the compiler, which is not there, to forget what it knows of the rules."""


def _left_alone(decorated: Callable[..., Any]) -> Callable[..., Any]:
    return decorated


def _uncompiled(model: Any = None, **_: object) -> Any:  # noqa: ANN401  # whatever it is given
    """``torch.compile`` without compiling: what it is given, or a decorator that gives it."""
    return _left_alone if model is None else model


def _deterministic(mode: bool, *, warn_only: bool = False) -> None:  # noqa: FBT001  # torch's own
    """``torch.use_deterministic_algorithms`` without loading the compiler to tell it so."""
    strict = "warn" if warn_only else "error"
    torch.set_deterministic_debug_mode(strict if mode else "default")  # the same flags


def _deferred() -> tuple[Deferred, ...]:
    """What torch imports where it is not used: 800 and 490 modules, 1.3 and 0.5 s of CPU time.

    Every optimizer's first step, `checkpoint` and `torch.func.grad` import the compiler, only to
    tell it not to look, and `init_process_group` to have it forget; `backward(gradient)` imports
    the algebra of symbolic shapes, to compare two that are plain numbers. Importing torch itself
    takes no longer, and a solver serves one answer.
    """
    rules = Deferred(f"{COMPILER}.trace_rules", clear_lru_cache=_no_rules)
    own = Deferred(f"{COMPILER}.config", error_on_nested_fx_trace=True)
    backward = Deferred(f"{COMPILER}.compiled_autograd", _disable=contextlib.nullcontext)
    told = {"graph_break": _graph_break, "disable": _disable}
    return (
        Deferred(COMPILER, config=own, compiled_autograd=backward, trace_rules=rules, **told),
        Deferred(SHAPES, expect_true=bool, sym_eq=operator.eq),
    )


def warm_up(device: str = "cpu", megabytes: int = 0) -> None:
    """Load what torch loads on first use, and keep it from loading what nobody uses.

    Args:
        device: What tensors are made on from now on; starting CUDA takes seconds.
        megabytes: How much of the device's memory this process may use; 0 for all of it.
    """
    for deferred in _deferred():
        sys.modules.setdefault(deferred.__name__, deferred)
    torch.compile = _uncompiled  # there is no C++ compiler here, and it changes no result
    torch.use_deterministic_algorithms = _deterministic
    torch.set_num_threads(1)
    if device != "cpu":
        _use(device)
    if megabytes:
        cuda: Any = torch.cuda  # of the one device that there is
        free_bytes, total_bytes = cuda.mem_get_info()
        cuda.set_per_process_memory_fraction(tensor_share(megabytes, free_bytes, total_bytes))
    layer = torch.nn.Linear(2, 2)
    layer(torch.ones(1, 2)).sum().backward()
    optimizer: Any = torch.optim.SGD(layer.parameters(), lr=0.1)
    optimizer.step()
    repr(torch.ones(1))
    gc.freeze()  # what is there now stays: no collection need look at it again


def _use(device: str) -> None:
    """Let tensors be made there, and computed as exactly as on a CPU: verdicts must agree."""
    torch.set_default_device(device)
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False


def tensor_share(megabytes: int, free_bytes: int, total_bytes: int) -> float:
    """The part of a device's memory that tensors may take, 0 to 1.

    What is told here, torch answers with an exception that names the limit. It is no boundary: the
    host reads how much is used, but a fast device is full before it has looked twice.

    Args:
        megabytes: What CUDA itself and tensors may take together.
        free_bytes: What is free with CUDA started and no tensor made.
        total_bytes: What the device has.
    """
    tensor_bytes = (megabytes - KERNELS_MB) * 2**20 - (total_bytes - free_bytes)
    return min(max(tensor_bytes / total_bytes, 0.0), 1.0)


def limit_memory(megabytes: int) -> None:
    """Cap this process; only for runners that cannot do it from outside, as a container does."""
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
