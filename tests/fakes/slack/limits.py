"""What Slack takes of a message or a form, as its documentation says."""

from collections.abc import Iterator
from typing import Any

from tests.fakes.slack.model import Json

TEXT_CHARS, SECTION_CHARS, BLOCKS, MODAL_BLOCKS = 40_000, 3000, 50, 100
MARKDOWN_CHARS, MESSAGE_CHARS = 12_000, 13_200
ELEMENTS, LABEL_CHARS, ACTION_CHARS, VALUE_CHARS = 25, 75, 255, 2000
TITLE_CHARS, ALT_CHARS, METADATA_CHARS = 24, 2000, 3001


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
        return sum(words_in(part) for part in value.values())
    if isinstance(value, list):
        return sum(words_in(part) for part in value)
    return len(value) if isinstance(value, str) else 0


def _elements(block: Json) -> list[Json]:
    return block.get("elements", []) if block["type"] == "actions" else []


def _block(block: Json, *, form: bool) -> Iterator[str]:
    kind = block["type"]
    known = {"actions", "context", "divider", "header", "image", "rich_text", "section"}
    if kind not in (known | {"input"} if form else known | {"markdown", "table"}):
        yield f"unsupported block type {kind}"
    match kind:
        case "markdown":
            if not block["text"].strip():
                yield "markdown without text"
        case "section":
            if not 0 < len(block["text"]["text"]) <= SECTION_CHARS:
                yield "must be less than 3001 characters"
        case "actions":
            if not 0 < len(block["elements"]) <= ELEMENTS:
                yield "no more than 25 items allowed"
            for element in block["elements"]:
                yield from _button(element)
        case "context":
            if not 0 < len(block["elements"]) <= 10 or not all(
                element["text"] for element in block["elements"]
            ):
                yield "context without words"
        case "image":
            if not 0 < len(block["alt_text"]) <= ALT_CHARS:
                yield "alt_text missing or over 2,000 characters"
        case "rich_text":
            for element in block["elements"]:
                yield from _rich(element)
        case "input":
            if len(block["label"]["text"]) > ALT_CHARS:
                yield "label over 2,000 characters"
            if block["element"].get("max_length", 0) > SECTION_CHARS:
                yield "max_length over 3,000"
            if len(block["element"].get("initial_value", "")) > SECTION_CHARS:
                yield "initial_value over 3,000 characters"
        case _:
            pass


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
