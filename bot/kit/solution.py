"""The learner's module, as a check sees it: values come back, things stay where they are.

A plain verb gives a value. The same verb with `_there` leaves its result in the solver and gives a
`Remote`, which can be an argument of the next call. docs/exercises.md has the table.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from torch import Tensor

from bot.kit.errors import SolutionRaised
from bot.wire.values import Generator, Handle, Value

HARNESS = Handle(0, "harness")

Ask: TypeAlias = Callable[[str, dict[str, Value]], Value]
"""Sends one call to the solver, by the operation's name; raises SolutionRaised."""


@dataclass
class Connection:
    """The way to one solver.

    What stays there gets its number here, so that nobody has to wait for it: such a call travels
    together with the next one that wants a value. An exception shows at that one.
    """

    ask: Ask
    closed: bool = False
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def value(self, operation: str, **arguments: Value) -> Value:
        """Ask for a value; what cannot travel comes as a `Remote`.

        Raises:
            SolutionRaised: The learner's code raised.
            RuntimeError: The solver has been thrown away; a fault of the check's.
        """
        if self.closed:
            raise RuntimeError("this belongs to a solver that `restart()` has thrown away")
        return self._with_remotes(self.ask(operation, arguments))

    def remote(self, operation: str, **arguments: Value) -> "Remote":
        """Ask for something that stays in the solver."""
        made = self.value(operation, **arguments, keep=next(self._numbers))
        return cast("Remote", made)

    def remotes(self, operation: str, count: int, **arguments: Value) -> "list[Remote]":
        """Ask for several things that stay in the solver, under numbers that follow each other."""
        numbers = [next(self._numbers) for _ in range(count)]
        if numbers:
            self.value(operation, **arguments, keep=numbers[0])
        return [Remote(self, Handle(number)) for number in numbers]

    def fetch_all(self, remotes: "Sequence[Remote]", path: str = "") -> list[Value]:
        """As `Solution.fetch_all`."""
        targets = [remote.handle for remote in remotes]
        found = _listed(self.value("fetch", targets=targets, path=path)) if targets else []
        if len(found) != len(targets):
            raise _malformed(f"{len(found)} values came for {len(targets)}")
        return found

    def put_tensor(self, value: Tensor, *, requires_grad: bool = False) -> "Remote":
        """As `Solution.put_tensor`."""
        return self.remote("tensor", value=value, requires_grad=requires_grad)

    def _with_remotes(self, value: Value) -> Value:
        if isinstance(value, Handle):
            return Remote(self, value)
        if isinstance(value, list):
            return [self._with_remotes(item) for item in cast("list[Value]", value)]
        if isinstance(value, tuple):
            return tuple(self._with_remotes(item) for item in cast("tuple[Value, ...]", value))
        if isinstance(value, dict):
            pairs = cast("dict[Value, Value]", value).items()
            return {key: self._with_remotes(item) for key, item in pairs}
        return value


@dataclass(frozen=True, slots=True)
class Remote:
    """Something that stays in the solver: a module, a tensor with its graph, whatever was made.

    Every method that brings a value raises SolutionRaised when the learner's code raises.
    """

    connection: Connection
    handle: Handle

    @property
    def type_name(self) -> str:
        """What the solver says its type is: a claim, not a fact. Empty before an answer came."""
        return self.handle.type_name

    def __repr__(self) -> str:
        return self.type_name or "something"

    def __call__(self, *args: Value, **kwargs: Value) -> Value:
        """Call it; the result as a value. Short for ``call("", …)``."""
        return self.call("", *args, **kwargs)

    def call(self, path: str, *args: Value, **kwargs: Value) -> Value:
        """Call a method by its dotted path; the result as a value."""
        return self.connection.value("call", **_call(self.handle, path, args, kwargs))

    def call_there(self, path: str, *args: Value, **kwargs: Value) -> "Remote":
        """Call a method by its dotted path; the result stays. The path "" is the thing itself."""
        return self.connection.remote("call", **_call(self.handle, path, args, kwargs))

    def get(self, path: str) -> Value:
        """An attribute by its dotted path, as a value."""
        return self.connection.value("get", target=self.handle, path=path)

    def get_there(self, path: str) -> "Remote":
        """An attribute by its dotted path; it stays in the solver."""
        return self.connection.remote("get", target=self.handle, path=path)

    def fetch(self) -> Value:
        """The thing itself, as a value: a tensor with its shape and dtype, on the CPU."""
        return self.get("")

    def fetch_items(self, count: int) -> list[Value]:
        """Up to `count` items of an iterable, as values; each call goes through it anew."""
        return _listed(self.connection.value("items", target=self.handle, count=count))[:count]

    def fetch_parameters(self) -> dict[str, Tensor]:
        """A module's parameters by name, as values."""
        return _named(self.connection.value("parameters", target=self.handle))

    def fetch_grads(self) -> dict[str, Tensor | None]:
        """A module's gradients by parameter name, as values; None where there is none."""
        return _named(self.connection.value("grads", target=self.handle))

    def wait(self) -> None:
        """Wait until it has been made.

        Raises:
            SolutionRaised: Making it raised.
        """
        self.connection.value("wait")


@dataclass
class Solution:
    """The learner's module in one solver.

    Every method that brings a value raises SolutionRaised when the learner's code raises; the check
    has failed then, and need not catch it.
    """

    ask: Ask
    renew: Callable[[], None]
    names: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.connection = Connection(self.ask)

    @property
    def harness(self) -> Remote:
        """The exercise's `harness.py`, beside the learner's code: what it reports is a claim.

        No core check depends on it, since the learner's code can change it.
        """
        return Remote(self.connection, HARNESS)

    def has(self, name: str) -> bool:
        """Whether the module binds this name at its top level."""
        return name in self.names

    def call(self, path: str, *args: Value, **kwargs: Value) -> Value:
        """Call a top-level function or class by its dotted path; the result as a value.

        What cannot travel comes as a `Remote`.
        """
        return self.connection.value("call", **_call(None, path, args, kwargs))

    def call_there(self, path: str, *args: Value, **kwargs: Value) -> Remote:
        """Call a top-level function or class by its dotted path; the result stays."""
        return self.connection.remote("call", **_call(None, path, args, kwargs))

    def get(self, path: str) -> Value:
        """A top-level name, or an attribute under one by its dotted path, as a value."""
        return self.connection.value("get", target=None, path=path)

    def get_there(self, path: str) -> Remote:
        """A top-level name, or an attribute under one by its dotted path; it stays."""
        return self.connection.remote("get", target=None, path=path)

    def fetch_all(self, remotes: Sequence[Remote], path: str = "") -> list[Value]:
        """Several things that stay in the solver, as values, in one message.

        Args:
            remotes: The things.
            path: An attribute of each, e.g. ``"grad"``; empty for the things themselves.
        """
        return self.connection.fetch_all(remotes, path)

    def put_tensor(self, value: Tensor, *, requires_grad: bool = False) -> Remote:
        """Make a tensor in the solver, of this value's shape and dtype; it stays."""
        return self.connection.put_tensor(value, requires_grad=requires_grad)

    def put_parameters(
        self, values: Sequence[Tensor], grads: Sequence[Tensor | None] | None = None
    ) -> list[Remote]:
        """Make parameters in the solver; they stay, and `fetch` or `get("grad")` reads them back.

        Args:
            values: Their values; shape and dtype are kept.
            grads: One for each value, of its shape and dtype, or None for none.

        Raises:
            ValueError: There are not as many gradients as values.
        """
        given = grads if grads is not None else [None] * len(values)
        if len(given) != len(values):
            raise ValueError(f"{len(given)} gradients for {len(values)} parameters")
        return self.connection.remotes(
            "put_parameters", len(values), values=list(values), grads=list(given)
        )

    def restart(self) -> "Solution":
        """Throw this solver away; the same source, loaded in one that was never used.

        What stayed in the old solver is gone: using it is a fault of the check's.
        """
        self.renew()
        self.connection.closed = True
        return Solution(self.ask, self.renew, self.names)


def _listed(value: Value) -> list[Value]:
    """The values of a list: all that comes back is the solver's word, its form too."""
    if isinstance(value, list):
        return cast("list[Value]", value)
    raise _malformed("something else came where a list should be")


def _named(value: Value) -> dict[str, Value]:
    """The values of a dict whose keys are names."""
    if isinstance(value, dict):
        named = cast("dict[Value, Value]", value)
        if all(isinstance(name, str) for name in named):
            return cast("dict[str, Value]", named)
    raise _malformed("something else came where names and values should be")


def _malformed(message: str) -> SolutionRaised:
    return SolutionRaised("MalformedAnswer", message, ())


def with_handles(value: Value) -> Value:
    """The value as it travels: with handles in place of what stays in the solver."""
    if isinstance(value, Remote):
        return value.handle
    if isinstance(value, Generator):
        return Generator([with_handles(item) for item in value.items])
    if isinstance(value, list):
        return [with_handles(item) for item in cast("list[Value]", value)]
    if isinstance(value, tuple):
        return tuple(with_handles(item) for item in cast("tuple[Value, ...]", value))
    if isinstance(value, dict):
        pairs = cast("dict[Value, Value]", value).items()
        return {key: with_handles(item) for key, item in pairs}
    return value


def _call(
    target: Handle | None, path: str, args: Sequence[Value], kwargs: Mapping[str, Value]
) -> dict[str, Value]:
    return {
        "target": target,
        "path": path,
        "args": [with_handles(arg) for arg in args],
        "kwargs": {name: with_handles(arg) for name, arg in kwargs.items()},
    }
