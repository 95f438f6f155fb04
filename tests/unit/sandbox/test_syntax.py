"""Why a source does not parse, with the cause where it is known."""

import ast

import pytest

from bot.sandbox.syntax import explained

INVALID = "invalid syntax"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("type Params = list[int]", INVALID),
        ("type Pair[T] = tuple[T, T]", INVALID),
        ("def first[T](items): ...", "expected '('"),
        ("    async def first[T](items): ...", "expected '('"),
        ("class Box[T]: ...", INVALID),
        ('x = f"{d["a"]}"', "f-string: unmatched '['"),
        ("x = f'{a('b')}'", "f-string: unmatched '('"),
        ('x = f"{",".join(a)}"', "f-string: expecting '}'"),
        ("x = f'{1\\n}'", "f-string expression part cannot include a backslash"),
    ],
)
def test_syntax_of_a_newer_python_is_said_to_be_that(source: str, message: str) -> None:
    words = explained(f"import a\n{source}\n", 2, message)

    assert words.endswith("this needs Python 3.12, and the sandbox runs Python 3.11")


@pytest.mark.parametrize(
    ("source", "version"), [("def f[T = int](x): ...", "3.13"), ('x = t"{a}"', "3.14")]
)
def test_syntax_of_still_newer_versions_is_named(source: str, version: str) -> None:
    assert f"needs Python {version}" in explained(source, 1, INVALID)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('x = \u201cit\u2019s "a"\u201d', "a phone's keyboard made these quotes"),
        ("x = 1 \u2014 2", "type it as `-`"),
        ("x = 2 \u00d7 3", "type it as `*`"),
        ("if x \u2264 3: ...", "type it as `<=`"),
        ("x = 1\u0008", "a character that nobody sees (U+0008)"),
        ("x = \u20ac", "invalid character"),
    ],
)
def test_an_odd_character_is_explained(source: str, words: str) -> None:
    with pytest.raises(SyntaxError) as caught:
        ast.parse(source)

    assert words in explained(source, 1, caught.value.msg)


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("type(x", 1, "'(' was never closed"),
        ("x = (", 1, "'(' was never closed"),
        ("def f(x)\n    pass", 1, "expected ':'"),
        ("return 1", 1, "'return' outside function"),
        ('x = f"{(}"', 1, "f-string: closing parenthesis '}' does not match"),
        ("", 0, "it is nested too deeply"),
        ("x", 7, INVALID),
    ],
)
def test_all_else_is_said_in_the_parsers_words(source: str, line: int, message: str) -> None:
    assert explained(source, line, message) == message
