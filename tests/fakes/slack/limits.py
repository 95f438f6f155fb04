"""What Slack takes of a message or a form, as its documentation says."""

from collections.abc import Callable, Iterator
from typing import Any, cast

from tests.fakes.slack.model import Json

TEXT_CHARS, SECTION_CHARS, BLOCKS, MODAL_BLOCKS = 40_000, 3000, 50, 100
MARKDOWN_CHARS, MESSAGE_CHARS = 12_000, 13_200
ELEMENTS, LABEL_CHARS, ACTION_CHARS, VALUE_CHARS = 25, 75, 255, 2000
TITLE_CHARS, ALT_CHARS, CONTEXT_ELEMENTS = 24, 2000, 10


def problems(blocks: list[Json], *, form: bool = False) -> Iterator[str]:
    """What Slack would refuse in blocks."""
    if len(blocks) > (MODAL_BLOCKS if form else BLOCKS):
        yield "no more than 50 items allowed [json-pointer:/blocks]"
    markdown = sum(len(block.get("text", "")) for block in blocks if block["type"] == "markdown")
    if markdown > MARKDOWN_CHARS:
        yield "markdown text over 12,000 characters"
    ids = [element.get("action_id") for block in blocks for element in _elements(block)]
    if len(ids) != len(set(ids)):
        yield "action_id already exists"
    for block in blocks:
        yield from _block(block, form=form)


def words_in(value: Any) -> int:  # noqa: ANN401  # any JSON
    """Characters of text, at whatever depth."""
    if isinstance(value, dict):
        return sum(map(words_in, cast("dict[str, Any]", value).values()))
    if isinstance(value, list):
        return sum(map(words_in, cast("list[Any]", value)))
    return len(value) if isinstance(value, str) else 0


def _elements(block: Json) -> list[Json]:
    return block.get("elements", []) if block["type"] == "actions" else []


KNOWN = {"actions", "context", "divider", "header", "image", "rich_text", "section"}


def _block(block: Json, *, form: bool) -> Iterator[str]:
    kind = block["type"]
    if kind not in (KNOWN | {"input"} if form else KNOWN | {"markdown", "table"}):
        yield f"unsupported block type {kind}"
    yield from CHECKS.get(kind, _nothing)(block)


def _nothing(_block: Json) -> Iterator[str]:
    yield from ()


def _markdown(block: Json) -> Iterator[str]:
    if not block["text"].strip():
        yield "markdown without text"


def _section(block: Json) -> Iterator[str]:
    if not 0 < len(block["text"]["text"]) <= SECTION_CHARS:
        yield "must be less than 3001 characters"


def _actions(block: Json) -> Iterator[str]:
    if not 0 < len(block["elements"]) <= ELEMENTS:
        yield "no more than 25 items allowed"
    for element in block["elements"]:
        yield from _button(element)


def _context(block: Json) -> Iterator[str]:
    words = [element["text"] for element in block["elements"]]
    if not 0 < len(words) <= CONTEXT_ELEMENTS or not all(words):
        yield "context without words"


def _image(block: Json) -> Iterator[str]:
    if not 0 < len(block["alt_text"]) <= ALT_CHARS:
        yield "alt_text missing or over 2,000 characters"


def _rich_text(block: Json) -> Iterator[str]:
    for element in block["elements"]:
        yield from _rich(element)


def _input(block: Json) -> Iterator[str]:
    element = block["element"]
    if len(block["label"]["text"]) > ALT_CHARS:
        yield "label over 2,000 characters"
    if element.get("max_length", 0) > SECTION_CHARS:
        yield "max_length over 3,000"
    if len(element.get("initial_value", "")) > SECTION_CHARS:
        yield "initial_value over 3,000 characters"


def _button(button: Json) -> Iterator[str]:
    if not 0 < len(button["text"]["text"]) <= LABEL_CHARS:
        yield "must be less than 76 characters [text]"
    if len(button["action_id"]) > ACTION_CHARS or len(button.get("value", "")) > VALUE_CHARS:
        yield "action_id or value too long"
    if button.get("style") not in {None, "primary", "danger"}:
        yield "unknown style"


def _rich(element: Json) -> Iterator[str]:
    if element["type"] not in {
        "rich_text_section",
        "rich_text_preformatted",
        "rich_text_list",
        "rich_text_quote",
    }:
        yield f"unknown element {element['type']}"
    for part in element["elements"]:
        if part["type"] == "text" and not part["text"]:
            yield "an empty text element"
        if part["type"] == "date" and "timestamp" not in part:
            yield "a date without timestamp"


CHECKS: dict[str, Callable[[Json], Iterator[str]]] = {
    "actions": _actions,
    "context": _context,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "section": _section,
}
