"""The supervised connection: always one client, and nothing that it heard is lost."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from typing_extensions import override

from bot.chat.common.event_delivery import EventDelivery
from bot.chat.common.watermark import Mark, Watermark
from bot.chat.slack import workspace as workspaces
from bot.chat.slack.client import Client, Listener
from bot.chat.slack.errors import word_of
from bot.chat.slack.history import Missed
from bot.chat.slack.members import Members
from bot.chat.slack.workspace import NOT_AN_APP, NOT_KNOWN, REFUSALS, Workspace
from bot.domain.backoff import pause_s
from bot.domain.chat.commands import CommandSpec
from bot.domain.chat.events import Event
from bot.domain.chat.port import Responder, Sink
from bot.domain.clock import Clock
from bot.domain.errors import SettingsError, TransientError

log = structlog.get_logger()

MAX_START_S = 20.0
"""After that the start goes on without Slack, which is then connected to when it answers."""

RECONNECT_S = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Pauses after failures in a row; the last one repeats."""

LOOK_EVERY_S = 5.0
MAX_AWAY_S = 30.0
"""The library makes a new socket for one that is lost; where it does not, we do."""

NOT_CONNECTED = "Slack is not connected."
RECONNECTING = "Slack is not connected; trying again."
NOT_CAUGHT_UP = "Slack is connected, but what was sent meanwhile cannot be read yet; trying again."
BROKEN = "A part of the connection to Slack broke and starts again; the log says more."


@dataclass(slots=True, kw_only=True)
class Connection(Listener):
    """Keeps a client connected, and hands what it hears to the core.

    Attributes:
        web: Sends requests with the bot's token.
        app_token: Opens the socket; never logged.
        mark: Keeps until when everything was heard.
    """

    web: AsyncWebClient
    app_token: str = field(repr=False)
    mark: Mark
    clock: Clock
    sink: Sink
    commands: Sequence[CommandSpec]
    members: Members = field(init=False)
    _delivery: EventDelivery = field(init=False)
    _watermark: Watermark = field(init=False)
    _workspace: Workspace | None = field(default=None, init=False)
    _client: Client | None = field(default=None, init=False)
    _refusal: str = field(default="", init=False)
    _broken: str = field(default="", init=False)
    _online: bool = field(default=False, init=False)
    _caught_up: bool = field(default=False, init=False)
    _problem: str = field(default="", init=False)
    _catching_up: asyncio.Task[None] | None = field(default=None, init=False)
    _tried: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]], init=False)

    def __post_init__(self) -> None:
        self.members = Members(lambda: self.web)
        self._delivery = EventDelivery(self.sink)
        self._watermark = Watermark(self.mark, self.clock, self._has_heard_all)

    @property
    def workspace(self) -> Workspace:
        """The workspace. Raises TransientError until it is known."""
        if self._workspace is None:
            raise TransientError(NOT_CONNECTED)
        return self._workspace

    @property
    def problem(self) -> str:
        """Empty when connected, else one sentence."""
        if self._refusal or not self._tasks:
            return self._refusal or NOT_CONNECTED
        if not self._online:
            return RECONNECTING
        return self._broken or self._problem

    async def open(self) -> None:
        """Connect, and wait a little until it has worked.

        Raises:
            SettingsError: Slack refuses a token.
        """
        work = (self._supervise, self._delivery.run, self._watermark.run)
        self._tasks = [asyncio.create_task(self._keep(part)) for part in work]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MAX_START_S):
                await self._tried.wait()
        if self._refusal:
            await self.close()
            raise SettingsError(self._refusal)

    async def close(self) -> None:
        """Disconnect; nothing is delivered afterwards."""
        try:
            await self._watermark.move()
        except Exception:  # the rest is closed all the same
            log.exception("mark_not_kept")
        self._end_session()
        if self._client is not None:
            await self._client.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks, self._client = [], None

    async def _keep(self, loop: Callable[[], Awaitable[None]]) -> None:
        """Run a part of the connection; where it breaks, say so and begin it again."""
        breaks = 0
        while True:
            try:
                await loop()
            except Exception:  # whatever it was, Slack is needed again
                log.exception("slack_loop_broke")
                breaks += 1
                self._broken = BROKEN
                await asyncio.sleep(pause_s(RECONNECT_S, breaks))
                self._broken = ""
            else:
                return

    # --- one client after the other -----------------------------------------------------------

    async def _supervise(self) -> None:
        failures = 0
        while not self._refusal:
            was_online = await self._connect()
            self._end_session()
            if not self._refusal:
                failures = 1 if was_online else failures + 1
                await asyncio.sleep(pause_s(RECONNECT_S, failures))
        log.error("slack_refused", reason=self._refusal)
        self._tried.set()

    async def _connect(self) -> bool:
        """Run a new client until it is away for too long; whether it was ever connected."""
        client = None
        try:
            self._workspace = await workspaces.find(self.web)
            client = self._client = self._new_client(self._workspace)
            await client.open()
            self._begin_session(client)
            await self._watch(client)
        except SettingsError as error:
            self._refusal = str(error)
        except Exception as error:  # noqa: BLE001  # whatever it was, Slack is needed again
            refused = isinstance(error, SlackApiError) and word_of(error) in REFUSALS
            self._refusal = NOT_AN_APP if refused else ""
            log.warning("slack_lost", reason=type(error).__name__)
        finally:
            if client is not None:
                await client.close()
        return self._online

    def _new_client(self, workspace: Workspace) -> Client:
        return Client(
            web=self.web,
            app_token=self.app_token,
            workspace=workspace,
            members=self.members,
            specs=self.commands,
            sink=self.sink,
            clock=self.clock,
            listener=self,
        )

    async def _watch(self, client: Client) -> None:
        """Return once the socket is away for so long that it will not come back by itself."""
        away_s, session = 0.0, client.session
        while away_s < MAX_AWAY_S and not self._refusal:
            await asyncio.sleep(LOOK_EVERY_S)
            if client.is_connected:
                if client.session is not session:  # what was said meanwhile may not come again
                    session = client.session
                    self._begin_session(client)
                self._online = True
                away_s = 0.0
            else:
                self._online = False
                away_s += LOOK_EVERY_S

    # --- what the client reports --------------------------------------------------------------

    @override
    def hear(self, event: Event, responder: Responder | None) -> None:
        if self._delivery.add(event, responder):
            self._watermark.note_news()

    @override
    def refuse(self) -> None:
        self._refusal = NOT_KNOWN

    # --- what was missed ----------------------------------------------------------------------

    def _begin_session(self, client: Client) -> None:
        self._end_session()
        self._online = True
        self._tried.set()
        self._catching_up = asyncio.create_task(self._catch_up(client))

    def _end_session(self) -> None:
        self._online, self._caught_up, self._problem = False, False, ""
        if self._catching_up is not None:
            self._catching_up.cancel()

    async def _catch_up(self, client: Client) -> None:
        """Read what was missed until it works, and say so while it does not."""
        missed, failures = None, 0
        while True:
            try:
                missed = missed or Missed(client, await self._watermark.since())
                for event in await missed.read():
                    self.hear(event, None)
                if not missed.left:
                    break
                reason = "something is left"
            except Exception as error:  # noqa: BLE001  # nothing may stay unheard
                reason = type(error).__name__
            failures += 1
            self._problem = NOT_CAUGHT_UP
            log.warning("slack_incomplete", problem=NOT_CAUGHT_UP, reason=reason)
            await asyncio.sleep(pause_s(RECONNECT_S, failures))
        self._problem, self._caught_up = "", True
        self._watermark.note_news()  # also where nothing was missed: that is known until now
        await self._watermark.move()

    def _has_heard_all(self) -> bool:
        return self._online and self._caught_up and self._delivery.is_idle
