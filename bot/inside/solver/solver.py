"""The hostile side: runs one submission, computes no verdict, holds no secret.

It answers requests with values. Whatever the submission does to this process, the worst it can
bring about is a wrong value. Learner code shares the process, so nothing here is a boundary except
`inspect`, which is answered before any of that code has run.
"""

import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import cast

import torch

from bot.inside.common.pipe import Pipe
from bot.inside.solver.absent import StandIn
from bot.inside.solver.inspection import inspect_source
from bot.inside.solver.loading import Loading
from bot.wire.frames import MAX_PAYLOAD_BYTES, Frame, Kind
from bot.wire.values import Generator, Handle, StreamRef, Value, decode, encode

HARNESS = 0
"""The number under which the judge finds the exercise's harness."""


@dataclass
class Solver:
    """One submission's process.

    Attributes:
        device: Where values of the judge are put before learner code sees them.
        loading: The submission's module, and how it came to be.
        kept: What stays here, by number: positive ones are given by the judge, negative ones here.
    """

    pipe: Pipe
    device: str = "cpu"
    loading: Loading = field(default_factory=lambda: Loading(ModuleType("submission")))
    kept: dict[int, Value] = field(default_factory=dict[int, Value])
    own_numbers: Iterator[int] = field(default_factory=lambda: itertools.count(-1, -1))

    def serve(self) -> None:
        """Answer until the host goes away."""
        self.pipe.send(Frame(Kind.READY))
        while True:
            request = decode(self.pipe.receive().payload, device=self.device)
            answer = self.answer(request)
            flush()
            self.pipe.send(Frame(Kind.ANSWER, answer))

    def answer(self, request: dict[str, Value]) -> bytes:
        """Carry out the calls in order; the value of the last, or the first exception."""
        number, value = request["id"], None
        try:
            for operation, arguments in request["calls"]:
                value = getattr(self, f"do_{operation}")(**arguments)
            return _fitting({"id": number, "value": value}, self)
        except BaseException as error:  # noqa: BLE001  # SystemExit of a submission is an answer, too
            return encode({"id": number, "raised": self.loading.describe(error).as_value()})

    # --- what can be asked --------------------------------------------------------------------

    def do_inspect(
        self, source: str, starter: str, entry: Sequence[str], forbidden: Sequence[str]
    ) -> Value:
        """What the source says of itself; asked before `do_load`."""
        return inspect_source(source, starter=starter, entry=entry, forbidden=forbidden)

    def do_load(self, source: str, harness: str = "", entry: Sequence[str] = ()) -> list[str]:
        """Execute the harness, then the source; the names that the source leaves behind."""
        if harness:
            sys.modules["harness"] = self.kept[HARNESS] = ModuleType("harness")
            exec(compile(harness, "harness.py", "exec"), self.kept[HARNESS].__dict__)  # noqa: S102  # the exercise's own
        self.loading.load(source, entry)
        return [name for name in vars(self.loading.module) if not name.startswith("__")]

    def do_call(
        self,
        target: Handle | None,
        path: str,
        args: Sequence[Value],
        kwargs: Mapping[str, Value],
        keep: int = 0,
    ) -> Value:
        """Call something by its dotted path under a kept object, or under the module."""
        called = self._found(target, path)
        return self._out(called(*self._in(args), **self._in(kwargs)), keep)

    def do_get(self, target: Handle | None, path: str, keep: int = 0) -> Value:
        """Read something by its dotted path."""
        return self._out(self._found(target, path), keep)

    def do_fetch(self, targets: Sequence[Handle], path: str = "") -> list[Value]:
        """Several kept things at once, or an attribute of each."""
        return [self._found(target, path) for target in targets]

    def do_items(self, target: Handle, count: int) -> list[Value]:
        """Up to `count` items of an iterable."""
        return list(itertools.islice(self.kept[target.number], count))

    def do_tensor(self, value: torch.Tensor, *, requires_grad: bool, keep: int = 0) -> Value:
        """A tensor."""
        return self._out(value.requires_grad_(requires_grad), keep)

    def do_put_parameters(
        self, values: Sequence[torch.Tensor], grads: Sequence[torch.Tensor | None], keep: int
    ) -> None:
        """Parameters with the gradients that are given; kept under `keep` and what follows."""
        for number, value, grad in zip(itertools.count(keep), values, grads, strict=False):
            made = torch.nn.Parameter(value)
            made.grad = grad
            self._put(made, number)

    def do_parameters(self, target: Handle) -> dict[str, Value]:
        """A module's parameters by name."""
        return dict(self.kept[target.number].named_parameters())

    def do_grads(self, target: Handle) -> dict[str, Value]:
        """Each named parameter's gradient."""
        module = self.kept[target.number]
        return {name: parameter.grad for name, parameter in module.named_parameters()}

    def do_wait(self) -> None:
        """Nothing more: the calls before it have been carried out."""

    # --- how values come in and stay ----------------------------------------------------------

    def keep(self, value: object) -> Handle:
        """Keep something that cannot travel under a number of our own."""
        if isinstance(value, StandIn):
            raise value.needed()
        return self._put(value, next(self.own_numbers))

    def _out(self, value: Value, keep: int) -> Value:
        return self._put(value, keep) if keep else value

    def _put(self, value: object, number: int) -> Handle:
        self.kept[number] = value
        return Handle(number, type(value).__name__)

    def _found(self, target: Handle | None, path: str) -> Value:
        value: Value = self.loading.module if target is None else self.kept[target.number]
        for name in path.split(".") if path else ():
            value = getattr(value, name)
        return value

    def _in(self, value: Value) -> Value:
        if isinstance(value, Handle):
            return self.kept[value.number]
        if isinstance(value, StreamRef):
            return _Stream(self, value.number)
        if isinstance(value, Generator):
            return (self._in(item) for item in value.items)
        return self._in_container(value)

    def _in_container(self, value: Value) -> Value:
        if isinstance(value, list):
            return [self._in(item) for item in cast("list[Value]", value)]
        if isinstance(value, tuple):
            return tuple(self._in(item) for item in cast("tuple[Value, ...]", value))
        if isinstance(value, dict):
            pairs = cast("dict[Value, Value]", value).items()
            return {key: self._in(item) for key, item in pairs}
        return value

    def pull(self, stream: int) -> Value:
        """The judge's next item of a stream. Raises StopIteration at its end."""
        self.pipe.send(Frame(Kind.ANSWER, encode({"id": 0, "pull": stream})))
        reply = decode(self.pipe.receive().payload, device=self.device)
        for item in reply["items"]:
            return self._in(item)
        raise StopIteration


@dataclass
class _Stream:
    """An iterable whose items the judge serves one by one."""

    solver: Solver
    number: int

    def __iter__(self) -> "_Stream":
        return self

    def __next__(self) -> Value:
        return self.solver.pull(self.number)


def _fitting(answer: dict[str, Value], solver: Solver) -> bytes:
    data = encode(answer, keep=solver.keep)
    if len(data) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"an answer of {len(data) / 1e6:.0f} MB; the sandbox takes 8 MB")
    return data


def flush() -> None:
    """Push out what was printed without a line's end; the learner may have closed the stream."""
    try:
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001  # `sys.stdout` may be learner code by now
        return
