"""The gateway: sessions that can be resumed, and every way in which a connection goes wrong."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.fakes.discord import payloads
from tests.fakes.discord.errors import Json
from tests.fakes.discord.links import Links
from tests.fakes.discord.model import (
    GUILD_MEMBERS_FLAGS,
    MESSAGE_CONTENT_FLAGS,
    PRESENCES_FLAGS,
    Channel,
    Message,
    World,
)

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT = 0, 1, 2, 6, 7
INVALID_SESSION, HELLO, HEARTBEAT_ACK = 9, 10, 11

GUILDS, GUILD_MEMBERS, PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 9, 1 << 12, 1 << 15
PRIVILEGED = {
    GUILD_MEMBERS: GUILD_MEMBERS_FLAGS,
    PRESENCES: PRESENCES_FLAGS,
    MESSAGE_CONTENT: MESSAGE_CONTENT_FLAGS,
}
"""Intents that the developer portal has to allow, by the flags of an application that does."""

INTENTS = {
    "GUILD_MEMBER_ADD": GUILD_MEMBERS,
    "GUILD_MEMBER_REMOVE": GUILD_MEMBERS,
    "INTERACTION_CREATE": 0,
    "GUILD_MEMBER_UPDATE": GUILD_MEMBERS,
}
"""Those of all other events are GUILDS, or the ones for messages."""

UNKNOWN_OPCODE, AUTHENTICATION_FAILED, DISALLOWED_INTENTS = 4001, 4004, 4014
CLEAN_CLOSES = {1000, 1001}
"""A client that closes like this gives its session up."""


@dataclass(eq=False)
class Session:
    """What one IDENTIFY began.

    Attributes:
        sent: Every dispatch so far; its number is its place, from one.
        link: The connection that it uses now.
    """

    id: str
    intents: int
    sent: list[Json] = field(default_factory=list[Json])
    link: "Link | None" = None

    def tell(self, event: str, data: Json) -> None:
        """Add a dispatch, and send it where there is a connection."""
        frame: Json = {"op": DISPATCH, "t": event, "s": len(self.sent) + 1, "d": data}
        self.sent.append(frame)
        if self.link is not None:
            self.link.send(frame)


@dataclass(eq=False)
class Link:
    """One connection. What is sent goes through a queue, so that order is kept.

    Attributes:
        dead: Open, but nothing is heard and nothing is said.
    """

    socket: web.WebSocketResponse
    request: web.Request
    session: Session | None = None
    dead: bool = False
    heartbeats: int = 0
    _queue: asyncio.Queue[Json | int] = field(default_factory=asyncio.Queue[Json | int])

    def send(self, frame: Json) -> None:
        """Send when it is this frame's turn."""
        if not self.dead:
            self._queue.put_nowait(frame)

    def close(self, code: int) -> None:
        """Close after what was sent so far."""
        self._queue.put_nowait(code)

    def abort(self) -> None:
        """Go away without a word, as a cut cable does."""
        if self.request.transport is not None:
            self.request.transport.abort()

    async def write(self) -> None:
        """Send until it closes."""
        with contextlib.suppress(ConnectionError):
            while True:
                item = await self._queue.get()
                if isinstance(item, int):
                    await self.socket.close(code=item)
                    return
                await self.socket.send_str(json.dumps(item))


@dataclass(eq=False)
class Gateway:
    """Discord's side of all connections.

    Attributes:
        heartbeat_ms: How often clients are asked to say that they live.
        drops_before_hello: So many connections are cut before anything is said.
        identified: IDENTIFY payloads so far.
        resumed: How many times a session went on.
    """

    world: World
    links: Links
    changed: Callable[[], None]
    heartbeat_ms: int = 41_250
    drops_before_hello: int = 0
    identified: list[Json] = field(default_factory=list[Json])
    resumed: int = 0
    connections: list[Link] = field(default_factory=list[Link])
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    opened: int = 0

    # --- what a test does to it ---------------------------------------------------------------

    def ask_to_reconnect(self) -> None:
        """Op 7, as when Discord restarts a server of its own."""
        for link in self.connections:
            link.send({"op": RECONNECT, "d": None})

    def invalidate(self, *, resumable: bool) -> None:
        """Op 9. A session that cannot be resumed is forgotten."""
        if not resumable:
            self.forget()
        for link in self.connections:
            link.send({"op": INVALID_SESSION, "d": resumable})

    def forget(self) -> None:
        """Lose all sessions: what happens now is lost, and RESUME is answered with op 9."""
        for link in self.connections:
            link.session = None
        for session in self.sessions.values():
            session.link = None
        self.sessions.clear()

    def cut(self) -> None:
        """Drop all connections without a word; their sessions can be resumed."""
        for link in self.connections:
            link.abort()
            self._part(link)

    def close(self, code: int) -> None:
        """Close all connections with a code of Discord's."""
        for link in self.connections:
            link.close(code)

    def play_dead(self) -> None:
        """Leave the connections open, and never say or hear anything on them again."""
        for link in self.connections:
            link.dead = True

    @property
    def ready(self) -> bool:
        """Whether a session is connected."""
        return any(session.link is not None for session in self.sessions.values())

    # --- telling ------------------------------------------------------------------------------

    def tell(self, event: str, data: Json, place: Channel | None = None) -> None:
        """Tell of something, unless it happened in a channel that the bot does not see."""
        if place is not None and not self.world.sees(self.world.bot, place):
            return
        needed = INTENTS.get(event, GUILDS)
        for session in self.sessions.values():
            if session.intents & needed == needed:
                session.tell(event, data)

    def tell_of_message(self, event: str, message: Message) -> None:
        """Tell of a message: blank without the intent to read it."""
        place, bot = message.channel, self.world.bot
        if not self.world.sees(bot, place):
            return
        made = payloads.heard(message, self.world, self.links)
        needed = GUILD_MESSAGES if "guild_id" in made else DIRECT_MESSAGES
        for session in self.sessions.values():
            if session.intents & needed:
                reads = session.intents & MESSAGE_CONTENT
                session.tell(event, made if reads else payloads.blanked(made, bot))

    def tell_of_deletion(self, *messages: Message) -> None:
        """Tell that a message of one place is gone, or that several are at once."""
        message, place = messages[0], messages[0].channel
        event, named = "MESSAGE_DELETE", {"id": str(message.id)}
        if len(messages) > 1:
            event, named = "MESSAGE_DELETE_BULK", {"ids": [str(one.id) for one in messages]}
        data: Json = {**named, "channel_id": str(place.id)}
        needed = DIRECT_MESSAGES
        if place.guild is not None:
            data["guild_id"], needed = str(place.guild.id), GUILD_MESSAGES
        if message.only_for is not None or not self.world.sees(self.world.bot, place):
            return
        for session in self.sessions.values():
            if session.intents & needed:
                session.tell(event, data)

    # --- serving ------------------------------------------------------------------------------

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from HELLO until it ends."""
        self.opened += 1
        self.changed()
        socket = web.WebSocketResponse(max_msg_size=4096)
        await socket.prepare(request)
        link = Link(socket, request)
        if self.drops_before_hello > 0:
            self.drops_before_hello -= 1
            link.abort()
            return socket
        self.connections.append(link)
        writer = asyncio.create_task(link.write())
        link.send({"op": HELLO, "d": {"heartbeat_interval": self.heartbeat_ms, "_trace": []}})
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT and not link.dead:
                    self._hear(link, json.loads(frame.data))
        finally:
            writer.cancel()
            self._end(link)
        return socket

    def _hear(self, link: Link, frame: Json) -> None:
        match frame["op"]:
            case 1:
                link.heartbeats += 1
                link.send({"op": HEARTBEAT_ACK})
            case 2:
                self._identify(link, frame["d"])
            case 6:
                self._resume(link, frame["d"])
            case 8:
                self._tell_members(link, frame["d"])
            case 3 | 4:
                pass  # presence and voice, which nobody here looks at
            case _:
                link.close(UNKNOWN_OPCODE)
        self.changed()

    def _identify(self, link: Link, data: Json) -> None:
        self.identified.append(data)
        if data["token"] != self.world.token:
            link.close(AUTHENTICATION_FAILED)
            return
        asked = int(data["intents"])
        flags = self.world.app_flags
        if any(asked & bit and not flags & allowing for bit, allowing in PRIVILEGED.items()):
            link.close(DISALLOWED_INTENTS)
            return
        session = Session(uuid.uuid4().hex, asked, link=link)
        self.sessions[session.id] = link_session(link, session)
        session.tell("READY", self._ready(session))
        for guild in self.world.guilds.values():
            if not guild.unavailable and self.world.bot.id in guild.members:
                session.tell("GUILD_CREATE", payloads.guild(guild, self.world.bot))

    def _ready(self, session: Session) -> Json:
        world = self.world
        return {
            "v": 10,
            "user": payloads.user(world.bot),
            "guilds": [
                {"id": str(guild.id), "unavailable": True}
                for guild in world.guilds.values()
                if world.bot.id in guild.members
            ],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": f"{self.links.base.replace('http', 'ws', 1)}/gateway",
            "application": {"id": str(world.application_id), "flags": world.app_flags},
            "private_channels": [],
            "relationships": [],
            "user_settings": {},
        }

    def _tell_members(self, link: Link, data: Json) -> None:
        """All members of a guild, or those that are asked for by number or name."""
        guild = self.world.guilds[int(data["guild_id"])]
        wanted = {int(number) for number in data.get("user_ids") or ()}
        start = str(data.get("query") or "").lower()
        found = [
            payloads.member(member)
            for member in guild.members.values()
            if (not wanted or member.user.id in wanted)
            and member.user.name.lower().startswith(start)
        ]
        chunk: Json = {
            "guild_id": str(guild.id),
            "members": found,
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [],
            "nonce": data.get("nonce"),
        }
        if link.session is not None:
            link.session.tell("GUILD_MEMBERS_CHUNK", chunk)

    def _resume(self, link: Link, data: Json) -> None:
        session = self.sessions.get(str(data["session_id"]))
        seen = data["seq"]
        if data["token"] != self.world.token:
            link.close(AUTHENTICATION_FAILED)
        elif session is None or not isinstance(seen, int) or seen > len(session.sent):
            link.send({"op": INVALID_SESSION, "d": False})
        else:
            self.resumed += 1
            if session.link is not None:
                session.link.session = None
            session.link = None
            for frame in session.sent[seen:]:
                link.send(frame)
            link_session(link, session).link = link
            session.tell("RESUMED", {"_trace": []})

    def _end(self, link: Link) -> None:
        if link in self.connections:
            self.connections.remove(link)
        session = link.session
        self._part(link)
        if session is not None and link.socket.close_code in CLEAN_CLOSES:
            self.sessions.pop(session.id, None)
        self.changed()

    def _part(self, link: Link) -> None:
        if link.session is not None and link.session.link is link:
            link.session.link = None


def link_session(link: Link, session: Session) -> Session:
    """Let a session use a connection."""
    link.session = session
    return session
