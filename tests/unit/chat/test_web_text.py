"""What is typed, and how it is shown."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.common import commandline, plain
from bot.chat.web import markup
from bot.chat.web.actions import without_mention
from bot.domain.chat.commands import CommandOption, CommandSpec
from bot.domain.chat.message import Button, Buttons, Code, Image, Message, Moment, Table
from tests.fakes.ports import SteppingClock

SPECS = (
    CommandSpec("plan", ""),
    CommandSpec("challenge list", ""),
    CommandSpec("challenge pin", "", (CommandOption("date", ""), CommandOption("exercise", ""))),
    CommandSpec("challenge close", "", (CommandOption("challenge", "", required=False),)),
)

PIECES = [
    *("```", "`", "~~~", "\n", "py", "python\n", "<b>", "<script>alert(1)</script>", "&amp;"),
    *("](javascript:alert(1))", "[a](https://a.b)", "@Freehand", "http://x", "**", "_", "> "),
    *("| a | b |\n|--|--|\n", "- ", "    ", "\t", "é", "\u202e", "word ", '"', "'", "onload="),
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
    "a|b|blockquote|br|button|code|del|em|figcaption|figure|h[1-6]|hr|li|ol|p|pre|s|span|strong"
    "|table|tbody|td|th|thead|tr|ul"
)
SAFE_ATTRIBUTES = re.compile(
    "href|target|rel|class|type|data-do|data-command|tabindex|aria-label|start"
)


# --- what a person typed ----------------------------------------------------------------------


@given(TEXTS)
def test_nothing_typed_becomes_a_tag_or_a_link_that_runs(text: str) -> None:
    for html in (markup.typed(text), markup.trusted(text), markup.inline(text)):
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


@pytest.mark.parametrize("text", ["`" * 100_000, "```a" * 25_000, "[](" * 30_000, "*a " * 30_000])
def test_hostile_text_is_shown_in_no_time(text: str, request: pytest.FixtureRequest) -> None:
    request.node.add_marker(pytest.mark.timeout(10))
    assert markup.typed(text)


def test_known_languages_are_coloured_and_unknown_ones_are_not() -> None:
    assert 'class="k"' in markup.code("def f(): pass", "py")
    assert 'class="k"' not in markup.code("def f(): pass", "brainfuck")


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


# --- commands ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "name", "args"),
    [
        ("/plan", "plan", {}),
        ("/PLAN", "plan", {}),
        ("/challenge list", "challenge list", {}),
        (
            "/challenge pin 2026-11-23 a-b",
            "challenge pin",
            {"date": "2026-11-23", "exercise": "a-b"},
        ),
        (
            "/challenge pin exercise:a-b 2026-11-23",
            "challenge pin",
            {"date": "2026-11-23", "exercise": "a-b"},
        ),
        ("/challenge close 3 a-b", "challenge close", {"challenge": "3 a-b"}),
        ("/plan and more", "plan", {}),
    ],
)
def test_a_command_line_is_read_by_its_spec(line: str, name: str, args: dict[str, str]) -> None:
    assert commandline.parse(line, SPECS) == commandline.Invocation(name, args)


@pytest.mark.parametrize("line", ["/", "/plans", "/challenge", "/challenge bake", "/tmp/x"])
def test_an_unknown_command_is_none(line: str) -> None:
    assert commandline.parse(line, SPECS) is None


def test_the_nearest_commands_are_named() -> None:
    assert commandline.nearest("/plam", SPECS) == ["plan"]
    assert "challenge list" in commandline.nearest("/challenge", SPECS)
    assert commandline.nearest("/", SPECS) == []


@given(st.text())
def test_any_line_can_be_read_as_a_command(line: str) -> None:
    commandline.parse(line, SPECS)
    commandline.nearest(line, SPECS)


def test_usage_shows_what_may_be_left_out() -> None:
    assert [commandline.usage(spec) for spec in SPECS[2:]] == [
        "/challenge pin <date> <exercise>",
        "/challenge close [challenge]",
    ]
