"""What keyboards, chats and web pages make of plain characters."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.submissions.source.typography import mended


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("x = \u201ca\u201d", 'x = "a"'),
        ("x = \u2018a\u2019 + \u201eit\u2019s\u201c", "x = 'a' + \"it\u2019s\""),
        ("\u201c\u201c\u201cDoc.\nMore.\u201d\u201d\u201d\nx = 1", '"""Doc.\nMore."""\nx = 1'),
        ("x\u00a0=\u00a01", "x = 1"),
        ("x\u3000=\u20031", "x = 1"),
        ("x = \u200b1\u200e\u202c", "x = 1"),
        ("x = 2 \u2212 1 \u2013 1", "x = 2 - 1 - 1"),
        ("f\uff08x\uff0cy\uff09\uff1a", "f(x,y):"),
        ("x[\u2026]", "x[...]"),
        ("x = 1\u2028y = 2", "x = 1\ny = 2"),
    ],
)
def test_what_python_never_takes_is_mended_outside_of_strings(typed: str, plain: str) -> None:
    assert mended(typed) == plain


@pytest.mark.parametrize(
    "text",
    [
        "x = 'a\u00a0\u201cb\u201d \u2013 \uff08c\uff09'",
        '"""It\u2019s \u201cquoted\u201d\u200b."""',
        "# it\u2019s a \u201ccomment\u201d \u2026",
        "\u00e9t\u00e9 = \u03b1_1 + x\uff11",
    ],
)
def test_strings_comments_and_names_stay(text: str) -> None:
    assert mended(text) == text


@given(
    st.text("ab='\"\u201c\u201d\u2018\u2019\u00a0\u200b\u2013\uff08\uff3f\u2026#\n ()", max_size=40)
)
def test_whatever_parses_is_left_as_it_is(text: str) -> None:
    try:
        tree = ast.dump(ast.parse(text))
    except (SyntaxError, ValueError):
        return

    assert ast.dump(ast.parse(mended(text))) == tree
