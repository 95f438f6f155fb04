"""From a chat message or a file to Python source.

Nothing here parses Python: it has to work on code with a syntax error and on hostile text, so every
step is linear in the length of the text.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import dedent
from typing import cast

from bot.domain.errors import UserError
from bot.domain.grading import SOURCE_LIMIT_BYTES


@dataclass(frozen=True, slots=True)
class Snippet:
    """One fenced block.

    Attributes:
        language: The tag after the fence in lower case, or empty.
        text: What stands between the fences, without the indentation they share.
    """

    language: str
    text: str


# --- fenced blocks ----------------------------------------------------------------------------

_PYTHON_TAGS = frozenset({"python", "py", "python3", "py3", "ipython", "ipython3"})
_OTHER_TAGS = frozenset(
    {"bash", "sh", "shell", "zsh", "console", "cmd", "powershell", "text", "txt", "plain"}
    | {"plaintext", "output", "out", "log", "pytb", "traceback", "error", "diff", "sql"}
    | {"json", "yaml", "yml", "toml", "ini", "xml", "html", "css", "js", "md", "markdown"}
)
_TRACEBACK = "Traceback (most recent call last)"

_OPENING = re.compile(
    r"(?m)^(?P<indent>[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)(?P<fence>`{3,}+|~{3,}+)"
    r"|(?P<inline>`{3,}+)"
)
# Backticks close unless a tag or the end of a string literal follows them: that is a fence *in* the
# code. Tildes close only on a line of their own.
_CLOSING = re.compile(
    r"(?m)(?<!`)(?P<backticks>`{3,}+)(?![\w\"'{])|^[ \t]*(?P<tildes>~{3,}+)[ \t]*$"
)
_QUOTED_LINE = re.compile(r"[ \t]*>")
_TAG = re.compile(r"[A-Za-z][\w+#.-]*|\{[^}]*\}")
_INDENTED_START = re.compile(r"(?:[ \t]*\n)*[ \t]+\S")

_NO_BREAK = "\u00a0\u2007\u202f"
_NO_WIDTH = "\u200b\ufeff"
_ODD_INDENT = re.compile(rf"(?m)^[ \t]*[{_NO_BREAK}{_NO_WIDTH}][ \t{_NO_BREAK}{_NO_WIDTH}]*")
_PLAIN_INDENT = str.maketrans(dict.fromkeys(_NO_BREAK, " ") | dict.fromkeys(_NO_WIDTH, ""))


def extract(text: str) -> tuple[Snippet, ...]:
    """The fenced blocks of a chat message, in order; those in quoted lines (``>``) are left out.

    Three dialects meet here. CommonMark fences stand on lines of their own, may be tildes, and
    carry a language tag. Discord opens and closes them anywhere in a line. Slack knows no tag: the
    code begins right after the fence. A fence that is never closed takes the rest.
    """
    return tuple(_snippets(_normalised(text)))


def join(snippets: Iterable[Snippet]) -> str:
    """One source of all snippets in order, without magics; empty when there is no code.

    A block tagged as another language, or a pasted traceback, is left out when Python stands beside
    it. Line numbers of a single block stay as the learner sees them.
    """
    blocks = list(snippets)
    chosen = [block for block in blocks if _looks_python(block)] or blocks
    return _joined(block.text for block in chosen)


def _snippets(text: str) -> Iterator[Snippet]:
    position = 0
    while opening := _OPENING.search(text, position):
        line_start = text.rfind("\n", 0, opening.end()) + 1
        if _QUOTED_LINE.match(text, line_start):
            position = _line_end(text, opening.end())
            continue
        body_end, position = _closing_span(text, opening)
        yield _snippet(text[opening.end() : body_end], indent=len(opening["indent"] or ""))


def _closing_span(text: str, opening: re.Match[str]) -> tuple[int, int]:
    fence = opening["fence"] or opening["inline"]
    for closing in _CLOSING.finditer(text, opening.end()):
        if (closing["backticks"] or closing["tildes"]).startswith(fence):
            return closing.span()
    return len(text), len(text)


def _snippet(body: str, *, indent: int) -> Snippet:
    first_line, newline, rest = body.partition("\n")
    language, code = _tag_and_code(first_line.strip(), whole_line_may_be_tag=bool(newline))
    if indent:
        rest = re.sub(rf"(?m)^[ \t]{{1,{indent}}}", "", rest)
    return Snippet(language, _dedented(f"{code}\n{rest}" if code else rest).rstrip())


def _tag_and_code(info: str, *, whole_line_may_be_tag: bool) -> tuple[str, str]:
    if whole_line_may_be_tag and _TAG.fullmatch(info):
        return info.lower(), ""
    first, _, rest = info.partition(" ")
    if first.lower() in _PYTHON_TAGS and rest:
        return first.lower(), "" if _TAG.fullmatch(rest) and rest.startswith("{") else rest
    return "", info


def _looks_python(block: Snippet) -> bool:
    return block.language not in _OTHER_TAGS and not block.text.lstrip().startswith(_TRACEBACK)


def _joined(parts: Iterable[str]) -> str:
    kept = [code.rstrip() for code in map(drop_magics, parts) if code.strip()]
    return "\n\n".join(kept) + "\n" if kept else ""


def _normalised(text: str) -> str:
    r"""``\n`` line ends, and plain blanks for the no-break ones that chats put into indentation."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ODD_INDENT.sub(lambda found: found[0].translate(_PLAIN_INDENT), text)


def _dedented(text: str) -> str:
    return dedent(text) if _INDENTED_START.match(text) else text


def _line_end(text: str, position: int) -> int:
    found = text.find("\n", position)
    return len(text) if found < 0 else found + 1


# --- notebook magics --------------------------------------------------------------------------

_PYTHON_CELL_MAGICS = frozenset({"time", "capture", "prun", "writefile"})
"""Cell magics whose body is the answer. `%%timeit` binds no name and only costs time."""

_CELL_MAGIC = re.compile(r"(?P<before>\s*)(?P<magic>%%(?P<name>\w+)[^\n]*)")
_LINE_MAGIC = re.compile(
    r"(?P<indent>[ \t]*)(?:[%!?]|[A-Za-z_][\w.]*\?{1,2}[ \t]*$|[A-Za-z_][\w, \t]*=[ \t]*[%!])",
    re.MULTILINE,
)
_TIMED = re.compile(r"(?P<indent>[ \t]*)%time[ \t]+(?=\S)")
_STRING = (
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|(?P<open_double>\\?\Z))'
    r"|'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|(?P<open_single>\\?\Z))"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'(?:[^'\\\n]|\\.)*+'?"
    r"|\#[^\n]*"
)
"""Strings and comments. One that is never closed ends with its line, a triple one with the text."""

_TOKEN = re.compile(rf"(?s:{_STRING}|\\.|(?P<sign>[()\[\]{{}}\n]))")


def drop_magics(text: str) -> str:
    """Python that was pasted from a notebook, without what only a notebook understands.

    A cell magic takes its whole cell away unless the body is Python (``%%time``). Magics, shell and
    help lines (``%…``, ``!…``, ``?…``) become comments, ``pass`` where they are indented, so that
    line numbers stay; ``%time x = f()`` keeps its statement. A line that begins inside a string or
    an expression is left alone.
    """
    text = _dedented(_normalised(text))
    head = ""
    while cell := _CELL_MAGIC.match(text):
        if cell["name"] not in _PYTHON_CELL_MAGICS:
            return ""
        head += f"{cell['before']}# {cell['magic']}"
        text = text[cell.end() :]
    return head + "".join(_without_magic(statement) for statement in _statements(text))


def _statements(text: str) -> Iterator[str]:
    """The text, cut at the ends of logical lines."""
    position = 0
    while position < len(text):
        is_magic = _LINE_MAGIC.match(text, position) and not _TIMED.match(text, position)
        end = _shell_end(text, position) if is_magic else _statement_end(text, position)
        yield text[position:end]
        position = end


def _shell_end(text: str, position: int) -> int:
    end = _line_end(text, position)
    while end < len(text) and text.endswith("\\\n", position, end):
        end = _line_end(text, end)
    return end


def _statement_end(text: str, position: int) -> int:
    depth = 0
    for token in _TOKEN.finditer(text, position):
        sign = token["sign"]
        if sign == "\n" and depth <= 0:
            return token.end()
        depth += 1 if sign in {"(", "[", "{"} else -1 if sign in {")", "]", "}"} else 0
    return len(text)


def _without_magic(statement: str) -> str:
    if _TIMED.match(statement):
        return _TIMED.sub(r"\g<indent>", statement, count=1)
    magic = _LINE_MAGIC.match(statement)
    if magic is None:
        return statement
    indent = magic["indent"]
    mark = f"{indent}pass  # " if indent else "# "
    return re.sub(r"(?m)^[ \t]*(?=\S)", mark, statement)


# --- files ------------------------------------------------------------------------------------


def decode(data: bytes, name: str) -> str:
    """The text of a file.

    Raises:
        UserError: It is not UTF-8 text.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UserError(f"{name} is saved as UTF-16. Please save it as UTF-8 and attach it again.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"{name} is not UTF-8 text: line {line} holds a byte I cannot read."
            " Please save it as UTF-8 and attach it again."
        ) from error
    if "\0" in text:
        raise UserError(f"{name} holds zero bytes, so it is not a text file. Is it the right one?")
    return _normalised(text)


def code_of_notebook(data: bytes, name: str = "The notebook") -> str:
    """The code cells of an ``.ipynb`` file in order, without magics.

    Raises:
        UserError: It is not a notebook, or holds no code.
    """
    text = decode(data, name)
    try:
        notebook = cast("object", json.loads(text))
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"{name} is not a notebook I can read. Please download it once more as .ipynb,"
            " or paste the code."
        ) from error
    source = _joined(_cell_source(cell, name) for cell in _cells(notebook, name))
    if not source:
        raise UserError(f"{name} holds no Python code cells. Is it the right one?")
    return source


def _cells(notebook: object, name: str) -> Iterator[dict[str, object]]:
    cells = _entry(notebook, "cells")
    if not isinstance(cells, list):
        raise UserError(
            f"{name} has no list of cells. If it comes from an old Jupyter, open it, save it again"
            " and attach that."
        )
    for cell in cast("list[object]", cells):
        if _entry(cell, "cell_type") == "code":
            yield cast("dict[str, object]", cell)


def _cell_source(cell: dict[str, object], name: str) -> str:
    source = cell.get("source")
    lines = cast("list[object]", source) if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise UserError(f"{name} has a code cell without text. Please save it again and attach it.")
    return "".join(cast("list[str]", lines))


def _entry(value: object, key: str) -> object:
    return cast("dict[str, object]", value).get(key) if isinstance(value, dict) else None


def require_acceptable(source: str) -> None:
    """Refuse what cannot be kept or run.

    Raises:
        UserError: Longer than `SOURCE_LIMIT_BYTES`, or it holds characters that are no text.
    """
    if "\0" in source:
        raise UserError("Your code holds a zero character. Please delete it and send it again.")
    try:
        size_bytes = len(source.encode())
    except UnicodeEncodeError as error:
        line = source.count("\n", 0, error.start) + 1
        raise UserError(
            f"Line {line} of your code holds half a character. Please type it again."
        ) from error
    if size_bytes > SOURCE_LIMIT_BYTES:
        raise UserError(
            f"That is {size_bytes / 1024:.0f} KiB of code, and I take up to"
            f" {SOURCE_LIMIT_BYTES // 1024} KiB. Please leave out what the task does not need."
        )


# --- definitions ------------------------------------------------------------------------------

_QUOTED = re.compile(rf"(?s:{_STRING})")
_BINDING = re.compile(
    r"(?m)^(?:(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|(\w+)[ \t]*(?::[^=\n]*)?=(?!=))"
)


def defines(source: str, names: Sequence[str]) -> bool:
    """Whether the source binds every one of these names at top level, even if it does not parse.

    What counts is ``def``, ``async def``, ``class`` and ``name =`` at the beginning of a line that
    is not inside a string.
    """
    bound = {name for pair in _BINDING.findall(_without_strings(source)) for name in pair}
    return bound.issuperset(names)


def _without_strings(source: str) -> str:
    """The source with empty strings; as it is when a triple quote is never closed."""
    parts: list[str] = []
    position = 0
    for token in _QUOTED.finditer(source):
        if token["open_double"] is not None or token["open_single"] is not None:
            return source
        parts.append(source[position : token.start()])
        position = token.end()
    return "".join(parts) + source[position:]
