"""One page's WebSocket: what it asks is done, and what changes is sent.

The page is kept true to the archive, not told of happenings: whenever something may have changed,
everything beyond the last revision it has seen is sent, in order. A connection that was lost for a
second or a night catches up in the same way, so nothing is lost and nothing comes twice.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiohttp import web

from bot.chat.web import archive
from bot.chat.web.actions import Deeds
from bot.chat.web.archive import Stored, Viewer
from bot.chat.web.codec import Typed
from bot.chat.web.database import Database
from bot.chat.web.frames import (
    Delete,
    Dismiss,
    Edit,
    Frame,
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
from bot.chat.web.workspace import Person, Spot, Workspace
from bot.domain.chat.port import Sink
from bot.domain.errors import BotError, GoneError, UserError

BATCH = 100
CATCH_UP_LIMIT = 500
"""With more changes than this a page starts afresh: that is quicker."""

SUGGESTIONS_LIMIT = 25


@dataclass(slots=True, kw_only=True)
class Backstage:
    """What every session works with.

    Attributes:
        deliver: Tells the courier that there is something for the core.
    """

    workspace: Workspace
    database: Database
    html: Html
    tabs: Tabs
    deeds: Deeds
    sink: Sink
    deliver: Callable[[], None]


@dataclass(slots=True)
class Session:
    """A page with somebody at it.

    Attributes:
        id: The page's own name; it stays the same when the page connects again.
        seen: The last revision that was sent.
    """

    backstage: Backstage
    socket: web.WebSocketResponse
    person: Person
    id: str
    seen: int
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _sidebar: str = field(default="", init=False)

    @property
    def viewer(self) -> Viewer:
        """What this person may see."""
        channels = self.backstage.workspace.channels_of(self.person)
        return Viewer(self.person.id, tuple(channel.id for channel in channels))

    async def send(self, frame: Mapping[str, Any]) -> None:
        """Send one frame."""
        await self.socket.send_str(json.dumps(frame, ensure_ascii=False))

    def wake(self) -> None:
        """Look at the archive."""
        self._news.set()

    # --- what changes is sent -----------------------------------------------------------------

    async def welcome(self) -> None:
        """Say where the page stands: it catches up, or begins afresh."""
        database = self.backstage.database
        latest = await database.run(archive.revision)
        missed = await database.run(
            partial(archive.changed, viewer=self.viewer, after=self.seen, limit=CATCH_UP_LIMIT + 1)
        )
        resumed = 0 < self.seen <= latest and len(missed) <= CATCH_UP_LIMIT
        if not resumed:
            self.seen = latest
        await self.send(
            {
                "type": "welcome",
                "resumed": resumed,
                "revision": self.seen,
                "person": self.person.id,
                "commands": self.backstage.deeds.commands_of(self.person),
            }
        )
        self.wake()

    async def keep_up(self) -> None:
        """Send what changes, until cancelled or the page is gone."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self._catch_up()
                await self._send_sidebar()
            except BotError:  # the file cannot be read now: the next change tries again
                continue
            except ConnectionError:
                return

    async def _catch_up(self) -> None:
        look = partial(archive.changed, viewer=self.viewer, limit=BATCH)
        while changes := await self.backstage.database.run(partial(look, after=self.seen)):
            threads = {message.spot.thread for message in changes if message.spot.thread}
            for frame in await self._frames(changes):
                await self.send(frame)
            await self._send_threads(threads)
            self.seen = changes[-1].revision

    async def _send_threads(self, ids: Iterable[int]) -> None:
        for thread in await self.backstage.database.run(
            partial(archive.threads, viewer=self.viewer, ids=ids)
        ):
            line = self.backstage.html.thread_line(thread)
            await self.send({"type": "thread", "message": thread.id, "html": line})

    async def _send_sidebar(self) -> None:
        database, viewer = self.backstage.database, self.viewer
        unread = await database.run(partial(archive.unread, viewer=viewer))
        threads = await database.run(partial(archive.threads, viewer=viewer))
        html = self.backstage.html.sidebar(viewer, unread=unread, threads=threads)
        if html != self._sidebar:
            self._sidebar = html
            total = sum(unread.values()) + sum(thread.unread for thread in threads)
            await self.send({"type": "sidebar", "html": html, "unread": total})

    async def _frames(self, messages: Sequence[Stored]) -> list[dict[str, Any]]:
        """Each message as a frame, with the line of its thread if it has one."""
        ids = [message.id for message in messages]
        threads = await self.backstage.database.run(
            partial(archive.threads, viewer=self.viewer, ids=ids)
        )
        lines = {thread.id: self.backstage.html.thread_line(thread) for thread in threads}
        return [await self._frame(message, lines.get(message.id, "")) for message in messages]

    async def _frame(self, message: Stored, thread_line: str) -> dict[str, Any]:
        if message.dismissed:
            return {"type": "gone", "message": message.id, "revision": message.revision}
        own = message.author == self.person.id and isinstance(message.content, Typed)
        return {
            "type": "message",
            "message": message.id,
            "revision": message.revision,
            "conversation": message.spot.name,
            "html": await self.backstage.html.message(message),
            "thread": thread_line,
            "text": message.content.text if own and isinstance(message.content, Typed) else None,
        }

    # --- what the page asks is done -----------------------------------------------------------

    async def obey(self, frame: Frame) -> None:
        """Do what a frame asks; what cannot be done is answered with an error."""
        frame_id = getattr(frame, "id", "")
        try:
            await self._do(frame)
        except (UserError, GoneError) as error:
            await self.send({"type": "error", "id": frame_id, "text": str(error)})
        except BotError as error:
            text = f"That could not be stored; please try again in a moment. ({error})"
            await self.send({"type": "error", "id": frame_id, "text": text, "again": True})

    async def _do(self, frame: Frame) -> None:
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
        deeds = self.backstage.deeds
        answer: dict[str, Any] = {"type": "sent", "id": getattr(frame, "id", "")}
        match frame:
            case Say():
                answer["message"] = await deeds.say(self, frame)
            case Edit():
                await deeds.edit(self, frame)
            case Delete():
                await deeds.delete(self, frame)
            case Press():
                await deeds.press(self, frame)
            case Submit():
                await deeds.submit(self, frame)
            case Dismiss():
                await deeds.dismiss(self, frame)
        self.backstage.tabs.wake()
        self.backstage.deliver()
        await self.send(answer)

    async def _show(self, frame: Open | Older) -> None:
        spot = self.backstage.workspace.spot(self.person, frame.conversation)
        before = frame.before if isinstance(frame, Older) else None
        messages = await self.backstage.database.run(
            partial(archive.page, viewer=self.viewer, spot=spot, before=before)
        )
        more = len(messages) == archive.PAGE_SIZE
        if spot.thread:
            parent = await self._parent(spot)
            messages = messages if more else [parent, *messages]
        await self.send(
            {
                "type": "page",
                "conversation": spot.name,
                "title": await self._title(spot),
                "topic": "" if spot.thread else self.backstage.workspace.topic(spot),
                "before": before,
                "read": await self._read_up_to(spot),
                "more": more,
                "items": await self._frames(messages),
            }
        )

    async def _title(self, spot: Spot) -> str:
        if not spot.thread:
            return f"# {spot.channel}"
        look = partial(archive.threads, viewer=self.viewer, ids=[spot.thread])
        found = await self.backstage.database.run(look)
        return found[0].title if found else "New thread"

    async def _read_up_to(self, spot: Spot) -> int:
        look = partial(archive.read_up_to, person=self.person.id, spot=spot)
        return await self.backstage.database.run(look)

    async def _parent(self, spot: Spot) -> Stored:
        parent = await self.backstage.database.run(partial(archive.get, message=spot.thread))
        if parent.spot != Spot(spot.channel) or not parent.visible_to(self.person.id):
            raise UserError("That thread is not here.")
        return parent

    async def _suggest(self, frame: Suggest) -> None:
        spot = self.backstage.workspace.spot(self.person, frame.conversation)
        found = await self.backstage.sink.suggest(
            frame.command, frame.option, frame.partial, where=spot.ref
        )
        items = list(found)[:SUGGESTIONS_LIMIT]
        await self.send({"type": "suggestions", "id": frame.id, "items": items})

    async def _read(self, frame: Read) -> None:
        spot = self.backstage.workspace.spot(self.person, frame.conversation)
        mark = partial(archive.mark_read, person=self.person.id, spot=spot, message=frame.message)
        if await self.backstage.database.run(mark):
            self.backstage.tabs.wake(self.person.id)
