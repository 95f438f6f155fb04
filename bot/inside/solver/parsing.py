"""A submission's text as this Python understands it: a tree, or a sentence on why it is none."""

import __future__

import ast
import re
import sys
import warnings
from collections.abc import Iterator
from types import CodeType

FILE = "submission.py"

TOO_DEEP = "it is nested too deeply, or holds characters that Python refuses"

RUNS = f"{sys.version_info[0]}.{sys.version_info[1]}"
_NEW_SYNTAX = re.compile(
    r"[ \t]*+(?:type[ \t]++\w++[ \t]*+[=\[]|(?:(?:async[ \t]++)?+def|class)[ \t]++\w++[ \t]*+\[)"
)
"""Type aliases and type parameters, as Python 3.12 has them."""
_F_STRING = re.compile(r"\b[rR]?[fF][rR]?[\"']")

_ODD_SIGNS = {
    "invalid character": "a phone or a word processor puts such signs in: type it anew",
    "invalid non-printable character": (
        "a web page or a chat puts such signs in, and nobody sees them: type the line anew"
    ),
}


def parse(source: str) -> ast.Module:
    """The tree of what can be compiled; `from __future__` of a later cell stands at the top.

    Raises:
        SyntaxError: It is not Python, or cannot be compiled: a `return` outside of a function.
        ValueError: It holds characters that Python refuses.
        RecursionError: It is nested too deeply.
        MemoryError: So it is.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" in a string is nobody's concern here
        tree = ast.parse(source)
        tree.body = _future_first(tree.body)
        compile(tree, FILE, "exec", dont_inherit=True)
    return tree


def compiled(tree: ast.Module) -> Iterator[tuple[ast.stmt, CodeType]]:
    """Each statement of the top level with its code: line numbers and `__future__` stay."""
    flags = _flags(tree)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for statement in tree.body:
            alone = ast.Module([statement], [])
            yield statement, compile(alone, FILE, "exec", flags, dont_inherit=True)


def told(error: SyntaxError, source: str) -> tuple[int, str]:
    """Line and words of a syntax error, with its cause where that is known."""
    line, message = error.lineno or 0, error.msg or "it cannot be read"
    hint = _too_new(message, _line(source, line)) or _odd_sign(message)
    return line, f"{message}; {hint}" if hint else message


def _too_new(message: str, text: str) -> str:
    if sys.version_info >= (3, 12):
        return ""
    if _NEW_SYNTAX.match(text):
        return f"the sandbox runs Python {RUNS}, and this needs 3.12"
    if "f-string" in message or _F_STRING.search(text):
        return (
            f"the sandbox runs Python {RUNS}: quotes like its own, backslashes and comments inside"
            " an f-string's braces need 3.12"
        )
    return ""


def _odd_sign(message: str) -> str:
    return next((hint for words, hint in _ODD_SIGNS.items() if message.startswith(words)), "")


def _line(source: str, number: int) -> str:
    lines = source.split("\n")
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _future_first(body: list[ast.stmt]) -> list[ast.stmt]:
    head = body[:1] if _is_text(body[:1]) else []
    rest = body[len(head) :]
    futures = [statement for statement in rest if _is_future(statement)]
    return [*head, *futures, *(statement for statement in rest if not _is_future(statement))]


def _is_text(statements: list[ast.stmt]) -> bool:
    match statements:
        case [ast.Expr(value=ast.Constant(value=str()))]:
            return True
        case _:
            return False


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _flags(tree: ast.Module) -> int:
    flags = 0
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for alias in statement.names:
                flags |= getattr(__future__, alias.name).compiler_flag
    return flags
