"""Messages, lists and dialogs as pieces of HTML, from the templates in `page/`."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from aiohttp import web

from bot.chat.common import plain
from bot.chat.web import markup
from bot.chat.web.workspace import BOT, Workspace, name_of
from bot.domain.chat.events import Attachment
from bot.domain.chat.message import (
    Address,
    AnswerState,
    Buttons,
    ChannelLink,
    Code,
    Moment,
    Table,
    Text,
)
from bot.domain.local_chat import (
    ARCHIVE,
    ChatMessage,
    OpenedForm,
    PersonContent,
    StoredBlock,
    StoredFile,
    StoredImage,
    ThreadSummary,
    Viewer,
)
from bot.domain.text import one_line
from bot.web.templates import Templates, plain_page

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
    block: StoredBlock | None = None
    files: Sequence[Attachment] = ()


@dataclass(slots=True)
class Html:
    """Renders. A message looks the same to every reader."""

    workspace: Workspace
    notice: str = ""
    _templates: Templates = field(init=False)
    _rendered: OrderedDict[tuple[int, int], str] = field(
        default_factory=OrderedDict[tuple[int, int], str], init=False
    )

    def __post_init__(self) -> None:
        self._templates = Templates(
            PAGE,
            filters={"in_words": _size_in_words, "words": markup.words, "plain": plain.preview},
        )

    def page(self) -> str:
        """The page itself, without any message."""
        return self._templates.render(
            "index.html", people=self.workspace.people, notice=self.notice
        )

    def closed(self, reason: str) -> web.Response:
        """What somebody without a valid link reads."""
        return plain_page(self._templates, "closed.html", status=403, reason=reason)

    def sidebar(
        self,
        viewer: Viewer,
        *,
        unread: Mapping[str, int],
        threads: Sequence[ThreadSummary],
    ) -> str:
        """Channels and threads, with what is unread."""
        channels = [channel for channel in self.workspace.channels if channel.id in viewer.channels]
        return self._templates.render(
            "sidebar.html", channels=channels, unread=unread, threads=threads
        )

    def thread_line(self, thread: ThreadSummary) -> str:
        """The line below a message that has a thread."""
        return self._templates.render("thread.html", thread=thread)

    def form(self, opened: OpenedForm, problem: str = "") -> str:
        """A dialog's content, perhaps with why it was not taken."""
        return self._templates.render(
            "form.html",
            form=opened.form,
            token=opened.token,
            problem=problem,
            beside=[_block(block) for block in opened.form.beside],
        )

    async def message(self, message: ChatMessage) -> str:
        """One message, as it is now."""
        version = (message.id, message.revision)
        html = self._rendered.get(version)
        if html is None:
            if _size(message) > RENDERED_AT_ONCE_CHARS:
                html = await asyncio.to_thread(self._message, message)
            else:
                html = self._message(message)
            self._rendered[version] = html
            if len(self._rendered) > CACHED:
                self._rendered.popitem(last=False)
        return html

    def _message(self, message: ChatMessage) -> str:
        author = self.workspace.find_person(message.author)
        people = [person.id for person in self.workspace.people]
        return self._templates.render(
            "message.html",
            message=message,
            conversation=name_of(message.conversation),
            is_bot=message.author == BOT,
            name=author.name if author else "Freehand" if message.author == BOT else message.author,
            initials=author.initials if author else message.author[:2].capitalize(),
            colour=people.index(author.id) % 6 if author else 6,
            blocks=_blocks(message),
            state=_state(message),
        )


def _blocks(message: ChatMessage) -> list[Block]:
    content = message.content
    if not isinstance(content, PersonContent):
        return [_block(block) for block in content.blocks if not isinstance(block, AnswerState)]
    blocks = [Block("html", markup.typed(content.text))] if content.text.strip() else []
    if content.attachments:
        blocks.append(Block("files", files=content.attachments))
    return blocks


def _state(message: ChatMessage) -> AnswerState | None:
    if isinstance(message.content, PersonContent):
        return None
    blocks = message.content.blocks
    return next((block for block in blocks if isinstance(block, AnswerState)), None)


def _block(block: StoredBlock) -> Block:
    match block:
        case Text(markdown) | Address(_, markdown):  # all names are known here, nobody is called
            return Block("html", markup.trusted(markdown))
        case Code(source, language, folded):
            return Block("html", markup.folded(markup.code(source, language), folded))
        case Table():
            return Block("html", _table(block))
        case StoredFile(file, name, size_bytes):
            return Block(
                "files",
                files=[Attachment(name=name, size_bytes=size_bytes, media_type=ARCHIVE, ref=file)],
            )
        case _:
            return Block(_KINDS[type(block)], block=block)


_KINDS: Mapping[type[StoredBlock], str] = {
    Moment: "moment",
    ChannelLink: "place",
    StoredImage: "picture",
    Buttons: "buttons",
}
"""What the template itself shows."""


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
    return escape(one_line(cell))


def _size_in_words(size_bytes: int) -> str:
    return f"{size_bytes / 1024:.1f} KB" if size_bytes >= 1024 else f"{size_bytes} bytes"  # noqa: PLR2004


def _size(message: ChatMessage) -> int:
    if isinstance(message.content, PersonContent):
        return len(message.content.text)
    return sum(
        len(block.source) if isinstance(block, Code) else len(block.markdown)
        for block in message.content.blocks
        if isinstance(block, Code | Text)
    )
