"""What a message of the core becomes on Slack."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.slack.render import FENCE, MAX_CHARS, REST, Picture, Rendered, render, spent_row
from bot.domain.chat.message import (
    Address,
    AnswerState,
    Block,
    Button,
    Buttons,
    ButtonStyle,
    ChannelLink,
    Code,
    Image,
    Message,
    Moment,
    Table,
    Text,
)
from bot.domain.chat.refs import ConversationRef, UserRef
from tests.fakes.slack import limits
from tests.fakes.slack.model import Json
from tests.fakes.slack.people import words
from tests.support.outside import TEXTS, messages_with

BASE = "https://freehand.slack.com/"
CHANNEL = ConversationRef("slack", "T1", "C1")
THREAD = ConversationRef("slack", "T1", "C1", "1764000000.000100")
ANA = UserRef("slack", "T1", "U1")
AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
LONG = Text("x" * MAX_CHARS)
"""After it there is no room for words."""

MENTIONS = re.compile(r"<[@#!]|<[a-z]+:")
MENTIONED = {"user", "usergroup", "broadcast", "channel"}


def blocks_of(made: Rendered) -> list[Json]:
    """The blocks as they are sent."""
    return [part.block("F1") if isinstance(part, Picture) else part for part in made.blocks]


def rendered(*parts: Block | str, tag: str = "") -> Rendered:
    """A message that Slack takes."""
    made = render(Message.of(*parts), base=BASE, tag=tag)
    accepted(made)
    return made


def accepted(made: Rendered) -> None:
    blocks = blocks_of(made)
    assert list(limits.problems(blocks)) == []
    assert limits.words_in(blocks) <= limits.MESSAGE_CHARS
    assert 0 < len(made.notice) <= limits.TEXT_CHARS
    assert json.loads(json.dumps(blocks)) == blocks


def blocks(*parts: Block | str, tag: str = "") -> list[Json]:
    return blocks_of(rendered(*parts, tag=tag))


def shown(made: Rendered) -> str:
    """Every word of a message, and of the file below it."""
    return "\n".join([*words(blocks_of(made)), made.rest])


def elements(block: Json) -> list[Json]:
    """What stands in a block of rich text."""
    return block["elements"][0]["elements"]


def live_labels(made: Iterable[Json]) -> list[str]:
    rows = [block for block in made if block["type"] == "actions"]
    return [button["text"]["text"] for row in rows for button in row["elements"]]


# --- each kind of block -----------------------------------------------------------------------


def test_text_is_markdown() -> None:
    assert blocks("**Solved.** `x`\n- one") == [
        {"type": "markdown", "text": "**Solved.** `x`\n- one"}
    ]


@pytest.mark.parametrize("nothing", ["", " ", "\n\n"])
def test_text_without_words_is_no_block(nothing: str) -> None:
    assert blocks(nothing, "Hello") == [{"type": "markdown", "text": "Hello"}]


SOURCE = "def f(x):\n    return x < 2 and '<@U1>' != \"&amp;\"  # ```"


@pytest.mark.parametrize(("source", "seen"), [(f"\n{SOURCE}\n", SOURCE), ("\n", " ")])
def test_code_is_shown_as_it_is(source: str, seen: str) -> None:
    [made] = blocks(Code(source))
    assert made["elements"][0]["type"] == "rich_text_preformatted"
    assert elements(made) == [{"type": "text", "text": seen}]


def test_long_code_stays_whole_in_one_block() -> None:
    source = "total += 1\n" * 900
    [made] = blocks(Code(source))
    assert len(elements(made)) > 1
    assert "".join(part["text"] for part in elements(made)) == source.rstrip()


def test_what_cannot_be_seen_is_not_shown() -> None:
    made = rendered("a\u202eb", Code("c\x1b[31md\ud800"), Address(ANA, "e\0"))
    assert not set(shown(made)) & set("\u202e\x1b\ud800\0")


def test_a_table_stands_in_columns_where_a_phone_shows_it() -> None:
    [made] = blocks(Table(("Day", "State"), (("Monday", "solved"), ("Friday", "open"))))
    assert made["elements"][0]["type"] == "rich_text_preformatted"
    assert elements(made)[0]["text"].splitlines() == [
        "Day     State",
        "-------------",
        "Monday  solved",
        "Friday  open",
    ]


@pytest.mark.parametrize(("columns", "fits"), [(35, True), (36, False)])
def test_a_table_that_is_too_wide_is_a_list(columns: int, *, fits: bool) -> None:
    name = "x" * (columns - 7)
    [made] = blocks(Table(("Name", "State"), ((name, "open"),)))
    assert (made["type"] == "rich_text") is fits
    if not fits:
        assert made["text"] == f"- **{name}** · State: open"


def test_a_moment_is_shown_to_each_reader_in_their_own_zone() -> None:
    [made] = blocks(Moment("Open until", AT))
    label, moment = elements(made)
    assert label == {"type": "text", "text": "Open until "}
    assert (moment["type"], moment["timestamp"]) == ("date", int(AT.timestamp()))
    assert moment["fallback"] == "2026-11-25 09:00 UTC"


def test_a_link_to_a_channel_is_the_channel() -> None:
    [made] = blocks(ChannelLink("Over there:", CHANNEL, "practice"))
    assert elements(made)[1] == {"type": "channel", "channel_id": "C1"}


@pytest.mark.parametrize(("title", "called"), [("Clipping", "Clipping"), ("", "the thread")])
def test_a_link_to_a_thread_has_its_address(title: str, called: str) -> None:
    [made] = blocks(ChannelLink("Open now:", THREAD, title))
    assert elements(made)[1] == {
        "type": "link",
        "url": "https://freehand.slack.com/archives/C1/p1764000000000100",
        "text": called,
    }


def test_labels_are_shown_without_their_marks() -> None:
    """They are markup like all that the bot says, and rich text has other marks."""
    made = rendered(Moment("**Closed.** Late until", AT), ChannelLink("_Open_ now:", THREAD, "*a*"))
    assert not re.search(r"[*_]", "".join(words(blocks_of(made))).replace("date_short", ""))


def test_an_address_calls_the_person_by_their_name() -> None:
    [made] = blocks(Address(ANA, "a word to you"))
    assert elements(made) == [
        {"type": "user", "user_id": "U1"},
        {"type": "text", "text": " a word to you"},
    ]


def test_an_image_waits_for_its_file() -> None:
    picture = Image("board.png", b"png", "Ana leads")
    made = rendered("The week", picture)
    assert made.blocks[1] == Picture(picture)
    assert blocks_of(made)[1] == {
        "type": "image",
        "slack_file": {"id": "F1"},
        "alt_text": "Ana leads",
    }


@pytest.mark.parametrize(("alt", "said"), [("", "board.png"), ("x" * 3000, "x" * 500)])
def test_an_image_always_has_words_that_fit(alt: str, said: str) -> None:
    [made] = blocks(Image("board.png", b"png", alt))
    assert made["alt_text"] == said


def test_the_state_of_an_answer_has_no_words() -> None:
    assert blocks(AnswerState("a", "s"), "Solved") == blocks("Solved")


# --- buttons ----------------------------------------------------------------------------------


def test_buttons_carry_their_action_their_style_and_what_they_are_about() -> None:
    row = Buttons(
        (
            Button("join:1", "I take it", ButtonStyle.PRIMARY),
            Button("leave:1", "Leave", ButtonStyle.DANGER),
            Button("details:1", "Details"),
        )
    )
    [made] = blocks(row, tag="C1:1.2")
    plain = {"type": "button", "value": "C1:1.2"}
    assert made["elements"] == [
        {**plain, "text": _plain("I take it"), "action_id": "join:1", "style": "primary"},
        {**plain, "text": _plain("Leave"), "action_id": "leave:1", "style": "danger"},
        {**plain, "text": _plain("Details"), "action_id": "details:1"},
    ]
    assert all("value" not in button for button in blocks(row)[0]["elements"])


def _plain(label: str) -> Json:
    return {"type": "plain_text", "text": label}


def test_a_spent_button_is_words() -> None:
    row = Buttons((Button("a", "Hint", spent=True), Button("b", "More"), Button("c", "Skip")))
    live, spent = blocks(row)
    assert [button["action_id"] for button in live["elements"]] == ["b", "c"]
    assert spent == spent_row(["Hint"])
    [all_spent] = blocks(row.spent())
    assert all_spent["elements"] == [_plain("Hint · More · Skip")]


def test_buttons_stand_below_what_they_are_for() -> None:
    kinds = [block["type"] for block in blocks(Buttons((Button("a", "A"),)), "Ready?")]
    assert kinds == ["markdown", "actions"]


@pytest.mark.parametrize("count", [1, 25, 26, 60])
def test_no_button_is_lost_however_many_there_are(count: int) -> None:
    labels = [f"Button {number}" for number in range(count)]
    row = Buttons(tuple(Button(f"do:{label}", label) for label in labels))
    assert live_labels(blocks(row)) == labels


@pytest.mark.parametrize(("chars", "seen"), [(75, 75), (76, 75), (500, 75)])
def test_a_long_label_is_cut(chars: int, seen: int) -> None:
    [label] = live_labels(blocks(Buttons((Button("a", "x" * chars),))))
    assert label == "x" * seen


def test_many_rows_of_buttons_find_room_below_many_blocks() -> None:
    rows = [
        Buttons((Button(f"a{number}", "Now"), Button(f"b{number}", "Then", spent=True)))
        for number in range(5)
    ]
    made = rendered(*(Code(f"x = {number}") for number in range(80)), *rows)
    assert len(live_labels(blocks_of(made))) == 5
    assert shown(made).count("Then") == 5


# --- notifications ----------------------------------------------------------------------------


def test_a_notification_has_the_words_without_marks() -> None:
    assert rendered("**Solved.** a < b & c").notice == "Solved. a &lt; b &amp; c"


def test_a_notification_always_has_words_that_fit() -> None:
    assert rendered(Buttons((Button("a", "A"),))).notice == "…"
    assert len(rendered("&" * 10_000).notice) <= limits.TEXT_CHARS


# --- what is too long -------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 20, 47, 48, 100, 300])
def test_nothing_is_lost_however_many_blocks_there_are(count: int) -> None:
    said = [f"Part {number}." for number in range(count)]
    assert [part for part in said if part not in shown(rendered(*said))] == []


@pytest.mark.parametrize("count", [1, 5, 40])
def test_nothing_is_lost_however_long_it_is(count: int) -> None:
    said = [f"Part {number}. {'word ' * 200}" for number in range(count)]
    made = rendered(*said)
    assert [part for part in said if part.strip() not in shown(made)] == []
    assert bool(made.rest) is (REST in shown(made))


@pytest.mark.parametrize(("chars", "fits"), [(MAX_CHARS, True), (MAX_CHARS + 1, False)])
def test_what_does_not_fit_is_in_the_file(chars: int, *, fits: bool) -> None:
    made = rendered("x" * chars)
    assert made.rest == ("" if fits else "x" * chars)
    assert bool(REST in shown(made)) is not fits


def test_what_follows_the_first_part_that_does_not_fit_stays_behind_it() -> None:
    made = rendered("one", "x" * MAX_CHARS, "three")
    assert made.rest == f"{'x' * MAX_CHARS}\n\nthree"


def test_code_that_does_not_fit_is_in_the_file_as_code() -> None:
    assert rendered(LONG, Code("x = 1\n")).rest == f"{FENCE}\nx = 1\n\n{FENCE}"


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (Moment("Open until", AT), ["Open until", "2026-11-25 09:00 UTC"]),
        (ChannelLink("Its thread:", THREAD, "Clipping"), ["Its thread:", "Clipping", "p1764"]),
        (ChannelLink("Over there:", CHANNEL, "practice"), ["Over there:", "practice"]),
        (Address(ANA, "a word to you"), ["a word to you"]),
        (Table(("Day", "State"), (("Monday", "solved"),)), ["Day", "State", "Monday", "solved"]),
        (Table(("Day", "State"), (("Monday", "x " * 30),)), ["Monday", "State", "x x"]),
    ],
    ids=["moment", "thread", "channel", "address", "table", "wide table"],
)
def test_each_kind_of_block_that_does_not_fit_is_in_the_file(block: Block, said: list[str]) -> None:
    rest = rendered(LONG, block).rest
    assert [part for part in said if part not in rest] == []


def test_a_table_in_the_file_keeps_its_columns() -> None:
    rest = rendered(LONG, Table(("Day", "State"), (("Monday", "solved"),))).rest
    assert rest.startswith(FENCE)


def test_pictures_and_buttons_stand_in_the_message_however_long_it_is() -> None:
    made = rendered(LONG, "more", Image("a.png", b"png", "A"), Buttons((Button("b", "B"),)))
    assert made.rest == "more"
    kinds = [block["type"] for block in blocks_of(made)]
    assert kinds == ["markdown", "image", "markdown", "actions"]


def test_the_words_of_pictures_are_words() -> None:
    pictures = [Image(f"{number}.png", b"png", "y" * 2000) for number in range(3)]
    assert "x" * MAX_CHARS in shown(rendered(LONG, *pictures))


def test_many_pictures_are_no_more_than_slack_takes() -> None:
    pictures = [Image(f"{number}.png", b"png", f"Week {number}") for number in range(60)]
    assert len(blocks(*pictures)) <= limits.BLOCKS


# --- what learners write ----------------------------------------------------------------------

MENTIONING = [
    *("<!channel>", "<!here|here>", "<!everyone>", "<@U1>", "<@U1|ana>", "<#C1>"),
    *("<!subteam^S1>", "<!date^0^{date}|x>", "<https://evil.example|Solved>", "<mailto:a@b.c>"),
    *("\\<!channel>", "\\\\<!channel>", "`<!channel>`", "```\n<@U1>\n```", "<\u200b!channel>"),
]


@pytest.mark.parametrize("said", MENTIONING)
def test_no_words_of_a_learner_are_a_mention(said: str) -> None:
    wide = Table(("Name", "Work"), ((said, said + "x" * 40),))
    made = rendered(said, Code(said), Table(("a",), ((said,),)), wide, Address(ANA, said))
    unread(made, allowed=["U1"])


@given(TEXTS)
@settings(max_examples=20)
@pytest.mark.parametrize("number", range(len(messages_with("word"))))
def test_no_message_with_words_from_outside_mentions_anybody(number: int, text: str) -> None:
    made = render(messages_with(text + "<!channel><@U1>")[number], base=BASE)
    accepted(made)
    unread(made, allowed=[])


def unread(made: Rendered, allowed: list[str]) -> None:
    """Slack reads no mention in a message, apart from those that the bot makes."""
    assert "<" not in made.notice
    for block in blocks_of(made):
        if block["type"] == "markdown":
            assert not MENTIONS.search(block["text"])
        if block["type"] == "rich_text":
            called = [part for part in elements(block) if part["type"] in MENTIONED]
            assert [part["user_id"] for part in called] in ([], allowed)


# --- everything together ----------------------------------------------------------------------

TEXT = st.text(max_size=400) | st.integers(0, 6000).map("word ".__mul__) | TEXTS
LABEL = st.text(max_size=20).map(lambda label: f"A{label}")
BUTTON = st.builds(Button, st.uuids().map(str), LABEL, st.sampled_from(ButtonStyle), st.booleans())
ROW = st.builds(Buttons, st.lists(BUTTON, max_size=5).map(tuple))
BLOCK = st.one_of(
    TEXT.map(Text),
    st.builds(Code, TEXT),
    st.builds(Table, st.just(("A", "B")), st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)),
    st.builds(Moment, LABEL, st.datetimes(timezones=st.just(UTC))),
    st.builds(ChannelLink, LABEL, st.sampled_from([CHANNEL, THREAD]), LABEL),
    st.builds(Address, st.just(ANA), TEXT),
    st.builds(Image, st.just("a.png"), st.just(b"png"), LABEL),
)


@given(st.lists(BLOCK, max_size=8), st.lists(ROW, max_size=2))
def test_slack_takes_every_message(parts: list[Block], rows: list[Buttons]) -> None:
    accepted(render(Message((*parts, *rows)), base=BASE, tag="C1:1.2"))
