"""Somebody at the page of the local web chat, speaking its real protocol."""

import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, WSMsgType
from yarl import URL

from bot.chat.web.adapter import WebChat
from tests.support.patience import PATIENCE_S

Frame = dict[str, Any]


@dataclass
class Visitor:
    """One page, at which one person sits."""

    http: ClientSession
    socket: ClientWebSocketResponse
    frames: list[Frame] = field(default_factory=list[Frame])
    _ids: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def since(self) -> int:
        """The last change this page has seen."""
        return max((frame["revision"] for frame in self.frames if "revision" in frame), default=0)

    async def send(self, kind: str, **values: object) -> str:
        """Send a frame; returns its id."""
        frame = {"type": kind, "id": f"{id(self)}-{next(self._ids)}", **values}
        await self.socket.send_json(frame)
        return str(frame["id"])

    async def receive(self) -> Frame:
        """The next frame."""
        message = await self.socket.receive(timeout=PATIENCE_S)
        assert message.type is WSMsgType.TEXT, message
        frame: Frame = message.json()
        self.frames.append(frame)
        return frame

    async def until(self, kind: str, **values: object) -> Frame:
        """Read on until a frame of this kind with these values; earlier frames are kept too."""
        while True:
            frame = await self.receive()
            if frame["type"] == kind and values.items() <= frame.items():
                return frame

    async def ask(self, kind: str, **values: object) -> Frame:
        """Send a frame and wait for its answer: `sent` or `error`."""
        frame_id = str(values.pop("id", "")) or f"{id(self)}-{next(self._ids)}"
        await self.socket.send_json({"type": kind, "id": frame_id, **values})
        while True:
            frame = await self.receive()
            if frame["type"] in {"sent", "error"} and frame["id"] == frame_id:
                return frame

    async def say(self, text: str, conversation: str = "practice", *files: str) -> Frame:
        """Post a message or command."""
        return await self.ask("say", text=text, conversation=conversation, files=list(files))

    async def page(self, conversation: str = "practice") -> Frame:
        """Open a conversation; returns what the page shows."""
        await self.send("open", conversation=conversation)
        return await self.until("page", conversation=conversation)

    async def message(self, containing: str) -> Frame:
        """The next change of a message whose HTML contains this."""
        while True:
            frame = await self.until("message")
            if containing in frame["html"]:
                return frame

    async def upload(self, name: str, content: bytes) -> str:
        """Send a file up; returns its id."""
        async with self.http.post("/files", params={"name": name}, data=content) as answer:
            assert answer.status == 200, await answer.text()
            return str((await answer.json())["id"])


@asynccontextmanager
async def browser(chat: WebChat) -> AsyncGenerator[ClientSession]:
    """A browser that was let in by the link."""
    base = URL(chat.url).origin()
    jar = CookieJar(unsafe=True)  # keeps cookies of bare addresses, too
    async with ClientSession(base, headers={"Origin": str(base)}, cookie_jar=jar) as http:
        async with http.get(URL(chat.url).relative()) as answer:
            assert answer.status == 200
        yield http


@asynccontextmanager
async def visit(
    chat: WebChat, person: str, *, tab: str = "tab", since: int = 0
) -> AsyncGenerator[Visitor]:
    """A page that has connected and was welcomed."""
    async with browser(chat) as http, http.ws_connect("/socket") as socket:
        visitor = Visitor(http, socket)
        await visitor.send("hello", person=person, tab=tab, since=since)
        await visitor.until("welcome")
        yield visitor
