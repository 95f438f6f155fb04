"""The supervised connection: always one client, and nothing that it heard is lost."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import discord
import structlog

from bot.chat.discord.client import Client
from bot.domain.chat import CommandSpec, Event, Responder, Sink
from bot.domain.clock import Clock
from bot.domain.errors import PlatformError, SettingsError, TransientError

log = structlog.get_logger()

READY_WITHIN_S = 20.0
"""After that the start goes on without Discord, which is then connected to when it answers."""

RECONNECT_S = (1.0, 2.0, 5.0, 15.0, 60.0)
DELIVER_S = (0.1, 0.5, 2.0, 10.0, 30.0)
"""Pauses after failures in a row; the last one repeats."""

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
NOT_CONNECTED = "Discord is not connected."
RECONNECTING = "Discord is not connected; trying again."


@dataclass(slots=True, kw_only=True)
class Connection:
    """Keeps a client connected, and carries what it hears to the core, in order.

    Attributes:
        token: The bot's; never logged.
        mark: The file that remembers until when everything was heard.
        problem: Empty when connected, else one sentence.
    """

    token: str = field(repr=False)
    mark: Path
    clock: Clock
    sink: Sink
    commands: Sequence[CommandSpec]
    problem: str = field(default=NOT_CONNECTED, init=False)
    _client: Client | None = field(default=None, init=False)
    _refused: str = field(default="", init=False)
    _caught_up: bool = field(default=False, init=False)
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
        self.problem, self._caught_up = NOT_CONNECTED, False
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
            self._client = Client(specs=self.commands, sink=self.sink, listener=self)
            try:
                await self._client.start(self.token)
            except discord.LoginFailure:
                self._refused = BAD_LOGIN
            except discord.PrivilegedIntentsRequired:
                self._refused = NO_CONTENT
            except Exception as error:  # noqa: BLE001  # whatever it was, Discord is needed again
                log.warning("discord_lost", reason=type(error).__name__)
            finally:
                await self._client.close()
            self.problem, self._caught_up = self._refused or RECONNECTING, False
            if self._refused:
                log.error("discord_refused", reason=self._refused)
                self._first.set()
                return
            failures = 1 if self._client.was_ready else failures + 1
            await asyncio.sleep(_pause_s(RECONNECT_S, failures))

    # --- what the client tells ----------------------------------------------------------------

    async def ready(self, client: Client) -> None:
        """A session begins: make our commands known, hear what was missed."""
        self.problem = ""
        self._first.set()
        since = self._read_mark()
        try:
            await client.register_commands()
            if since is not None:
                await client.catch_up(since - OVERLAP)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            log.warning("discord_not_caught_up", reason=str(error))
        else:
            self._caught_up = True
            self._write_mark()

    def lost(self) -> None:
        """The socket is gone; discord.py tries to resume the session."""
        self.problem, self._caught_up = RECONNECTING, False

    def resumed(self) -> None:
        """The session goes on, and Discord has told what was missed."""
        self.problem, self._caught_up = "", True

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
        if self._caught_up and self._heard.empty() and not self._carrying:
            self.mark.write_text(self.clock().isoformat(), encoding="ascii")


def _pause_s(pauses_s: Sequence[float], failures: int) -> float:
    return pauses_s[min(failures, len(pauses_s)) - 1]
