"""Notebooks that are Python files: what marimo saves."""

import re
from collections.abc import Iterator

from bot.services.submissions.source.tokens import commented, statements

_IS_MARIMO = re.compile(r"(?m)^app[ \t]*=[ \t]*marimo\.App\(")
_OF_MARIMO = re.compile(
    r"(?:import marimo[ \t]*(?:#[^\n]*)?\n|app[ \t]*=[ \t]*marimo\.App\(|app\._unparsable_cell\("
    r"|@app\.(?:function|class_definition)\b)"
)
_SETUP = re.compile(r"with[ \t]+app\.setup\b")
_CELL = re.compile(r"@app\.cell\b")
_CELL_FUNCTION = re.compile(r"(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(")
_RETURN = re.compile(r"    return\b")
_ONE_LEVEL = "    "


def without_marimo(text: str) -> str:
    """A file that marimo saved, as plain Python with the same lines; any other text as it is.

    The body of a cell becomes code of the module, as it is to its author.
    """
    return "".join(_plain(text)) if _IS_MARIMO.search(text) else text


def _plain(text: str) -> Iterator[str]:
    in_cell = False
    for statement in statements(text):
        is_indented = statement[:1] in {" ", "\n"}
        if in_cell and _CELL_FUNCTION.match(statement):
            yield commented(statement)
        elif in_cell and is_indented:
            yield _body(statement)
        else:
            in_cell = _CELL.match(statement) is not None
            yield _top(statement)


def _top(statement: str) -> str:
    if _OF_MARIMO.match(statement) or _CELL.match(statement):
        return commented(statement)
    if _SETUP.match(statement):
        return "if True:" + "\n" * statement.count("\n")
    return statement


def _body(statement: str) -> str:
    if _RETURN.match(statement):
        return commented(statement.removeprefix(_ONE_LEVEL))
    return statement.removeprefix(_ONE_LEVEL)
