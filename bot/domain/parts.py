"""The parts of a source: cells of a notebook, blocks of a message. Told by comments between them.

A source is one text wherever it is kept, shown or run. Where it was put together from several, a
comment stands before each, so that every line can be named as its author sees it.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_NAME = r"(?:cell|block) \d{1,6}(?: \(In \[\d{1,6}\]\))?"
_MARK = re.compile(
    rf"(?m)^# --- (?:(?P<name>{_NAME})"
    rf"|(?P<left_out>{_NAME}) is left out: (?P<language>[\w!+#-]{{1,40}})) ---$"
)
_NO_LANGUAGE = re.compile(r"[^\w!+#-]")
PLACE = re.compile(rf"(?:{_NAME}, )?line \d{{1,7}}(?=, in )")
"""How a line of a traceback begins, once it is named as its author sees it."""

_LINE_OF_TRACE = re.compile(r"line (\d{1,7})(?=, in )")


def mark(name: str) -> str:
    """The comment before a part; its lines count from 1 behind it."""
    return f"# --- {name} ---\n"


def mark_left_out(name: str, language: str) -> str:
    """The comment in place of a cell in another language."""
    word = _NO_LANGUAGE.sub("", language)[:40] or "unknown"
    return f"# --- {name} is left out: {word} ---\n"


def unmarked(text: str) -> str:
    """A text from outside, in which no line is taken for a mark."""
    return _MARK.sub(lambda found: f"{found[0]} ", text)


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the parts of a source begin.

    Attributes:
        starts: Of each mark, the line that it stands on; from 1, in order.
        names: What lines behind each mark belong to; empty for the source itself.
        left_out: Names of cells that were left out, with their languages.
    """

    starts: Sequence[int]
    names: Sequence[str]
    left_out: Sequence[tuple[str, str]]

    @staticmethod
    def of(source: str) -> "Parts":
        """Read a source's marks."""
        starts, names = [0], [""]
        left_out: list[tuple[str, str]] = []
        line, position = 1, 0
        for found in _MARK.finditer(source):
            line += source.count("\n", position, found.start())
            position = found.start()
            if found["left_out"]:
                left_out.append((found["left_out"], found["language"]))
                continue
            starts.append(line)
            names.append(found["name"])
        return Parts(starts, names, left_out)

    def where(self, line: int) -> str:
        """A line as its author sees it: ``line 7``, or ``cell 3, line 2``."""
        index = bisect_right(self.starts, line) - 1
        name, number = self.names[index], max(1, line - self.starts[index])
        return f"{name}, line {number}" if name else f"line {number}"

    def in_trace(self, text: str) -> str:
        """A line of a traceback (``line 7, in f: …``) with its place as its author sees it."""
        found = _LINE_OF_TRACE.match(text)
        return text if found is None else f"{self.where(int(found[1]))}{text[found.end() :]}"
