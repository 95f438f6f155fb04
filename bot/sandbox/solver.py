"""The hostile side: runs one submission, computes no verdict, holds no secret.

It answers requests with values. Whatever the submission does to this process, the worst it can
bring about is a wrong value. Learner code shares the process, so nothing here is a boundary except
`inspect`, which is answered before any of that code has run.
"""

import io
import itertools
import linecache
import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import torch

from bot.sandbox.inspection import inspect_source
from bot.sandbox.values import Generated, Handle, Pulled, decode, encode
from bot.sandbox.wire import Frame, Kind, Reader

FILE = "submission.py"
LINES_AT_MOST = 12
MESSAGE_AT_MOST_CHARS = 500


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


@dataclass
class Solver:
    """One submission's process."""

    pipe: Pipe
    module: ModuleType = field(default_factory=lambda: ModuleType("submission"))
    kept: dict[int, Any] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def serve(self) -> None:
        """Answer until the host goes away."""
        self.pipe.send(Frame(Kind.READY))
        while True:
            request = decode(self.pipe.receive().payload)
            self.pipe.send(Frame(Kind.ANSWER, self._answer(request)))

    def _answer(self, request: dict[str, Any]) -> bytes:
        number = request["id"]
        try:
            result = getattr(self, f"do_{request['op']}")(**request["with"])
            return encode({"id": number, "value": result}, keep=self.keep)
        except BaseException as error:  # noqa: BLE001  # SystemExit of a submission is an answer, too
            return encode({"id": number, "raised": _described(error)})

    # --- what can be asked --------------------------------------------------------------------

    def do_inspect(self, source: str, starter: str, forbidden: list[str]) -> dict[str, Any]:
        """What the source says of itself; asked before `do_load`."""
        return inspect_source(source, starter=starter, forbidden=forbidden)

    def do_load(self, source: str) -> list[str]:
        """Execute the source; the names it leaves behind."""
        linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
        self.module.__file__ = FILE
        sys.modules["submission"] = self.module
        exec(compile(source, FILE, "exec"), self.module.__dict__)  # noqa: S102  # what it is for
        return [name for name in vars(self.module) if not name.startswith("__")]

    def do_call(
        self, target: Handle | None, path: str, args: list[Any], kwargs: dict[str, Any], keep: bool
    ) -> Any:
        """Call something by its dotted path under a kept object, or under the module."""
        called = self._found(target, path)
        result = called(*map(self._in, args), **{k: self._in(v) for k, v in kwargs.items()})
        return self.keep(result) if keep else result

    def do_get(self, target: Handle | None, path: str, keep: bool) -> Any:
        """Read something by its dotted path."""
        value = self._found(target, path)
        return self.keep(value) if keep else value

    def do_drain(self, target: Handle, count: int) -> list[Any]:
        """Up to `count` items of an iterable."""
        return list(itertools.islice(self.kept[target.number], count))

    def do_tensor(
        self, value: torch.Tensor, requires_grad: bool, parameter: bool, grad: Any
    ) -> Any:
        """A tensor, or parameter, that stays here; with a gradient if one is given."""
        made = torch.nn.Parameter(value) if parameter else value
        made.requires_grad_(requires_grad)
        made.grad = grad
        return self.keep(made)

    def do_grads(self, target: Handle) -> dict[str, Any]:
        """Each named parameter's gradient."""
        module = self.kept[target.number]
        return {name: parameter.grad for name, parameter in module.named_parameters()}

    # --- how values come in and stay ----------------------------------------------------------

    def keep(self, value: Any) -> Handle:
        """Keep something here under a number."""
        number = next(self.numbers)
        self.kept[number] = value
        return Handle(number, type(value).__name__)

    def _found(self, target: Handle | None, path: str) -> Any:
        value: Any = self.module if target is None else self.kept[target.number]
        for name in path.split(".") if path else ():
            value = getattr(value, name)
        return value

    def _in(self, value: Any) -> Any:
        if isinstance(value, Handle):
            return self.kept[value.number]
        if isinstance(value, Pulled):
            return _Stream(self, value.number)
        if isinstance(value, Generated):
            return (self._in(item) for item in value.items)
        if isinstance(value, list):
            return [self._in(item) for item in value]
        if isinstance(value, tuple):
            return tuple(self._in(item) for item in value)
        if isinstance(value, dict):
            return {key: self._in(item) for key, item in value.items()}
        return value


@dataclass
class _Stream:
    """An iterable whose items the judge serves one by one."""

    solver: Solver
    number: int

    def __iter__(self) -> "_Stream":
        return self

    def __next__(self) -> Any:
        self.solver.pipe.send(Frame(Kind.ANSWER, encode({"id": 0, "pull": self.number})))
        reply = decode(self.solver.pipe.receive().payload)
        if "item" not in reply:
            raise StopIteration
        return self.solver._in(reply["item"])


def _described(error: BaseException) -> dict[str, Any]:
    """Type, message and the learner's own lines; a hostile `__str__` is survived."""
    try:
        message = str(error)[:MESSAGE_AT_MOST_CHARS]
    except BaseException:  # noqa: BLE001  # `__str__` is learner code
        message = ""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"line {f.lineno}, in {f.name}: {f.line}" for f in frames if f.filename == FILE]
    return {"type": type(error).__name__[:100], "message": message, "lines": lines[-LINES_AT_MOST:]}


def main() -> None:
    """Keep the frames' descriptors to ourselves, warm up, and serve."""
    sink = os.dup(1)
    source = os.dup(0)
    os.dup2(2, 1)  # what a submission prints goes with its errors
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    sys.argv = [FILE]
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), line_buffering=True)
    torch.set_num_threads(1)
    warm = torch.nn.Linear(2, 2)  # loads what torch loads on first use
    warm(torch.ones(1, 2)).sum().backward()
    Solver(Pipe(source, sink)).serve()


if __name__ == "__main__":
    main()
