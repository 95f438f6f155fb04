"""What a person typed on Slack, read back from rich text and from escaped text."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.slack.typed import FENCE, typed, unescaped
from tests.fakes.slack.model import BOT, Json
from tests.fakes.slack.people import escaped, rich_text

ME = f"<@{BOT}>"


def text(words: str, **style: bool) -> Json:
    return {"type": "text", "text": words, **({"style": style} if style else {})}


def holder(kind: str, *elements: Json) -> Json:
    return {"type": f"rich_text_{kind}", "elements": list(elements)}


def section(*elements: Json) -> Json:
    return holder("section", *elements)


def code(source: str) -> Json:
    return holder("preformatted", text(source))


def items(style: str, *words: str, indent: int = 0) -> Json:
    listed = holder("list", *(section(text(line)) for line in words))
    return {**listed, "style": style, "indent": indent}


def message(*elements: Json, said: str = "") -> Json:
    return {"text": said, "blocks": [{"type": "rich_text", "elements": list(elements)}]}


def read(*elements: Json) -> str:
    return typed(message(*elements), BOT)[0]


# --- rich text --------------------------------------------------------------------------------


def test_code_stands_in_a_fence() -> None:
    source = "def f(x):\n    return x < 2 and '&amp;' != \"<b>\""
    assert read(code(source)) == f"{FENCE}{source}{FENCE}"


def test_code_stands_on_lines_of_its_own_between_words() -> None:
    assert read(section(text("Mine:\n")), code("x = 1"), section(text("Done."))) == (
        f"Mine:\n{FENCE}x = 1{FENCE}\nDone."
    )


def test_blank_lines_between_words_and_code_stay() -> None:
    assert read(section(text("Mine:\n\n")), code("x\n\ny\n")) == f"Mine:\n\n{FENCE}x\n\ny\n{FENCE}"


def test_two_blocks_of_code_are_two() -> None:
    assert read(code("x"), code("y")) == f"{FENCE}x{FENCE}\n{FENCE}y{FENCE}"


def test_code_has_no_marks_of_styles() -> None:
    bold = {"type": "rich_text_preformatted", "elements": [text("x * y", bold=True, code=True)]}
    assert read(bold) == f"{FENCE}x * y{FENCE}"


def test_an_address_that_slack_finds_in_code_stays_as_it_was() -> None:
    found = {"type": "link", "url": "http://torch.nn", "text": "torch.nn"}
    assert read(holder("preformatted", text("import "), found)) == f"{FENCE}import torch.nn{FENCE}"


@pytest.mark.parametrize(
    ("style", "words"),
    [("bold", "*x*"), ("italic", "_x_"), ("strike", "~x~"), ("code", "`x`")],
)
def test_a_style_is_its_marks(style: str, words: str) -> None:
    assert read(section(text("x", **{style: True}))) == words


def test_only_what_is_seen_has_marks() -> None:
    assert read(section(text("a"), text("  ", bold=True), text("b", bold=False))) == "a  b"


def test_a_quote_has_its_mark_on_every_line() -> None:
    assert read(holder("quote", text("one\ntwo")), section(text("three"))) == "> one\n> two\nthree"


def test_a_list_has_its_marks() -> None:
    assert read(items("bullet", "one", "two")) == "- one\n- two"
    assert read(items("ordered", "one", "two")) == "1. one\n2. two"


def test_a_list_within_a_list_is_indented() -> None:
    listed = items("bullet", "one"), items("bullet", "below", indent=1), items("bullet", "two")
    assert read(*listed) == "- one\n  - below\n- two"


def test_a_list_that_goes_on_after_another_keeps_its_numbers() -> None:
    after = {**items("ordered", "two"), "offset": 1}
    assert read(items("ordered", "one"), items("bullet", "below", indent=1), after) == (
        "1. one\n  - below\n2. two"
    )


@pytest.mark.parametrize(
    ("element", "words"),
    [
        ({"type": "link", "url": "https://a.b/c?d=1&e"}, "https://a.b/c?d=1&e"),
        ({"type": "link", "url": "https://a.b", "text": "a.b"}, "a.b"),
        ({"type": "link", "url": "https://a.b", "text": "https://evil"}, "https://a.b"),
        ({"type": "user", "user_id": "U1"}, "@U1"),
        ({"type": "channel", "channel_id": "C1"}, "#C1"),
        ({"type": "broadcast", "range": "here"}, "@here"),
        ({"type": "emoji", "name": "tada"}, ":tada:"),
        ({"type": "usergroup", "usergroup_id": "S1"}, "@S1"),
        ({"type": "color", "value": "#FF0000"}, "#FF0000"),
        ({"type": "date", "timestamp": 0, "format": "{date}", "fallback": "today"}, "today"),
    ],
)
def test_every_kind_of_word_is_read(element: Json, words: str) -> None:
    assert read(section(text("see "), element, text(" there"))) == f"see {words} there"


def test_an_element_of_another_day_is_read_as_its_words() -> None:
    assert read(section({"type": "hologram", "text": "x = 1"})) == "x = 1"


def test_several_blocks_are_read_and_others_are_not() -> None:
    blocks = [
        *message(section(text("one")))["blocks"],
        {"type": "image", "alt_text": "no words of theirs"},
        *message(section(text("two")))["blocks"],
    ]
    assert typed({"text": "another", "blocks": blocks}, BOT) == ("one\ntwo", False)


@given(st.text(st.characters(exclude_characters="`"), min_size=1).map(lambda words: f"{words}."))
def test_code_is_read_as_it_was_typed(source: str) -> None:
    said = f"{FENCE}{source}{FENCE}"
    assert typed({"text": escaped(said), "blocks": rich_text(said)}, BOT) == (said, False)


# --- escaped text -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("x &lt; 2 &amp;&amp; y &gt; 1", "x < 2 && y > 1"),
        ("&amp;lt; and &amp;amp;", "&lt; and &amp;"),
        ("<https://a.b/?c&amp;d>", "https://a.b/?c&d"),
        ("<https://a.b|a.b>", "a.b"),
        ("<https://a.b|click>", "https://a.b"),
        ("<mailto:a@b.c|a@b.c>", "a@b.c"),
        ("<#C1|practice> <#C2>", "#practice #C2"),
        ("<@U1> <@U2|ana>", "@U1 @ana"),
        ("<!here> <!channel|channel>", "@here @channel"),
        ("<!here|@here>", "@here"),
        ("<!subteam^S1|@mentors>", "@mentors"),
        ("<!date^0^{date}|today>", "today"),
        ("<> <|> <\n> a < b", "<> <|> <\n> a < b"),
    ],
)
def test_what_slack_escaped_is_as_typed(said: str, words: str) -> None:
    assert unescaped(said) == words


def test_text_is_read_where_there_is_no_rich_text() -> None:
    said = {"text": "x &lt; 1", "blocks": [{"type": "section", "text": {"text": "other"}}]}
    assert typed(said, BOT) == ("x < 1", False)


@given(st.text())
def test_text_is_read_as_it_was_typed(words: str) -> None:
    assert unescaped(escaped(words).replace(ME, "@Freehand")) == words


# --- the bot's name ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        ("@Freehand plan", "plan"),
        ("plan @Freehand", "plan"),
        ("@Freehand", ""),
        ("@Freehand\n```x = 1```", "```x = 1```"),
        ("@Freehand @Freehand plan", "plan"),
    ],
)
def test_the_bots_name_is_told_and_left_out(words: str, rest: str) -> None:
    assert typed({"text": escaped(words)}, BOT) == (rest, True)
    elements: list[Json] = []
    for number, part in enumerate(words.split("@Freehand")):
        elements += [{"type": "user", "user_id": BOT}] if number else []
        elements += [text(part)] if part else []
    assert typed(message(section(*elements)), BOT) == (rest, True)


def test_the_name_of_another_is_none_of_the_bots() -> None:
    others = message(section({"type": "user", "user_id": f"{BOT}2"}))
    assert typed(others, BOT) == (f"@{BOT}2", False)
    assert typed({"text": f"<@{BOT}2>"}, BOT) == (f"@{BOT}2", False)


def test_the_bots_name_with_a_label_is_the_bots() -> None:
    assert typed({"text": f"<@{BOT}|freehand> plan"}, BOT) == ("plan", True)


def test_a_mention_that_is_spelled_out_is_none() -> None:
    """Slack makes mentions itself; what looks like one in somebody's words is their words."""
    assert typed({"text": f"&lt;@{BOT}&gt; plan"}, BOT) == (f"{ME} plan", False)
    assert typed(message(code(f"print('{ME}')")), BOT) == (f"{FENCE}print('{ME}'){FENCE}", False)


def test_without_a_name_of_its_own_nothing_is_a_mention() -> None:
    assert typed({"text": "<@> plan"}, "") == ("<@> plan", False)


# --- odd payloads -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"text": None},
        {"text": 5, "blocks": "no list"},
        {"blocks": [None, 3, {"type": ["rich_text"]}, {}]},
        {"blocks": [{"type": "rich_text"}]},
        {"blocks": [{"type": "rich_text", "elements": {"type": "text"}}]},
        message({"type": "rich_text_list", "indent": "far", "style": 3, "elements": [None]}),
        message(section({"type": "text", "text": {"text": "x"}, "style": "bold"})),
        message(section({"type": "user"}, {"type": "link", "url": None, "text": None})),
    ],
    ids=str,
)
def test_what_is_not_as_documented_is_no_trouble(payload: Json) -> None:
    words, mentions = typed(payload, BOT)
    assert not mentions
    assert "x" not in words


def test_a_deep_indent_is_cut() -> None:
    assert len(read(items("bullet", "x", indent=10**9))) < 100
    assert read(items("bullet", "x", indent=-5)) == "- x"


WORDS = st.text(max_size=8) | st.sampled_from([ME, "<@U1|x>", "&lt;", "<!here>", "```", "<#C|"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
KINDS = st.sampled_from(
    [
        *("rich_text", "rich_text_section", "rich_text_list", "rich_text_quote"),
        *("rich_text_preformatted", "text", "link", "user", "emoji", "broadcast", "channel"),
    ]
)


def _elements(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"type": KINDS | JSON},
        optional={
            "elements": st.lists(inner, max_size=3) | JSON,
            "text": WORDS | JSON,
            "style": st.dictionaries(st.sampled_from(["bold", "code"]), st.booleans()) | JSON,
            "indent": st.integers() | JSON,
            "user_id": WORDS | JSON,
            "url": WORDS | JSON,
        },
    )


BLOCKS = st.recursive(JSON, _elements, max_leaves=10)


@given(st.fixed_dictionaries({"text": WORDS | JSON, "blocks": st.lists(BLOCKS, max_size=3) | JSON}))
def test_nothing_that_slack_sends_breaks_the_reading(payload: dict[str, Any]) -> None:
    words, mentions = typed(payload, BOT)
    assert isinstance(words, str)
    assert not mentions or ME not in words


HOSTILE = ["<", "<@", "<!a|", "<a|b", "&", "&lt", "<a>", f"{ME} ", "<a|\n", "|", "```", "\n"]


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_reading_takes_time_in_proportion_to_the_length(piece: str) -> None:
    said = piece * (200_000 // len(piece))
    began = time.process_time()
    for payload in ({"text": said}, message(section(text(said)), holder("quote", text(said)))):
        typed(payload, BOT)
    assert time.process_time() - began < 10  # well under a second; a square would take minutes
