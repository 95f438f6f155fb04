"""A docstring says what something does; where a protocol says it already, `@override` does."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCES = sorted((ROOT / "bot").rglob("*.py"))

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def docstrings(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Documented):
            yield ast.get_docstring(node) or ""


def test_no_docstring_only_points_elsewhere() -> None:
    pointing = {
        f"{path.relative_to(ROOT)}: {text.splitlines()[0]}"
        for path in SOURCES
        for text in docstrings(path.read_text())
        if text.startswith("See `")
    }

    assert pointing == set()
