"""The code cells of a Jupyter notebook, whatever version of its format."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from bot.domain.errors import UserError
from bot.domain.grading import SOURCE_LIMIT_BYTES

TEXT_LIMIT_BYTES = 1024 * 1024
"""Of a notebook without its outputs and pictures."""

_PYTHON = frozenset({"python", "python2", "python3", "ipython", "ipython3", "py", "xpython"})
_DROPPED = rb'"(?:outputs|attachments|widgets)"[ \t\r\n]*:[ \t\r\n]*'
_TOKEN = re.compile(rb"(?s)(?P<dropped>" + _DROPPED + rb')(?=[\[{])|"(?:[^"\\]|\\.)*+(?:"|\\?\Z)')
_BRACKET = re.compile(rb'(?s)"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|(?P<open>[\[{])|(?P<close>[\]}])')


@dataclass(frozen=True, slots=True)
class NotebookCell:
    """One code cell.

    Attributes:
        name: As its author sees it: ``cell 3``, counted among code cells, or ``cell 3 (In [7])``.
        text: As it was typed.
        language: In lower case; empty for Python.
    """

    name: str
    text: str
    language: str = ""


def without_outputs(data: bytes) -> bytes:
    """A notebook's JSON without outputs, attached pictures and the state of widgets.

    They may be any size. What is no JSON stays so.
    """
    kept: list[bytes] = []
    position = 0
    while token := _next_dropped(data, position):
        kept += (data[position : token.end()], b"null")
        position = _value_end(data, token.end())
    return b"".join((*kept, data[position:]))


def _next_dropped(data: bytes, position: int) -> re.Match[bytes] | None:
    found = _TOKEN.finditer(data, position)
    return next((token for token in found if token["dropped"] is not None), None)


def _value_end(data: bytes, position: int) -> int:
    depth = 0
    for token in _BRACKET.finditer(data, position):
        depth += (token["open"] is not None) - (token["close"] is not None)
        if depth <= 0:
            return token.end()
    return len(data)


def code_cells(text: str, name: str) -> list[NotebookCell]:
    """The code cells in order.

    Args:
        text: The notebook's JSON, without its outputs.
        name: The file's.

    Raises:
        UserError: It is not a notebook, or holds no cells, or one without text.
    """
    try:
        notebook = cast("object", json.loads(text))
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"{name} is not a notebook I can read. Please download it once more as .ipynb,"
            " or paste the code."
        ) from error
    language = _language_of(notebook)
    code = (cell for cell in _cells(notebook, name) if _entry(cell, "cell_type") == "code")
    return [_cell(cell, number, name, language) for number, cell in enumerate(code, 1)]


def require_fitting(cells: Iterable[NotebookCell], name: str) -> None:
    """Refuse a notebook with more code than a source may have.

    Raises:
        UserError: It has.
    """
    size_bytes = sum(len(cell.text.encode(errors="replace")) for cell in cells if not cell.language)
    if size_bytes > SOURCE_LIMIT_BYTES:
        raise UserError(
            f"{name} holds {size_bytes / 1024:.0f} KiB of code, and I take up to"
            f" {SOURCE_LIMIT_BYTES // 1024} KiB. Please leave out the cells that the task does not"
            " need."
        )


def _cells(notebook: object, name: str) -> Iterator[object]:
    sheets = _entry(notebook, "worksheets")  # of format 3, which ended in 2015
    pages = cast("list[object]", sheets) if isinstance(sheets, list) and sheets else [notebook]
    for page in pages:
        cells = _entry(page, "cells")
        if not isinstance(cells, list):
            raise UserError(
                f"{name} has no list of cells. Please open it in Jupyter, save it again and attach"
                " that."
            )
        yield from cast("list[object]", cells)


def _cell(cell: object, number: int, name: str, language: str) -> NotebookCell:
    source = _entry(cell, "source") if _entry(cell, "source") is not None else _entry(cell, "input")
    lines = cast("list[object]", source) if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise UserError(f"{name} has a code cell without text. Please save it again and attach it.")
    count = _entry(cell, "execution_count") or _entry(cell, "prompt_number")
    ran = f" (In [{count}])" if type(count) is int and 0 < count < 10**6 else ""
    text = "".join(cast("list[str]", lines))
    return NotebookCell(f"cell {number}{ran}", text, _language_in(cell) or language)


def _language_of(notebook: object) -> str:
    metadata = _entry(notebook, "metadata")
    kernel = _entry(_entry(metadata, "kernelspec"), "language")
    return _other(kernel or _entry(_entry(metadata, "language_info"), "name"))


def _language_in(cell: object) -> str:
    """The language that a cell itself is marked with, in one of the ways of several editors."""
    metadata = _entry(cell, "metadata")
    marked: tuple[object, ...] = (
        _entry(cell, "language"),
        _entry(_entry(metadata, "vscode"), "languageId"),
        _entry(_entry(metadata, "dotnet_interactive"), "language"),
        _entry(_entry(metadata, "polyglot_notebook"), "kernelName"),
    )
    return next((word for word in map(_other, marked) if word), "")


def _other(language: object) -> str:
    """A language that is not Python; empty for Python, or where it is not said."""
    name = language.strip().lower() if isinstance(language, str) else ""
    return "" if name in _PYTHON or name.startswith("python") else name


def _entry(value: object, key: str) -> object:
    return cast("dict[str, object]", value).get(key) if isinstance(value, dict) else None
