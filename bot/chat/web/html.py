"""Messages, lists and dialogs as pieces of HTML, from the templates in `page/`."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.chat.web import markup
from bot.chat.web.archive import Stored, Thread, Viewer
from bot.chat.web.codec import Picture, Shown, Typed
from bot.chat.web.ledger import OpenedForm
from bot.chat.web.workspace import BOT, Workspace
from bot.domain.chat.events import Attachment
from bot.domain.chat.message import Buttons, ChannelLink, Code, Moment, Table, Text

PAGE = Path(__file__).parent / "page"

CACHED = 500
"""Rendered messages kept, about 2 KB each."""

RENDERED_AT_ONCE_CHARS = 4_000
"""Longer contents are rendered beside the event loop: colours for 64 KiB take 0.1 s and more."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a message, ready for its template."""

    kind: str
    html: str = ""
    block: Shown | None = None
    files: Sequence[Attachment] = ()


@dataclass(slots=True)
class Html:
    """Renders. What it makes of a message is the same for every reader."""

    workspace: Workspace
    notice: str = ""
    _templates: Environment = field(init=False)
    _made: OrderedDict[tuple[int, int], str] = field(
        default_factory=OrderedDict[tuple[int, int], str], init=False
    )

    def __post_init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(PAGE),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        self._templates.filters["in_words"] = _size_in_words

    def page(self) -> str:
        """The page itself, without any message."""
        return self._render("index.html", people=self.workspace.people, notice=self.notice)

    def closed(self, reason: str, nonce: str) -> str:
        """What somebody without a valid link reads; `nonce` marks its own style."""
        return self._render("closed.html", reason=reason, nonce=nonce)

    def sidebar(
        self,
        viewer: Viewer,
        *,
        unread: Mapping[str, int],
        threads: Sequence[Thread],
    ) -> str:
        """Channels and threads, with what is unread."""
        channels = [channel for channel in self.workspace.channels if channel.id in viewer.channels]
        return self._render("sidebar.html", channels=channels, unread=unread, threads=threads)

    def thread_line(self, thread: Thread) -> str:
        """The line below a message that has a thread."""
        return self._render("thread.html", thread=thread)

    def form(self, opened: OpenedForm) -> str:
        """A dialog's content."""
        return self._render("form.html", form=opened.form, token=opened.token)

    async def message(self, message: Stored) -> str:
        """One message, as it is now."""
        version = (message.id, message.revision)
        made = self._made.get(version)
        if made is None:
            if _size(message) > RENDERED_AT_ONCE_CHARS:
                made = await asyncio.to_thread(self._message, message)
            else:
                made = self._message(message)
            self._made[version] = made
            if len(self._made) > CACHED:
                self._made.popitem(last=False)
        return made

    def _message(self, message: Stored) -> str:
        author = self.workspace.find_person(message.author)
        people = [person.id for person in self.workspace.people]
        return self._render(
            "message.html",
            message=message,
            spot=message.spot.name,
            is_bot=message.author == BOT,
            name=author.name if author else "Freehand" if message.author == BOT else message.author,
            initials=author.initials if author else message.author[:2].capitalize(),
            colour=people.index(author.id) % 6 if author else 6,
            blocks=_blocks(message),
        )

    def _render(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(**values)


def _blocks(message: Stored) -> list[Block]:
    content = message.content
    if not isinstance(content, Typed):
        return [_block(block) for block in content]
    blocks = [Block("html", markup.typed(content.text))] if content.text.strip() else []
    if content.attachments:
        blocks.append(Block("files", files=content.attachments))
    return blocks


def _block(block: Shown) -> Block:
    match block:
        case Text(markdown):
            return Block("html", markup.trusted(markdown))
        case Code(source, language):
            return Block("html", markup.code(source, language))
        case Table():
            return Block("html", _table(block))
        case Moment():
            return Block("moment", block=block)
        case ChannelLink():
            return Block("place", block=block)
        case Picture():
            return Block("picture", block=block)
        case Buttons():
            return Block("buttons", block=block)


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{_cell(cell)}</th>' for cell in table.header)
    rows = "".join(
        f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in table.rows
    )
    return (
        f'<div class="table"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cell(cell: str) -> str:
    return markup.inline(cell) if any(mark in cell for mark in "*`[_~") else escape(cell)


def _size_in_words(size_bytes: int) -> str:
    return f"{size_bytes / 1024:.1f} KB" if size_bytes >= 1024 else f"{size_bytes} bytes"  # noqa: PLR2004


def _size(message: Stored) -> int:
    if isinstance(message.content, Typed):
        return len(message.content.text)
    return sum(
        len(block.source) if isinstance(block, Code) else len(block.markdown)
        for block in message.content
        if isinstance(block, Code | Text)
    )
