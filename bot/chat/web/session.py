"""One page's WebSocket: what it asks is done, and what changes is sent.

A page shows what is stored. Whenever something may have changed, every change beyond the last
revision it has seen is sent, in order. A connection that was lost for a second or a night catches
up in the same way, so nothing is lost and nothing comes twice.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiohttp import WSCloseCode, web

from bot.chat.web.actions import Actions
from bot.chat.web.frames import (
    ClientFrame,
    Delete,
    Dismiss,
    Edit,
    Hello,
    Older,
    Open,
    Press,
    Read,
    Say,
    Submit,
    Suggest,
)
from bot.chat.web.html import Html
from bot.chat.web.tabs import Tabs
from bot.chat.web.workspace import Person, Workspace, name_of, ref_of, user_ref
from bot.domain.chat.port import Sink
from bot.domain.errors import BotError, GoneError, UserError
from bot.domain.local_chat import (
    ChatMessage,
    Conversation,
    LocalChat,
    LocalChatStore,
    PersonContent,
    ThreadSummary,
    Viewer,
)

log = structlog.get_logger()

PAGE_SIZE = 50
"""Messages shown when a conversation opens, and more each time one scrolls up."""

THREADS_LISTED = 30
BATCH = 100
CATCH_UP_LIMIT = 500
"""With more changes than this a page starts afresh: that is quicker."""

SUGGESTIONS_LIMIT = 25


@dataclass(slots=True, kw_only=True)
class SessionContext:
    """What every session works with.

    Attributes:
        deliver: Says that there is something for the core.
    """

    workspace: Workspace
    store: LocalChatStore
    html: Html
    tabs: Tabs
    actions: Actions
    sink: Sink
    deliver: Callable[[], None]


@dataclass(slots=True)
class Session:
    """A page with somebody at it.

    Attributes:
        id: The page's own name; it stays the same when the page connects again.
        seen: The last revision that was sent.
        _lines: Each thread's line, as the page has it.
    """

    context: SessionContext
    socket: web.WebSocketResponse
    person: Person
    id: str
    seen: int
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _sidebar: str = field(default="", init=False)
    _lines: dict[int, str] = field(default_factory=dict[int, str], init=False)

    @property
    def viewer(self) -> Viewer:
        """What this person may see."""
        channels = self.context.workspace.channels_of(self.person)
        return Viewer(self.person.id, tuple(channel.id for channel in channels))

    async def send(self, frame: Mapping[str, Any]) -> None:
        """Send one frame."""
        await self.socket.send_str(json.dumps(frame, ensure_ascii=False))

    def wake(self) -> None:
        """Look for changes."""
        self._news.set()

    # --- what changes is sent -----------------------------------------------------------------

    async def welcome(self) -> None:
        """Say where the page stands: it catches up, or begins afresh."""
        async with self.context.store.read() as chat:
            latest = await chat.messages.latest_revision()
            missed = await chat.messages.count_changes(self.viewer, after=self.seen)
        resumed = 0 < self.seen <= latest and missed <= CATCH_UP_LIMIT
        if not resumed:
            self.seen = latest
        await self.send(
            {
                "type": "welcome",
                "resumed": resumed,
                "revision": self.seen,
                "person": self.person.id,
                "commands": self.context.actions.commands_of(self.person),
            }
        )
        self.wake()

    async def keep_up(self) -> None:
        """Send what changes, until cancelled or the page is gone."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                while await self._catch_up() == BATCH:
                    pass
            except BotError:  # the database cannot be read now: the next change tries again
                continue
            except ConnectionError:
                return
            except Exception:  # a chat handler: a page that shows no changes any more comes back
                log.exception("changes_not_sent")
                await self.socket.close(code=WSCloseCode.INTERNAL_ERROR)
                return

    async def _catch_up(self) -> int:
        """Send the next changes and the lists beside them; gives how many messages changed."""
        viewer = self.viewer
        async with self.context.store.read() as chat:
            changes = await chat.messages.changes(viewer, after=self.seen, limit=BATCH)
            threads = await self._threads_of(chat, changes)
            unread = await chat.messages.unread(viewer)
            listed = await chat.threads.latest(viewer, limit=THREADS_LISTED)
        for frame in await self._frames(changes, threads):
            await self.send(frame)
        await self._send_threads(changes, threads)
        if changes:
            self.seen = changes[-1].revision
        await self._send_sidebar(unread, listed)
        return len(changes)

    async def _threads_of(
        self, chat: LocalChat, messages: Sequence[ChatMessage]
    ) -> Sequence[ThreadSummary]:
        """The threads that these messages have, or stand in."""
        ids = {message.id for message in messages}
        ids |= {message.conversation.thread for message in messages} - {0}
        return await chat.threads.of(self.viewer, ids | self._lines.keys())

    async def _send_threads(
        self, changes: Sequence[ChatMessage], threads: Sequence[ThreadSummary]
    ) -> None:
        """Send the lines of threads in which something was said, or read in any tab."""
        answered = {message.conversation.thread for message in changes}
        for thread in threads:
            line = self.context.html.thread_line(thread)
            if thread.id in answered or line != self._lines.get(thread.id):
                self._lines[thread.id] = line
                await self.send({"type": "thread", "message": thread.id, "html": line})

    async def _send_sidebar(
        self, unread: Mapping[str, int], threads: Sequence[ThreadSummary]
    ) -> None:
        html = self.context.html.sidebar(self.viewer, unread=unread, threads=threads)
        if html != self._sidebar:
            self._sidebar = html
            total = sum(unread.values()) + sum(thread.unread for thread in threads)
            await self.send({"type": "sidebar", "html": html, "unread": total})

    async def _frames(
        self, messages: Sequence[ChatMessage], threads: Sequence[ThreadSummary]
    ) -> list[dict[str, Any]]:
        """Each message as a frame, with the line of its thread if it has one."""
        lines = {thread.id: self.context.html.thread_line(thread) for thread in threads}
        shown = lines.keys() & {message.id for message in messages}
        self._lines.update({thread: lines[thread] for thread in shown})
        return [await self._frame(message, lines.get(message.id, "")) for message in messages]

    async def _frame(self, message: ChatMessage, thread_line: str) -> dict[str, Any]:
        if message.dismissed:
            return {"type": "gone", "message": message.id, "revision": message.revision}
        content, is_own = message.content, message.author == self.person.id
        typed = content.text if is_own and isinstance(content, PersonContent) else None
        return {
            "type": "message",
            "message": message.id,
            "revision": message.revision,
            "conversation": name_of(message.conversation),
            "html": await self.context.html.message(message),
            "thread": thread_line,
            "text": typed,
        }

    # --- what the page asks is done -----------------------------------------------------------

    async def handle(self, frame: ClientFrame) -> None:
        """Do what a frame asks; what cannot be done is answered with an error."""
        frame_id = getattr(frame, "id", "")
        try:
            await self._do(frame)
        except (UserError, GoneError) as error:
            await self.send({"type": "error", "id": frame_id, "text": str(error)})
        except BotError as error:
            text = f"That could not be stored; please try again in a moment. ({error})"
            await self.send({"type": "error", "id": frame_id, "text": text, "again": True})

    async def _do(self, frame: ClientFrame) -> None:
        match frame:
            case Open() | Older():
                await self._show(frame)
            case Suggest():
                await self._suggest(frame)
            case Read():
                await self._read(frame)
            case Hello():
                raise UserError("This page has said who it is already.")
            case _:
                await self._act(frame)

    async def _act(self, frame: Say | Edit | Delete | Press | Submit | Dismiss) -> None:
        actions = self.context.actions
        answer: dict[str, Any] = {"type": "sent", "id": getattr(frame, "id", "")}
        match frame:
            case Say():
                answer["message"] = await actions.say(self, frame)
            case Edit():
                await actions.edit(self, frame)
            case Delete():
                await actions.delete(self, frame)
            case Press():
                await actions.press(self, frame)
            case Submit():
                await actions.submit(self, frame)
            case Dismiss():
                await actions.dismiss(self, frame)
        self.context.tabs.wake()
        self.context.deliver()
        await self.send(answer)

    async def _show(self, frame: Open | Older) -> None:
        conversation = self.context.workspace.open_to(self.person, frame.conversation)
        before = frame.before if isinstance(frame, Older) else None
        async with self.context.store.read() as chat:
            messages = await chat.messages.page(
                self.viewer, conversation, before=before, limit=PAGE_SIZE
            )
            more = len(messages) == PAGE_SIZE
            if conversation.thread:
                messages = [await self._parent(chat, conversation), *messages]
            threads = await self._threads_of(chat, messages)
            read = await chat.messages.read_up_to(self.person.id, conversation)
        await self.send(
            {
                "type": "page",
                "conversation": name_of(conversation),
                "title": _title(conversation, threads),
                "topic": "" if conversation.thread else self.context.workspace.topic(conversation),
                "before": before,
                "read": read,
                "solved": bool(conversation.thread)
                and await self.context.sink.has_solved(ref_of(conversation), user_ref(self.person)),
                "more": more,
                "items": await self._frames(messages, threads),
            }
        )

    async def _parent(self, chat: LocalChat, conversation: Conversation) -> ChatMessage:
        parent = await chat.messages.get(conversation.thread)
        in_channel = parent.conversation == Conversation(conversation.channel)
        if not in_channel or not parent.is_visible_to(self.person.id):
            raise UserError("That thread is not here.")
        return parent

    async def _suggest(self, frame: Suggest) -> None:
        conversation = self.context.workspace.open_to(self.person, frame.conversation)
        found = await self.context.sink.suggest(
            frame.command,
            frame.option,
            frame.partial,
            where=ref_of(conversation),
            info=self.context.workspace.info(user_ref(self.person)),
        )
        items = list(found)[:SUGGESTIONS_LIMIT]
        await self.send({"type": "suggestions", "id": frame.id, "items": items})

    async def _read(self, frame: Read) -> None:
        conversation = self.context.workspace.open_to(self.person, frame.conversation)
        async with self.context.store.write() as chat:
            is_new = await chat.messages.mark_read(self.person.id, conversation, frame.message)
        if is_new:
            self.context.tabs.wake(self.person.id)


def _title(conversation: Conversation, threads: Sequence[ThreadSummary]) -> str:
    if not conversation.thread:
        return f"# {conversation.channel}"
    titles = (thread.title for thread in threads if thread.id == conversation.thread)
    return next(titles, "New thread")
