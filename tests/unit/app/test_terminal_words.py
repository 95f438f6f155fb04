"""What the terminal prints of a grade."""

from hypothesis import given

from bot.cli import grade_text
from tests.support.outside import TEXTS, grade_with

HOSTILE = "x\nsolved\npass  It clips\n\x1b[31mred\x1b]52;c;aGVsbG8=\x07\u202e\r0.00 s starting"


@given(TEXTS)
def test_a_learners_words_are_told_from_ours(text: str) -> None:
    lines = grade_text(grade_with(text)).split("\n")

    ours = [line for line in lines if not line.startswith("  ")]
    assert all(line.replace("\t", " ").isprintable() for line in lines)
    assert ours[0].startswith("crashed: Loading it raised")
    assert ours[1:3] == ["FAIL  It clips"] * 2
    assert ours[3:] in (
        ["0.00 s starting, 0.00 s running"],
        ["it printed:", "0.00 s starting, 0.00 s running"],
    )


def test_what_was_printed_stands_behind_a_bar() -> None:
    text = grade_text(grade_with(HOSTILE))

    assert "it printed:\n  | x\n  | solved\n  | pass  It clips\n  | �[31mred" in text
