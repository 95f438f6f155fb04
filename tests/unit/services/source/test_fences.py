"""Blocks of code in chat messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.submissions.source import fences
from bot.services.submissions.source.fences import Snippet


@pytest.mark.parametrize("tag", ["", "python", "py", "Python", "python3"])
@pytest.mark.parametrize("fence", ["```", "~~~", "`````"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_fenced_block_is_found_whatever_its_fence_tag_and_line_ends(
    tag: str, fence: str, line_end: str
) -> None:
    lines = ["Here it is:", f"{fence}{tag}", "def f(x):", "    return x", fence, "Thanks!"]

    assert fences.extract(line_end.join(lines)) == (
        Snippet(tag.lower(), "def f(x):\n    return x"),
    )


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
    assert [snippet.text for snippet in fences.extract(message)] == [text]


PYTHON = ("python", "Python3.11", "ipython3", "pycon", "{python}", "{.python}", "{code-cell}")
QUARTO = ("{.python .numberLines}", "{python,echo=F}", "{code-cell} ipython3")


@pytest.mark.parametrize("tag", [*PYTHON, *QUARTO])
def test_a_tag_tells_that_a_block_is_python(tag: str) -> None:
    [snippet] = fences.extract(f"```{tag}\nx = 1\n```")

    assert (snippet.text, snippet.is_python) == ("x = 1", True)


@pytest.mark.parametrize("tag", ["pytb", "text", "{r}", ""])
def test_another_tag_tells_that_it_is_not(tag: str) -> None:
    [snippet] = fences.extract(f"```{tag}\nx = 1\n```")

    assert (snippet.text, snippet.is_python) == ("x = 1", False)


def test_a_fence_that_is_never_closed_takes_the_rest() -> None:
    assert fences.extract("see\n```py\nx = 1\ny = 2\n") == (Snippet("py", "x = 1\ny = 2"),)


def test_a_longer_fence_holds_shorter_ones() -> None:
    message = '````py\nTEXT = """\n```\ninner\n```\n"""\n````'

    assert fences.extract(message) == (Snippet("py", 'TEXT = """\n```\ninner\n```\n"""'),)


def test_tildes_hold_backticks_and_backticks_hold_tildes() -> None:
    assert fences.extract("~~~\na ``` b\n~~~") == (Snippet("", "a ``` b"),)
    assert fences.extract("```\n~~~\n```") == (Snippet("", "~~~"),)


def test_a_fence_inside_a_string_or_with_a_tag_does_not_close() -> None:
    message = '```py\nFENCE = "```"\nDOC = """\n```python\n"""\n```'

    assert fences.extract(message) == (Snippet("py", 'FENCE = "```"\nDOC = """\n```python\n"""'),)


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
    assert fences.extract(message) == (Snippet("py", "def f():\n    pass"),)


def test_quoted_blocks_are_somebody_elses_words() -> None:
    message = "> ```py\n> x = 1\n> ```\nMine:\n```py\ny = 2\n```"

    assert fences.extract(message) == (Snippet("py", "y = 2"),)


def test_plain_text_and_inline_code_hold_no_snippet() -> None:
    assert fences.extract("Is `x.grad` None? And ``y``? ~~~ no ~~~") == ()


def test_no_break_blanks_are_mended_in_indentation_and_left_in_strings() -> None:
    message = "```\ndef f():\n\u00a0\u00a0\u00a0\u00a0return 'a\u00a0b'\n\ufeffx = 1\n```"

    assert fences.extract(message) == (Snippet("", "def f():\n    return 'a\u00a0b'\nx = 1"),)


def test_typographic_quotes_are_left_for_the_learner_to_see() -> None:
    assert fences.extract("```\nx = \u201ca\u201d\n```") == (Snippet("", "x = \u201ca\u201d"),)


@given(st.lists(st.text(st.characters(exclude_characters="`\r"), max_size=30), max_size=4))
def test_snippets_come_back_in_order(bodies: list[str]) -> None:
    message = "\n".join(f"```py\n.{body}.\n```" for body in bodies)

    assert [snippet.language for snippet in fences.extract(message)] == ["py"] * len(bodies)


@pytest.mark.parametrize("fence", ["```python\n    f(1)\n    ```", "```\n    f(1)\n    ```"])
@pytest.mark.parametrize("quote", ['"""', "'''"])
def test_a_fence_in_a_docstring_closes_nothing(fence: str, quote: str) -> None:
    code = f"def f(x):\n    {quote}Doc.\n\n    {fence}\n    {quote}\n    return x"

    assert fences.extract(f"Mine:\n```py\n{code}\n```\nand {quote}?") == (Snippet("py", code),)


def test_a_docstring_that_is_never_closed_keeps_no_fence_open() -> None:
    message = '```py\nx = 1  """\n```\nIt said:\n```text\nno\n```'

    assert [snippet.language for snippet in fences.extract(message)] == ["py", "text"]
