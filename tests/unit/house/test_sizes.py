"""The numbers that keep the code readable: see docs/architecture.md."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SUBMISSIONS = {ROOT / "bot" / "sandbox" / "proof", ROOT / "bot" / "catalogue" / "template"}
SOURCES = sorted(
    path for path in (ROOT / "bot").rglob("*.py") if SUBMISSIONS.isdisjoint(path.parents)
)

MAX_MEDIAN_LINES, MAX_P95_LINES = 7, 22
MAX_MODULE_LINES = 400

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(source: str) -> Iterator[Function]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            yield node


def lines_of(function: Function) -> int:
    """From `def` to the last line, with what is inside of it, without decorators and docstring."""
    first, last = function.lineno, function.end_lineno or function.lineno
    docstring = function.body[0] if ast.get_docstring(function, clean=False) is not None else None
    inside = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
    return last - first + 1 - inside


def test_functions_are_short() -> None:
    lines = [lines_of(one) for path in SOURCES for one in functions(path.read_text())]

    assert statistics.median(lines) <= MAX_MEDIAN_LINES
    assert statistics.quantiles(lines, n=20)[-1] <= MAX_P95_LINES


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("def one(): pass", 1),
        ("@staticmethod\ndef two():\n    return 1", 2),
        (
            'async def three(\n    a,\n):\n    """Words.\n\n    More words.\n    """\n    return a',
            4,
        ),
        ('def none():\n    """Words."""', 1),
    ],
)
def test_lines_are_counted_without_docstring_and_decorators(source: str, lines: int) -> None:
    (function,) = functions(source)

    assert lines_of(function) == lines


def test_no_module_is_long() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}

    assert {name: count for name, count in lines.items() if count > MAX_MODULE_LINES} == {}


def test_nothing_lies_flat_in_tests() -> None:
    assert [path.name for path in (ROOT / "tests").glob("*.py")] == ["conftest.py"]
