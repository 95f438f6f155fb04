"""Strings, comments and logical lines of a text that may not be Python at all.

Nothing in this room parses Python: it has to work on code with a syntax error and on hostile text,
so every step is linear in the length of the text.
"""

import re
from collections.abc import Iterator

STRING = (
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|(?P<open_double>\\?\Z))'
    r"|'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|(?P<open_single>\\?\Z))"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'(?:[^'\\\n]|\\.)*+'?"
    r"|\#[^\n]*"
)
"""Strings and comments. One that is never closed ends with its line, a triple one with the text."""

_LINE_START = re.compile(r"(?m)^[ \t]*(?=\S)")
_QUOTED = re.compile(rf"(?s:{STRING})")
_TOKEN = re.compile(rf"(?s:{STRING}|\\.|(?P<sign>[()\[\]{{}}\n]))")


def line_end(text: str, position: int) -> int:
    """Where the line of a position ends, behind its line end."""
    found = text.find("\n", position)
    return len(text) if found < 0 else found + 1


def statement_end(text: str, position: int) -> int:
    """Where the logical line that begins at a position ends."""
    depth = 0
    for token in _TOKEN.finditer(text, position):
        sign = token["sign"]
        if sign == "\n" and depth <= 0:
            return token.end()
        depth += 1 if sign in {"(", "[", "{"} else -1 if sign in {")", "]", "}"} else 0
    return len(text)


def statements(text: str) -> Iterator[str]:
    """The text, cut at the ends of logical lines."""
    position = 0
    while position < len(text):
        end = statement_end(text, position)
        yield text[position:end]
        position = end


def commented(statement: str) -> str:
    """Its lines as comments; with a ``pass`` if it is indented, for its block may hold no other."""
    indent = statement[: len(statement) - len(statement.lstrip(" \t"))]
    mark = f"{indent}pass  # " if indent else "# "
    return _LINE_START.sub(mark, statement)


def without_strings(source: str) -> str:
    """The source with empty strings; as it is when a triple quote is never closed."""
    parts: list[str] = []
    position = 0
    for token in _QUOTED.finditer(source):
        if token["open_double"] is not None or token["open_single"] is not None:
            return source
        parts.append(source[position : token.start()])
        position = token.end()
    return "".join(parts) + source[position:]
