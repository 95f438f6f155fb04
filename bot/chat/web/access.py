"""Who may speak to the local chat: the person at this machine, and no other page or machine."""

import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.domain.clock import Clock
from bot.domain.errors import SettingsError, TransientError
from bot.domain.local_chat import BROWSERS_KEPT, LocalChatStore

LOOPBACK = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "[::1]"}
"""Addresses the chat may be served at, as they are written in a link."""

_OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
_COOKIE_AGE_S = int(BROWSERS_KEPT.total_seconds())


def check_loopback(host: str) -> None:
    """Refuse to be reachable from elsewhere: there are no passwords here.

    Raises:
        SettingsError: The address is not this machine's own.
    """
    if host not in LOOPBACK:
        raise SettingsError(
            f"The local web chat has no passwords, so it is served on 127.0.0.1 alone, not on"
            f" {host!r}."
        )


@dataclass(slots=True)
class AccessGuard:
    """Lets a browser in by the link of this start, and knows it by its cookie from then on.

    Attributes:
        closed_page: Makes the page for somebody who may not come in, from the reason.
        port: The port that is served; set once it is known.
    """

    store: LocalChatStore
    clock: Clock
    closed_page: Callable[[str], web.Response]
    port: int = 0
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    _known: set[str] = field(default_factory=set[str], init=False)

    async def open(self) -> None:
        """Remember the browsers that came in before."""
        async with self.store.read() as chat:
            self._known = set(await chat.browsers.all())

    @web.middleware
    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Check every request before anything else sees it."""
        refusal = self._foreign(request)
        if refusal:
            raise web.HTTPForbidden(text=refusal)
        if request.path == "/" and "token" in request.query:
            return await self._enter(request)
        if not self._is_known(request):
            return self._closed(request, "This page opens with the link that Freehand has printed.")
        return await handler(request)

    def content_policy(self, request: web.Request) -> str:
        """What the page may load."""
        # Not every browser counts a WebSocket to the page's own origin as 'self'.
        own = f"ws://{request.host}" if request.host in self._hosts() else ""
        return (
            f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
            f" 'self' {own}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        )

    def _foreign(self, request: web.Request) -> str:
        """Why a request does not come from the page itself; empty if it does.

        A foreign site whose name was made to point at this machine shows by its Host, a foreign
        page by its Origin, and one that sends no Origin by what the browser says of it.
        """
        if request.headers.get("Host", "") not in self._hosts():
            return "This chat answers to 127.0.0.1 alone."
        origin = request.headers.get("Origin")
        if origin is not None and origin not in {f"http://{host}" for host in self._hosts()}:
            return "Another page may not speak to this chat."
        site = request.headers.get("Sec-Fetch-Site", "none")
        follows_link = request.path == "/" and request.headers.get("Sec-Fetch-Mode") == "navigate"
        if site not in {"none", "same-origin"} and not follows_link:
            return "Another page may not speak to this chat."
        return ""

    def _hosts(self) -> set[str]:
        hosts = {f"{name}:{self.port}" for name in _OWN_NAMES}
        return hosts | set(_OWN_NAMES) if self.port == 80 else hosts  # noqa: PLR2004  # HTTP's own

    def _cookie(self) -> str:
        # Cookies are shared by every port of a host; the name keeps two chats apart.
        return f"freehand-{self.port}"

    def _is_known(self, request: web.Request) -> bool:
        cookie = request.cookies.get(self._cookie(), "")
        return bool(cookie) and _hashed(cookie) in self._known

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        if self._is_known(request):
            return web.Response(status=303, headers={"Location": "/"})
        if not hmac.compare_digest(
            request.query["token"].encode("utf-8", "replace"), self.token.encode()
        ):
            return self._closed(request, "That link is from an earlier start of Freehand.")
        cookie = secrets.token_urlsafe(32)
        self._known.add(_hashed(cookie))
        with contextlib.suppress(TransientError):  # then it comes in until the next start alone
            async with self.store.write() as chat:
                await chat.browsers.add(_hashed(cookie), self.clock())
        response = web.Response(status=303, headers={"Location": "/"})
        response.set_cookie(
            self._cookie(), cookie, httponly=True, samesite="Strict", max_age=_COOKIE_AGE_S
        )
        return response

    def _closed(self, request: web.Request, reason: str) -> web.Response:
        if request.path != "/":
            return web.Response(status=403, text=reason)
        return self.closed_page(reason)


def _hashed(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "surrogateescape")).hexdigest()
