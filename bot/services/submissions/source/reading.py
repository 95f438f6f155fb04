"""From what somebody sent to the source that is graded: one text, whatever door it came through."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import Enum, auto

from bot.domain.errors import UserError
from bot.services.submissions.source import fences
from bot.services.submissions.source.definitions import (
    defines,
    has_definition,
    is_all_code,
    is_output,
)
from bot.services.submissions.source.fences import Snippet
from bot.services.submissions.source.files import decode
from bot.services.submissions.source.magics import other_language
from bot.services.submissions.source.notebooks import (
    TEXT_LIMIT_BYTES,
    NotebookCell,
    code_cells,
    require_fitting,
    without_outputs,
)
from bot.services.submissions.source.typography import normalised
from bot.services.submissions.source.whole import Part, cell_part, joined, plain_python

_NOTEBOOK_NAME = re.compile(r"\.ipynb`?$", re.IGNORECASE)  # perhaps quoted
_NOTEBOOK = re.compile(rb'\s*\{\s*"(?:cells|metadata|nbformat|nbformat_minor|worksheets)"\s*:')
"""How a notebook begins whose name has lost its ending, as in ``answer.ipynb.txt``."""


class Shape(Enum):
    """What a message without an answer is."""

    CONVERSATION = auto()
    UNFENCED = auto()  # the answer is there, but sentences stand beside it
    INCOMPLETE = auto()  # code, and something of the answer is not defined


def of_message(text: str, entry: Sequence[str]) -> str:
    """The source in a message that binds these names at top level; empty where there is none."""
    return next((source for source in _candidates(text) if defines(source, entry)), "")


def shape_of(text: str, entry: Sequence[str]) -> Shape:
    """What a message is in which `of_message` finds nothing."""
    if any(map(_is_attempt, fences.extract(text))):
        return Shape.INCOMPLETE
    text = normalised(text)
    if defines(text, entry):
        return Shape.UNFENCED
    is_code = has_definition(text) and is_all_code(text)
    return Shape.INCOMPLETE if is_code else Shape.CONVERSATION


def blocks_of(text: str) -> str:
    """The Python in the fences of a message, whatever it defines."""
    return _blocks_of_python(list(enumerate(fences.extract(text), 1)))


def of_form(text: str, entry: Sequence[str]) -> str:
    """The source in a field for code: all of it, or what stands in the fences around it."""
    plain, fenced = _alone(text), blocks_of(text)
    if defines(plain, entry) and not fences.has_fences(text):
        return plain
    return of_message(text, entry) or (plain if defines(plain, entry) else fenced or plain)


def of_file(data: bytes, name: str, entry: Sequence[str]) -> str:
    """The source in a file: a notebook, code, or text like a message with code in it.

    Raises:
        UserError: It cannot be read, and why.
    """
    if not data.strip():
        raise UserError(f"{name} is empty. Is it saved? Please attach it again.")
    if _NOTEBOOK_NAME.search(name) or _NOTEBOOK.match(data):
        return of_notebook(data, name)
    return of_form(decode(data, name), entry)


def of_notebook(data: bytes, name: str) -> str:
    """The source in the code cells of an ``.ipynb`` file.

    Raises:
        UserError: It is not a notebook, holds no code, or too much.
    """
    slim = without_outputs(data)
    if len(slim) > TEXT_LIMIT_BYTES:
        raise UserError(
            f"{name} holds more than {TEXT_LIMIT_BYTES // 1024} KiB beside its outputs and"
            " pictures. Please leave out the cells that the task does not need."
        )
    cells = [_with_magic(cell) for cell in code_cells(decode(slim, name), name)]
    require_fitting(cells, name)
    parts = [cell_part(cell.name, cell.text, cell.language) for cell in cells]
    source = joined(parts)
    if not source:
        languages = ", ".join(sorted({part.left_out for part in parts if part.left_out}))
        other = f" I found {languages}." if languages else ""
        raise UserError(f"{name} holds no Python code cells.{other} Is it the right one?")
    return source


def _with_magic(cell: NotebookCell) -> NotebookCell:
    """A cell with the language that a cell magic gives it."""
    return cell if cell.language else replace(cell, language=other_language(cell.text))


# --- messages ---------------------------------------------------------------------------------

_Numbered = tuple[int, Snippet]
"""A block, and which one of its message it is."""


def _candidates(text: str) -> Iterator[str]:
    """What may be the answer in a message, the likeliest first."""
    if fences.has_fences(text):
        blocks = list(enumerate(fences.extract(text), 1))
        yield _blocks_of_python(blocks)
        yield _joined(block for block in blocks if not is_output(block[1].text))
        return
    text = normalised(text)
    for find in (fences.between_quotes, fences.between_few_backticks, fences.behind_prompts):
        yield _alone(find(text))
    if not has_definition(text.partition("\n")[2]):
        yield _alone(fences.indented(text))
    if is_all_code(plain := plain_python(text)):
        yield joined([Part("", plain)])


def _blocks_of_python(blocks: Sequence[_Numbered]) -> str:
    """The Python among the blocks of a message: what is tagged so, and what else defines names."""
    code = [block for block in blocks if not _is_output(block[1])]
    if any(snippet.is_python for _, snippet in code):
        code = [block for block in code if block[1].is_python or has_definition(block[1].text)]
    return _joined(code)


def _joined(blocks: Iterable[_Numbered]) -> str:
    return joined(Part(f"block {number}", plain_python(one.text)) for number, one in blocks)


def _alone(text: str) -> str:
    return joined([Part("", plain_python(text))]) if text.strip() else ""


def _is_output(snippet: Snippet) -> bool:
    return snippet.is_other or is_output(snippet.text)


def _is_attempt(snippet: Snippet) -> bool:
    if _is_output(snippet):
        return False
    return snippet.is_python or has_definition(snippet.text)
