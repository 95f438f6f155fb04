"""The REST server: routes, who may ask, what is recorded, and what goes wrong on purpose."""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from tests.fakes.discord import errors, schemas
from tests.fakes.discord.errors import ApiError, Json
from tests.fakes.discord.faults import Fault, Faults, Trouble
from tests.fakes.discord.limits import REQUEST_BYTES

BASE = "/api/v10"
PROXIED = {"Via": "1.1 google"}
"""What discord.py tells Discord's own 429 by from that of the proxy before it."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, as routes see it.

    Attributes:
        at: The ids in the path.
        body: The JSON, also of a form with files; None where there is none.
        files: Uploads by their number: name and bytes.
    """

    route: str
    at: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: Mapping[int, tuple[str, bytes]]

    def id(self, name: str) -> int:
        """An id in the path; one that is no number belongs to nothing."""
        return number(self.at[name])


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A request that was made, in the order in which they came."""

    method: str
    path: str
    route: str
    query: Mapping[str, str]
    json: Any
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reply:
    """An answer that is no error."""

    json: Any = None
    status: int = 200


Handler = Callable[[Call], Reply]


@dataclass(frozen=True)
class Route:
    """A route, and who serves it.

    Attributes:
        check: Raises what Discord says of a body over its limits.
        open_to_all: It needs no bot token: its path holds another.
    """

    method: str
    path: str
    serve: Handler
    check: Callable[[Call], None] | None = None
    open_to_all: bool = False

    @property
    def name(self) -> str:
        """As faults and requests name it."""
        return f"{self.method} {self.path}"

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches paths of this route."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path))


def number(text: object) -> int:
    """An id, as text or number; zero, which belongs to nothing, when it is not a number."""
    return int(str(text)) if str(text).isdecimal() else 0


@dataclass(eq=False)
class Rest:
    """Takes requests apart, has them served, and writes down what was asked.

    Attributes:
        requests: All requests so far.
        violations: Bodies that break Discord's published specification.
        stopped: Set when it serves no longer; what hangs ends then.
    """

    token: Callable[[], str]
    changed: Callable[[], None]
    routes: list[Route] = field(default_factory=list[Route])
    requests: list[Sent] = field(default_factory=list[Sent])
    violations: list[str] = field(default_factory=list[str])
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    faults: Faults = field(init=False)

    def __post_init__(self) -> None:
        self.faults = Faults(lambda: (route.name for route in self.routes))

    def asked(self, route: str) -> list[Sent]:
        """The requests to one route: ``POST /channels/{channel_id}/messages``."""
        assert any(known.name == route for known in self.routes), f"no such route: {route}"
        return [sent for sent in self.requests if sent.route == route]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        path = request.path.removeprefix(BASE)
        route, at = self._find(request.method, path)
        try:
            body, files = await _read(request)
        except ApiError as error:
            body, files, refused = None, {}, error
        else:
            refused = None
        name = "" if route is None else route.name
        names = tuple(file for file, _ in files.values())
        self.requests.append(
            Sent(
                method=request.method,
                path=path,
                route=name,
                query=dict(request.query),
                json=body,
                files=names,
            )
        )
        fault = self.faults.take(name, path)
        try:
            if fault is not None and fault.trouble is Trouble.SILENT:
                await self.stopped.wait()
                return _cut(request)
            if fault is not None and (answer := _instead(fault, request)) is not None:
                return answer
            if refused is not None:
                raise refused
            if route is None:
                raise errors.unknown_route()
            self._admit(route, request)
            call = Call(route=name, at=at, query=request.query, body=body, files=files)
            reply = self._do(route, call)
        except ApiError as error:
            reply = Reply(error.body, error.status)
        finally:
            self.changed()
        return self._answer(reply, name, fault, request)

    def _do(self, route: Route, call: Call) -> Reply:
        if route.check is not None:
            route.check(call)
        problem = schemas.problem(route.name, call.body)
        if problem:
            self.violations.append(f"{route.name}: {problem}")
            raise errors.invalid_form(("", "PUBLISHED_SPECIFICATION", problem))
        return route.serve(call)

    def _find(self, method: str, path: str) -> tuple[Route | None, dict[str, str]]:
        for route in self.routes:
            found = route.pattern.fullmatch(path)
            if found is not None and route.method == method:
                return route, found.groupdict()
        return None, {}

    def _admit(self, route: Route, request: web.Request) -> None:
        if not route.open_to_all and request.headers.get("Authorization") != f"Bot {self.token()}":
            raise errors.unauthorized()

    def _answer(
        self, reply: Reply, route: str, fault: Fault | None, request: web.Request
    ) -> web.StreamResponse:
        headers = {
            "X-RateLimit-Limit": "1000",
            "X-RateLimit-Remaining": "999",
            "X-RateLimit-Reset-After": "1.000",
            "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:32],
        }
        match None if fault is None else fault.trouble:
            case Trouble.CUT_AFTER:
                return _cut(request)
            case Trouble.GARBAGE:
                return _plain(json.dumps(reply.json).encode()[:20], reply.status, headers)
            case Trouble.ODD if fault is not None:
                return _odd(fault, headers)
            case Trouble.EXHAUSTED if fault is not None:
                headers["X-RateLimit-Remaining"] = "0"
                headers["X-RateLimit-Reset-After"] = f"{fault.after_s:.3f}"
            case _:
                pass
        return _json(reply.json, reply.status, headers)


def _json(body: object, status: int, headers: Mapping[str, str]) -> web.Response:
    if status == HTTPStatus.NO_CONTENT:
        return web.Response(status=status, headers=headers)
    return _plain(json.dumps(body).encode(), status, headers)


def _plain(body: bytes, status: int, headers: Mapping[str, str]) -> web.Response:
    # No charset: discord.py compares the whole header with "application/json".
    json_type = {"Content-Type": "application/json"}
    return web.Response(body=body, status=status, headers={**headers, **json_type})


def _instead(fault: Fault, request: web.Request) -> web.StreamResponse | None:
    """The answer of trouble that keeps a request from being done."""
    match fault.trouble:
        case Trouble.LIMITED:
            return _limited(fault)
        case Trouble.BANNED:
            return web.Response(status=429, text="<html>Access denied</html>")
        case Trouble.FAILED:
            return web.Response(status=fault.status, text="upstream connect error")
        case Trouble.CUT_BEFORE:
            return _cut(request)
        case Trouble.NOT_FOUND:
            raise errors.unknown_message()
        case _:
            return None


def _odd(fault: Fault, headers: Mapping[str, str]) -> web.Response:
    if fault.status == HTTPStatus.NO_CONTENT:
        return web.Response(status=fault.status, headers=headers)
    if fault.answer.startswith("<"):
        page = {**headers, "Content-Type": "text/html"}
        return web.Response(text=fault.answer, status=fault.status, headers=page)
    return _plain(fault.answer.encode(), fault.status, headers)


def _limited(fault: Fault) -> web.Response:
    headers = {
        **PROXIED,
        "Retry-After": str(int(fault.after_s) + 1),
        "X-RateLimit-Scope": "global" if fault.is_global else "user",
    }
    if fault.is_global:
        headers["X-RateLimit-Global"] = "true"
    else:
        headers["X-RateLimit-Limit"] = "5"
        headers["X-RateLimit-Remaining"] = "0"
        headers["X-RateLimit-Reset-After"] = f"{fault.after_s:.3f}"
    body: Json = {
        "message": "You are being rate limited.",
        "retry_after": fault.after_s,
        "global": fault.is_global,
    }
    return _json(body, 429, headers)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()  # goes nowhere


async def _read(request: web.Request) -> tuple[Any, dict[int, tuple[str, bytes]]]:
    if (request.content_length or 0) > REQUEST_BYTES:
        async for _ in request.content.iter_any():
            pass  # a client that is still sending when it is answered may not read the answer
        raise errors.too_large()
    if request.content_type == "multipart/form-data":
        return await _read_form(request)
    raw = await request.read()
    if not raw:
        return None, {}
    return _parsed(raw), {}


async def _read_form(request: web.Request) -> tuple[Any, dict[int, tuple[str, bytes]]]:
    body: Any = None
    files: dict[int, tuple[str, bytes]] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader), "forms are not nested"
        content = bytes(await part.read())
        name = part.name or ""
        if name == "payload_json":
            body = _parsed(content)
        elif found := re.fullmatch(r"files\[(\d+)\]", name):
            files[int(found[1])] = (part.filename or "", content)
        else:
            raise errors.invalid_form((name, "UNKNOWN_PART", "The fake knows no such part."))
    return body, files


def _parsed(raw: bytes) -> Any:  # noqa: ANN401  # any JSON
    try:
        return json.loads(raw)
    except ValueError as error:
        raise errors.not_json() from error
