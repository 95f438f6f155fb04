"""Runs a submission's top level, so that what fails beside the answer does not hide it.

As in a notebook, each statement is run by itself: one that raises is passed over, and the next one
is run. What came of that matters only where the answer is not there afterwards.
"""

import contextlib
import linecache
import signal
import sys
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from types import CodeType, FrameType, ModuleType

from bot.inside.solver.absent import Absent
from bot.inside.solver.answer import bound_by
from bot.inside.solver.parsing import FILE, compiled, parse
from bot.inside.solver.raising import Raised

LOADING_S = 2.0
"""CPU seconds that a top level may take. What is being run then is stopped, and the rest is run."""

AGAIN_S = 0.5
"""CPU seconds for each statement after that."""

IMPORTING = "<frozen importlib._bootstrap>"
"""Where Python's own import machinery runs."""

MAX_NOTES = 5
MAX_NOTE_CHARS = 300


class StoppedLoading(BaseException):  # not an Exception: learner code catches those
    """A statement took too long. Raised inside of it."""


@dataclass
class Loading:
    """One submission's module, and what was passed over on the way to it.

    Attributes:
        lost: What a statement raised that should have bound a name, by that name.
    """

    module: ModuleType
    absent: Absent = field(default_factory=Absent)
    lost: dict[str, Raised] = field(default_factory=dict[str, Raised])
    _first: Raised | None = None
    _notes: int = 0

    def load(self, source: str, entry: Sequence[str]) -> None:
        """Run a top level.

        Args:
            source: The submission.
            entry: Names that it has to bind.

        Raises:
            Raised: One of them is not bound, because a statement raised.
        """
        linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
        tree = parse(source)
        sys.modules[self.module.__name__] = self.module  # dataclasses look themselves up there
        self.module.__file__ = FILE
        vars(self.module)["__builtins__"] = self.absent.builtins(tree)
        with _limited():
            for statement, code in compiled(tree):
                if not self._run(code, tuple(bound_by(statement))):
                    break
        self.absent.loading = False
        for name in entry:
            if name not in vars(self.module) and self._first is not None:
                raise self.lost.get(name, self._first)

    def describe(self, error: BaseException) -> Raised:
        """What an exception comes to, with its cause where that lies in the top level."""
        raised = error if isinstance(error, Raised) else Raised.of(error)
        name: object = getattr(error, "name", None) if type(error) is NameError else None
        if not isinstance(name, str):  # learner code may have made it
            return raised
        if name in self.lost:
            return raised.because(self.lost[name])
        if self.absent.starred:
            return raised.because(Raised.of(self.absent.needed(self.absent.starred[0])))
        return raised

    def _run(self, code: CodeType, names: Sequence[str]) -> bool:
        """Run one statement; False where it ended the program."""
        try:
            exec(code, vars(self.module))  # noqa: S102  # what it is for
        except BaseException as error:  # noqa: BLE001  # learner code raises what it likes
            raised = self.describe(error)
            self._first = self._first or raised
            self.lost.update(dict.fromkeys(names, raised))
            self._tell(raised)
            return not isinstance(error, (SystemExit, KeyboardInterrupt))
        for name in names:
            self.lost.pop(name, None)
        return True

    def _tell(self, raised: Raised) -> None:
        """Note it beside what the submission prints: it may be all that the learner wonders at."""
        self._notes += 1
        if self._notes <= MAX_NOTES:
            with contextlib.suppress(BaseException):  # the stream may be learner code by now
                said = " ".join(f"While loading: {raised.told}".split())
                print(f"{said[:MAX_NOTE_CHARS]}. It was passed over.")  # noqa: T201  # beside its own


@contextlib.contextmanager
def _limited() -> Generator[None]:
    """Stop statements that take too long; a thread that is not the main one cannot."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, LOADING_S, AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _stop(_number: int, frame: FrameType | None) -> None:
    while frame is not None:  # between two statements there is nothing to stop
        if frame.f_code.co_filename == IMPORTING:
            return  # half a library is worse than none: what uses it later would fail
        if frame.f_code.co_filename == FILE:
            raise StoppedLoading(f"it used more than {LOADING_S:g} seconds of CPU time")
        frame = frame.f_back
