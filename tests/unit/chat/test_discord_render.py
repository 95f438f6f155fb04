"""What a message of the core becomes on Discord."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.discord.render import CONTENT_CHARS, EMBED_CHARS, EMBEDS_CHARS, Rendered, render
from bot.domain.chat.message import (
    Button,
    Buttons,
    ButtonStyle,
    Code,
    Image,
    Message,
    Moment,
    Table,
    Text,
)

WORDS = "All gradients are scaled by one factor. " * 20


def everything(made: Rendered) -> str:
    return "\n".join([made.content, *made.pages, *(data.decode() for _, data, _ in made.files)])


def test_what_is_short_stands_in_the_message_itself() -> None:
    made = render(Message.of("**Solved.** Ana", Code("x = 1\n"), Code("boom", "pytb")))

    assert made.content == "**Solved.** Ana\n```py\nx = 1\n```\n```\nboom\n```"
    assert (made.pages, made.files) == ([], [])


def test_a_moment_is_shown_to_each_reader_in_their_own_zone() -> None:
    at = datetime(2026, 11, 25, 9, tzinfo=UTC)

    made = render(Message.of(Moment("Open until", at)))

    assert made.content == f"Open until <t:{at.timestamp():.0f}:F> (<t:{at.timestamp():.0f}:R>)"


def test_a_tables_cells_stand_below_each_other() -> None:
    made = render(Message.of(Table(("Day", "State"), (("Monday", "solved"), ("Friday", "open")))))

    assert made.content.splitlines()[1:-1] == [
        "Day     State",
        "-------------",
        "Monday  solved",
        "Friday  open",
    ]


def test_characters_that_take_two_columns_keep_a_table_straight() -> None:
    made = render(Message.of(Table(("Name", "State"), (("田中", "solved"), ("Ana", "open")))))

    assert made.content.splitlines()[1:-1] == [
        "Name  State",
        "-----------",
        "田中  solved",
        "Ana   open",
    ]


def test_a_table_is_too_wide_by_the_columns_that_it_takes() -> None:
    made = render(Message.of(Table(("Name", "State"), (("田" * 28, "open"),))))

    assert made.content.splitlines() == [f"- **{'田' * 28}** · State: open"]


@pytest.mark.parametrize(("columns", "fits"), [(35, True), (36, False)])
def test_a_table_stands_in_columns_where_a_phone_shows_it(columns: int, *, fits: bool) -> None:
    made = render(Message.of(Table(("Name", "State"), (("x" * (columns - 7), "open"),))))

    assert made.content.startswith("```") is fits


def test_a_cell_does_not_end_the_block_that_its_table_is_in() -> None:
    made = render(Message.of(Table(("Name", "State"), (("```", "**open**"),))))

    assert made.content.count("```") == 2


def test_a_table_longer_than_an_embed_is_a_file_and_stays_whole() -> None:
    rows = tuple((f"Learner {number}", "x" * 20) for number in range(150))

    made = render(Message.of("The week", Table(("Name", "Work"), rows)))

    [(name, data, _)] = made.files
    assert name == "table.txt"
    assert len(data.decode().splitlines()) == 152
    assert made.pages == ["The week\n*The table is in the attached file `table.txt`.*"]


def test_a_table_too_wide_for_a_phone_is_a_list() -> None:
    table = Table(
        ("Stage", "State", "Still to show"), (("4 Editor", "open", "word " * 12), ("5", "", ""))
    )

    made = render(Message.of(table))

    assert made.content.splitlines() == [
        f"- **4 Editor** · State: open · Still to show: {' '.join(['word'] * 12)}",
        "- **5**",
    ]


def test_a_list_ends_where_its_block_ends() -> None:
    made = render(Message.of("- one\n- two", "After it"))

    assert made.content == "- one\n- two\n\nAfter it"


def test_what_is_longer_goes_on_below_and_keeps_its_code_whole() -> None:
    made = render(Message.of(WORDS, Code("y = 2\n"), WORDS, WORDS))

    assert made.content == ""
    assert [page for page in made.pages if "```py\ny = 2\n```" in page]
    assert made.files == []


def test_long_code_is_a_file_once_the_message_is_long() -> None:
    source = "total += 1\n" * 300

    made = render(Message.of("The case", Code(source), Code("short = 1")))

    assert [(name, data.decode()) for name, data, _ in made.files] == [("code.py", source)]
    assert "`code.py`" in made.pages[0]
    assert "short = 1" in made.pages[0]


def test_code_that_holds_a_fence_is_a_file() -> None:
    made = render(Message.of("Look", Code('"""\n```\nexample\n```\n"""')))

    assert made.files[0][0] == "code.py"
    assert "```" not in "".join(made.pages)


def test_a_picture_is_a_file_with_words() -> None:
    made = render(Message.of("The week", Image("board.png", b"png", "Ana leads")))

    assert made.content == "The week"
    assert made.files == [("board.png", b"png", "Ana leads")]


async def test_buttons_carry_their_action_and_in_direct_messages_the_guild() -> None:
    message = Message.of("?", Buttons((Button("join:1", "I take it", ButtonStyle.PRIMARY),)))

    here, direct = render(message).view(), render(message, tag="7").view()

    assert here is not None
    assert direct is not None
    assert here.is_finished()  # nothing is kept for a button
    assert [item.to_component_dict()["custom_id"] for item in here.children] == ["join:1"]
    assert [item.to_component_dict()["custom_id"] for item in direct.children] == ["join:1@7"]


@pytest.mark.parametrize("count", [1, 20, 100])
def test_nothing_is_lost_however_long_it_is(count: int) -> None:
    parts = [f"Part {number}. {'word ' * 60}" for number in range(count)]

    shown = everything(render(Message.of(*parts)))

    assert all(f"Part {number}." in shown for number in range(count))


BLOCKS = st.one_of(
    st.text(max_size=3000).map(Text),
    st.builds(Code, st.text(max_size=3000), st.sampled_from(["python", "pytb", "text"])),
)


@given(st.lists(BLOCKS, max_size=8))
def test_every_message_keeps_to_discords_limits(blocks: list[Text | Code]) -> None:
    made = render(Message.of(*blocks))

    assert made.content or made.pages or made.files
    assert len(made.content) <= CONTENT_CHARS
    assert len(made.pages) <= 10
    assert all(0 < len(page) <= EMBED_CHARS for page in made.pages)
    assert sum(map(len, made.pages)) <= EMBEDS_CHARS
    assert len(made.files) <= 10
