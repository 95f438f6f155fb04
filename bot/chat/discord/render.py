"""Core messages as Discord shows them: one message each, whatever their length.

A short text is the message itself. A longer one goes on in embeds, which hold three times as much;
what does not fit there either comes as a file, so that no code block is ever cut in two.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import discord

from bot.chat.common import text_table
from bot.chat.discord import refs
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

CONTENT_CHARS = 2000
EMBED_CHARS = 4096
EMBEDS_CHARS = 6000
CODE_IN_EMBEDS_CHARS = 1500
"""Longer code is a file once a message is long: its first lines alone help nobody."""

MAX_TABLE_COLUMNS = 35
"""So much of a code block fits on a phone."""

MAX_FILES = 10
FENCE = "```"
NOTE_CHARS = 100
MAX_PIECE_CHARS = EMBED_CHARS - NOTE_CHARS

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

    def is_said_by(self, message: discord.Message) -> bool:
        """Whether a message of ours says this. Discord may trim what it is sent."""
        ours = [embed for embed in message.embeds if embed.type == "rich"]  # others are previews
        said = [message.content, *(embed.description or "" for embed in ours)]
        wanted = [self.content, *self.pages]
        return (
            [words.split() for words in said if words]
            == [words.split() for words in wanted if words]
            and [file.size for file in message.attachments]
            == [len(data) for _, data, _ in self.files]
            and _labels_of(message) == [(one.label, one.custom_id) for one in self._buttons()]
        )

    def view(self) -> discord.ui.View | None:
        """The buttons. Each is known by its name alone, also after a restart."""
        if not self.buttons:
            return None
        view = discord.ui.View(timeout=None)
        for button in self._buttons():
            view.add_item(button)
        view.stop()  # else discord.py would keep it, and every other, for as long as we run
        return view

    def _buttons(self) -> Sequence[discord.ui.Button[discord.ui.View]]:
        return [
            self._button(button, row)
            for row, buttons in enumerate(self.buttons)
            for button in buttons
        ]

    def _button(self, button: Button, row: int) -> discord.ui.Button[discord.ui.View]:
        return discord.ui.Button(
            style=STYLES[button.style],
            label=button.label[:80],
            custom_id=refs.add_tag(button.action, self.tag)[:100],
            row=row,
            disabled=button.spent,
        )


def render(message: Message, *, tag: str = "", about: str = "") -> Rendered:
    """A message as Discord takes it.

    Args:
        message: The core's.
        tag: See `Rendered`.
        about: The id of the channel or thread that it is about, which is linked above it.
    """
    made = _without_texts(message, tag)
    texts = [(block, text) for block in message.blocks for text in _texts(block)]
    head = f"-# <#{about}>" if about else ""
    whole = "\n".join([*([head] if head else []), *(text for _, text in texts)])
    holds_fence = any(isinstance(block, Code) and FENCE in block.source for block, _ in texts)
    if len(whole) <= CONTENT_CHARS and not holds_fence:
        made.content = whole
    else:
        made.content = head
        _fill_embeds(texts, made)
    if not made.content and not made.pages and not made.files:
        made.content = "\N{ZERO WIDTH SPACE}"  # Discord refuses an empty message
    return made


def _labels_of(message: discord.Message) -> list[tuple[str | None, str | None]]:
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    parts = [part for row in rows for part in row.children]
    return [(one.label, one.custom_id) for one in parts if isinstance(one, discord.Button)]


def _without_texts(message: Message, tag: str) -> Rendered:
    return Rendered(
        files=[file for block in message.blocks for file in _files(block)],
        buttons=[block.row for block in message.blocks if isinstance(block, Buttons)],
        tag=tag,
    )


def _files(block: Block) -> Iterator[tuple[str, bytes, str]]:
    match block:
        case Image(name, png, alt):
            yield name, png, alt
        case File(name, content):
            yield name, content, ""
        case _:
            pass


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Text(markdown):
            yield _end_list(printable(markdown))
        case Code(source, language):
            yield f"{FENCE}{LANGUAGES.get(language, language)}\n{_body(source)}\n{FENCE}"
        case Table():
            yield _table(block)
        case Moment(label, at):
            yield f"{label} {discord.utils.format_dt(at, 'F')} ({discord.utils.format_dt(at, 'R')})"
        case ChannelLink(label, conversation):
            yield f"{label} <#{refs.subject_id(conversation)}>"
        case Address(user, words):
            yield f"<@{refs.parse_id(user.user)}> {words}"
        case _:
            pass


def _body(source: str) -> str:
    """What stands in a block. Without any character the fence that ends it would begin another."""
    return printable(source).strip("\n").rstrip() or " "


def _end_list(markdown: str) -> str:
    """A text with an end to its list, else what follows would become part of the last item."""
    last = markdown.rstrip().rpartition("\n")[2]
    return f"{markdown.rstrip()}\n" if last.startswith(("- ", "  ")) else markdown


def _table(table: Table) -> str:
    columns = text_table.align_columns(table).replace(FENCE, "'''")
    if max(map(text_table.width, columns.splitlines())) > MAX_TABLE_COLUMNS:
        return _end_list(text_table.list_rows(table))
    return f"{FENCE}\n{columns}\n{FENCE}"


def _fill_embeds(texts: list[tuple[Block, str]], made: Rendered) -> None:
    """Put a long message into embeds, and what they do not hold into files."""
    rest: list[str] = []
    for block, text in texts:
        needs_file = _needs_file(block, text)
        if needs_file and len(made.files) >= MAX_FILES - 1:  # the last file is for the rest
            rest.append(text)  # whole: a part of it would stand outside of its block
            continue
        for piece in [_attached(block, text, made)] if needs_file else _pieces(text):
            if rest or not _add_page(piece, made):
                rest.append(piece)
    if rest:
        made.files.append(("message.md", "\n".join(rest).encode(), ""))
        _add_page("The rest is in the attached file.", made, spare=0)


def _needs_file(block: Block, text: str) -> bool:
    """Whether an embed should not hold a block."""
    match block:
        case Code(source):
            return len(text) > CODE_IN_EMBEDS_CHARS or FENCE in source
        case Table():
            return len(text) > MAX_PIECE_CHARS and text.startswith(FENCE)
        case _:
            return False


def _attached(block: Block, text: str, made: Rendered) -> str:
    """Attach a block, and what to say in its place."""
    if isinstance(block, Code):
        ending = ENDINGS.get(block.language, "txt")
        kind = "code" if ending == "py" else "text"
        return _attach(printable(block.source), kind, ending, made)
    return _attach(text.strip(f"{FENCE}\n"), "table", "txt", made)


def _attach(source: str, kind: str, ending: str, made: Rendered) -> str:
    number = len(made.files) + 1
    name = f"{kind}{'' if number == 1 else number}.{ending}"
    made.files.append((name, source.encode(), ""))
    return f"*The {kind} is in the attached file `{name}`.*"


def _pieces(text: str) -> Iterator[str]:
    """A text in parts that an embed can hold, cut at line ends."""
    while len(text) > MAX_PIECE_CHARS:
        cut = text.rfind("\n", 1, MAX_PIECE_CHARS)
        cut = cut if cut > 0 else MAX_PIECE_CHARS
        yield text[:cut]
        text = text[cut:].lstrip("\n")
    yield text


def _add_page(text: str, made: Rendered, *, spare: int = NOTE_CHARS) -> bool:
    """Add a text to the embeds if it fits and leaves so much for a note; whether it did."""
    if sum(map(len, made.pages)) + len(text) + 1 > EMBEDS_CHARS - spare:
        return False
    if made.pages and len(made.pages[-1]) + len(text) + 1 <= EMBED_CHARS:
        made.pages[-1] += f"\n{text}"
    else:
        made.pages.append(text)
    return True
