"""Discord as a chat platform."""

import contextlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.chat.discord import files, refs
from bot.chat.discord.client import Client
from bot.chat.discord.connection import NOT_CONNECTED, Connection
from bot.chat.discord.outbound import Voice
from bot.domain.chat.commands import CommandSpec
from bot.domain.chat.events import Attachment
from bot.domain.chat.message import Message
from bot.domain.chat.port import Sink
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.clock import Clock
from bot.domain.errors import ForbiddenError, GoneError, TransientError
from bot.domain.outbox import MessageKey

MARK_NAME = "discord-heard-until"


@dataclass(slots=True, kw_only=True)
class DiscordChat:
    """See `ChatPort`. Private messages are direct messages; answers to commands are ephemeral.

    Attributes:
        token: The bot's; never logged.
        data_dir: Where it is remembered until when everything was heard.
    """

    token: str = field(repr=False)
    data_dir: Path
    clock: Clock
    _connection: Connection | None = field(default=None, init=False)
    _closed: dict[ConversationRef, str] = field(
        default_factory=dict[ConversationRef, str], init=False
    )
    _voice: Voice = field(init=False)

    def __post_init__(self) -> None:
        self._voice = Voice(self._client)

    @property
    def platform(self) -> str:
        """See `ChatPort`."""
        return refs.PLATFORM

    async def start(self, sink: Sink, commands: Sequence[CommandSpec]) -> None:
        """See `ChatPort.start`.

        Raises:
            SettingsError: Discord refuses the token, or an intent that the bot needs.
        """
        self._connection = Connection(
            token=self.token,
            mark=self.data_dir / MARK_NAME,
            clock=self.clock,
            sink=sink,
            commands=commands,
        )
        await self._connection.open()

    async def stop(self) -> None:
        """See `ChatPort.stop`."""
        if self._connection is not None:
            await self._connection.close()

    async def health(self) -> str:
        """See `ChatPort.health`. A channel that it may not write to is said until it may.

        One in a server that has thrown the bot out is not: nobody here could mend it.
        """
        if self._connection is None or self._connection.problem:
            return NOT_CONNECTED if self._connection is None else self._connection.problem
        guilds: frozenset[str] = self.guilds if self._closed else frozenset()
        return next((said for place, said in self._closed.items() if place.tenant in guilds), "")

    async def post(
        self,
        conversation: ConversationRef,
        message: Message,
        *,
        key: MessageKey,
        private_to: UserRef | None = None,
    ) -> MessageRef:
        """See `ChatPort.post`."""
        with self._remembered(conversation):
            return await self._voice.post(conversation, message, key=key, private_to=private_to)

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """See `ChatPort.edit`."""
        with self._remembered(ref.conversation):
            await self._voice.edit(ref, message)

    async def open_thread(self, message: MessageRef, title: str) -> ConversationRef:
        """See `ChatPort.open_thread`."""
        with self._remembered(message.conversation):
            return await self._voice.open_thread(message, title)

    async def fetch(self, attachment: Attachment, *, max_bytes: int) -> bytes:
        """See `ChatPort.fetch`."""
        return await files.fetch(self._client(), attachment, max_bytes=max_bytes)

    @property
    def guilds(self) -> frozenset[str]:
        """The servers that the bot is in."""
        return frozenset(str(guild.id) for guild in self._client().guilds)

    @contextlib.contextmanager
    def _remembered(self, conversation: ConversationRef) -> Generator[None]:
        """Keep in mind where Discord refuses us, and that it no longer does."""
        try:
            yield
        except ForbiddenError as error:
            room = refs.room(conversation)
            self._closed[conversation] = f"{error} (channel {room}; `freehand doctor` says more)"
            raise
        except GoneError:
            self._closed.pop(conversation, None)
            raise
        self._closed.pop(conversation, None)

    def _client(self) -> Client:
        if self._connection is None:
            raise TransientError(NOT_CONNECTED)
        return self._connection.client
