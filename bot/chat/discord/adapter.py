"""Discord as a chat platform."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from typing_extensions import override

from bot.chat.common.closed_channels import ClosedChannels
from bot.chat.common.watermark import Mark
from bot.chat.discord import files, pointing, refs
from bot.chat.discord.client import Client
from bot.chat.discord.connection import NOT_CONNECTED, Connection
from bot.chat.discord.outbound import Outbound
from bot.domain.chat.commands import CommandSpec, OptionKind
from bot.domain.chat.events import Attachment
from bot.domain.chat.keys import MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.port import ChatPort, Sink
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.clock import Clock
from bot.domain.errors import TransientError


@dataclass(slots=True, kw_only=True)
class DiscordChat(ChatPort):
    """Discord. Private messages are direct messages; answers to commands are ephemeral.

    Attributes:
        token: The bot's; never logged.
        mark: Keeps until when everything was heard.
    """

    token: str = field(repr=False)
    mark: Mark
    clock: Clock
    _connection: Connection | None = field(default=None, init=False)
    _closed: ClosedChannels = field(default_factory=ClosedChannels, init=False)
    _outbound: Outbound = field(init=False)

    def __post_init__(self) -> None:
        self._outbound = Outbound(self._client)

    @property
    @override
    def platform(self) -> str:
        return refs.PLATFORM

    @override
    async def start(self, sink: Sink, commands: Sequence[CommandSpec]) -> None:
        """Connect, register the commands, and deliver every event not yet accepted.

        Raises:
            SettingsError: Discord refuses the token, or an intent that the bot needs.
        """
        self._connection = Connection(
            token=self.token, mark=self.mark, clock=self.clock, sink=sink, commands=commands
        )
        await self._connection.open()

    @override
    async def stop(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    @override
    async def health(self) -> str:
        """Empty when connected and allowed to post wherever it tried to, else one sentence.

        A channel in a server that has removed the bot does not count: nobody here could open it.
        """
        if self._connection is None:
            return NOT_CONNECTED
        return self._connection.problem or self._closed.problem(self._is_in_guild_of)

    @override
    async def post(
        self,
        conversation: ConversationRef,
        message: Message,
        *,
        key: MessageKey,
        private_to: UserRef | None = None,
    ) -> MessageRef:
        with self._closed.watch(conversation, private=private_to is not None):
            if private_to is None:
                return await self._outbound.post(conversation, message, key=key)
            return await self._outbound.post_privately(
                conversation, message, key=key, to=private_to
            )

    @override
    async def edit(self, ref: MessageRef, message: Message) -> None:
        with self._closed.watch(ref.conversation):
            await self._outbound.edit(ref, message)

    @override
    async def open_thread(self, message: MessageRef, title: str) -> ConversationRef:
        with self._closed.watch(message.conversation):
            return await self._outbound.open_thread(message, title)

    @override
    async def resolve(self, kind: OptionKind, typed: str, *, near: ConversationRef) -> str:
        return pointing.resolve(self._client(), kind, typed, near)

    @override
    async def problems(self, channel: ConversationRef, *, with_threads: bool) -> Sequence[str]:
        return pointing.problems(self._client(), channel, with_threads=with_threads)

    @override
    async def fetch(self, attachment: Attachment, *, max_bytes: int) -> bytes:
        return await files.fetch(self._client(), attachment, max_bytes=max_bytes)

    @property
    def guilds(self) -> frozenset[str]:
        """The servers that the bot is in."""
        return frozenset(str(guild.id) for guild in self._client().guilds)

    def _is_in_guild_of(self, conversation: ConversationRef) -> bool:
        return conversation.tenant in self.guilds

    def _client(self) -> Client:
        if self._connection is None:
            raise TransientError(NOT_CONNECTED)
        return self._connection.client
