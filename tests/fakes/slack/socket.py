"""Socket Mode: what happens is told over a web socket, and acknowledged there."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.slack.model import Json, World

APP = "A0FREEHAND"


@dataclass(eq=False)
class Envelope:
    """One thing that is told.

    Attributes:
        tries: How often it was sent.
        acknowledged: The client has taken it.
        answer: What it said with that.
    """

    id: str
    kind: str
    payload: Json
    tries: int = 0
    acknowledged: bool = False
    answer: Json = field(default_factory=dict[str, Any])


@dataclass(eq=False)
class Socket:
    """The connections of one app.

    Attributes:
        envelopes: All that was told so far.
        silent: Nothing is sent, though the connection stands.
        deaf: What happens while nobody is connected is lost, as after Slack's last retry.
    """

    world: World
    told: Callable[[], None]
    envelopes: list[Envelope] = field(default_factory=list[Envelope])
    connections: list[web.WebSocketResponse] = field(default_factory=list[web.WebSocketResponse])
    opened: int = 0
    silent: bool = False
    tickets: set[str] = field(default_factory=set[str])
    _sending: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def ticket(self) -> str:
        """An address for one connection."""
        ticket = self.world.next_id("ticket")
        self.tickets.add(ticket)
        return f"{self.world.base.replace('http', 'ws', 1)}/link/?ticket={ticket}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=408)
        self.tickets.discard(ticket)
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        self.opened += 1
        self.connections.append(connection)
        await connection.send_json(
            {
                "type": "hello",
                "num_connections": len(self.connections),
                "connection_info": {"app_id": APP},
                "debug_info": {"host": "applink-1", "approximate_connection_time": 18060},
            }
        )
        self.told()
        try:
            async for message in connection:
                if message.type is WSMsgType.TEXT:
                    self._hear(message.data)
        finally:
            self.connections.remove(connection)
            self.told()
        return connection

    def _hear(self, data: str) -> None:
        with contextlib.suppress(json.JSONDecodeError):
            said = json.loads(data)
            for envelope in self.envelopes:
                if envelope.id == said.get("envelope_id"):
                    envelope.acknowledged, envelope.answer = True, said.get("payload") or {}
        self.told()

    def tell(self, kind: str, payload: Json) -> Envelope:
        """Tell one connection of something; nobody, if there is none."""
        envelope = Envelope(self.world.next_id("envelope"), kind, payload)
        self.envelopes.append(envelope)
        self.send(envelope)
        return envelope

    def event(self, event: Json) -> Envelope:
        """Tell of an event."""
        payload = {
            "token": "verification",
            "team_id": event.get("team", "T0FREEHAND"),
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": self.world.next_id("Ev"),
            "event_time": int(self.world.clock().timestamp()),
            "authorizations": [{"team_id": "T0FREEHAND", "user_id": "U0BOT", "is_bot": True}],
        }
        return self.tell("events_api", payload)

    def send(self, envelope: Envelope) -> None:
        """Send it, or send it again as Slack does with what was not acknowledged."""
        if not self.connections or self.silent:
            return
        said = {
            "envelope_id": envelope.id,
            "type": envelope.kind,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.kind != "events_api",
            "retry_attempt": envelope.tries,
            "retry_reason": "timeout" if envelope.tries else "",
        }
        envelope.tries += 1
        task = asyncio.ensure_future(self._send(self.connections[0], said))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, connection: web.WebSocketResponse, said: Json) -> None:
        with contextlib.suppress(ConnectionError):
            await connection.send_json(said)

    def disconnect(self, reason: str) -> None:
        """Ask every connection to go: ``refresh_requested``, ``warning``, ``link_disabled``."""
        for connection in self.connections:
            task = asyncio.ensure_future(
                self._send(connection, {"type": "disconnect", "reason": reason})
            )
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def cut(self) -> None:
        """Drop every connection."""
        for connection in list(self.connections):
            with contextlib.suppress(ConnectionError):
                await connection.close()
