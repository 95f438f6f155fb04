"""Every line of a source named as its author sees it."""

import pytest

from bot.domain.parts import Parts, mark, mark_left_out, unmarked


@pytest.mark.parametrize("line", [0, 1, 7, 10**6])
def test_lines_of_a_source_in_one_part_are_its_own(line: int) -> None:
    assert Parts.of("x = 1\n" * 7).where(line) == f"line {max(1, line)}"


def test_lines_behind_a_mark_count_anew_under_its_name() -> None:
    source = f"a\n{mark('cell 1')}b\n\n{mark('block 2')}{mark('cell 12 (In [345])')}c\nd\n"
    parts = Parts.of(source)

    assert [parts.where(line) for line in (1, 3, 4, 7, 8)] == [
        "line 1",
        "cell 1, line 1",
        "cell 1, line 2",
        "cell 12 (In [345]), line 1",
        "cell 12 (In [345]), line 2",
    ]


def test_what_was_left_out_is_told() -> None:
    source = mark_left_out("cell 1", "c#") + mark_left_out("cell 2 (In [3])", "`\n<b>")
    parts = Parts.of(f"{source}x = 1\n")

    assert parts.left_out == [("cell 1", "c#"), ("cell 2 (In [3])", "b")]
    assert parts.where(3) == "line 3"


@pytest.mark.parametrize("text", [mark("cell 1"), mark_left_out("cell 1", "sh")])
def test_text_from_outside_holds_no_mark(text: str) -> None:
    parts = Parts.of(unmarked(f"{text}x = 1\n"))

    assert (parts.where(2), parts.left_out) == ("line 2", [])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("line 3, in f: return x", "cell 2, line 1, in f: return x"),
        ("line 99999999, in f: x", "line 99999999, in f: x"),
        ("saw line 3, in f", "saw line 3, in f"),
        ("", ""),
    ],
)
def test_a_line_of_a_traceback_is_placed(line: str, told: str) -> None:
    assert Parts.of(f"x = 1\n{mark('cell 2')}y = 2\n").in_trace(line) == told
