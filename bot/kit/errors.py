"""The two ways a check can fail.

::

    Exception
    ├── CheckFailed      a value is not what it should be
    └── SolutionRaised   the learner's code raised an exception
"""

from collections.abc import Sequence


class CheckFailed(Exception):  # noqa: N818  # a verdict, not a fault
    """A value is not what it should be.

    Attributes:
        example: The input that shows it, as Python text; empty when there is none.
    """

    def __init__(self, message: str, *, example: str = "") -> None:
        super().__init__(message)
        self.example = example


class SolutionRaised(Exception):  # noqa: N818  # the learner's exception, seen from here
    """The learner's code raised an exception.

    Attributes:
        kind: The exception's type name, e.g. ``ValueError``: a claim of the solver's.
        message: What the exception said.
        lines: The learner's own lines of the traceback, innermost last.
    """

    def __init__(self, kind: str, message: str, lines: Sequence[str]) -> None:
        super().__init__(f"{kind}: {message}" if message else kind)
        self.kind = kind
        self.message = message
        self.lines = tuple(lines)
