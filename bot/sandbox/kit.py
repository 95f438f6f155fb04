"""What an exercise's `checks.py` is written with. Runs in the judge alone.

A check asks the solution for values and compares them with its own. It never sees learner code,
and an answer is only ever data: a lie is just a wrong number.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import torch
from torch import Tensor

from bot.sandbox.expectations import CheckFailed as CheckFailed
from bot.sandbox.expectations import SolutionRaised as SolutionRaised
from bot.sandbox.expectations import expect as expect
from bot.sandbox.expectations import expect_close as expect_close
from bot.sandbox.expectations import expect_equal as expect_equal
from bot.sandbox.expectations import fail as fail
from bot.sandbox.expectations import shown as shown
from bot.sandbox.values import Generated, Handle, Value

RIG = Handle(0, "rig")
AGAIN = 64.0
"""Rounding errors within which two answers to one question agree."""

Body = Callable[["Solution", "Rng"], None]
Ask = Callable[[str, dict[str, Value]], Value]
"""Sends one request and returns the answer's value; raises SolutionRaised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One named behaviour."""

    name: str
    title: str
    core: bool
    points: int
    hint: int
    body: Body


_CHECKS: list[Check] = []


def check(
    name: str, title: str, *, core: bool, points: int = 1, hint: int = 1
) -> Callable[[Body], Body]:
    """Declare a check.

    Args:
        name: Kebab-case, unique in the exercise.
        title: The behaviour, as a sentence for learners.
        core: Whether `solved` needs it.
        points: Its weight.
        hint: Which of the three hints helps when it fails.
    """

    def declare(body: Body) -> Body:
        _CHECKS.append(
            Check(name=name, title=title, core=core, points=points, hint=hint, body=body)
        )
        return body

    return declare


def declared() -> list[Check]:
    """Take the checks declared since the last call."""
    taken = _CHECKS.copy()
    _CHECKS.clear()
    return taken


class Rng:
    """Hidden inputs: Philox keyed with 128 bits of (seed, check name), a stream for each check."""

    def __init__(self, seed: bytes, name: str) -> None:
        key = hashlib.sha256(seed + name.encode()).digest()[:16]
        self.numpy = np.random.Generator(np.random.Philox(key=int.from_bytes(key, "big")))

    def normal(self, *shape: "int", dtype: torch.dtype = torch.float32) -> Tensor:
        """Standard normal numbers."""
        return torch.tensor(self.numpy.standard_normal(shape)).to(dtype)

    def uniform(
        self,
        low: float,
        high: float,
        shape: Sequence["int"] = (),
        dtype: torch.dtype = torch.float32,
    ) -> Tensor:
        """Uniform numbers in [low, high)."""
        return torch.tensor(self.numpy.uniform(low, high, tuple(shape))).to(dtype)

    def integers(self, low: "int", high: "int", shape: Sequence["int"] = ()) -> Tensor:
        """Integers in [low, high), int64."""
        return torch.tensor(self.numpy.integers(low, high, tuple(shape)), dtype=torch.int64)

    def permutation(self, count: "int") -> Tensor:
        """0 to count - 1 in random order, int64."""
        return torch.tensor(self.numpy.permutation(count), dtype=torch.int64)

    def choice(self, items: Sequence[Value]) -> Value:
        """One of the items."""
        return items[self.int(0, len(items))]

    def int(self, low: "int", high: "int") -> "int":
        """One integer in [low, high)."""
        return self.numpy.integers(low, high).item()


@dataclass
class Stream:
    """Items that the learner's code pulls from the judge, one by one.

    Attributes:
        pulled: How many were served: seen from outside the solver.
    """

    items: Iterable[Value]
    limit: int | None = None
    pulled: int = 0
    number: int = field(default_factory=itertools.count(1).__next__)
    _iterator: Iterator[Value] | None = None

    def next(self) -> dict[str, Value]:
        """The answer to one pull."""
        if self._iterator is None:
            self._iterator = iter(self.items)
        if self.limit is not None and self.pulled >= self.limit:
            return {"end": True}
        for item in self._iterator:
            self.pulled += 1
            return {"item": _sent(item)}
        return {"end": True}


stream = Stream


def generator_of(items: Iterable[Value]) -> Generated:
    """Passed as an argument, the learner gets a generator over these values."""
    return Generated(tuple(items))


@dataclass
class Line:
    """The way to one solver.

    What stays there gets its number here, so that nobody has to wait for it: such a request travels
    together with the next one that wants a value. An exception shows at that one.
    """

    ask: Ask
    closed: bool = False
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def value(self, op: str, **wish: Value) -> Value:
        """Ask for a value; what cannot travel comes as a `Remote`."""
        if self.closed:
            raise RuntimeError("this belongs to a solver that `fresh()` has thrown away")
        return self._out(self.ask(op, wish))

    def kept(self, op: str, **wish: Value) -> "Remote":
        """Ask for something that stays in the solver."""
        made = self.value(op, **wish, keep=next(self._numbers))
        return cast("Remote", made)

    def _out(self, value: Value) -> Value:
        if isinstance(value, Handle):
            return Remote(self, value)
        if isinstance(value, list):
            return [self._out(item) for item in cast("list[Value]", value)]
        if isinstance(value, tuple):
            return tuple(self._out(item) for item in cast("tuple[Value, ...]", value))
        if isinstance(value, dict):
            pairs = cast("dict[Value, Value]", value).items()
            return {key: self._out(item) for key, item in pairs}
        return value


@dataclass(frozen=True, slots=True)
class Remote:
    """Something that stays in the solver."""

    line: Line
    handle: Handle

    @property
    def type_name(self) -> str:
        """What the solver says its type is: a claim, not a fact. Empty before it was heard of."""
        return self.handle.type_name

    def __repr__(self) -> str:
        return self.type_name or "something"

    def __call__(self, *args: Value, **kwargs: Value) -> Value:
        """Call it; the result as a value."""
        return self.line.value("call", **self._called("", args, kwargs))

    def keep(self, *args: Value, **kwargs: Value) -> "Remote":
        """Call it; the result stays."""
        return self.line.kept("call", **self._called("", args, kwargs))

    def call(self, method: str, *args: Value, **kwargs: Value) -> Value:
        """Call a method; the result as a value."""
        return self.line.value("call", **self._called(method, args, kwargs))

    def keep_call(self, method: str, *args: Value, **kwargs: Value) -> "Remote":
        """Call a method; the result stays."""
        return self.line.kept("call", **self._called(method, args, kwargs))

    def get(self, path: str) -> Value:
        """An attribute by its dotted path, as a value."""
        return self.line.value("get", target=self.handle, path=path)

    def keep_get(self, path: str) -> "Remote":
        """An attribute by its dotted path; it stays."""
        return self.line.kept("get", target=self.handle, path=path)

    def value(self) -> Value:
        """The thing itself, as a value."""
        return self.get("")

    def drain(self, count: int) -> list[Value]:
        """Up to `count` items of an iterable."""
        return self.line.value("drain", target=self.handle, count=count)

    def parameters(self) -> dict[str, Tensor]:
        """A module's parameters by name."""
        return self.line.value("parameters", target=self.handle)

    def grads(self) -> dict[str, Tensor | None]:
        """A module's gradients by parameter name."""
        return self.line.value("grads", target=self.handle)

    def settle(self) -> None:
        """Wait until it has been made."""
        self.line.value("settle")

    def _called(
        self, path: str, args: Sequence[Value], kwargs: Mapping[str, Value]
    ) -> dict[str, Value]:
        return _call(self.handle, path, args, kwargs)


@dataclass
class Solution:
    """The learner's module in one solver."""

    ask: Ask
    renew: Callable[[], None]
    names: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.line = Line(self.ask)

    @property
    def rig(self) -> Remote:
        """The exercise's `rig.py`, beside the learner's code: what it reports is a claim.

        A core check never rests on it, since the learner's code can change it.
        """
        return Remote(self.line, RIG)

    def has(self, name: str) -> bool:
        """Whether the module binds this name."""
        return name in self.names

    def call(self, path: str, *args: Value, **kwargs: Value) -> Value:
        """Call a top-level function; the result as a value, what cannot travel as a `Remote`."""
        return self.line.value("call", **_call(None, path, args, kwargs))

    def keep(self, path: str, *args: Value, **kwargs: Value) -> Remote:
        """Call a top-level function or class; the result stays in the solver."""
        return self.line.kept("call", **_call(None, path, args, kwargs))

    def get(self, path: str) -> Value:
        """A top-level name, as a value."""
        return self.line.value("get", target=None, path=path)

    def values(self, remotes: Sequence[Remote]) -> list[Value]:
        """Several things that stay in the solver, as values, in one request."""
        return self.line.value("values", targets=[remote.handle for remote in remotes])

    def tensor(self, value: Tensor, *, requires_grad: bool = False) -> Remote:
        """A tensor that stays in the solver."""
        return self._tensor(value, requires_grad=requires_grad, parameter=False, grad=None)

    def parameters(
        self, values: Sequence[Tensor], grads: Sequence[Tensor | None] | None = None
    ) -> list[Remote]:
        """Parameters that stay in the solver, with gradients if given; read back with `get`."""
        given = grads if grads is not None else [None] * len(values)
        return [
            self._tensor(value, requires_grad=True, parameter=True, grad=grad)
            for value, grad in zip(values, given, strict=True)
        ]

    def fresh(self) -> "Solution":
        """Throw this solver away; the same source, loaded in one that was never used."""
        self.renew()
        self.line.closed = True
        return Solution(self.ask, self.renew, self.names)

    def _tensor(
        self, value: Tensor, *, requires_grad: bool, parameter: bool, grad: Tensor | None
    ) -> Remote:
        return self.line.kept(
            "tensor", value=value, requires_grad=requires_grad, parameter=parameter, grad=grad
        )


def expect_raises(
    call: Callable[[], object], kind: str, message: str, *, example: Value = None
) -> None:
    """Fail unless the learner's code raises an exception of this type name."""
    try:
        made = call()
        if isinstance(made, Remote):
            made.settle()
    except SolutionRaised as error:
        if error.kind != kind:
            fail(f"{message}: it raised {error.kind}, should be {kind}", example=example)
    else:
        fail(f"{message}: it raised nothing, should be {kind}", example=example)


def expect_again(
    rng: Rng, asked: Sequence[tuple[Callable[[], Value], Tensor]], message: str
) -> None:
    """Ask everything a second time, in an order of this submission's own.

    Whoever counts calls, keeps answers by shape, or lets one call change the next is found out.

    Args:
        rng: The check's.
        asked: How each thing was asked, and the tensor that came back.
        message: What it means that another answer comes now.
    """
    for place in rng.permutation(len(asked)):
        ask, first = asked[int(place)]
        expect_close(ask(), first, message, factor=AGAIN)


def _call(
    target: Handle | None, path: str, args: Sequence[Value], kwargs: Mapping[str, Value]
) -> dict[str, Value]:
    return {
        "target": target,
        "path": path,
        "args": [_sent(arg) for arg in args],
        "kwargs": {name: _sent(arg) for name, arg in kwargs.items()},
    }


def _sent(value: Value) -> Value:
    """The value with handles for what stays in the solver."""
    if isinstance(value, Remote):
        return value.handle
    if isinstance(value, Generated):
        return Generated(tuple(_sent(item) for item in value.items))
    if isinstance(value, list):
        return [_sent(item) for item in cast("list[Value]", value)]
    if isinstance(value, tuple):
        return tuple(_sent(item) for item in cast("tuple[Value, ...]", value))
    if isinstance(value, dict):
        pairs = cast("dict[Value, Value]", value).items()
        return {key: _sent(item) for key, item in pairs}
    return value
