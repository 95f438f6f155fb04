"""What an exception of a submission says: its type, its message, the learner's own lines."""

import linecache
import traceback
from collections.abc import Iterator, Sequence
from types import TracebackType

from bot.inside.solver.absent import NotInSandbox
from bot.inside.solver.parsing import FILE
from bot.wire.raised import NOT_IN_SANDBOX, STOPPED
from bot.wire.values import Value

MAX_LINES = 12
MAX_TYPE_CHARS = 100
MAX_MESSAGE_CHARS = 500


class Raised(Exception):  # noqa: N818  # the learner's exception, told
    """An exception as it is told.

    Attributes:
        kind: Its type's name.
        message: What it says.
        lines: The learner's own lines of its traceback, innermost last.
        line: Of the outermost of them; 0 where there is none.
        names: What is missing, where that is the cause.
        root: What it comes from, where that is another one.
    """

    def __init__(self, kind: str, message: str, lines: Sequence[str], line: int) -> None:
        super().__init__(kind)
        self.kind = kind[:MAX_TYPE_CHARS]
        self.message = message[:MAX_MESSAGE_CHARS]
        self.lines = list(lines)[-MAX_LINES:]
        self.line = line
        self.names: Sequence[str] = ()
        self.root: Raised | None = None

    @staticmethod
    def of(error: BaseException) -> "Raised":
        """Tell an exception; a hostile `__str__` is survived."""
        try:
            message = str(error)
        except BaseException:  # noqa: BLE001  # `__str__` is learner code
            message = ""
        numbers = [number for _, number in _own_frames(error.__traceback__)]
        lines = list(_own_lines(error.__traceback__))
        told = Raised(type(error).__name__, message, lines, numbers[0] if numbers else 0)
        told.names = error.names if type(error) is NotInSandbox else ()
        return told

    @property
    def told(self) -> str:
        """It as a sentence without its end."""
        where = f"Line {self.line}" if self.line else "It"
        if self.kind == NOT_IN_SANDBOX:
            return f"{where}: {self.message}"
        if self.kind == STOPPED:
            return f"{where} was stopped: {self.message}"
        return f"{where} raised {self.kind}: {self.message}".removesuffix(": ")

    def because(self, cause: "Raised") -> "Raised":
        """This one, told as what follows from another one."""
        root = cause.root or cause
        if root.kind == NOT_IN_SANDBOX:
            return root
        message = f"{self.message}, because while loading l{root.told[1:]}"
        told = Raised(self.kind, message, self.lines, self.line)
        told.root = root
        return told

    def as_value(self) -> dict[str, Value]:
        """How it travels to the judge."""
        named = {"names": list(self.names)} if self.names else {}
        return {"type": self.kind, "message": self.message, "lines": self.lines, **named}


def _own_lines(trace: TracebackType | None) -> Iterator[str]:
    for name, number in _own_frames(trace):
        text = linecache.getline(FILE, number).strip()
        yield f"line {number}, in {name}: {text}"


def _own_frames(trace: TracebackType | None) -> Iterator[tuple[str, int]]:
    for frame, number in traceback.walk_tb(trace):
        if frame.f_code.co_filename == FILE:
            yield frame.f_code.co_name, number
