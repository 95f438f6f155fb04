"""How the judge asks a solver, and what it believes of the answers."""

import itertools
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from torch import Tensor

from bot.inside.common.pipe import Pipe
from bot.kit.errors import SolutionRaised
from bot.kit.solution import with_handles
from bot.kit.stream import Stream
from bot.wire.frames import MAX_PAYLOAD_BYTES, Frame, Kind, WireError
from bot.wire.raised import KEYBOARD, NOT_IN_SANDBOX
from bot.wire.values import Generator, Handle, StreamRef, Value, decode, encode

MAX_CALLS = 64
MAX_CALL_BYTES = 2**22
"""What may wait for the next call that wants a value: half a frame."""

MAX_LINES = 12
MAX_LINE_CHARS = 200
MAX_TYPE_CHARS = 100
MAX_MESSAGE_CHARS = 500
MAX_NAMES = 8

_NAME = re.compile(rf"[\w.]{{1,60}}|{re.escape(KEYBOARD)}", re.ASCII)
"""What may stand in a sentence of ours."""


class SolverGone(Exception):  # noqa: N818  # seen from outside by the host, which knows how
    """The solver ended before it answered, or is not listened to any longer."""


class SolutionLacks(Exception):  # noqa: N818  # no failure of a check: there is nothing to check
    """The submission needs something that the sandbox does not have.

    Attributes:
        names: Of packages, first the one that it was about to use; or `KEYBOARD`.
        lines: The learner's own lines of the traceback, innermost last.
    """

    def __init__(self, names: Sequence[str], lines: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)
        self.lines = tuple(lines)


@dataclass
class Conversation:
    """Requests to one solver after the other, over the host.

    A request is a list of calls. A call whose result is to stay in the solver waits for the next
    one that wants a value, so that it costs no message of its own.

    Attributes:
        max_reading_s: CPU seconds that reading answers may take; who sends more is as good as gone.
        reading_s: What it has taken so far.
    """

    pipe: Pipe
    max_reading_s: float
    reading_s: float = field(default=0.0, init=False)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _calls: list[tuple[str, Value]] = field(default_factory=list[tuple[str, Value]])
    _call_bytes: int = 0
    _streams: dict[int, Stream] = field(default_factory=dict[int, Stream])

    def ask(self, operation: str, arguments: dict[str, Value]) -> Value:
        """Ask the solver; what is to stay there comes back as a handle at once.

        Raises:
            SolutionRaised: The learner's code raised, or the answer breaks a rule.
            SolutionLacks: It needs something that is not there.
            SolverGone: There is no answer.
        """
        kept = arguments.get("keep")
        self._calls.append((operation, self._prepared(arguments)))
        if not kept:
            return self._answer()
        many = len(self._calls) >= MAX_CALLS or self._call_bytes >= MAX_CALL_BYTES
        if many or self._streams:  # a check with a stream looks at what was pulled
            self.wait()
        return Handle(kept)

    def wait(self) -> None:
        """Send the calls that wait, and wait until they are carried out. Raises as `ask` does."""
        if self._calls:
            self.ask("wait", {})

    def forget(self) -> None:
        """Drop the calls that wait: nobody needs them once their check has ended."""
        self._take()

    def renew(self) -> None:
        """Go on with a solver that was never used. Raises SolverGone when there is none."""
        self.wait()
        self.pipe.send(Frame(Kind.RESTART))
        if self.pipe.receive().kind is not Kind.RESTARTED:
            raise SolverGone

    # --- one request --------------------------------------------------------------------------

    def _answer(self) -> Value:
        """Send the waiting calls and serve what the solver pulls meanwhile."""
        number = next(self._numbers)
        calls, streams = self._take()
        self._send({"id": number, "calls": [list(call) for call in calls]})
        while True:
            reply = self._receive()
            if isinstance(reply.get("pull"), int):
                stream = streams.get(reply["pull"])
                self._send({"items": [] if stream is None else with_handles(list(stream.next()))})
            elif type(reply.get("id")) is not int or reply["id"] != number:
                raise SolutionRaised("WrongAnswer", "the answer was out of turn", ())
            elif isinstance(reply.get("raised"), dict):
                raise _raised(reply["raised"])
            else:
                return reply.get("value")

    def _take(self) -> tuple[list[tuple[str, Value]], dict[int, Stream]]:
        taken = self._calls, self._streams
        self._calls, self._call_bytes, self._streams = [], 0, {}
        return taken

    def _send(self, message: dict[str, Value]) -> None:
        payload = encode(message)
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise ValueError(f"a request of {len(payload)} bytes; a frame takes 8 MB")
        self.pipe.send(Frame(Kind.ASK, payload))

    def _receive(self) -> dict[str, Value]:
        began_s = time.process_time()  # waiting for it takes none
        reply = self._read()
        self.reading_s += time.process_time() - began_s
        if self.reading_s >= self.max_reading_s:
            raise SolverGone
        if isinstance(reply, WireError):
            raise SolutionRaised("MalformedAnswer", str(reply), ()) from reply
        if not isinstance(reply, dict):
            raise SolutionRaised("MalformedAnswer", "the answer is not a record", ())
        return cast("dict[str, Value]", reply)

    def _read(self) -> Value:
        """What the solver says, or what is wrong with it."""
        frame = self.pipe.receive()
        if frame.kind is Kind.GONE:
            raise SolverGone
        try:
            return decode(frame.payload)
        except WireError as error:
            return error

    def _prepared(self, value: Value) -> Value:
        """The value with numbers for streams; counts its bytes."""
        if isinstance(value, Stream):
            self._streams[value.number] = value
            return StreamRef(value.number)
        if isinstance(value, Tensor):
            self._call_bytes += value.nbytes
        if isinstance(value, Generator):
            return Generator([self._prepared(item) for item in value.items])
        if isinstance(value, list):
            return [self._prepared(item) for item in cast("list[Value]", value)]
        if isinstance(value, tuple):
            return tuple(self._prepared(item) for item in cast("tuple[Value, ...]", value))
        if isinstance(value, dict):
            pairs = cast("dict[Value, Value]", value).items()
            return {key: self._prepared(item) for key, item in pairs}
        return value


def text_of(value: Value) -> str:
    """A text as it is, and nothing for all else, which may take long to write out."""
    return value if isinstance(value, str) else ""


def _raised(described: dict[str, Value]) -> SolutionRaised | SolutionLacks:
    kind = text_of(described.get("type"))[:MAX_TYPE_CHARS] or "Exception"
    message = text_of(described.get("message"))[:MAX_MESSAGE_CHARS]
    lines = [line[:MAX_LINE_CHARS] for line in _texts(described.get("lines"), MAX_LINES)]
    if kind == NOT_IN_SANDBOX:
        names = _texts(described.get("names"), MAX_NAMES)
        return SolutionLacks(list(filter(_NAME.fullmatch, names)), lines)
    return SolutionRaised(kind, message, lines)


def _texts(value: Value, count: int) -> list[str]:
    """The last of a list, each as a text."""
    items = cast("list[Value]", value)[-count:] if isinstance(value, list) else []
    return [text_of(item) for item in items]
