"""The supervised connection: always one client, and nothing that it heard is lost."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import discord
import structlog

from bot.chat.discord.client import Client
from bot.domain.chat.commands import CommandSpec
from bot.domain.chat.events import Event
from bot.domain.chat.port import Responder, Sink
from bot.domain.clock import Clock
from bot.domain.errors import PlatformError, SettingsError, TransientError

log = structlog.get_logger()

READY_WITHIN_S = 20.0
"""After that the start goes on without Discord, which is then connected to when it answers."""

RECONNECT_S = (1.0, 2.0, 5.0, 15.0, 60.0, 120.0)
DELIVER_S = (0.1, 0.5, 2.0, 10.0, 30.0)
"""Pauses after failures in a row; the last one repeats. Discord takes a token away from a bot that
begins more than 1,000 sessions in a day."""

STEADY_S = 600.0
"""A connection that lasted for so long had not failed in a row."""

OVERLAP = timedelta(minutes=2)
"""Heard again after a gap: clocks differ. The core drops what it knows."""

MARK_EVERY_S = 30.0

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
BEHIND = "Discord is connected, but what was sent meanwhile cannot be read yet; trying again."
COMMANDLESS = "Discord is connected, but does not take the commands yet; trying again."


@dataclass(slots=True, kw_only=True)
class Connection:
    """Keeps a client connected, and carries what it hears to the core, in order.

    Attributes:
        token: The bot's; never logged.
        mark: The file that remembers until when everything was heard.
    """

    token: str = field(repr=False)
    mark: Path
    clock: Clock
    sink: Sink
    commands: Sequence[CommandSpec]
    _client: Client | None = field(default=None, init=False)
    _refused: str = field(default="", init=False)
    _online: bool = field(default=False, init=False)
    _lacking: set[str] = field(default_factory=set[str], init=False)
    _caught_up: bool = field(default=False, init=False)
    _catching_up: asyncio.Task[None] | None = field(default=None, init=False)
    _carrying: bool = field(default=False, init=False)
    _first: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _heard: asyncio.Queue[tuple[Event, Responder | None]] = field(
        default_factory=asyncio.Queue[tuple[Event, Responder | None]], init=False
    )
    _tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]], init=False)

    @property
    def client(self) -> Client:
        """The client of now. Raises TransientError while there is none."""
        if self._client is None or not self._client.is_logged_in:
            raise TransientError(NOT_CONNECTED)
        return self._client

    @property
    def problem(self) -> str:
        """Empty when connected, else one sentence."""
        if self._refused or not self._tasks:
            return self._refused or NOT_CONNECTED
        if not self._online:
            return RECONNECTING
        return min(self._lacking, default="")

    async def open(self) -> None:
        """Connect, and wait a little until it has worked.

        Raises:
            SettingsError: Discord refuses the token, or an intent that the bot needs.
        """
        work = (self._supervise(), self._carry(), self._remember())
        self._tasks = [asyncio.create_task(part) for part in work]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_WITHIN_S):
                await self._first.wait()
        if self._refused:
            await self.close()
            raise SettingsError(self._refused)

    async def close(self) -> None:
        """Disconnect; nothing is handed on afterwards."""
        self._write_mark()
        self._end_session()
        if self._client is not None:
            await self._client.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks, self._client = [], None

    async def _supervise(self) -> None:
        """Keep a connection. A client that failed is not used again (discord.py 10520)."""
        failures = 0
        while not self._refused:
            began_s = asyncio.get_running_loop().time()
            self._client = Client(specs=self.commands, sink=self.sink, listener=self)
            try:
                async with self._client as client:
                    # It resumes its session by itself. Where it cannot connect at all, it would
                    # wait for up to 17 minutes.
                    await client.start(self.token, reconnect=False)
            except discord.LoginFailure:
                self._refused = BAD_LOGIN
            except discord.ConnectionClosed as error:
                self._refused = REFUSALS.get(error.code, "")
                log.warning("discord_lost", reason=str(error))
            except Exception as error:  # noqa: BLE001  # whatever it was, Discord is needed again
                log.warning("discord_lost", reason=type(error).__name__)
            self._end_session()
            if not self._refused:
                lasted_s = asyncio.get_running_loop().time() - began_s
                failures = 1 if lasted_s >= STEADY_S else failures + 1
                await asyncio.sleep(_pause_s(RECONNECT_S, failures))
        log.error("discord_refused", reason=self._refused)
        self._first.set()

    # --- what the client tells ----------------------------------------------------------------

    def ready(self, client: Client) -> None:
        """A session begins: make our commands known, hear what was missed."""
        self._end_session()
        self._online = True
        self._first.set()
        self._catching_up = asyncio.create_task(self._catch_up(client))

    def lost(self) -> None:
        """The socket is gone; discord.py tries to resume the session."""
        self._online = False

    def resumed(self) -> None:
        """The session goes on, and Discord has told what was missed."""
        self._online = True

    def _end_session(self) -> None:
        self._online, self._caught_up = False, False
        self._lacking.clear()
        if self._catching_up is not None:
            self._catching_up.cancel()

    async def _catch_up(self, client: Client) -> None:
        since = self._read_mark()
        await asyncio.gather(
            self._insist(client.register_commands, else_lacking=COMMANDLESS),
            self._insist(lambda: self._hear_missed(client, since), else_lacking=BEHIND),
        )

    async def _hear_missed(self, client: Client, since: datetime | None) -> None:
        if since is not None:
            for event in await client.missed(since - OVERLAP):
                self.hear(event, None)
        self._caught_up = True
        self._write_mark()

    async def _insist(self, do: Callable[[], Awaitable[None]], *, else_lacking: str) -> None:
        """Do something, however often it fails."""
        failures = 0
        while True:
            try:
                await do()
            except Exception as error:  # noqa: BLE001  # whatever it was, nothing may stay unheard
                failures += 1
                self._lacking.add(else_lacking)
                said = isinstance(error, discord.HTTPException)  # others may quote what was written
                reason = str(error) if said else type(error).__name__
                log.warning("discord_incomplete", lacking=else_lacking, reason=reason)
                await asyncio.sleep(_pause_s(RECONNECT_S, failures))
            else:
                self._lacking.discard(else_lacking)
                return

    def hear(self, event: Event, responder: Responder | None) -> None:
        """Something happened."""
        self._heard.put_nowait((event, responder))

    # --- handing on ---------------------------------------------------------------------------

    async def _carry(self) -> None:
        """Hand on what was heard until the core has it."""
        while True:
            event, responder = await self._heard.get()
            self._carrying, failures = True, 0
            while not await self._accepted(event, responder):
                failures += 1
                await asyncio.sleep(_pause_s(DELIVER_S, failures))
            self._carrying = False

    async def _accepted(self, event: Event, responder: Responder | None) -> bool:
        try:
            await self.sink.accept(event, responder)
        except PlatformError as error:
            log.warning("event_postponed", event_key=event.key, reason=str(error))
            return False
        except Exception:  # a chat handler: one event that cannot be taken holds up no other
            log.exception("event_set_aside", event_key=event.key)
        return True

    async def _remember(self) -> None:
        while True:
            await asyncio.sleep(MARK_EVERY_S)
            self._write_mark()

    def _read_mark(self) -> datetime | None:
        """Until when everything was heard; None at the very first start."""
        try:
            return datetime.fromisoformat(self.mark.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None

    def _write_mark(self) -> None:
        heard_all = self._online and self._caught_up and self._heard.empty()
        if heard_all and not self._carrying:
            new = self.mark.with_name(f"{self.mark.name}.new")
            try:
                new.write_text(self.clock().isoformat(), encoding="ascii")
                new.replace(self.mark)  # at once: half a mark would be none
            except OSError as error:
                log.warning("mark_not_kept", reason=str(error))


def _pause_s(pauses_s: Sequence[float], failures: int) -> float:
    return pauses_s[min(failures, len(pauses_s)) - 1]
