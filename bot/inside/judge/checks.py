"""An exercise's checks, as the judge reads them: from the text that comes with a job."""

import hashlib
import linecache
import sys
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType

from bot.kit.check import Check, take_declared

MAX_KEPT = 32
"""Versions of exercises: a cohort is at work on a few."""


@dataclass
class Checks:
    """Checks by their text: what was graded before need not be read again."""

    _kept: OrderedDict[str, Sequence[Check]] = field(
        default_factory=OrderedDict[str, Sequence[Check]]
    )

    def get(self, exercise: str, text: str) -> Sequence[Check]:
        """The checks that a text declares, in their order.

        Args:
            exercise: The exercise's slug; names the file in tracebacks.
            text: Its `checks.py`.

        Raises:
            ValueError: It declares none. What else the text raises is let through.
        """
        name = f"checks_of_{exercise}_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        if name not in self._kept:
            self._kept[name] = _declared(name, f"{exercise}/checks.py", text)
        self._kept.move_to_end(name)
        while len(self._kept) > MAX_KEPT:
            oldest, _ = self._kept.popitem(last=False)
            del sys.modules[oldest]
        return self._kept[name]


def _declared(name: str, file: str, text: str) -> Sequence[Check]:
    module = ModuleType(name)
    module.__file__ = file
    sys.modules[name] = module  # dataclasses look themselves up there
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    take_declared()
    exec(compile(text, file, "exec"), module.__dict__)  # noqa: S102  # the exercise's own
    declared = take_declared()
    if not declared:
        raise ValueError(f"{file} declares no checks")
    return declared
