"""Text from outside, as it may be shown."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text import (
    MAX_LINE_CHARS,
    MAX_NAME_CHARS,
    MAX_QUOTED_CHARS,
    one_line,
    printable,
    quoted,
    sentence,
    shown_name,
)
from tests.support.outside import TEXTS


@given(TEXTS)
def test_nothing_unseen_is_left_of_any_text(text: str) -> None:
    shown = printable(text)

    assert all(char.isprintable() or char in "\n\t" for char in shown)
    assert printable(shown) == shown
    shown.encode()


@given(TEXTS, st.integers(1, 40))
def test_a_line_is_one_line_without_odd_blanks_and_no_longer_than_asked_for(
    text: str, limit: int
) -> None:
    line = one_line(text, max_chars=limit)

    assert line.isprintable()
    assert line == " ".join(line.split())
    assert len(line) <= limit
    assert one_line(line, max_chars=limit) == line


@given(TEXTS)
def test_a_name_is_one_short_line_without_markup(text: str) -> None:
    name = shown_name(text)

    assert name
    assert name.isprintable()
    assert len(name) <= MAX_NAME_CHARS
    assert not set(name) & set("`*[]<>|~\\")
    assert "://" not in name
    assert shown_name(name) == name


@given(TEXTS)
def test_a_quotation_is_one_piece_of_code_however_it_is_written(text: str) -> None:
    code = quoted(text)

    assert code.isprintable()
    assert code[0] == code[-1] == "`"
    assert code.count("`") == 2
    assert 2 < len(code) <= MAX_QUOTED_CHARS + 3


@given(TEXTS)
def test_a_sentence_keeps_its_code_and_has_no_other_markup(text: str) -> None:
    parts = sentence(text).split("`")

    assert len(parts) % 2 == 1  # each piece of code has its end
    for prose in parts[::2]:
        assert prose.isprintable()
        literal = prose.replace("\\\\", "")
        for mark in "*_[]<>|~@#&":
            assert literal.count(mark) == literal.count(f"\\{mark}")
        assert "://" not in prose


def test_what_is_printable_stays_as_it_is() -> None:
    code = 'def f(x):\n\treturn f"{x} é 漢字 🎉"\n'

    assert printable(code) == code
    assert one_line("its shape is (3, 4), should be (4,)") == "its shape is (3, 4), should be (4,)"
    assert sentence("`x`: its shape is (3, 4)") == "`x`: its shape is (3, 4)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[31mred\x1b[0m", "�[31mred�[0m"),
        ("\u202eright to left", "�right to left"),
        ("a\u00a0b\u2028c", "a b c"),
        ("\ud800", "�"),
        (f"e{chr(0x301) * 50}!", f"e{chr(0x301) * 3}!"),
    ],
)
def test_what_is_unseen_is_marked(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("it raised `ValueError: a\n\n# b`", "it raised `ValueError: a # b`"),
        ("[win](https://a.b)", "\\[win\\](https:\\//a.b)"),
        ("one ` alone *b*", "one ' alone \\*b\\*"),
        ("- no list", "\\- no list"),
        ("1. no list", "1\\. no list"),
        ("run `/board hidden`", "run ` /board hidden`"),
    ],
)
def test_words_from_outside_are_literal_in_a_sentence(text: str, shown: str) -> None:
    assert sentence(text) == shown


def test_long_text_is_cut_and_says_so() -> None:
    assert one_line("x" * 9, max_chars=4) == "xxx…"
    assert printable("x" * 9, max_chars=4) == "xxxx …"
    assert len(sentence("*" * 5000)) <= 2 * MAX_LINE_CHARS


def test_as_many_accents_stay_as_a_script_needs() -> None:
    vietnamese = unicodedata.normalize("NFD", "Tiếng Việt")

    assert printable(vietnamese) == vietnamese
    assert printable("नमस्ते สวัสดี") == "नमस्ते สวัสดี"
