"""Code as notebooks understand it: magics, shell and help lines, cells in other languages."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.services.submissions.source.definitions import seems_code
from bot.services.submissions.source.tokens import (
    commented,
    line_end,
    statement_end,
)

_PYTHON_MAGICS = frozenset({"time", "capture", "prun", "python", "python3", "debug", "memit"})
"""Cell magics whose body is the answer."""

_OTHER_MAGICS = frozenset(
    {"bash", "sh", "script", "cmd", "powershell", "system", "sx", "!", "perl", "ruby", "js"}
    | {"javascript", "html", "HTML", "latex", "markdown", "svg", "SVG", "file", "cython", "R", "ai"}
    | {"sql", "bigquery", "julia", "cpp", "cu", "cuda", "nvcc", "timeit", "configure", "mermaid"}
)
"""Cell magics whose body is not. `timeit` binds no name and only costs time."""

_CELL_MAGIC = re.compile(r"\s*(?P<magic>%%(?P<name>!|\w+)(?P<rest>[^\n]*))")
_LINE_MAGIC = re.compile(
    r"(?P<indent>[ \t]*)(?:[%!?]|[A-Za-z_][\w.]*\?{1,2}[ \t]*$|[A-Za-z_][\w, \t]*=[ \t]*[%!]"
    r"|(?:pip3?|conda|mamba|uv)[ \t]+(?:install|uninstall|list|show|add|pip)\b"
    r"|(?:[A-Za-z_]\w*[ \t]*=[ \t]*)?get_ipython\(\)\.(?:run_line_magic|run_cell_magic|system"
    r"|getoutput|magic)\()",
    re.MULTILINE,
)
_TIMED = re.compile(r"(?P<indent>[ \t]*)%time[ \t]+(?=\S)")
_EXPORTED = re.compile(r"[ \t]*(?:[A-Za-z_]\w*[ \t]*=[ \t]*)?get_ipython\(\)")
_LITERAL = r"(?:'(?:[^'\\\n]|\\.)*+'|\"(?:[^\"\\\n]|\\.)*+\")"
_EXPORTED_CELL = re.compile(
    rf"get_ipython\(\)\.run_cell_magic\((?P<name>{_LITERAL}), *(?P<rest>{_LITERAL}),"
    rf" *(?P<body>{_LITERAL})\)[ \t]*\n?"
)
_CELL_START = re.compile(r"(?m)^#[ ]?%%")


@dataclass(frozen=True, slots=True)
class Cell:
    """Python of one cell.

    Attributes:
        left_out: The language of a cell that holds none.
    """

    text: str
    left_out: str = ""


def read_cell(text: str) -> Cell:
    """A cell as Python, without what only a notebook understands.

    A cell magic takes its whole cell away where the body is no Python (``%%bash``). Magics, shell
    and help lines (``%…``, ``!…``, ``?…``) become comments, ``pass`` where they are indented, so
    that line numbers stay; ``%time x = f()`` keeps its statement. A line that begins inside a
    string or an expression is left alone.
    """
    position = 0
    heads: list[str] = []
    if language := other_language(text):
        return Cell("", language)
    for cell in _cell_magics(text):
        position = cell.end()
        heads.append(f"{text[cell.start() : cell.start('magic')]}# {cell['magic']}")
    return Cell("".join((*heads, *map(_without_magic, _statements(text, position)))))


def other_language(text: str) -> str:
    """What a cell's magics say that it is in, if not in Python; empty for Python."""
    magics = _cell_magics(text)
    return next((one["name"] for one in magics if not _holds_python(one, text)), "")


def _cell_magics(text: str) -> Iterator[re.Match[str]]:
    position = 0
    while magic := _CELL_MAGIC.match(text, position):
        yield magic
        position = magic.end()


def drop_magics(text: str) -> str:
    """The same for a text that may hold several cells, each behind a line ``# %%``.

    Empty if it is a single cell in another language; one among others becomes comments.
    """
    starts = [0, *(found.start() for found in _CELL_START.finditer(text) if found.start())]
    if len(starts) == 1:
        return read_cell(text).text
    ends = [*starts[1:], len(text)]
    return "".join(_one_of_several(text[a:b]) for a, b in zip(starts, ends, strict=True))


def _one_of_several(text: str) -> str:
    head = line_end(text, 0) if _CELL_START.match(text) else 0
    cell = read_cell(text[head:])
    return text[:head] + (commented(text[head:]) if cell.left_out else cell.text)


def _holds_python(magic: re.Match[str], text: str) -> bool:
    name, rest, body = magic["name"], magic["rest"], magic.end()
    if name in _OTHER_MAGICS:
        return False
    if name == "writefile":
        return rest.strip().endswith((".py", ".py'", '.py"'))
    if name in _PYTHON_MAGICS or _CELL_MAGIC.match(text, body):
        return True
    return not text[body:].strip() or seems_code(text[body:])


def _statements(text: str, position: int) -> Iterator[str]:
    """The text, cut at the ends of logical lines, and of the lines of magics."""
    while position < len(text):
        is_magic = _LINE_MAGIC.match(text, position) and not _TIMED.match(text, position)
        is_shell = is_magic and not _EXPORTED.match(text, position)
        end = _shell_end(text, position) if is_shell else statement_end(text, position)
        yield text[position:end]
        position = end


def _shell_end(text: str, position: int) -> int:
    end = line_end(text, position)
    while end < len(text) and text.endswith("\\\n", position, end):
        end = line_end(text, end)
    return end


def _without_magic(statement: str) -> str:
    if _TIMED.match(statement):
        return _TIMED.sub(r"\g<indent>", statement, count=1)
    if not _LINE_MAGIC.match(statement):
        return statement
    exported = _EXPORTED_CELL.fullmatch(statement)
    return commented(statement) if exported is None else _exported_cell(exported)


def _exported_cell(found: re.Match[str]) -> str:
    """A cell with a magic as nbconvert writes it: the body as a string."""
    try:
        name, rest, body = (str(ast.literal_eval(found[part])) for part in ("name", "rest", "body"))
    except (SyntaxError, ValueError):
        return commented(found[0])
    cell = read_cell(f"%%{name} {rest}\n{body}")
    return f"{cell.text}\n" if cell.text else commented(found[0])
