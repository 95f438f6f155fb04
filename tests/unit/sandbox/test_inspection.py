"""What a source says of itself before any of it has run."""

import sys
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.inside.solver.inspection import inspect_source

STARTER = '''"""Clip gradients."""
import torch


def clip(parameters, max_norm):
    """Clip them.

    Args: parameters, max_norm.
    """
    raise NotImplementedError  # write this


class Scaler:
    """Scales."""
'''


def inspected(source: str) -> dict[str, object]:
    return inspect_source(source, starter=STARTER, entry=("clip",), forbidden=())


def error(source: str) -> tuple[int, str]:
    line, message = cast("tuple[int, str]", inspected(source)["error"])
    return line, message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("  # write this", ""),
        ("\n\n\n", "\n"),
        ('"""Clip them.', '"""My own words.'),
        ('    """Scales."""\n', '    """Other."""\n'),
        ("    ", "  "),
        ("import torch", "# done?\nimport torch"),
    ],
)
def test_comments_docstrings_and_white_space_are_no_attempt(old: str, new: str) -> None:
    assert inspected(STARTER.replace(old, new) if old else STARTER)["unattempted"]


@pytest.mark.parametrize(
    "source", [STARTER.replace("raise NotImplementedError", "return 0"), STARTER + "x = 1\n", ""]
)
def test_any_other_code_is_an_attempt(source: str) -> None:
    assert not inspected(source)["unattempted"]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = (1\n", 1),
        ("def f():\nreturn 1\n", 2),
        ("\n\n  x = 1\n", 3),
        ("x = 1\nif x:\n    return\n", 3),
        ("import asyncio\nawait asyncio.sleep(1)\n", 2),
        ("def f():\n    global x\n    nonlocal y\n", 3),
        ("while True:\n    def f():\n        break\n", 3),
    ],
)
def test_a_syntax_error_is_said_with_its_line(source: str, line: int) -> None:
    """Also one that only compiling finds: nothing has been run then."""
    assert error(source)[0] == line
    assert error(source)[1]


@pytest.mark.parametrize(
    "source",
    ["x\0y", "(" * 5000, "-" * 100_000 + "1", "+".join(["a"] * 50_000), "a" + ".b" * 20_000],
    ids=["null", "parentheses", "minus", "sum", "attributes"],
)
def test_source_that_breaks_the_parser_is_a_syntax_error(source: str) -> None:
    assert error(source)[1]


@pytest.mark.parametrize(
    "before",
    [
        "import torch\n",
        "x = (\n1)\n",
        '"""Doc."""\n"""More."""\n',
        "if 1:\n    pass\n",
        '"a".strip()\n',
        "# --- cell 1 ---\nimport torch\nfrom __future__ import division\nx = 1\n",
    ],
)
@pytest.mark.parametrize(
    "future",
    [
        "from __future__ import annotations\n",
        "from __future__ import annotations, division  # for X | Y\n",
        "from __future__ import (\n    annotations,\n    division,\n)\n",
    ],
)
def test_a_future_import_of_a_later_cell_is_no_error_and_lines_keep_their_numbers(
    before: str, future: str
) -> None:
    assert inspected(f"{before}{future}\nright = []")["error"] is None
    assert error(f"{before}{future}\nwrong = [")[0] == (before + future).count("\n") + 2


@pytest.mark.parametrize(
    "source",
    [
        "import torch\nfrom __future__ import braces\n",
        "if 1:\n    from __future__ import annotations\n",
    ],
)
def test_a_future_that_is_none_is_an_error(source: str) -> None:
    assert error(source)[0] == 2


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = “clip”\n", "type it anew"),
        ("x =\u00a0\u00a01\n", "type the line anew"),
        ("x = 1\n\u200ey = 2\n", "type the line anew"),
    ],
)
def test_a_sign_that_nobody_typed_is_said_to_be_one(source: str, said: str) -> None:
    assert said in error(source)[1]


@pytest.mark.parametrize(
    "source",
    [
        "type Grads = list[int]\n",
        "type Grads[T] = list[T]\n",
        "def first[T](items: list[T]) -> T:\n    return items[0]\n",
        "class A:\n    async def f[*Ts](self): ...\n",
        "class Stack[T]:\n    pass\n",
        "x = {'a': 1}\ny = f'{x['a']}'\n",
        "y = f'{'\\n'.join([])}'\n",
    ],
)
def test_syntax_that_is_newer_than_the_sandbox_is_said_to_be(source: str) -> None:
    found = inspected(source)["error"]

    if sys.version_info >= (3, 12):
        assert found is None
    else:
        assert "needs 3.12" in error(source)[1] or "need 3.12" in error(source)[1]


@pytest.mark.parametrize("source", ["type = 1 +\n", "def f(\n", "x = d[\n"])
def test_other_errors_are_not_taken_for_newer_syntax(source: str) -> None:
    assert "3.12" not in error(source)[1]


@given(st.text(max_size=200))
def test_every_text_is_told_about(source: str) -> None:
    assert inspected(source).keys() == {"error", "unattempted", "forbidden"}
