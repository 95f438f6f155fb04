"""The supervised connection: always one client, and nothing that it heard is lost."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import discord
import structlog
from typing_extensions import override

from bot.chat.common.event_delivery import EventDelivery
from bot.chat.common.watermark import Mark, Watermark
from bot.chat.discord.client import Client, Listener
from bot.chat.discord.history import Missed
from bot.domain.backoff import pause_s
from bot.domain.chat.commands import CommandSpec
from bot.domain.chat.events import Event
from bot.domain.chat.port import Responder, Sink
from bot.domain.clock import Clock
from bot.domain.errors import SettingsError, TransientError

log = structlog.get_logger()

MAX_START_S = 20.0
"""After that the start goes on without Discord, which is then connected to when it answers."""

RECONNECT_S = (1.0, 2.0, 5.0, 15.0, 60.0, 120.0)
"""Pauses after failures in a row; the last one repeats. Discord takes a token away from a bot that
begins more than 1,000 sessions in a day."""

STEADY_S = 600.0
"""A connection that lasted for so long had not failed in a row."""

NO_CONTENT = (
    "Discord does not let the bot read messages. In the developer portal, under Bot, switch on the"
    " Message Content Intent, and start again."
)
BAD_LOGIN = (
    "Discord does not know the token in FREEHAND_DISCORD_TOKEN. In the developer portal, under Bot,"
    " reset the token and set the new one."
)
REFUSALS = {4004: BAD_LOGIN, 4014: NO_CONTENT}
"""By the code that the gateway closes with."""

NOT_CONNECTED = "Discord is not connected."
RECONNECTING = "Discord is not connected; trying again."
NOT_CAUGHT_UP = (
    "Discord is connected, but what was sent meanwhile cannot be read yet; trying again."
)
BROKEN = "A part of the connection to Discord broke and starts again; the log says more."
NO_COMMANDS = "Discord is connected, but does not take the commands yet; trying again."


@dataclass(slots=True, kw_only=True)
class Connection(Listener):
    """Keeps a client connected, and hands what it hears to the core.

    Attributes:
        token: The bot's; never logged.
        mark: Keeps until when everything was heard.
    """

    token: str = field(repr=False)
    mark: Mark
    clock: Clock
    sink: Sink
    commands: Sequence[CommandSpec]
    _delivery: EventDelivery = field(init=False)
    _watermark: Watermark = field(init=False)
    _client: Client | None = field(default=None, init=False)
    _refusal: str = field(default="", init=False)
    _broken: str = field(default="", init=False)
    _online: bool = field(default=False, init=False)
    _caught_up: bool = field(default=False, init=False)
    _problems: set[str] = field(default_factory=set[str], init=False)
    _missed: Missed | None = field(default=None, init=False)
    _session_start: asyncio.Task[None] | None = field(default=None, init=False)
    _tried: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]], init=False)

    def __post_init__(self) -> None:
        self._delivery = EventDelivery(self.sink)
        self._watermark = Watermark(self.mark, self.clock, self._has_heard_all)

    @property
    def client(self) -> Client:
        """The client of now. Raises TransientError while there is none."""
        if self._client is None or not self._client.is_logged_in:
            raise TransientError(NOT_CONNECTED)
        return self._client

    @property
    def problem(self) -> str:
        """Empty when connected, else one sentence."""
        if self._refusal or not self._tasks:
            return self._refusal or NOT_CONNECTED
        if not self._online:
            return RECONNECTING
        return self._broken or min(self._problems, default="")

    async def open(self) -> None:
        """Connect, and wait a little until it has worked.

        Raises:
            SettingsError: Discord refuses the token, or an intent that the bot needs.
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
            except Exception:  # whatever it was, Discord is needed again
                log.exception("discord_loop_broke")
                breaks += 1
                self._broken = BROKEN
                await asyncio.sleep(pause_s(RECONNECT_S, breaks))
                self._broken = ""
            else:
                return

    # --- one client after the other -----------------------------------------------------------

    async def _supervise(self) -> None:
        """Keep a connection. A client that failed is not used again (discord.py 10520)."""
        now_s, failures = asyncio.get_running_loop().time, 0
        while not self._refusal:
            began_s = now_s()
            await self._connect()
            self._end_session()
            if not self._refusal:
                failures = 1 if now_s() - began_s >= STEADY_S else failures + 1
                await asyncio.sleep(pause_s(RECONNECT_S, failures))
        log.error("discord_refused", reason=self._refusal)
        self._tried.set()

    async def _connect(self) -> None:
        """Run a new client until it ends."""
        self._client = Client(specs=self.commands, sink=self.sink, listener=self)
        try:
            async with self._client as client:
                # It resumes its session by itself. Where it cannot connect at all, it would
                # wait for up to 17 minutes.
                await client.start(self.token, reconnect=False)
        except discord.LoginFailure:
            self._refusal = BAD_LOGIN
        except discord.ConnectionClosed as error:
            self._refusal = REFUSALS.get(error.code, "")
            log.warning("discord_lost", reason=str(error))
        except Exception as error:  # noqa: BLE001  # whatever it was, Discord is needed again
            log.warning("discord_lost", reason=type(error).__name__)

    # --- what the client reports --------------------------------------------------------------

    @override
    def ready(self, client: Client) -> None:
        """A session begins: register our commands, and read what was missed."""
        self._end_session()
        self._online = True
        self._tried.set()
        self._session_start = asyncio.create_task(self._start_session(client))

    @override
    def lost(self) -> None:
        """The socket is gone; discord.py tries to resume the session."""
        self._online = False

    @override
    def resumed(self) -> None:
        """The session goes on, and Discord has sent what was missed."""
        self._online = True

    @override
    def hear(self, event: Event, responder: Responder | None) -> None:
        if self._delivery.add(event, responder):
            self._watermark.note_news()

    def _end_session(self) -> None:
        self._online, self._caught_up = False, False
        self._problems.clear()
        self._missed = None
        if self._session_start is not None:
            self._session_start.cancel()

    async def _start_session(self, client: Client) -> None:
        await asyncio.gather(
            self._retry(client.register_commands, problem=NO_COMMANDS),
            self._retry(lambda: self._catch_up(client), problem=NOT_CAUGHT_UP),
        )

    async def _catch_up(self, client: Client) -> None:
        if self._missed is None:
            self._missed = Missed(client, await self._watermark.since())
        for event in await self._missed.read():
            self.hear(event, None)
        if self._missed.left:
            raise TransientError("Not everything can be read yet.")
        self._caught_up = True
        self._watermark.note_news()  # also where nothing was missed: that is known until now
        await self._watermark.move()

    async def _retry(self, do: Callable[[], Awaitable[None]], *, problem: str) -> None:
        """Do something until it works, and say so while it does not."""
        failures = 0
        while True:
            try:
                await do()
            except Exception as error:  # noqa: BLE001  # whatever it was, nothing may stay unheard
                failures += 1
                self._problems.add(problem)
                can_log = isinstance(error, discord.HTTPException)  # others may quote a message
                reason = str(error) if can_log else type(error).__name__
                log.warning("discord_incomplete", problem=problem, reason=reason)
                await asyncio.sleep(pause_s(RECONNECT_S, failures))
            else:
                self._problems.discard(problem)
                return

    def _has_heard_all(self) -> bool:
        return self._online and self._caught_up and self._delivery.is_idle
