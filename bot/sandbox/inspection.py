"""What a source says of itself, without running it. Standard library only.

Runs in the solver before any learner code has: a limited process with the sandbox's own Python, so
that a source that breaks the parser breaks only the process that is thrown away anyway.
"""

import ast
from collections.abc import Iterator, Sequence
from typing import Any

ALWAYS_FORBIDDEN = ("sys", "gc", "inspect", "ctypes", "importlib", "subprocess")
"""Teaching, not a boundary: whoever reaches for these is not solving the exercise."""


def inspect_source(source: str, *, starter: str, forbidden: Sequence[str]) -> dict[str, Any]:
    """Parse a source.

    Returns:
        ``error`` (line and message of a syntax error, or None), ``unattempted``, ``forbidden``
        (line and name of the first forbidden name, or None) and ``names`` (bound at top level).
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return _failed(error.lineno or 0, error.msg)
    except (ValueError, RecursionError, MemoryError):
        return _failed(0, "it is nested too deeply, or holds characters that Python refuses")
    found = next(_forbidden(tree, [*ALWAYS_FORBIDDEN, *forbidden]), None)
    return {
        "error": None,
        "unattempted": _shape(tree) == _shape(ast.parse(starter)),
        "forbidden": list(found) if found else None,
        "names": sorted(_bound(tree)),
    }


def _failed(line: int, message: str) -> dict[str, Any]:
    return {"error": [line, message], "unattempted": False, "forbidden": None, "names": []}


def _shape(tree: ast.Module) -> str:
    """The tree without docstrings and positions: comments and white space are no try."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = [ast.Pass(), *node.body[1:]]
    return ast.dump(tree)


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
        else:
            stored = (n for n in ast.walk(node) if isinstance(n, ast.Name))
            yield from (n.id for n in stored if isinstance(n.ctx, ast.Store))


def _forbidden(tree: ast.Module, names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Uses of forbidden names, with imports and their aliases resolved, in order of lines."""
    aliases = dict(_aliases(tree))
    hits: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        for used in _used(node, aliases):
            for name in names:
                if used == name or used.startswith(f"{name}."):
                    hits.append((getattr(node, "lineno", 0), name))
    yield from sorted(hits)


def _aliases(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _used(node: ast.AST, aliases: dict[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        module = node.module or ""
        yield module
        yield from (f"{module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Attribute):
        path = _path(node)
        if path:
            head, _, rest = path.partition(".")
            yield f"{aliases.get(head, head)}.{rest}"
    elif isinstance(node, ast.Name) and node.id in aliases:
        yield aliases[node.id]


def _path(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
