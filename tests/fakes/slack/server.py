"""A Slack of our own: web API, Socket Mode and files in this process, for the real clients.

async with FakeSlack() as fake:
practice = fake.channel("practice")
ana = fake.person("Ana")
...  # AsyncWebClient(base_url=f"{fake.url}/api/"), which leads to the socket, too
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.fakes.clock import FakeClock
from tests.fakes.slack.methods import Fault, Methods
from tests.fakes.slack.model import BOT, BOT_NAME, BOT_TOKEN, Channel, Message, User, World
from tests.fakes.slack.people import Person
from tests.fakes.slack.socket import Socket
from tests.fakes.waiting import Changes

UPLOAD_BYTES = 64 * 2**20
MAX_ANSWERS = 5
LOGIN = "<!DOCTYPE html><html><body>Sign in to Freehand</body></html>"


@dataclass(eq=False)
class FakeSlack:
    """The server, and what a test asks of it."""

    clock: FakeClock = field(default_factory=FakeClock)
    world: World = field(init=False)
    socket: Socket = field(init=False)
    methods: Methods = field(init=False)
    changes: Changes = field(default_factory=Changes, init=False)
    _runner: web.AppRunner | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.world = World(self.clock)
        self.world.users[BOT] = User(BOT, BOT_NAME)
        self.socket = Socket(self.world, self.changes.tell)
        self.methods = Methods(self.world, self.socket, self.changes.tell)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=UPLOAD_BYTES)
        app.router.add_route("*", "/api/{method}", self.methods.serve)
        app.router.add_get("/link/", self.socket.serve)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_get("/files-pri/{id}/{name}", self._file)
        app.router.add_post("/respond/{id}", self._respond)
        self._runner = web.AppRunner(app, shutdown_timeout=0, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.world.base = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.cut()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.world.base

    # --- what a test asks ---------------------------------------------------------------------

    def channel(self, name: str, *, has_bot: bool = True) -> Channel:
        """A channel of the workspace."""
        made = Channel(self.world.next_id("C"), name, has_bot=has_bot)
        self.world.channels[made.id] = made
        return made

    def person(self, name: str, *, is_admin: bool = False) -> Person:
        """Somebody in the workspace."""
        user = User(self.world.next_id("U"), name, is_admin=is_admin)
        self.world.users[user.id] = user
        return Person(self, user)

    def group(self, handle: str, people: Sequence[Person]) -> str:
        """A user group; its id."""
        number = self.world.next_id("S")
        self.world.groups[number] = handle, [person.user for person in people]
        return number

    def delete_channel(self, channel: Channel) -> None:
        """A channel is deleted, with all that stands there."""
        del self.world.channels[channel.id]
        event = {"type": "channel_deleted", "channel": channel.id}
        self.socket.event({**event, "event_ts": self.world.next_ts()})

    def fail(self, method: str, fault: Fault) -> None:
        """Let something go wrong with the next calls of a method."""
        self.methods.faults.setdefault(method, []).append(fault)

    def asked(self, method: str) -> list[Any]:
        """The arguments of every call of a method so far."""
        return [args for name, args in self.methods.calls if name == method]

    async def until(self, happens: Callable[[], object], what: str) -> None:
        """Wait until something is so; say `what` is missing when it does not become so."""
        await self.changes.until(happens, what)

    async def connected(self) -> None:
        """Wait until a bot's socket is there."""
        await self.until(lambda: self.socket.connections, "a bot that is connected")

    # --- beside the web API -------------------------------------------------------------------

    async def _upload(self, request: web.Request) -> web.Response:
        self.world.files[request.match_info["id"]].content = await request.read()
        return web.Response(text="OK")

    async def _file(self, request: web.Request) -> web.Response:
        """A file for whoever has the token and the scope; for others the page to sign in."""
        token = request.headers.get("Authorization", "")
        if token != f"Bearer {BOT_TOKEN}" or "files:read" not in self.world.scopes:
            return web.Response(text=LOGIN, content_type="text/html")
        file = self.world.files.get(request.match_info["id"])
        if file is None:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type=file.media_type)

    async def _respond(self, request: web.Request) -> web.Response:
        """An answer to a command or button, seen by one person."""
        answer, said = self.world.responses.get(request.match_info["id"]), await request.json()
        if answer is None or answer.used >= MAX_ANSWERS or self.clock() > answer.until:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        answer.used += 1
        message = answer.message
        if said.get("replace_original") and message is not None:
            message.text, message.blocks = said.get("text", ""), said.get("blocks") or []
        else:
            made = Message(
                answer.channel,
                self.world.next_ts(),
                BOT,
                said.get("text", ""),
                said.get("blocks") or [],
                thread_ts=answer.thread_ts,
                only_for=answer.user if said.get("response_type") != "in_channel" else None,
            )
            answer.channel.messages.append(made)
        self.changes.tell()
        return web.Response(text="ok")
