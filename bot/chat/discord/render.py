"""Core messages as Discord shows them: one message each, whatever their length.

What is short stands in the message itself. What is longer goes on in embeds, which hold three times
as much; what does not fit there either comes as a file, so that no code block is ever cut in two.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import discord

from bot.chat.discord import refs
from bot.domain.chat.message import (
    Block,
    Button,
    Buttons,
    ButtonStyle,
    ChannelLink,
    Code,
    Image,
    Message,
    Moment,
    Table,
    Text,
)

CONTENT_CHARS = 2000
EMBED_CHARS = 4096
EMBEDS_CHARS = 6000
CODE_IN_EMBEDS_CHARS = 1500
"""Longer code is a file once a message is long: its first lines alone help nobody."""

COLUMNS_CHARS = 60
FILES_AT_MOST = 10
FENCE = "```"
NOTE_CHARS = 100

LANGUAGES = {"python": "py", "text": "", "pytb": ""}
ENDINGS = {"python": "py", "text": "txt", "pytb": "txt"}
STYLES = {
    ButtonStyle.PRIMARY: discord.ButtonStyle.primary,
    ButtonStyle.PLAIN: discord.ButtonStyle.secondary,
    ButtonStyle.DANGER: discord.ButtonStyle.danger,
}


@dataclass(slots=True)
class Rendered:
    """One Discord message.

    Attributes:
        files: Name, content, and words for those who cannot see a picture.
        tag: Goes with every button's action: see `refs.tag`.
    """

    content: str = ""
    pages: list[str] = field(default_factory=list[str])
    files: list[tuple[str, bytes, str]] = field(default_factory=list[tuple[str, bytes, str]])
    buttons: list[tuple[Button, ...]] = field(default_factory=list[tuple[Button, ...]])
    tag: str = ""

    def embeds(self) -> list[discord.Embed]:
        """What goes on below the message."""
        return [discord.Embed(description=page) for page in self.pages]

    def attached(self) -> list[discord.File]:
        """The files, to be sent once."""
        return [
            discord.File(io.BytesIO(data), filename=name, description=alt or None)
            for name, data, alt in self.files
        ]

    def view(self) -> discord.ui.View | None:
        """The buttons. Presses are heard by their names alone, also after a restart."""
        if not self.buttons:
            return None
        view = discord.ui.View(timeout=None)
        for row, buttons in enumerate(self.buttons):
            for button in buttons:
                view.add_item(
                    discord.ui.Button[discord.ui.View](
                        style=STYLES[button.style],
                        label=button.label[:80],
                        custom_id=refs.tagged(button.action, self.tag)[:100],
                        row=row,
                    )
                )
        view.stop()  # else discord.py would keep it, and every other, for as long as we run
        return view


def render(message: Message, *, tag: str = "", about: str = "") -> Rendered:
    """A message as Discord takes it.

    Args:
        message: What to say.
        tag: See `Rendered`.
        about: The id of the room that it is about, which is named above it.
    """
    made = Rendered(tag=tag)
    for block in message.blocks:
        if isinstance(block, Buttons):
            made.buttons.append(block.row)
        elif isinstance(block, Image):
            made.files.append((block.name, block.png, block.alt))
    texts = [(block, text) for block in message.blocks for text in _texts(block)]
    head = [f"-# <#{about}>"] if about else []
    whole = "\n".join([*head, *(text for _, text in texts)])
    holds_fence = any(isinstance(block, Code) and FENCE in block.source for block, _ in texts)
    if len(whole) <= CONTENT_CHARS and not holds_fence:
        made.content = whole
    else:
        made.content = "".join(head)
        _spread(texts, made)
    if not made.content and not made.pages and not made.files:
        made.content = "\N{ZERO WIDTH SPACE}"  # Discord refuses a message of nothing
    return made


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Text(markdown):
            yield _ended(markdown)
        case Code(source, language):
            yield f"{FENCE}{LANGUAGES.get(language, language)}\n{source.rstrip()}\n{FENCE}"
        case Table():
            columns = _columns(block)
            wide = max(map(len, columns.splitlines())) > COLUMNS_CHARS
            yield _ended(_rows(block)) if wide else f"{FENCE}\n{columns}\n{FENCE}"
        case Moment(label, at):
            yield f"{label} {discord.utils.format_dt(at, 'F')} ({discord.utils.format_dt(at, 'R')})"
        case ChannelLink(label, conversation):
            yield f"{label} <#{refs.about(conversation)}>"
        case _:
            pass


def _ended(markdown: str) -> str:
    """A text with an end to its list, else what follows would become part of the last item."""
    last = markdown.rstrip().rpartition("\n")[2]
    return f"{markdown.rstrip()}\n" if last.startswith(("- ", "  ")) else markdown


def _columns(table: Table) -> str:
    """Rows with their cells below each other."""
    rows = [table.header, *table.rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.header))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _rows(table: Table) -> str:
    """A row in a line, for what is too wide to stand in columns on a phone."""
    lines: list[str] = []
    for first, *others in table.rows:
        named = zip(table.header[1:], others, strict=True)
        told = " · ".join(f"{name}: {cell}" for name, cell in named if cell)
        lines.append(f"- **{first}** · {told}" if told else f"- **{first}**")
    return "\n".join(lines)


def _spread(texts: list[tuple[Block, str]], made: Rendered) -> None:
    """Put a long message into embeds, and what they do not hold into files."""
    rest: list[str] = []
    for block, text in texts:
        shown = text
        if isinstance(block, Code) and (len(text) > CODE_IN_EMBEDS_CHARS or FENCE in block.source):
            shown = _attached(block, made) if _has_room(made) else text
        for piece in _pieces(shown):
            if rest or not _placed(piece, made):
                rest.append(piece)
    if rest:
        made.files.append(("message.md", "\n".join(rest).encode(), ""))
        _placed("The rest is in the attached file.", made, spare=0)


def _has_room(made: Rendered) -> bool:
    return len(made.files) < FILES_AT_MOST - 1  # the last place is for the rest


def _attached(code: Code, made: Rendered) -> str:
    number = len(made.files) + 1
    ending = ENDINGS.get(code.language, "txt")
    kind = "code" if ending == "py" else "text"
    name = f"{kind}{'' if number == 1 else number}.{ending}"
    made.files.append((name, code.source.encode(), ""))
    return f"*The {kind} is in the attached file `{name}`.*"


def _pieces(text: str) -> Iterator[str]:
    """A text in parts that an embed can hold, cut at line ends."""
    while len(text) > EMBED_CHARS - NOTE_CHARS:
        cut = text.rfind("\n", 1, EMBED_CHARS - NOTE_CHARS)
        cut = cut if cut > 0 else EMBED_CHARS - NOTE_CHARS
        yield text[:cut]
        text = text[cut:].lstrip("\n")
    yield text


def _placed(text: str, made: Rendered, *, spare: int = NOTE_CHARS) -> bool:
    """Whether there was room for it in the embeds, with so much left for a note."""
    if sum(map(len, made.pages)) + len(text) + 1 > EMBEDS_CHARS - spare:
        return False
    if made.pages and len(made.pages[-1]) + len(text) + 1 <= EMBED_CHARS:
        made.pages[-1] += f"\n{text}"
    else:
        made.pages.append(text)
    return True
