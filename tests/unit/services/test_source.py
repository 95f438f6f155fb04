"""From chat messages and files to Python source."""

import ast
import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import UserError
from bot.domain.grading import SOURCE_LIMIT_BYTES
from bot.services.submissions import source as code
from bot.services.submissions.source import Snippet

HOSTILE = (
    "`",
    "```",
    "``` ",
    "```a\n",
    "~~~\n",
    "> ```\n",
    '"',
    '"""',
    '\\"""',
    "'''\\",
    "(",
    "[)",
    "\\\n",
    "%%time\n",
    "%a\\\n",
    " ",
    "\t \n",
    "\u00a0",
    "a ",
    "a = ",
    "a:",
    "def a",
    "- ",
    "1. ```\n",
    "{",
    "\r",
    "# ",
)


# --- fences -----------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["", "python", "py", "Python", "python3"])
@pytest.mark.parametrize("fence", ["```", "~~~", "`````"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_fenced_block_is_found_whatever_its_fence_tag_and_line_ends(
    tag: str, fence: str, line_end: str
) -> None:
    lines = ["Here it is:", f"{fence}{tag}", "def f(x):", "    return x", fence, "Thanks!"]

    assert code.extract(line_end.join(lines)) == (Snippet(tag.lower(), "def f(x):\n    return x"),)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("```x = 1```", "x = 1"),
        ("``` x = 1 ```", "x = 1"),
        ("```python x = 1```", "x = 1"),
        ("my code: ```py\nx = 1\n``` is it right?", "x = 1"),
        ("```def f():\n    pass```", "def f():\n    pass"),
        ("``` import a\nimport b```", "import a\nimport b"),
        ("```python import a\nimport b\n```", "import a\nimport b"),
        ("```py\nx = 1``` please have a look", "x = 1"),
        ("```py\nx = 1\n```.", "x = 1"),
        ("```python {linenos=true}\nx = 1\n```", "x = 1"),
        ("```{.python}\nx = 1\n```", "x = 1"),
        ("||```py\nx = 1\n```||", "x = 1"),
    ],
)
def test_every_dialect_of_fences_is_read(message: str, text: str) -> None:
    assert [snippet.text for snippet in code.extract(message)] == [text]


def test_a_fence_that_is_never_closed_takes_the_rest() -> None:
    assert code.extract("see\n```py\nx = 1\ny = 2\n") == (Snippet("py", "x = 1\ny = 2"),)


def test_a_longer_fence_holds_shorter_ones() -> None:
    message = '````py\nTEXT = """\n```\ninner\n```\n"""\n````'

    assert code.extract(message) == (Snippet("py", 'TEXT = """\n```\ninner\n```\n"""'),)


def test_tildes_hold_backticks_and_backticks_hold_tildes() -> None:
    assert code.extract("~~~\na ``` b\n~~~") == (Snippet("", "a ``` b"),)
    assert code.extract("```\n~~~\n```") == (Snippet("", "~~~"),)


def test_a_fence_inside_a_string_or_with_a_tag_does_not_close() -> None:
    message = '```py\nFENCE = "```"\nDOC = """\n```python\n"""\n```'

    assert code.extract(message) == (Snippet("py", 'FENCE = "```"\nDOC = """\n```python\n"""'),)


@pytest.mark.parametrize(
    "message",
    [
        "- ```py\n  def f():\n      pass\n  ```",
        "1. ```py\n   def f():\n       pass\n   ```",
        "    ```py\n    def f():\n        pass\n    ```",
        "```py\n    def f():\n        pass\n```",
        "\t```py\n\tdef f():\n\t    pass\n\t```",
    ],
)
def test_shared_indentation_is_taken_off(message: str) -> None:
    assert code.extract(message) == (Snippet("py", "def f():\n    pass"),)


def test_quoted_blocks_are_somebody_elses_words() -> None:
    message = "> ```py\n> x = 1\n> ```\nMine:\n```py\ny = 2\n```"

    assert code.extract(message) == (Snippet("py", "y = 2"),)


def test_plain_text_and_inline_code_hold_no_snippet() -> None:
    assert code.extract("Is `x.grad` None? And ``y``? ~~~ no ~~~") == ()


def test_no_break_blanks_are_mended_in_indentation_and_left_in_strings() -> None:
    message = "```\ndef f():\n\u00a0\u00a0\u00a0\u00a0return 'a\u00a0b'\n\ufeffx = 1\n```"

    assert code.extract(message) == (Snippet("", "def f():\n    return 'a\u00a0b'\nx = 1"),)


def test_typographic_quotes_are_left_for_the_learner_to_see() -> None:
    assert code.extract("```\nx = \u201ca\u201d\n```") == (Snippet("", "x = \u201ca\u201d"),)


@given(st.lists(st.text(st.characters(exclude_characters="`\r"), max_size=30), max_size=4))
def test_snippets_come_back_in_order(bodies: list[str]) -> None:
    message = "\n".join(f"```py\n.{body}.\n```" for body in bodies)

    assert [snippet.language for snippet in code.extract(message)] == ["py"] * len(bodies)


@given(st.text("`~> \n\rpy-1.'\"x", max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    code.drop_magics(code.join(code.extract(text)))


# --- joining ----------------------------------------------------------------------------------


def test_several_blocks_become_one_source_in_order() -> None:
    assert code.join((Snippet("py", "x = 1"), Snippet("", "y = 2"))) == "x = 1\n\ny = 2\n"


def test_a_traceback_beside_code_is_left_out() -> None:
    mine = Snippet("py", "x = 1")
    other = Snippet("", "Traceback (most recent call last):\n  ...")

    assert code.join((other, mine, Snippet("text", "tensor(1.)"))) == "x = 1\n"
    assert code.join((other,)).startswith("Traceback")


def test_no_code_joins_to_nothing() -> None:
    assert code.join(()) == ""
    assert code.join((Snippet("", " \n"), Snippet("", "%%bash\nls"))) == ""


def test_line_numbers_of_a_single_block_stay() -> None:
    text = "\n\n%matplotlib inline\n!pip install torch \\\n  numpy\nx = 1"

    assert code.join((Snippet("", text),)).split("\n")[5] == "x = 1"


# --- magics -----------------------------------------------------------------------------------


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
    cleaned = code.drop_magics(f"x = 1\n{line}\ny = 2\n")

    assert ast.dump(ast.parse(cleaned)) == ast.dump(ast.parse("x = 1\ny = 2\n"))
    assert cleaned.count("\n") == 3


def test_an_indented_magic_leaves_a_statement_behind() -> None:
    cleaned = code.drop_magics("if x:\n    %timeit f()\n    !ls \\\n    -l\nelse:\n    y = 2\n")

    ast.parse(cleaned)
    assert cleaned.count("\n") == 6


def test_percent_time_keeps_its_statement() -> None:
    assert code.drop_magics("%time y = f(\n  x)\n") == "y = f(\n  x)\n"


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
    assert code.drop_magics(python) == python


@given(st.text("ab%!?=()[]'\"\\# \n", max_size=40))
def test_whatever_parses_is_left_as_it_is(text: str) -> None:
    try:
        tree = ast.dump(ast.parse(text))
    except (SyntaxError, ValueError):
        return

    assert ast.dump(ast.parse(code.drop_magics(text))) == tree


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%writefile clip.py", "%%prun"])
def test_the_body_of_a_python_cell_magic_stays(magic: str) -> None:
    assert code.drop_magics(f"\n{magic}\nx = 1\n") == f"\n# {magic}\nx = 1\n"


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%timeit", "%%script node"])
def test_a_cell_in_another_language_is_dropped(magic: str) -> None:
    assert code.drop_magics(f"{magic}\nx = 1\n") == ""


# --- files ------------------------------------------------------------------------------------


def notebook(*cells: object, **rest: object) -> bytes:
    return json.dumps({"cells": cells, "nbformat": 4, **rest}).encode()


def cell(source: object, kind: str = "code") -> dict[str, object]:
    return {"cell_type": kind, "source": source, "metadata": {}}


def test_a_notebook_yields_its_code_cells_in_order() -> None:
    data = notebook(
        cell("# Title", "markdown"),
        cell(["%matplotlib inline\n", "import torch\n"]),
        cell("%%bash\nls"),
        cell(""),
        cell("%%time\ndef f():\n    pass"),
    )

    assert code.code_of_notebook(data) == (
        "# %matplotlib inline\nimport torch\n\n# %%time\ndef f():\n    pass\n"
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a notebook"),
        (b"{", "not a notebook"),
        (b"[" * 100_000, "not a notebook"),
        (b"9" * 10_000, "not a notebook"),
        (b"[]", "no list of cells"),
        (b'{"cells": 3}', "no list of cells"),
        (b'{"worksheets": []}', "no list of cells"),
        (notebook(), "no Python code cells"),
        (notebook(1, None, [], "x"), "no Python code cells"),
        (notebook(cell("# Title", "markdown")), "no Python code cells"),
        (notebook(cell(None)), "without text"),
        (notebook(cell([1])), "without text"),
        (b"\xff\xfe{\0}\0", "UTF-16"),
        (b"\x89PNG\r\n", "not UTF-8"),
    ],
)
def test_what_is_no_notebook_gets_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words):
        code.code_of_notebook(data)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\ufeff")))
def test_utf8_decodes_with_and_without_a_byte_order_mark(text: str) -> None:
    assert code.decode(text.encode("utf-8-sig"), "a.py") == code.decode(text.encode(), "a.py")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("x = 1".encode("utf-16"), "UTF-16"),
        ("x = 1\ny = 'é'".encode("latin-1"), "line 2"),
        (b"x = 1\0", "zero bytes"),
    ],
)
def test_a_file_that_is_not_utf8_text_gets_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words):
        code.decode(data, "clip.py")


def test_source_of_exactly_the_limit_is_accepted_and_one_byte_more_is_not() -> None:
    code.require_acceptable("x" * SOURCE_LIMIT_BYTES)
    with pytest.raises(UserError, match="64 KiB"):
        code.require_acceptable("x" * (SOURCE_LIMIT_BYTES + 1))
    with pytest.raises(UserError, match="96 KiB"):
        code.require_acceptable("\u00e9" * (SOURCE_LIMIT_BYTES * 3 // 4))


@pytest.mark.parametrize(("source", "words"), [("a\0", "zero"), ("x\n\ud800", "Line 2")])
def test_source_that_no_database_could_keep_is_refused(source: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        code.require_acceptable(source)


# --- definitions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "def clip(x):\n    pass",
        "async  def clip(x): ...",
        "class clip(nn.Module):\n    pass",
        "class clip: ...",
        "clip = lambda x: x",
        "clip: Callable = f",
        "clip=f",
        "import torch\n\n@torch.no_grad()\ndef clip(x):\n    return x",
        "def clip(x:\n    return (",
        'x = """never closed\ndef clip(x):\n',
        "x = 'never closed\ndef clip(x):\n",
        "x = (\ndef clip(x):\n",
        "# don't\ndef clip(x): pass",
    ],
)
def test_a_top_level_binding_defines_its_name_even_beside_a_syntax_error(source: str) -> None:
    assert code.defines(source, ["clip"])


@pytest.mark.parametrize(
    "source",
    [
        "",
        "clip(x)",
        "clip == 3",
        "clip: Callable",
        "clip += 1",
        "clipped = 3",
        "def clip_all(): ...",
        "if x:\n    def clip(): ...",
        "class A:\n    def clip(self): ...",
        '"""\ndef clip(x):\n"""',
        "TEXT = '''\nclip = 3\n'''",
        "# def clip(x):",
        "Traceback (most recent call last):\n  in clip",
    ],
)
def test_anything_else_does_not_define_it(source: str) -> None:
    assert not code.defines(source, ["clip"])


def test_every_entry_has_to_be_defined() -> None:
    source = "def a(): ...\nB = 3\n"

    assert code.defines(source, ["a", "B"])
    assert not code.defines(source, ["a", "B", "c"])


# --- hostile text -----------------------------------------------------------------------------


def _extract_and_join(text: str) -> object:
    return code.join(code.extract(text))


def _drop_magics(text: str) -> object:
    return code.drop_magics(text)


def _defines(text: str) -> object:
    return code.defines(text, ["clip"])


@pytest.mark.parametrize("unit", HOSTILE, ids=ascii)
@pytest.mark.parametrize("read", [_extract_and_join, _drop_magics, _defines])
def test_64_kib_of_hostile_text_is_read_in_linear_time(
    unit: str, read: Callable[[str], object]
) -> None:
    text = unit * (SOURCE_LIMIT_BYTES // len(unit))
    started = time.process_time()

    read(text)
    read(f"```\n{text}")
    read(f"x{text}x")

    # A tenth of a second, or one under a coverage tracer; a quadratic step would take minutes.
    assert time.process_time() - started < 10
