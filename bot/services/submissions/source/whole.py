"""One source of everything that belongs to an answer."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.parts import mark, mark_left_out, unmarked
from bot.services.submissions.source.exports import without_marimo
from bot.services.submissions.source.fences import behind_prompts
from bot.services.submissions.source.magics import drop_magics, read_cell
from bot.services.submissions.source.typography import dedented, mended, normalised

_PROMPT_FIRST = re.compile(r"(?:\s*(?:Python \d|\[\w+ \d|Type \")[^\n]*\n)*\s*(?:>>>|In \[\d+\]:)")


@dataclass(frozen=True, slots=True)
class Part:
    """A cell or a block.

    Attributes:
        name: ``cell 3`` or ``block 2``.
        left_out: The language of one that holds no Python.
    """

    name: str
    text: str
    left_out: str = ""


def plain_python(text: str) -> str:
    """A text as Python, whatever dialect it was typed, exported or copied in; its lines stay."""
    return drop_magics(_without_exports(text))


def cell_part(name: str, text: str, language: str) -> Part:
    """A cell of a notebook as Python."""
    if language:
        return Part(name, "", language)
    cell = read_cell(_without_exports(text))
    return Part(name, cell.text, cell.left_out)


def _without_exports(text: str) -> str:
    text = dedented(mended(unmarked(normalised(text))))
    return without_marimo(behind_prompts(text) if _PROMPT_FIRST.match(text) else text)


def joined(parts: Iterable[Part]) -> str:
    """One source of the parts in order, empty when there is no code.

    A single part stays as it is. Before each of several stands a comment that names it.
    """
    kept = [part for part in parts if part.text.strip() or part.left_out]
    if not any(part.text.strip() for part in kept):
        return ""
    if len(kept) == 1:
        return kept[0].text.rstrip() + "\n"
    return "\n".join(_marked(part) for part in kept)


def _marked(part: Part) -> str:
    if part.left_out:
        return mark_left_out(part.name, part.left_out)
    return f"{mark(part.name)}{part.text.rstrip()}\n"
