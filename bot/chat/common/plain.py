"""A core message as plain words, for places that cannot show more: previews and announcements."""

import re
from collections.abc import Iterator

from bot.domain.chat.message import (
    Address,
    AnswerState,
    Block,
    Buttons,
    ChannelLink,
    Code,
    File,
    Image,
    Message,
    Moment,
    Table,
    Text,
)
from bot.domain.text import one_line, printable

_MARKS = re.compile(r"\\([!-/:-@\[-`{-~])|[*_`]{1,3}|^#{1,6} |^> |^[-+] ", re.MULTILINE)
_SPOILER = re.compile(r"\|\|[^|\n]{1,2000}+\|\|")
_LINK = re.compile(r"(?<!\\)\[([^\]\n]{0,200}+)\]\([^)\n]{0,2000}+\)")


def plain(message: Message) -> str:
    """The words of a message, block by block, without any markup."""
    return "\n".join(line for block in message.blocks for line in _lines(block))


def preview(text: str, *, limit_chars: int = 80) -> str:
    """The first words of a text in Markdown, on one line, cut at a word."""
    line = one_line(unmarked(text[: limit_chars * 8]))
    if len(line) <= limit_chars:
        return line
    return f"{line[:limit_chars].rsplit(' ', 1)[0]} …"


def unmarked(markdown: str) -> str:
    """Markdown without its marks."""
    return _MARKS.sub(r"\1", _LINK.sub(r"\1", _SPOILER.sub("(spoiler)", markdown)))


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Text(markdown) | Address(_, markdown):
            yield unmarked(printable(markdown))
        case Code(source):
            yield printable(source)
        case Table(header, rows):
            yield from (" | ".join(map(one_line, row)) for row in (header, *rows))
        case Moment(label, at):
            yield f"{label} {at:%Y-%m-%d %H:%M} UTC"
        case ChannelLink(label, _, title):
            yield f"{label} {title}"
        case Image(alt=words) | File(name=words):
            yield words
        case Buttons() | AnswerState():
            pass  # these have no words to read
