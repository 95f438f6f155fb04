"""Python without what only a notebook understands."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.submissions.source import magics


@pytest.mark.parametrize(
    "line",
    [
        "%matplotlib inline",
        "!pip install x",
        "?torch.norm",
        "torch.norm?",
        "torch.norm??",
        "files = !ls *.py",
        "r = %timeit -o f()",
        "!echo 'it is (open",
        '!echo """',
    ],
)
def test_a_magic_line_becomes_a_comment(line: str) -> None:
    cleaned = magics.drop_magics(f"x = 1\n{line}\ny = 2\n")

    assert ast.dump(ast.parse(cleaned)) == ast.dump(ast.parse("x = 1\ny = 2\n"))
    assert cleaned.count("\n") == 3


def test_an_indented_magic_leaves_a_statement_behind() -> None:
    cleaned = magics.drop_magics("if x:\n    %timeit f()\n    !ls \\\n    -l\nelse:\n    y = 2\n")

    ast.parse(cleaned)
    assert cleaned.count("\n") == 6


def test_percent_time_keeps_its_statement() -> None:
    assert magics.drop_magics("%time y = f(\n  x)\n") == "y = f(\n  x)\n"


@pytest.mark.parametrize(
    "python",
    [
        "x = (a\n% b)\n",
        "x = a \\\n  % b\n",
        "y = a \\\n!= b\n",
        'TEXT = """\n%matplotlib inline\n!ls\n"""\n',
        "TEXT = '''it's \\''' \n%x\n'''\n",
        "x = 'it is # no comment'  # (\ny = 2\n",
        "s = '%d' % 3\nprint(f'{s!r}')\n",
        "x = {\n    'a': 1,\n}\n",
    ],
)
def test_python_is_left_as_it_is(python: str) -> None:
    assert magics.drop_magics(python) == python


@given(st.text("ab%!?=()[]'\"\\# \n", max_size=40))
def test_whatever_parses_is_left_as_it_is(text: str) -> None:
    try:
        tree = ast.dump(ast.parse(text))
    except (SyntaxError, ValueError):
        return

    assert ast.dump(ast.parse(magics.drop_magics(text))) == tree


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%writefile clip.py", "%%prun"])
def test_the_body_of_a_python_cell_magic_stays(magic: str) -> None:
    assert magics.drop_magics(f"\n{magic}\nx = 1\n") == f"\n# {magic}\nx = 1\n"


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%timeit", "%%script node"])
def test_a_cell_in_another_language_is_dropped(magic: str) -> None:
    assert magics.drop_magics(f"{magic}\nx = 1\n") == ""
