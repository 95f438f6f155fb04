"""The local chat over HTTP: the page and its files, uploads, and one WebSocket for each page."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import AsyncGenerator, Coroutine, Generator
from dataclasses import dataclass, field
from pathlib import PurePath
from urllib.parse import quote

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot.chat.web.access import LOOPBACK, AccessGuard
from bot.chat.web.frames import FrameError, Hello, parse
from bot.chat.web.html import PAGE, Html
from bot.chat.web.session import Session, SessionContext
from bot.domain.clock import Clock
from bot.domain.errors import BotError, GoneError, LimitError
from bot.domain.local_chat import ARCHIVE, PICTURE, ChatFile
from bot.domain.text import one_line
from bot.web.site import OUR_FAULT, Site

log = structlog.get_logger()

FILE_LIMIT_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024
NAME_LIMIT_CHARS = 120
FRAME_LIMIT_BYTES = 256 * 1024
BAD_FRAMES_LIMIT = 20
"""After so many messages that are no frames the connection is closed."""

HEARTBEAT_S = 20.0
STOP_S = 2.0
"""Pages are told to go; those that do not hear it are left behind after this time."""

MEDIA_TYPES = {".py": "text/x-python", ".ipynb": "application/x-ipynb+json"}
_ASSETS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_UNSAFE = re.compile(r"[<>:\"/\\|?*\ufffd]")


@dataclass(slots=True, kw_only=True)
class Server:
    """Serves the local chat, on this machine alone."""

    host: str
    port: int
    guard: AccessGuard
    html: Html
    clock: Clock
    context: SessionContext
    _site: Site = field(init=False)
    _sockets: set[web.WebSocketResponse] = field(
        default_factory=set[web.WebSocketResponse], init=False
    )

    def __post_init__(self) -> None:
        self._site = Site(
            host=LOOPBACK[self.host].strip("[]"),
            port=self.port,
            purpose="the local web chat",
            advice="Is Freehand running already? If not, set FREEHAND_WEB_PORT to another port.",
            routes=[
                web.get("/", self._page),
                web.get("/alive", self._alive),
                web.get("/page/{name}", self._asset),
                web.get("/files/{id}", self._file),
                web.post("/files", self._upload),
                web.delete("/files/{id}", self._drop),
                web.get("/socket", self._socket),
            ],
            middlewares=[self.guard.check],
            content_policy=self.guard.content_policy,
            leave=self._leave,
            stop_s=STOP_S,
        )

    async def start(self) -> None:
        """Listen.

        Raises:
            SettingsError: The port cannot be used.
        """
        await self._site.start()
        self.port = self.guard.port = self._site.port

    async def stop(self) -> None:
        """Listen no more, and let every page go."""
        await self._site.stop()

    @property
    def url(self) -> str:
        """The link that lets a browser in."""
        return f"http://{LOOPBACK[self.host]}:{self.port}/?token={self.guard.token}"

    # --- the page and its files ---------------------------------------------------------------

    async def _page(self, _request: web.Request) -> web.Response:
        return web.Response(text=self.html.page(), content_type="text/html")

    async def _alive(self, _request: web.Request) -> web.Response:
        return web.Response(status=204)

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        path = PAGE / PurePath(request.match_info["name"]).name
        if path.suffix not in _ASSETS or not path.is_file():
            raise web.HTTPNotFound
        headers = {"Content-Type": _ASSETS[path.suffix], "Cache-Control": "no-cache"}
        return web.FileResponse(path, headers=headers)

    async def _file(self, request: web.Request) -> web.Response:
        with _as_http():
            async with self.context.store.read() as chat:
                file = await chat.files.get(request.match_info["id"])
        keeps = "no-store" if file.media_type == ARCHIVE else "private, max-age=31536000, immutable"
        headers = {"Cache-Control": keeps}
        if file.media_type != PICTURE:  # what a person sent is saved, never shown as a page
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
        return web.Response(body=file.content, content_type=file.media_type, headers=headers)

    # --- uploads ------------------------------------------------------------------------------

    async def _upload(self, request: web.Request) -> web.Response:
        name = file_name(request.query.get("name", ""))
        media_type = MEDIA_TYPES.get(PurePath(name).suffix.lower())
        if media_type is None:
            return _refusal(
                415, f"I take .py and .ipynb files. Rename {name}, or paste the code here."
            )
        content = await _body(request)
        if content is None:
            return _refusal(
                413,
                f"{name} is over {FILE_LIMIT_BYTES // 1024} KiB. Clear the notebook's outputs, or"
                " send the code alone.",
            )
        file_id = secrets.token_urlsafe(18)
        file = ChatFile(name, media_type, content)
        try:
            with _as_http():
                async with self.context.store.write() as chat:
                    await chat.files.add_upload(file_id, file, self.clock())
        except LimitError as error:
            return _refusal(429, str(error))
        return web.json_response({"id": file_id, "name": name, "size": len(content)})

    async def _drop(self, request: web.Request) -> web.Response:
        with _as_http():
            async with self.context.store.write() as chat:
                await chat.files.drop(request.match_info["id"])
        return web.Response(status=204)

    # --- the socket ---------------------------------------------------------------------------

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(
            timeout=STOP_S,
            heartbeat=HEARTBEAT_S,
            max_msg_size=FRAME_LIMIT_BYTES,
            compress=False,
        )
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await self._serve(socket)
        except (ConnectionError, BotError) as error:  # the page comes back by itself
            log.info("page_left", reason=type(error).__name__)
        finally:
            self._sockets.discard(socket)
            await socket.close()
        return socket

    async def _serve(self, socket: web.WebSocketResponse) -> None:
        session = await self._introduce(socket)
        if session is None:
            return
        self.context.tabs.add(session)
        try:
            await session.welcome()
            async with _background(session.keep_up()):
                await _listen(socket, session)
        finally:
            self.context.tabs.remove(session)

    async def _introduce(self, socket: web.WebSocketResponse) -> Session | None:
        message = await socket.receive()
        if message.type is not WSMsgType.TEXT:
            return None
        try:
            hello = parse(message.data)
        except FrameError:
            hello = None
        person = (
            self.context.workspace.find_person(hello.person) if isinstance(hello, Hello) else None
        )
        if person is None or not isinstance(hello, Hello):
            await socket.send_json({"type": "error", "id": "", "text": "Who is there?"})
            await socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return None
        return Session(self.context, socket, person, hello.tab, hello.since)

    async def _leave(self) -> None:
        leaving = [socket.close(code=WSCloseCode.GOING_AWAY) for socket in self._sockets]
        await asyncio.gather(*leaving)


@contextlib.asynccontextmanager
async def _background(work: Coroutine[None, None, None]) -> AsyncGenerator[None]:
    """Run something beside the block, and end it with the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _listen(socket: web.WebSocketResponse, session: Session) -> None:
    bad_frames = 0
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            await socket.close(code=WSCloseCode.UNSUPPORTED_DATA)
            return
        try:
            frame = parse(message.data)
        except FrameError as error:
            await session.send({"type": "error", "id": "", "text": str(error)})
            bad_frames += 1
            if bad_frames >= BAD_FRAMES_LIMIT:
                await socket.close(code=WSCloseCode.POLICY_VIOLATION)
                return
            continue
        try:
            await session.handle(frame)
        except ConnectionError:
            return
        except Exception:  # a chat handler: one frame never ends a page's connection
            log.exception("frame_failed", frame=type(frame).__name__)
            await session.send({"type": "error", "id": getattr(frame, "id", ""), "text": OUR_FAULT})


async def _body(request: web.Request) -> bytes | None:
    """The body, read no further than the limit; None if it is longer."""
    if (request.content_length or 0) > FILE_LIMIT_BYTES:
        return None
    body = bytearray()
    async for chunk in request.content.iter_chunked(CHUNK_BYTES):
        body += chunk
        if len(body) > FILE_LIMIT_BYTES:
            return None
    return bytes(body)


def _refusal(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=status)


def file_name(given: str) -> str:
    """A name without folders or characters that some file system refuses."""
    path = one_line(given[-4 * NAME_LIMIT_CHARS :]).replace("\\", "/")
    name = _UNSAFE.sub("_", PurePath(path).name).strip()
    return name[-NAME_LIMIT_CHARS:] or "file"


@contextlib.contextmanager
def _as_http() -> Generator[None]:
    try:
        yield
    except LimitError:
        raise
    except GoneError as error:
        raise web.HTTPNotFound(text=str(error)) from error
    except BotError as error:
        raise web.HTTPServiceUnavailable(text=str(error)) from error
