"""Discord's world, in memory: guilds, channels, people, messages, commands, interactions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, cast

from tests.fakes.clock import FakeClock
from tests.fakes.discord.clock import Snowflakes
from tests.fakes.discord.errors import Json
from tests.fakes.discord.permissions import ALL, EVERYONE, NOTHING, Allow, in_channel

EPHEMERAL, LOADING, IS_COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 15
"""Flags of a message."""

MESSAGE_CONTENT_FLAGS = (1 << 18) | (1 << 19)
GUILD_MEMBERS_FLAGS = (1 << 14) | (1 << 15)
PRESENCES_FLAGS = (1 << 12) | (1 << 13)
"""Flags of an application: an intent it may use, verified or within a limit."""

ANSWER_WITHIN = timedelta(seconds=3)
TOKEN_LASTS = timedelta(minutes=15)
NONCE_REMEMBERED = timedelta(minutes=5)
"""“The past few minutes”, as the documentation has it."""

SEEN = ("title", "name", "value", "description", "text", "content", "label")
"""Parts of embeds and components that a reader reads."""

DEFAULT_FILE_BYTES = 10 * 1024 * 1024


class Kind(IntEnum):
    """Kinds of channel."""

    TEXT = 0
    DIRECT = 1
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12


@dataclass(eq=False)
class User:
    """An account."""

    id: int
    name: str
    bot: bool = False
    takes_messages: bool = True


@dataclass(eq=False)
class Role:
    """A role of a guild."""

    id: int
    name: str
    permissions: Allow
    position: int = 0


@dataclass(eq=False)
class Member:
    """A user in a guild. `roles` leaves out the one of everybody, as Discord does."""

    user: User
    joined_at: datetime
    roles: set[int] = field(default_factory=set[int])
    nick: str | None = None


@dataclass(eq=False)
class Overwrite:
    """What a channel allows and denies a role or a member."""

    id: int
    of_member: bool
    allow: Allow = NOTHING
    deny: Allow = NOTHING


@dataclass(eq=False)
class File:
    """An attachment."""

    id: int
    name: str
    content: bytes
    media_type: str
    channel_id: int
    description: str | None = None
    ephemeral: bool = False
    deleted: bool = False


@dataclass(eq=False, kw_only=True)
class Message:
    """A message.

    Attributes:
        files: Attachments as listed; those that an embed shows are in `embedded`.
        only_for: The one person who sees it, when it is ephemeral.
        allowed_mentions: As it was sent; None when it was not.
        kind: Discord's type of a system message; None for what somebody wrote.
    """

    id: int
    channel: "Channel"
    author: User
    at: datetime
    content: str = ""
    embeds: list[Json] = field(default_factory=list[Json])
    components: list[Json] = field(default_factory=list[Json])
    files: list[File] = field(default_factory=list[File])
    embedded: list[File] = field(default_factory=list[File])
    flags: int = 0
    nonce: str | None = None
    edited_at: datetime | None = None
    mentions: list[User] = field(default_factory=list[User])
    reply_to: "Message | None" = None
    only_for: User | None = None
    allowed_mentions: Json | None = None
    interaction: "Interaction | None" = None
    webhook_id: int | None = None
    kind: int | None = None
    deleted: bool = False

    @property
    def text(self) -> str:
        """All words a reader finds in it, files by name."""
        return "\n".join(part for part in (self.content, *self._parts()) if part)

    def _parts(self) -> Iterator[str]:
        for embed in self.embeds:
            yield from _words(embed)
        for component in self.components:
            yield from _words(component)
        for file in (*self.files, *self.embedded):
            yield f"[{file.name}] {file.description or ''}".strip()


def _words(node: object) -> Iterator[str]:
    """Visible words of embeds and components."""
    if isinstance(node, dict):
        fields = cast("Json", node)
        yield from (str(fields[key]) for key in SEEN if isinstance(fields.get(key), str))
        node = list(fields.values())
    if isinstance(node, list):
        for value in cast("list[object]", node):
            yield from _words(value)


@dataclass(eq=False, kw_only=True)
class Channel:
    """A channel of a guild, a thread, or somebody's direct messages with the bot."""

    id: int
    kind: Kind
    name: str
    guild: "Guild | None" = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict[int, Overwrite])
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    parent: "Channel | None" = None
    owner: User | None = None
    recipient: User | None = None
    archived: bool = False
    locked: bool = False
    archive_changed_at: datetime | None = None
    auto_archive_minutes: int = 4320
    deleted: bool = False

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread."""
        return self.kind in {Kind.PUBLIC_THREAD, Kind.PRIVATE_THREAD}


@dataclass(eq=False, kw_only=True)
class Guild:
    """A server."""

    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict[int, Role])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    threads: dict[int, Channel] = field(default_factory=dict[int, Channel])
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    unavailable: bool = False

    @property
    def everyone(self) -> Role:
        """The role that everybody has; its id is the guild's."""
        return self.roles[self.id]


@dataclass(eq=False, kw_only=True)
class Interaction:
    """Something a person did that the bot has to answer.

    Attributes:
        answer: The kind of the first answer; None while there is none.
        original: The message that the first answer made, or that `@original` means.
        modal: The dialog the bot opened.
        choices: What the bot suggested.
        waits: Whether the person still reads that the bot is thinking.
    """

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    at: datetime
    data: Json
    message: Message | None = None
    answer: int | None = None
    original: Message | None = None
    waits: bool = False
    modal: Json | None = None
    modal_used: bool = False
    choices: list[Json] | None = None
    messages: list[Message] = field(default_factory=list[Message])


@dataclass(eq=False)
class World:
    """Everything there is.

    Attributes:
        app_flags: The intents that the developer portal has switched on.
        commands: By guild; those everywhere are under None.
        nonces: What the bot posted under each, last.
    """

    clock: FakeClock = field(default_factory=FakeClock)
    token: str = "token"
    app_flags: int = MESSAGE_CONTENT_FLAGS & (1 << 19)
    file_bytes: int = DEFAULT_FILE_BYTES
    users: dict[int, User] = field(default_factory=dict[int, User])
    guilds: dict[int, Guild] = field(default_factory=dict[int, Guild])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    files: dict[int, File] = field(default_factory=dict[int, File])
    interactions: dict[str, Interaction] = field(default_factory=dict[str, Interaction])
    commands: dict[int | None, list[Json]] = field(default_factory=dict[int | None, list[Json]])
    nonces: dict[str, Message] = field(default_factory=dict[str, Message])
    ids: Snowflakes = field(init=False)
    bot: User = field(init=False)

    def __post_init__(self) -> None:
        self.ids = Snowflakes(self.clock)
        self.bot = self.new_user("Freehand", bot=True)

    @property
    def application_id(self) -> int:
        """That of the bot's application; the same number as its account's, as is usual."""
        return self.bot.id

    # --- making things ------------------------------------------------------------------------

    def new_user(self, name: str, *, bot: bool = False, takes_messages: bool = True) -> User:
        """An account."""
        user = User(self.ids.next(), name, bot, takes_messages)
        self.users[user.id] = user
        return user

    def new_guild(self, name: str, bot_permissions: Allow = ALL) -> Guild:
        """A guild with the bot in it, whose role allows what is asked for."""
        owner = self.new_user(f"{name}'s owner")
        number = self.ids.next()
        guild = Guild(id=number, name=name, owner_id=owner.id)
        guild.roles[number] = Role(number, "@everyone", EVERYONE)
        role = Role(self.ids.next(), self.bot.name, bot_permissions & ALL, 1)
        guild.roles[role.id] = role
        self.guilds[number] = guild
        self.new_member(guild, owner)
        self.new_member(guild, self.bot).roles.add(role.id)
        return guild

    def new_member(self, guild: Guild, user: User) -> Member:
        """Let somebody in."""
        member = guild.members[user.id] = Member(user, self.clock())
        return member

    def new_channel(self, guild: Guild, name: str) -> Channel:
        """A text channel."""
        channel = Channel(id=self.ids.next(), kind=Kind.TEXT, name=name, guild=guild)
        guild.channels[channel.id] = self.channels[channel.id] = channel
        return channel

    def new_thread(self, parent: Channel, name: str, owner: User, number: int = 0) -> Channel:
        """A thread; one that belongs to a message has its number."""
        assert parent.guild is not None
        thread = Channel(
            id=number or self.ids.next(),
            kind=Kind.PUBLIC_THREAD,
            name=name,
            guild=parent.guild,
            parent=parent,
            owner=owner,
            archive_changed_at=self.clock.tick(),
        )
        parent.guild.threads[thread.id] = self.channels[thread.id] = thread
        return thread

    def direct(self, user: User) -> Channel:
        """Somebody's direct messages with the bot; opened on first use."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(id=self.ids.next(), kind=Kind.DIRECT, name="", recipient=user)
        self.channels[channel.id] = channel
        return channel

    def new_file(self, channel: Channel, name: str, content: bytes, media_type: str) -> File:
        """Keep what was uploaded."""
        file = File(self.ids.next(), name, content, media_type, channel.id)
        self.files[file.id] = file
        return file

    def new_message(self, channel: Channel, author: User, **parts: Any) -> Message:  # noqa: ANN401  # fields of a message
        """Put a message into a channel; an ephemeral one into nobody's history."""
        number = self.ids.next()
        message = Message(id=number, channel=channel, author=author, at=self.clock.now, **parts)
        if message.only_for is None:
            channel.messages[number] = message
        return message

    # --- looking ------------------------------------------------------------------------------

    def permissions(self, user: User, channel: Channel) -> Allow:
        """What somebody may do in a channel; nothing when they are not there."""
        if channel.guild is None:
            return ALL if user in (channel.recipient, self.bot) else NOTHING
        member = channel.guild.members.get(user.id)
        return NOTHING if member is None else in_channel(channel, member)

    def sees(self, user: User, channel: Channel) -> bool:
        """Whether somebody sees that a channel exists."""
        return Allow.VIEW_CHANNEL in self.permissions(user, channel)

    def commands_in(self, guild: Guild | None) -> list[Json]:
        """Commands registered there; those of the guild hide global ones of the same name."""
        own = [] if guild is None else self.commands.get(guild.id, [])
        names = {command["name"] for command in own}
        everywhere = [
            command for command in self.commands.get(None, []) if command["name"] not in names
        ]
        return own + everywhere
