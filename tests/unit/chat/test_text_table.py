"""Tables as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.common.text_table import align_columns, list_rows, width
from bot.domain.chat.message import Table

CELLS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf"]), max_size=12)


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("日本", 4), ("\N{FIRE}", 2), ("e\N{COMBINING ACUTE ACCENT}", 1), ("", 0)],
)
def test_a_width_counts_columns_and_not_characters(text: str, columns: int) -> None:
    assert width(text) == columns


def test_cells_stand_below_each_other_whatever_their_characters_take() -> None:
    table = Table(
        ("Learner", "Points"),
        (("Ana", "3"), ("田中さん", "2"), ("\N{FIRE} Zoe\N{COMBINING DIAERESIS}", "1")),
    )
    assert align_columns(table).splitlines() == [
        "Learner   Points",
        "----------------",
        "Ana       3",
        "田中さん  2",
        "\N{FIRE} Zoe\N{COMBINING DIAERESIS}    1",
    ]


@given(st.lists(st.tuples(CELLS, CELLS), max_size=6))
def test_every_second_column_begins_at_the_same_width(rows: list[tuple[str, str]]) -> None:
    table = Table(("A", "B"), tuple((first, f"|{second}") for first, second in rows))
    lines = align_columns(table).splitlines()[2:]
    assert len({width(line[: line.index("  |")]) for line in lines if "  |" in line}) <= 1


def test_a_cell_is_one_line() -> None:
    table = Table(("A", "B"), (("one\ntwo", "three\tfour"),))
    assert align_columns(table).splitlines()[2:] == ["one two  three four"]


def test_rows_are_items_that_name_their_cells() -> None:
    table = Table(("Stage", "State", "Left"), (("4", "open", "much"), ("5", "", "")))
    assert list_rows(table).splitlines() == ["- **4** · State: open · Left: much", "- **5**"]
