"""A Discord of our own: REST, gateway and content server in this process, for the real client.

async with FakeDiscord() as fake:
guild = fake.guild("Cohort")
practice = guild.channel("practice")
ana = guild.person("Ana")
with connect(fake):
...  # discord.py talks to the fake now
"""

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Self

import discord
import discord.gateway
import discord.http
import discord.state
import yarl
from aiohttp import web

from tests.fakes.clock import FakeClock
from tests.fakes.discord.api_guilds import GuildRoutes
from tests.fakes.discord.api_interactions import InteractionRoutes
from tests.fakes.discord.api_messages import MessageRoutes
from tests.fakes.discord.api_threads import ThreadRoutes
from tests.fakes.discord.backend import Backend
from tests.fakes.discord.faults import Faults
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.guilds import OwnedGuild
from tests.fakes.discord.limits import REQUEST_BYTES
from tests.fakes.discord.links import Links
from tests.fakes.discord.model import World
from tests.fakes.discord.permissions import ALL, Allow
from tests.fakes.discord.rest import BASE, Rest, Sent, number
from tests.fakes.waiting import Changes

READY_AFTER_S = 0.05
"""discord.py waits two seconds after the last guild before it says that it is ready."""


@dataclass(eq=False)
class FakeDiscord:
    """The server, and what a test asks of it.

    Attributes:
        world: All that there is, to be looked at.
        gateway: The connections, and what goes wrong with them.
        no_content: Statuses that the next downloads are answered with.
    """

    clock: FakeClock = field(default_factory=FakeClock)
    world: World = field(init=False)
    gateway: Gateway = field(init=False)
    changes: Changes = field(default_factory=Changes, init=False)
    no_content: list[int] = field(default_factory=list[int], init=False)
    backend: Backend = field(init=False)
    messages: MessageRoutes = field(init=False)
    _rest: Rest = field(init=False)
    _links: Links = field(init=False)
    _runner: web.AppRunner | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.world = World(self.clock)
        self._links = Links(self.clock)
        self.gateway = Gateway(self.world, self._links, self.changes.tell)
        self.backend = Backend(self.world, self.gateway, self._links)
        self._rest = Rest(lambda: self.world.token, self.changes.tell)
        self.messages = MessageRoutes(self.backend)
        self._rest.routes += [
            *GuildRoutes(self.backend).routes(),
            *self.messages.routes(),
            *ThreadRoutes(self.backend).routes(),
            *InteractionRoutes(self.backend, self.messages).routes(),
        ]

    # --- running ------------------------------------------------------------------------------

    async def start(self) -> None:
        """Listen on a port of its own."""
        self._rest.stopped.clear()
        app = web.Application(client_max_size=REQUEST_BYTES)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_get("/cdn/{kind}/{channel}/{file}/{name}", self._content)
        app.router.add_route("*", f"{BASE}/{{path:.*}}", self._rest.serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self._links.base = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Drop all connections and listen no more."""
        self._rest.stopped.set()
        self.gateway.cut()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._links.base

    async def _content(self, request: web.Request) -> web.Response:
        """An attachment, as long as its address holds."""
        if self.no_content:
            return web.Response(status=self.no_content.pop(0), text="upstream connect error")
        file = self.world.files.get(number(request.match_info["file"]))
        until, signature = request.query.get("ex", "0"), request.query.get("hm", "")
        if file is None or not self._links.holds(file, until, signature):
            return web.Response(status=404, text="This content is no longer available.")
        kind, _, charset = file.media_type.partition("; charset=")
        return web.Response(body=file.content, content_type=kind, charset=charset or None)

    # --- what a test asks ---------------------------------------------------------------------

    def guild(self, name: str, bot_permissions: Allow = ALL) -> OwnedGuild:
        """A server that the bot is in; if it is connected, the gateway reports that it joined."""
        return OwnedGuild.found(self, name, bot_permissions)

    @property
    def faults(self) -> Faults:
        """What goes wrong with the next requests."""
        return self._rest.faults

    @property
    def requests(self) -> list[Sent]:
        """All requests so far, in order."""
        return self._rest.requests

    @property
    def violations(self) -> list[str]:
        """Requests that break Discord's published specification; none are meant to."""
        return self._rest.violations

    def asked(self, route: str) -> list[Sent]:
        """The requests to one route so far: ``POST /channels/{channel_id}/messages``."""
        return self._rest.asked(route)

    async def until(self, happens: Callable[[], object], what: str) -> None:
        """Wait until something is so; say `what` is missing when it does not become so."""
        await self.changes.until(happens, what)

    async def connected(self) -> None:
        """Wait until a bot's session is connected."""
        await self.until(lambda: self.gateway.ready, "a bot that is connected")

    async def requested(self, route: str, count: int = 1) -> Sent:
        """Wait for the request number `count` to a route."""
        await self.until(lambda: len(self.asked(route)) >= count, f"request {count} to {route}")
        return self.asked(route)[count - 1]


@contextlib.contextmanager
def connect(fake: FakeDiscord) -> Generator[None]:
    """Point discord.py at the fake, which does not need to be waited for.

    The real client lets two seconds pass for further guilds before it says that it is ready, and
    five before it identifies anew.
    """
    socket = discord.gateway.DiscordWebSocket
    route, gateway = discord.http.Route.BASE, socket.DEFAULT_GATEWAY
    state: Any = discord.state.ConnectionState
    begin = state.__init__

    def begin_sooner(self: object, **options: object) -> None:
        begin(self, **{"guild_ready_timeout": READY_AFTER_S, **options})

    client: Any = discord.Client
    hook = client.before_identify_hook

    async def identify_at_once(*_: object, **__: object) -> None:
        pass

    discord.http.Route.BASE = f"{fake.url}{BASE}"
    socket.DEFAULT_GATEWAY = yarl.URL(fake.url.replace("http", "ws", 1)) / "gateway"
    state.__init__, client.before_identify_hook = begin_sooner, identify_at_once
    try:
        yield
    finally:
        discord.http.Route.BASE, socket.DEFAULT_GATEWAY = route, gateway
        state.__init__, client.before_identify_hook = begin, hook
