"""Who may speak to the local chat: the person at this machine, and no other page or machine."""

import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from aiohttp import web

from bot.chat.web import ledger
from bot.chat.web.database import Database
from bot.domain.clock import Clock
from bot.domain.errors import SettingsError, TransientError

LOOPBACK = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "[::1]"}
"""Addresses the chat may be served at, as they are written in a link."""

_OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
_COOKIE_AGE_S = int(ledger.BROWSERS_KEPT.total_seconds())

_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


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
class Gate:
    """Lets a browser in by the link of this start, and knows it by its cookie from then on.

    Attributes:
        port: The port that is served; set once it is known.
        page: Makes the page for somebody who may not come in, from a sentence and a nonce.
    """

    database: Database
    clock: Clock
    page: Callable[[str, str], str]
    port: int = 0
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    _known: set[str] = field(default_factory=set[str], init=False)

    async def open(self) -> None:
        """Remember the browsers that came in before."""
        self._known = set(await self.database.run(ledger.browsers))

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Check every request before anything else sees it."""
        refusal = self._foreign(request)
        if refusal:
            raise web.HTTPForbidden(text=refusal)
        if request.path == "/" and "token" in request.query:
            return await self._enter(request)
        if not self._is_known(request):
            return self._closed(request, "This page opens with the link that Freehand has printed.")
        return await handler(request)

    async def add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Say to the browser what this page may never do."""
        response.headers.update(_HEADERS)
        response.headers.setdefault("Cache-Control", "no-store")
        # Not every browser counts a WebSocket to the page's own origin as 'self'.
        own = f"ws://{request.host}" if request.host in self._hosts() else ""
        policy = (
            f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
            f" 'self' {own}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        )
        response.headers.setdefault("Content-Security-Policy", policy)

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
            await self.database.run(
                partial(ledger.put_browser, cookie_hash=_hashed(cookie), at=self.clock())
            )
        response = web.Response(status=303, headers={"Location": "/"})
        response.set_cookie(
            self._cookie(), cookie, httponly=True, samesite="Strict", max_age=_COOKIE_AGE_S
        )
        return response

    def _closed(self, request: web.Request, reason: str) -> web.Response:
        if request.path != "/":
            return web.Response(status=403, text=reason)
        nonce = secrets.token_urlsafe(12)
        policy = f"default-src 'none'; style-src 'nonce-{nonce}'; frame-ancestors 'none'"
        return web.Response(
            status=403,
            text=self.page(reason, nonce),
            content_type="text/html",
            headers={"Content-Security-Policy": policy},
        )


def _hashed(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "surrogateescape")).hexdigest()
