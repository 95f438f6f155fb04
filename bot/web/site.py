"""How every server of ours listens: one factory, with security headers and pages for errors."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.domain.errors import SettingsError
from bot.web.templates import Templates, plain_page

log = structlog.get_logger()

STOP_S = 60.0
"""How long requests in progress may take at the end; aiohttp's own default."""

HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""What a browser may never do with anything of ours."""

NO_CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'"

NOT_FOUND = "There is nothing at this address."
OUR_FAULT = "Something went wrong on our side, and it is written down. Please try again."


def _load_nothing(_request: web.Request) -> str:
    return NO_CONTENT_POLICY


@dataclass(slots=True, kw_only=True)
class Site:
    """A server for some routes.

    Attributes:
        host: The address.
        port: 0 takes any free port; it is known once the site has started.
        purpose: What it serves, for the sentence that says that the port cannot be used.
        advice: What to do then.
        routes: The pages.
        middlewares: See every request first, in this order.
        content_policy: What a page may load; a response may say it for itself.
        leave: Called when the site stops, while its connections are still open.
        stop_s: How long requests in progress may take at the end.
    """

    host: str
    port: int
    purpose: str
    advice: str
    routes: Sequence[web.AbstractRouteDef]
    middlewares: Sequence[Middleware] = ()
    content_policy: Callable[[web.Request], str] = _load_nothing
    leave: Callable[[], Awaitable[None]] | None = None
    stop_s: float = STOP_S
    _runner: web.AppRunner | None = field(default=None, init=False)

    async def start(self) -> None:
        """Listen.

        Raises:
            SettingsError: The address cannot be used.
        """
        self._runner = web.AppRunner(
            self._application(), access_log=None, shutdown_timeout=self.stop_s
        )
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self.host, self.port).start()
        except (OSError, UnicodeError) as error:  # some names are refused unasked
            await self.stop()
            reason = getattr(error, "strerror", None) or "there is no such address"
            raise SettingsError(
                f"Port {self.port} at {self.host} cannot be used for {self.purpose} ({reason})."
                f" {self.advice}"
            ) from error
        self.port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _application(self) -> web.Application:
        app = web.Application(middlewares=[_explain_errors, *self.middlewares])
        app.on_response_prepare.append(self._add_headers)
        app.on_shutdown.append(self._leave)
        app.add_routes(self.routes)
        return app

    async def _add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(HEADERS)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Content-Security-Policy", self.content_policy(request))

    async def _leave(self, _app: web.Application) -> None:
        if self.leave is not None:
            await self.leave()


_TEMPLATES = Templates()


@web.middleware
async def _explain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a person at a browser with a page; programs get the bare status and sentence."""
    try:
        return await handler(request)
    except web.HTTPClientError as error:
        if "text/html" not in request.headers.get("Accept", ""):
            raise
        return _error_page(error.status, NOT_FOUND if _is_bare_404(error) else error.text or "")
    except web.HTTPException:
        raise
    except Exception:  # one request never ends the server
        if "Upgrade" in request.headers:  # a WebSocket's answer has begun
            raise
        log.exception("request_failed", path=request.path)
        return _error_page(500, OUR_FAULT)


def _is_bare_404(error: web.HTTPException) -> bool:
    return isinstance(error, web.HTTPNotFound) and error.text == "404: Not Found"


def _error_page(status: int, sentence: str) -> web.Response:
    return plain_page(_TEMPLATES, "error.html", status=status, sentence=sentence)
