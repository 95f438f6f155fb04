"""What is typed, and how it is shown."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.common import plain
from bot.chat.web import markup
from bot.chat.web.actions import without_mention
from bot.chat.web.python_colours import coloured
from bot.domain.chat.message import Button, Buttons, Code, Image, Message, Moment, Table
from tests.fakes.ports import SteppingClock

PIECES = [
    *("```", "`", "~~~", "\n", "py", "python\n", "<b>", "<script>alert(1)</script>", "&amp;"),
    *("](javascript:alert(1))", "[a](https://a.b)", "@Freehand", "http://x", "**", "_", "> "),
    *(
        "| a | b |\n|--|--|\n",
        "||",
        "- ",
        "    ",
        "\t",
        "é",
        "\u202e",
        "word ",
        '"',
        "'",
        "onload=",
    ),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40).map("".join)


class Tags(HTMLParser):
    """Collects what a browser would make of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}


SAFE_TAGS = re.compile(
    "a|b|blockquote|br|button|code|del|details|em|figcaption|figure|h[1-6]|hr|li|ol|p|pre|s|span|strong|summary"
    "|table|tbody|td|th|thead|tr|ul"
)
SAFE_ATTRIBUTES = re.compile(
    "href|target|rel|class|type|data-do|data-command|tabindex|aria-label|aria-expanded|hidden|start"
)


def test_long_code_is_shown_whole_only_when_asked_for() -> None:
    assert "Show all" not in markup.code("x\n" * markup.SHOWN_LINES)
    assert "Show all 25 lines</button>" in markup.code("x\n" * (markup.SHOWN_LINES + 1))


# --- what a person typed ----------------------------------------------------------------------


@given(TEXTS)
def test_nothing_typed_becomes_a_tag_or_a_link_that_runs(text: str) -> None:
    for html in (markup.typed(text), markup.trusted(text)):
        seen = Tags()
        seen.feed(html)
        assert all(SAFE_TAGS.fullmatch(tag) for tag in seen.tags)
        assert all(SAFE_ATTRIBUTES.fullmatch(attribute) for attribute in seen.attributes)
        assert not [
            link for link in seen.links if re.match(r"\s*(javascript|data|vbscript|file):", link)
        ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("```python\nx = 1\n```", "x = 1"),
        ("words ```x = 1``` words", "x = 1"),
        ("```py x = 1```", "x = 1"),
        ("```\nx = 1", "x = 1"),
        ("````\na ``` b\n````", "a ``` b"),
        ('```\ns = "```"\n```', 's = "```"'),
        ("~~~\nx = 1\n~~~", "x = 1"),
    ],
)
def test_fences_are_found_the_way_chats_have_them(text: str, code: str) -> None:
    shown = re.sub(r"<[^>]+>", "", markup.typed(text).partition("<pre")[2].partition(">")[2])
    assert shown.replace("&quot;", '"').strip().startswith(code)


def test_words_around_a_block_stay_in_their_order() -> None:
    html = markup.typed("before\n```\ncode\n```\nafter")
    assert html.index("before") < html.index("code</") < html.index("after")


def test_known_languages_are_coloured_and_unknown_ones_are_not() -> None:
    assert 'class="k"' in markup.code("def f(): pass", "py")
    assert 'class="k"' not in markup.code("def f(): pass", "brainfuck")


@given(TEXTS | st.text("'\"\\#@defclass rb\n1_a"))
def test_colours_change_no_character_of_the_code(source: str) -> None:
    seen = re.sub(r'<span class="[a-z]{1,2}">|</span>', "", coloured(source))

    assert unescape(seen) == source


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("def scale(x):", {"def": "k", "scale": "nf"}),
        ("class Net(nn.Module):", {"class": "k", "Net": "nc"}),
        ("@torch.no_grad()", {"@torch.no_grad": "nd"}),
        ("y = a @ b", {}),
        ("x = 1e-3 + 0x1f # one", {"1e": "m", "3": "m", "0x1f": "m", "# one": "c"}),
        ('rb"a\\"b" + f\'{c}\'', {'rb"a\\"b"': "s", "f'{c}'": "s"}),
        ('"""one\ntwo""" if None', {'"""one\ntwo"""': "s", "if": "k", "None": "kc"}),
        ('"""never closed\n1', {'"""never closed\n1': "s"}),
        ("'no more\nlen(a)", {"'no more": "s", "len": "nb"}),
        ("define = printer", {}),
    ],
)
def test_parts_of_code_are_told_apart(source: str, parts: dict[str, str]) -> None:
    found = re.findall(r'(?s)<span class="([a-z]+)">(.*?)</span>', coloured(source))

    assert {unescape(words): kind for kind, words in found} == parts


def test_spoilers_are_covered_with_all_that_is_in_them() -> None:
    html = markup.typed("It is ||the **norm** of `g`||, or a || b.")
    covered = re.findall(r"<span class=\"covered\" hidden>(.*?)</span></span>", html)
    assert covered == ["the <strong>norm</strong> of <code>g</code>"]
    assert html.endswith(", or a || b.</p>\n")
    assert markup.typed("|| || ||||") == "<p>|| || ||||</p>\n"
    block = markup.typed("Mine: ||```python\nx = 1\n```|| ok")
    assert re.search(r"Mine: ?</p>\n<details.*<code>.*</details><p>\s?ok", block, re.DOTALL)


def test_what_the_parser_takes_a_second_for_is_no_markup_of_a_person() -> None:
    table = "|a" * 300 + "\n" + "|-" * 300 + "\n" + "|\n" * 300

    assert "<table" not in markup.typed(table)


def test_an_escaped_address_is_no_link() -> None:
    assert "<a " not in markup.trusted("see https:\\//example.org and \\@freehand")


def test_a_command_in_a_persons_words_is_no_button() -> None:
    assert "<button" not in markup.typed("Try `/board hidden`.")


def test_addresses_and_the_bots_name_stand_out() -> None:
    html = markup.typed("@freehand see https://docs.python.org/3/, and me@freehand.org")
    assert html.count('class="mention"') == 1
    assert 'href="https://docs.python.org/3/"' in html


def test_a_command_in_the_bots_words_can_be_pressed() -> None:
    assert 'data-command="/challenge list"' in markup.trusted("Try `/challenge list`.")


@pytest.mark.parametrize(
    ("text", "heard", "mentioned"),
    [
        ("@Freehand plan", "plan", True),
        ("please, @freehand, hint", "please, , hint", True),
        ("```\n@freehand\n```", "```\n@freehand\n```", False),
        ("me@freehand.org", "me@freehand.org", False),
        ("  plain  ", "  plain  ", False),
    ],
)
def test_a_mention_counts_in_prose_alone(text: str, heard: str, mentioned: bool) -> None:  # noqa: FBT001
    assert without_mention(text) == (heard, mentioned)


# --- plain words ------------------------------------------------------------------------------


def test_plain_words_hold_every_block_but_the_buttons() -> None:
    message = Message.of(
        "**Bold** and [a link](https://a.b)",
        Code("x = 1"),
        Table(("A", "B"), (("1", "2"),)),
        Moment("Until", SteppingClock()()),
        Image("a.png", b"", "a picture"),
        Buttons((Button("a", "Press"),)),
    )
    assert plain.plain(message).splitlines() == [
        "Bold and a link",
        "x = 1",
        "A | B",
        "1 | 2",
        "Until 2026-11-23 09:00 UTC",
        "a picture",
    ]


@given(st.text(), st.integers(10, 60))
def test_a_preview_is_one_short_line(text: str, limit: int) -> None:
    line = plain.preview(text, limit_chars=limit)
    assert len(line) <= limit + 2
    assert "\n" not in line
