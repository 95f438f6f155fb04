"""What an exercise's `checks.py` is written with. Runs in the judge alone.

A check asks the solution for values and compares them with its own. It never sees learner code,
and an answer is only ever data: a lie is just a wrong number.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
import torch
from torch import Tensor

from bot.sandbox.values import Generated, Handle

Body = Callable[["Solution", "Rng"], None]
Ask = Callable[[str, dict[str, Any]], Any]
"""Sends one request and returns the answer's value; raises SolutionRaised or SolverGone."""


class CheckFailed(Exception):  # noqa: N818  # a verdict, not a fault
    """What was seen is not what should be."""

    def __init__(self, message: str, *, example: str = "") -> None:
        super().__init__(message)
        self.example = example


class SolutionRaised(Exception):  # noqa: N818  # the learner's exception, seen from here
    """The learner's code raised."""

    def __init__(self, kind: str, message: str, lines: Sequence[str]) -> None:
        super().__init__(f"{kind}: {message}" if message else kind)
        self.kind = kind
        self.message = message
        self.lines = tuple(lines)


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

    def normal(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Standard normal numbers."""
        return torch.tensor(self.numpy.standard_normal(shape)).to(dtype)

    def uniform(
        self, low: float, high: float, shape: Sequence[int] = (), dtype: torch.dtype = torch.float32
    ) -> Tensor:
        """Uniform numbers in [low, high)."""
        return torch.tensor(self.numpy.uniform(low, high, tuple(shape))).to(dtype)

    def integers(self, low: int, high: int, shape: Sequence[int] = ()) -> Tensor:
        """Integers in [low, high), int64."""
        return torch.tensor(self.numpy.integers(low, high, tuple(shape)), dtype=torch.int64)

    def int(self, low: int, high: int) -> int:
        """One integer in [low, high)."""
        return int(self.numpy.integers(low, high))

    def permutation(self, count: int) -> Tensor:
        """0 to count - 1 in random order, int64."""
        return torch.tensor(self.numpy.permutation(count), dtype=torch.int64)

    def choice(self, items: Sequence[Any]) -> Any:
        """One of the items."""
        return items[self.int(0, len(items))]


@dataclass
class Stream:
    """Items that the learner's code pulls from the judge, one by one.

    Attributes:
        pulled: How many were served: seen from outside the solver.
    """

    items: Iterable[Any]
    limit: int | None = None
    pulled: int = 0
    number: int = field(default_factory=itertools.count(1).__next__)
    _iterator: Iterator[Any] | None = None

    def next(self) -> dict[str, Any]:
        """The answer to one pull."""
        if self._iterator is None:
            self._iterator = iter(self.items)
        if self.limit is not None and self.pulled >= self.limit:
            return {"end": True}
        for item in self._iterator:
            self.pulled += 1
            return {"item": item}
        return {"end": True}


stream = Stream


def generator_of(items: Iterable[Any]) -> Generated:
    """Passed as an argument, the learner gets a generator over these values."""
    return Generated(tuple(items))


@dataclass(frozen=True, slots=True)
class Remote:
    """Something that stays in the solver."""

    ask: Ask
    handle: Handle

    @property
    def type_name(self) -> str:
        """What the solver says its type is: a claim, not a fact."""
        return self.handle.type_name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it; the result as a value."""
        return _call(self.ask, self.handle, "", args, kwargs, keep=False)

    def keep(self, *args: Any, **kwargs: Any) -> "Remote":
        """Call it; the result stays."""
        return _call(self.ask, self.handle, "", args, kwargs, keep=True)

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method; the result as a value."""
        return _call(self.ask, self.handle, method, args, kwargs, keep=False)

    def keep_call(self, method: str, *args: Any, **kwargs: Any) -> "Remote":
        """Call a method; the result stays."""
        return _call(self.ask, self.handle, method, args, kwargs, keep=True)

    def get(self, path: str) -> Any:
        """An attribute by its dotted path, as a value."""
        wish = {"target": self.handle, "path": path, "keep": False}
        return _out(self.ask, self.ask("get", wish))

    def value(self) -> Any:
        """The thing itself, as a value."""
        return self.get("")

    def drain(self, count: int) -> list[Any]:
        """Up to `count` items of an iterable."""
        return _out(self.ask, self.ask("drain", {"target": self.handle, "count": count}))

    def grads(self) -> dict[str, Tensor | None]:
        """A module's gradients by parameter name."""
        return _out(self.ask, self.ask("grads", {"target": self.handle}))


@dataclass
class Solution:
    """The learner's module in one solver."""

    ask: Ask
    renew: Callable[[], None]
    names: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """Whether the module binds this name."""
        return name in self.names

    def call(self, path: str, *args: Any, **kwargs: Any) -> Any:
        """Call a top-level function; the result as a value, what cannot travel as a `Remote`."""
        return _call(self.ask, None, path, args, kwargs, keep=False)

    def keep(self, path: str, *args: Any, **kwargs: Any) -> Remote:
        """Call a top-level function or class; the result stays in the solver."""
        return _call(self.ask, None, path, args, kwargs, keep=True)

    def get(self, path: str) -> Any:
        """A top-level name, as a value."""
        return _out(self.ask, self.ask("get", {"target": None, "path": path, "keep": False}))

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
        """Throw this solver away and load the same source in one that was never used."""
        self.renew()
        return self

    def _tensor(
        self, value: Tensor, *, requires_grad: bool, parameter: bool, grad: Tensor | None
    ) -> Remote:
        wish = {
            "value": value,
            "requires_grad": requires_grad,
            "parameter": parameter,
            "grad": grad,
        }
        return _out(self.ask, self.ask("tensor", wish))


def _call(
    ask: Ask,
    target: Handle | None,
    path: str,
    args: Sequence[Any],
    kwargs: dict[str, Any],
    *,
    keep: bool,
) -> Any:
    wish = {
        "target": target,
        "path": path,
        "args": [_sent(arg) for arg in args],
        "kwargs": {name: _sent(arg) for name, arg in kwargs.items()},
        "keep": keep,
    }
    return _out(ask, ask("call", wish))


def _sent(value: Any) -> Any:
    if isinstance(value, Remote):
        return value.handle
    if isinstance(value, Generated):
        return Generated(tuple(_sent(item) for item in value.items))
    if isinstance(value, (list, tuple)):
        return type(value)(_sent(item) for item in value)
    if isinstance(value, dict):
        return {key: _sent(item) for key, item in value.items()}
    return value


def _out(ask: Ask, value: Any) -> Any:
    if isinstance(value, Handle):
        return Remote(ask, value)
    if isinstance(value, (list, tuple)):
        return type(value)(_out(ask, item) for item in value)
    if isinstance(value, dict):
        return {key: _out(ask, item) for key, item in value.items()}
    return value


# --- saying what was seen ---------------------------------------------------------------------


def expect(condition: bool, message: str, *, example: Any = None) -> None:  # noqa: FBT001  # reads as a sentence
    """Fail with this message unless the condition holds."""
    if not condition:
        fail(message, example=example)


def fail(message: str, *, example: Any = None) -> NoReturn:
    """Fail with this message."""
    raise CheckFailed(message, example="" if example is None else shown(example))


def expect_equal(seen: Any, wanted: Any, message: str, *, example: Any = None) -> None:
    """Fail unless a value equals another exactly: tensors bit for bit, with dtype and shape."""
    if isinstance(wanted, Tensor):
        _expect_form(seen, wanted, message, example)
        same = torch.equal(seen, wanted) or torch.equal(seen.isnan() | (seen == wanted), _yes(seen))
        if not same:
            fail(f"{message}: {_first_difference(seen, wanted, 0.0)}", example=example)
    elif type(seen) is not type(wanted) or seen != wanted:
        fail(f"{message}: it is {shown(seen)}, should be {shown(wanted)}", example=example)


def expect_close(
    seen: Any,
    wanted: Tensor,
    message: str,
    *,
    exact: Tensor | None = None,
    factor: float = 16.0,
    example: Any = None,
) -> None:
    """Fail unless a tensor is close to another.

    The tolerance is derived: `factor` times the largest difference between the reference run in
    the answer's dtype (`wanted`) and the same run in float64 (`exact`), and at least `factor`
    rounding errors at the largest magnitude. Shape and dtype come first; NaN and infinities match
    only themselves.
    """
    _expect_form(seen, wanted, message, example)
    truth = wanted if exact is None else exact
    tolerance = _tolerance(wanted, truth, factor)
    gap = (seen.double() - truth.double()).abs()
    odd = ~torch.isfinite(truth)
    same_odd = torch.where(truth.isnan(), seen.isnan(), seen.double() == truth.double())
    bad = torch.where(odd, ~same_odd, ~(gap <= tolerance))
    if bool(bad.any()):
        fail(f"{message}: {_first_difference(seen, wanted, tolerance)}", example=example)


def expect_raises(call: Callable[[], Any], kind: str, message: str, *, example: Any = None) -> None:
    """Fail unless the learner's code raises an exception of this type name."""
    try:
        call()
    except SolutionRaised as error:
        if error.kind != kind:
            fail(f"{message}: it raised {error.kind}, should be {kind}", example=example)
    else:
        fail(f"{message}: it raised nothing, should be {kind}", example=example)


def shown(value: Any, *, limit: int = 600) -> str:
    """A value as short Python text."""
    text = _text(value)
    return text if len(text) <= limit else f"{text[:limit]} …"


def _text(value: Any) -> str:
    if isinstance(value, Tensor):
        dtype = "" if value.dtype is torch.float32 else f", dtype={value.dtype}"
        items = value.double().round(decimals=4) if value.is_floating_point() else value
        return f"torch.tensor({items.tolist()}{dtype})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_text, value)) + ("," if len(value) == 1 else "") + ")"
    return value.type_name if isinstance(value, Remote) else repr(value)


def _expect_form(seen: Any, wanted: Tensor, message: str, example: Any) -> None:
    if not isinstance(seen, Tensor):
        fail(f"{message}: it is {shown(seen, limit=80)}, should be a tensor", example=example)
    if seen.shape != wanted.shape:
        fail(
            f"{message}: its shape is {tuple(seen.shape)}, should be {tuple(wanted.shape)}",
            example=example,
        )
    if seen.dtype != wanted.dtype:
        fail(f"{message}: its dtype is {seen.dtype}, should be {wanted.dtype}", example=example)


def _tolerance(wanted: Tensor, truth: Tensor, factor: float) -> float:
    finite = truth[torch.isfinite(truth)].double()
    if not finite.numel() or not wanted.is_floating_point():
        return 0.0
    rounding = torch.finfo(wanted.dtype).eps * max(float(finite.abs().max()), 1e-30)
    error = (wanted.double() - truth.double())[torch.isfinite(truth)].abs().max()
    return factor * max(rounding, float(error))


def _first_difference(seen: Tensor, wanted: Tensor, tolerance: float) -> str:
    gap = (seen.double() - wanted.double()).abs()
    place = tuple(int(i[0]) for i in torch.where(~(gap <= tolerance))) if seen.dim() else ()
    where = f"element {list(place)}" if place else "it"
    return f"{where} is {seen[place].item():.6g}, should be {wanted[place].item():.6g}"


def _yes(like: Tensor) -> Tensor:
    return torch.ones_like(like, dtype=torch.bool)
