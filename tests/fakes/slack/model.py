"""What there is in a workspace."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.clock import FakeClock

Json = dict[str, Any]

TEAM, DOMAIN = "T0FREEHAND", "freehand"
BOT, BOT_ID, BOT_NAME = "U0BOT", "B0BOT", "Freehand"
BOT_TOKEN, APP_TOKEN = "xoxb-of-the-fake", "xapp-of-the-fake"  # of this fake alone


@dataclass(eq=False)
class User:
    """Somebody in the workspace."""

    id: str
    name: str
    is_admin: bool = False
    is_owner: bool = False
    deleted: bool = False


@dataclass(eq=False)
class File:
    """Something that was uploaded.

    Attributes:
        shared: It stands in a message, or its upload is complete.
    """

    id: str
    name: str
    content: bytes = b""
    complete: bool = False
    media_type: str = "text/plain"


@dataclass(eq=False)
class Message:
    """One message, also one that a single person sees.

    Attributes:
        only_for: The one person who sees it; None for all.
    """

    channel: "Channel"
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list[Json])
    thread_ts: str = ""
    metadata: Json | None = None
    files: list[File] = field(default_factory=list[File])
    edited_ts: str = ""
    deleted: bool = False
    only_for: User | None = None


@dataclass(eq=False)
class Channel:
    """A channel, or somebody's direct messages with the bot."""

    id: str
    name: str = ""
    direct: User | None = None
    archived: bool = False
    has_bot: bool = True
    messages: list[Message] = field(default_factory=list[Message])

    def find(self, ts: str) -> Message | None:
        """A message that is there, and that all see."""
        found = (m for m in self.messages if m.ts == ts and not m.deleted and not m.only_for)
        return next(found, None)

    def replies(self, ts: str) -> list[Message]:
        """What answers a message."""
        return [
            message
            for message in self.messages
            if message.thread_ts == ts and message.ts != ts and not message.deleted
        ]


@dataclass(eq=False)
class Trigger:
    """What lets the bot open a form, once and for three seconds."""

    user: User
    until: datetime
    used: bool = False


@dataclass(eq=False)
class ResponseUrl:
    """Where the bot may answer five times in half an hour."""

    user: User
    channel: Channel
    thread_ts: str
    until: datetime
    message: Message | None = None
    used: int = 0


@dataclass(eq=False)
class View:
    """A form that is open for somebody."""

    id: str
    user: User
    view: Json
    open: bool = True
    errors: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(eq=False)
class World:
    """One workspace.

    Attributes:
        scopes: What the bot's token allows.
    """

    clock: FakeClock
    base: str = ""
    users: dict[str, User] = field(default_factory=dict[str, User])
    channels: dict[str, Channel] = field(default_factory=dict[str, Channel])
    groups: dict[str, tuple[str, list[User]]] = field(
        default_factory=dict[str, tuple[str, list[User]]]
    )
    files: dict[str, File] = field(default_factory=dict[str, File])
    triggers: dict[str, Trigger] = field(default_factory=dict[str, Trigger])
    responses: dict[str, ResponseUrl] = field(default_factory=dict[str, ResponseUrl])
    views: list[View] = field(default_factory=list[View])
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    _numbers: int = 0
    _last_ts: str = ""

    def next_id(self, kind: str) -> str:
        """An id that nothing has."""
        self._numbers += 1
        return f"{kind}{self._numbers:07d}"

    def next_ts(self) -> str:
        """The name of a message, above all others."""
        return f"{self.clock.tick().timestamp():.6f}"

    def direct(self, user: User) -> Channel:
        """Somebody's direct messages with the bot."""
        for channel in self.channels.values():
            if channel.direct is user:
                return channel
        made = Channel(self.next_id("D"), direct=user)
        self.channels[made.id] = made
        return made

    def payload(self, message: Message, *, metadata: bool = False) -> Json:
        """A message as Slack describes it."""
        made: Json = {
            "type": "message",
            "user": message.user,
            "ts": message.ts,
            "text": message.text,
            "team": TEAM,
            **dict(self._more(message)),
        }
        if metadata and message.metadata:
            made["metadata"] = message.metadata
        return made

    def _more(self, message: Message) -> Iterator[tuple[str, Any]]:
        if message.blocks:
            yield "blocks", message.blocks
        if message.user == BOT:
            yield "bot_id", BOT_ID
        if message.edited_ts:
            yield "edited", {"user": message.user, "ts": message.edited_ts}
        if message.files:
            yield "files", [self.file_payload(file) for file in message.files]
        replies = message.channel.replies(message.ts)
        if replies:
            yield "reply_count", len(replies)
            yield "latest_reply", replies[-1].ts
        if message.thread_ts or replies:
            yield "thread_ts", message.thread_ts or message.ts
        parent = message.thread_ts and message.channel.find(message.thread_ts)
        if parent and message.thread_ts != message.ts:
            yield "parent_user_id", parent.user

    def file_payload(self, file: File) -> Json:
        """A file as Slack describes it."""
        return {
            "id": file.id,
            "name": file.name,
            "title": file.name,
            "mimetype": file.media_type,
            "size": len(file.content),
            "mode": "hosted",
            "url_private": f"{self.base}/files-pri/{file.id}/{file.name}",
        }


SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:write",
        "usergroups:read",
        "users:read",
    }
)
