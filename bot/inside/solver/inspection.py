"""What a source says of itself, without running it. Standard library only.

Runs in the solver before any learner code has: a limited process with the sandbox's own Python, so
that a source that breaks the parser breaks only the process that is thrown away anyway.
"""

import ast
from collections.abc import Sequence
from typing import Any

from bot.inside.solver.answer import Answer
from bot.inside.solver.forbidden import Meanings
from bot.inside.solver.parsing import TOO_DEEP, parse, told

LEADS_AROUND = (
    *("sys._getframe", "sys._current_frames", "sys.modules", "sys.settrace", "sys.setprofile"),
    *("gc.get_objects", "gc.get_referrers", "gc.get_referents"),
    *("inspect.currentframe", "inspect.stack", "inspect.trace", "inspect.getouterframes"),
    *("ctypes", "importlib", "subprocess"),
)
"""Teaching, not a boundary: an answer that uses these is not solving the exercise."""


def inspect_source(
    source: str, *, starter: str, entry: Sequence[str], forbidden: Sequence[str]
) -> dict[str, Any]:
    """Look at a source.

    Args:
        source: The submission.
        starter: What the learner was given.
        entry: Top-level names that the checks use; what they need is the answer.
        forbidden: Dotted names that the answer may not use.

    Returns:
        ``error`` (line and message of a syntax error, or None), ``unattempted`` and ``forbidden``
        (line and name of the first forbidden name that the answer uses, or None).
    """
    try:
        tree = parse(source)
        used = Meanings(Answer.of(tree, entry), [*LEADS_AROUND, *forbidden]).used()
        return {
            "error": None,
            "unattempted": _shape(tree) == _shape(parse(starter)),
            "forbidden": None if used is None else list(used),
        }
    except SyntaxError as error:
        return _failed(*told(error, source))
    except (ValueError, RecursionError, MemoryError):
        return _failed(0, TOO_DEEP)


def _failed(line: int, message: str) -> dict[str, Any]:
    return {"error": [line, message], "unattempted": False, "forbidden": None}


def _shape(tree: ast.Module) -> str:
    """The tree without docstrings and positions: comments and white space are no try."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
    return ast.dump(tree)
