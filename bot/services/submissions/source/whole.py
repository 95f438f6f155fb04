"""One source of everything that belongs to an answer."""

import __future__

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.domain.parts import mark, mark_left_out, mark_line, unmarked
from bot.services.submissions.source.exports import without_marimo
from bot.services.submissions.source.fences import behind_prompts
from bot.services.submissions.source.magics import drop_magics, read_cell
from bot.services.submissions.source.tokens import commented, statements, without_strings
from bot.services.submissions.source.typography import dedented, mended, normalised

_PROMPT_FIRST = re.compile(r"(?:\s*(?:Python \d|\[\w+ \d|Type \")[^\n]*\n)*\s*(?:>>>|In \[\d+\]:)")
_PREFIXES = {"", "r", "R", "u", "U"}
_NOTHING = re.compile(r"[ \t]*(?:#[^\n]*)?\n?")
_FUTURE = re.compile(
    r"from[ \t]+__future__[ \t]+import[ \t]*(?:\((?P<inside>[\w,\s]*)\)|(?P<names>[\w, \t]+))"
    r"[ \t]*;?[ \t]*(?:#[^\n]*)?\n?"
)


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
        return with_futures_first(kept[0].text.rstrip() + "\n")
    return with_futures_first("\n".join(_marked(part) for part in kept))


def _marked(part: Part) -> str:
    if part.left_out:
        return mark_left_out(part.name, part.left_out)
    return f"{mark(part.name)}{part.text.rstrip()}\n"


def with_futures_first(source: str) -> str:
    """The source with late ``from __future__`` imports at its beginning, where alone they may be.

    A notebook takes them in any cell. The others keep their line numbers.
    """
    lines = list(statements(source)) if "__future__" in source else []
    late = list(_late_futures(lines))
    if not late:
        return source
    names = sorted({name for number in late for name in _future_names(lines[number])})
    for number in late:
        lines[number] = commented(lines[number])
    return f"from __future__ import {', '.join(names)}\n{mark_line(1)}{''.join(lines)}"


def _late_futures(lines: Sequence[str]) -> Iterator[int]:
    """Which statements are: before others only comments, a docstring and their kind may stand."""
    has_docstring = is_late = False
    for number, line in enumerate(lines):
        if _future_names(line):
            if is_late:
                yield number
        elif not _NOTHING.fullmatch(line):
            is_docstring = not has_docstring and without_strings(line).strip() in _PREFIXES
            is_late = is_late or not is_docstring
            has_docstring = True


def _future_names(statement: str) -> list[str]:
    """What a statement imports from the future; nothing where there is no such thing."""
    found = _FUTURE.fullmatch(statement)
    names = (found["inside"] or found["names"] or "").replace(",", " ").split() if found else []
    return names if set(names) <= set(__future__.all_feature_names) else []
