"""Tables as text, for platforms that have no tables."""

from collections.abc import Iterable

import wcwidth

from bot.domain.chat.message import Table
from bot.domain.text import one_line, sentence

GAP = "  "


def align_columns(table: Table) -> str:
    """Rows with their cells below each other, in a face of fixed width."""
    rows = [[one_line(cell) for cell in row] for row in (table.header, *table.rows)]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    lines = [_aligned(row, widths) for row in rows]
    return "\n".join([lines[0], "-" * width(lines[0]), *lines[1:]])


def list_rows(table: Table) -> str:
    """Each row as an item of a list in Markdown, for tables too wide to stand in columns."""
    lines: list[str] = []
    for first, *others in (map(sentence, row) for row in table.rows):
        named = zip(table.header[1:], others, strict=True)
        rest = " · ".join(f"{name}: {cell}" for name, cell in named if cell)
        lines.append(f"- **{first}** · {rest}" if rest else f"- **{first}**")
    return "\n".join(lines)


def width(text: str) -> int:
    """How many columns a line takes: Chinese characters and emoji take two, accents none."""
    return wcwidth.width(text, control_codes="ignore")


def _aligned(row: Iterable[str], widths: Iterable[int]) -> str:
    padded = (cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True))
    return GAP.join(padded).rstrip()
