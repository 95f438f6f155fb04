"""Core messages as Slack shows them: blocks, and words for notifications.

Text is Slack's own ``markdown`` block. All else that comes from people is an element of rich text,
which Slack shows as it is: no name in it notifies anybody. What is too long for one message goes on
in a file below it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.chat.common import text_table
from bot.chat.common.plain import plain, unmarked
from bot.chat.slack import refs
from bot.domain.chat.message import (
    Address,
    Block,
    Button,
    Buttons,
    ButtonStyle,
    ChannelLink,
    Code,
    File,
    Image,
    Message,
    Moment,
    Table,
    Text,
)
from bot.domain.text import printable

Made = dict[str, Any]
"""A block, or a part of one."""

MAX_BLOCKS = 50
MAX_CHARS = 11_000
"""In all blocks together: Slack refuses a message of somewhat more than 12,000."""

CODE_CHARS = 3000
"""Longer code stands in several elements."""

MAX_TABLE_COLUMNS = 35
"""So much of a code block fits on a phone."""

NOTICE_CHARS = 3000
LABEL_CHARS, ACTION_CHARS, ALT_CHARS = 75, 255, 500
ROW_BUTTONS = 25
FENCE = "```"
REST = "The rest is in the file below."

WHEN = "{date_short_pretty} at {time}"
STYLES = {ButtonStyle.PRIMARY: "primary", ButtonStyle.DANGER: "danger"}
_COMMAND = re.compile(r"`/(?=[a-z])(?!(?:challenge|freehand)\b)")
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ANGLES = str.maketrans({"<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}"})


@dataclass(frozen=True, slots=True)
class Rendered:
    """One Slack message.

    Attributes:
        notice: What a notification says.
        blocks: With `Picture` where a file's id is to be put.
        rest: What does not fit, as Markdown; empty if all does.
        files: What stands below it.
    """

    notice: str
    blocks: tuple["Made | Picture", ...]
    rest: str = ""
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """Stands for a block with an image that is to be sent first."""

    image: Image

    @property
    def alt(self) -> str:
        """What it shows, in words."""
        return printable(self.image.alt)[:ALT_CHARS] or self.image.name

    def block(self, file_id: str) -> Made:
        """The block, once Slack has the image."""
        return {"type": "image", "slack_file": {"id": file_id}, "alt_text": self.alt}

    def words(self) -> Made:
        """The block where no image can be sent."""
        return _rich(_section([{"type": "text", "text": self.alt}]))


@dataclass(slots=True)
class _Room:
    """What is left of one message.

    Attributes:
        most: Blocks that it may have beside buttons and the note on what did not fit.
        rest: What did not fit.
    """

    chars: int = MAX_CHARS
    most: int = MAX_BLOCKS - 1
    blocks: list["Made | Picture"] = field(default_factory=list["Made | Picture"])
    rest: list[str] = field(default_factory=list[str])

    def add(self, blocks: Sequence["Made | Picture"], words: str) -> None:
        """Take blocks with so many words, or keep the words for the file."""
        has_room = len(self.blocks) + len(blocks) <= self.most
        is_picture = any(isinstance(block, Picture) for block in blocks)
        fits = is_picture or (len(words) <= self.chars and not self.rest)
        if blocks and not (has_room and fits):
            self.rest.append(words)
            return
        self.chars -= 0 if is_picture else len(words)
        self.blocks += blocks


def render(message: Message, *, base: str, tag: str = "") -> Rendered:
    """A message as Slack takes it.

    Args:
        message: The core's.
        base: The workspace's address, for links into it.
        tag: What it is about, as its buttons carry it; see `refs.tag`.
    """
    rows = [block for block in message.blocks if isinstance(block, Buttons)]
    buttons = [made for row in rows for made in _buttons(row, tag)][: MAX_BLOCKS - 1]
    room = _Room(most=MAX_BLOCKS - 1 - len(buttons))
    for block in message.blocks:
        if not isinstance(block, Buttons):
            room.add(*_rendered(block, base))
    if room.rest:
        room.blocks.append(_markdown(f"*{REST}*"))
    room.blocks += buttons
    notice = plain(message)[:NOTICE_CHARS].translate(_ESCAPED) or "…"
    files = tuple(block for block in message.blocks if isinstance(block, File))
    return Rendered(notice, tuple(room.blocks), "\n\n".join(room.rest), files)


def words_of(message: Message) -> list[Made]:
    """The text and code of a message, for a form, where Slack knows no Markdown."""
    parts = [block for block in message.blocks if isinstance(block, (Text, Code))]
    return [
        _code(block.source)
        if isinstance(block, Code)
        else _rich(_section([{"type": "text", "text": _bare(block.markdown)[:CODE_CHARS]}]))
        for block in parts
        if isinstance(block, Code) or _bare(block.markdown)
    ]


def _bare(markdown: str) -> str:
    """Words where Slack reads no Markdown."""
    return unmarked(printable(markdown)).strip()


def _rendered(block: Block, base: str) -> tuple[list[Made | Picture], str]:
    """A block as Slack has it, and its words."""
    match block:
        case Text(markdown):
            text = _harmless(printable(markdown))
            return [_markdown(text)] if text.strip() else [], text
        case Code(source):
            return [_code(source)], f"{FENCE}\n{printable(source)}\n{FENCE}"
        case Table():
            return _table(block)
        case Image():
            picture = Picture(block)
            return [picture], picture.alt
        case Moment() | ChannelLink() | Address():
            return [_rich(_section(list(_elements(block, base))))], _said(block, base)
        case _:
            return [], ""


def _said(block: Moment | ChannelLink | Address, base: str) -> str:
    """The words of such a block, for the file with what does not fit."""
    words = plain(Message((block,)))
    if isinstance(block, ChannelLink) and block.conversation.thread:
        return f"{words} ({refs.permalink(base, block.conversation)})"
    return f"@{block.user.user} {words}" if isinstance(block, Address) else words


def _elements(block: Moment | ChannelLink | Address, base: str) -> Iterator[Made]:
    match block:
        case Moment(label, at):
            yield {"type": "text", "text": f"{_bare(label)} "}
            yield {
                "type": "date",
                "timestamp": int(at.timestamp()),
                "format": WHEN,
                "fallback": f"{at:%Y-%m-%d %H:%M} UTC",
            }
        case ChannelLink(label, conversation, title):
            yield {"type": "text", "text": f"{_bare(label)} "}
            if conversation.thread:
                yield {
                    "type": "link",
                    "url": refs.permalink(base, conversation),
                    "text": _bare(title) or "the thread",
                }
            else:
                yield {"type": "channel", "channel_id": conversation.channel}
        case Address(user, words):
            yield {"type": "user", "user_id": user.user}
            yield {"type": "text", "text": f" {printable(words)}"}


def _table(table: Table) -> tuple[list[Made | Picture], str]:
    columns = text_table.align_columns(table)
    if max(map(text_table.width, columns.splitlines())) > MAX_TABLE_COLUMNS:
        rows = _harmless(text_table.list_rows(table))
        return [_markdown(rows)], rows
    return [_code(columns)], f"{FENCE}\n{columns}\n{FENCE}"


def _markdown(text: str) -> Made:
    return {"type": "markdown", "text": text}


def _harmless(markdown: str) -> str:
    """Markdown in which nothing is a mention: Slack reads those in angle brackets anywhere.

    Commands are named as they are typed here.
    """
    markdown = _COMMAND.sub(r"`/freehand ", markdown)
    return markdown.replace("\\<", "<").translate(_ANGLES)


def _code(source: str) -> Made:
    body = printable(source).strip("\n").rstrip() or " "
    pieces = [body[start : start + CODE_CHARS] for start in range(0, len(body), CODE_CHARS)]
    texts = [{"type": "text", "text": piece} for piece in pieces]
    return _rich({"type": "rich_text_preformatted", "elements": texts})


def _rich(element: Made) -> Made:
    return {"type": "rich_text", "elements": [element]}


def _section(elements: Sequence[Made]) -> Made:
    return {"type": "rich_text_section", "elements": list(elements)}


def _buttons(buttons: Buttons, tag: str) -> list[Made]:
    """Those that can be pressed in rows, the others as words: Slack has none that cannot."""
    live = [button for button in buttons.row if not button.spent]
    spent = [button.label for button in buttons.row if button.spent]
    rows: list[Made] = []
    for start in range(0, len(live), ROW_BUTTONS):
        row = [_button(button, tag) for button in live[start : start + ROW_BUTTONS]]
        rows.append({"type": "actions", "elements": row})
    if spent:
        rows.append(spent_row(spent))
    return rows


def spent_row(labels: Sequence[str]) -> Made:
    """Buttons that cannot be pressed any more."""
    words = " · ".join(labels)[:CODE_CHARS]
    return {"type": "context", "elements": [{"type": "plain_text", "text": words}]}


def _button(button: Button, tag: str) -> Made:
    made: Made = {
        "type": "button",
        "text": {"type": "plain_text", "text": button.label[:LABEL_CHARS]},
        "action_id": button.action[:ACTION_CHARS],
    }
    if tag:
        made["value"] = tag
    if button.style in STYLES:
        made["style"] = STYLES[button.style]
    return made
