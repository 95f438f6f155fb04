"""What a source says of itself, without running it. Standard library only.

Runs in the solver before any learner code has: a limited process with the sandbox's own Python, so
that a source that breaks the parser breaks only the process that is thrown away anyway.
"""

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

ALWAYS_FORBIDDEN = ("sys", "gc", "inspect", "ctypes", "importlib", "subprocess")
"""Teaching, not a boundary: a submission that uses these is not solving the exercise."""

METHODS_OF = "torch.Tensor."
"""A forbidden name under this stands for the method on whatever object: nobody knows types here."""

TOO_DEEP = "it is nested too deeply, or holds characters that Python refuses"


def inspect_source(source: str, *, starter: str, forbidden: Sequence[str]) -> dict[str, Any]:
    """Parse a source.

    Returns:
        ``error`` (line and message of a syntax error, or None), ``unattempted``, ``forbidden``
        (line and name of the first forbidden name, or None) and ``names`` (bound at top level).
    """
    try:
        return _inspected(_parsed(source), _parsed(starter), [*ALWAYS_FORBIDDEN, *forbidden])
    except SyntaxError as error:
        return _failed(error.lineno or 0, error.msg)
    except (ValueError, RecursionError, MemoryError):
        return _failed(0, TOO_DEEP)


def _inspected(tree: ast.Module, starter: ast.Module, forbidden: Sequence[str]) -> dict[str, Any]:
    found = min(_forbidden(tree, forbidden), default=None)
    names = sorted(set(_bound(tree)))
    return {
        "error": None,
        "unattempted": _shape(tree) == _shape(starter),
        "forbidden": None if found is None else list(found),
        "names": names,
    }


def _failed(line: int, message: str) -> dict[str, Any]:
    return {"error": [line, message], "unattempted": False, "forbidden": None, "names": []}


def _parsed(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" in a string is nobody's concern here
        return ast.parse(source)


def _shape(tree: ast.Module) -> str:
    """The tree without docstrings and positions: comments and white space are no try."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
    return ast.dump(tree)


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Import() | ast.ImportFrom():
                yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
            case _:
                yield from _stored(node)


def _stored(node: ast.stmt) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id


# --- forbidden names --------------------------------------------------------------------------


def _forbidden(tree: ast.Module, names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Line and name of each use of a forbidden name, imports and their aliases resolved."""
    aliases = dict(_aliases(tree))
    for node in ast.walk(tree):
        for used in _used(node, aliases):
            yield from ((getattr(node, "lineno", 0), name) for name in names if _is(used, name))


def _is(used: str, forbidden: str) -> bool:
    if used.endswith(".*") and f"{forbidden}.".startswith(used[:-1]):  # from torch.nn import *
        return True
    if forbidden.startswith(METHODS_OF) and used.startswith("?."):
        return used[2:] == forbidden.removeprefix(METHODS_OF)
    return used == forbidden or used.startswith(f"{forbidden}.")


def _aliases(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _used(node: ast.AST, aliases: Mapping[str, str]) -> Iterator[str]:
    """Dotted names that a node uses; ``?.name`` is an attribute of something unknown."""
    match node:
        case ast.Import():
            yield from (alias.name for alias in node.names)
        case ast.ImportFrom():
            yield from (f"{node.module or ''}.{alias.name}" for alias in node.names)
        case ast.Attribute():
            yield _resolved(_path(node), node.attr, aliases)
        case ast.Name() if node.id in aliases:
            yield aliases[node.id]
        case ast.Call(func=ast.Name(id="__import__"), args=[ast.Constant(value=str(name)), *_]):
            yield name
        case _:
            pass


def _resolved(path: str, attribute: str, aliases: Mapping[str, str]) -> str:
    head, _, rest = path.partition(".")
    if head in aliases:
        return f"{aliases[head]}.{rest}"
    # A method that the learner's own class defines is no library's.
    return path if path in {f"self.{attribute}", f"cls.{attribute}"} else f"?.{attribute}"


def _path(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
