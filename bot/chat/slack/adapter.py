"""Slack as a chat platform."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from slack_sdk.web.async_client import AsyncWebClient
from typing_extensions import override

from bot.chat.common.closed_channels import ClosedChannels
from bot.chat.common.watermark import Mark
from bot.chat.slack import files, pointing, refs
from bot.chat.slack.connection import NOT_CONNECTED, Connection
from bot.chat.slack.outbound import Outbound
from bot.domain.chat.commands import CommandSpec, OptionKind
from bot.domain.chat.events import Attachment
from bot.domain.chat.keys import MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.port import ChatPort, Sink
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.clock import Clock
from bot.domain.errors import TransientError

API = "https://slack.com/api/"
REQUEST_S = 20


@dataclass(slots=True, kw_only=True)
class SlackChat(ChatPort):
    """Slack. Private messages are direct messages; answers to commands are ephemeral.

    Attributes:
        bot_token: The bot's; never logged.
        app_token: Opens the socket; never logged.
        mark: Keeps until when everything was heard.
        api: Where Slack's methods are.
    """

    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    mark: Mark
    clock: Clock
    api: str = API
    _connection: Connection | None = field(default=None, init=False)
    _closed: ClosedChannels = field(default_factory=ClosedChannels, init=False)
    _outbound: Outbound = field(init=False)

    def __post_init__(self) -> None:
        self._outbound = Outbound(self._client, lambda: self._connected().workspace.base)

    @property
    @override
    def platform(self) -> str:
        return refs.PLATFORM

    @override
    async def start(self, sink: Sink, commands: Sequence[CommandSpec]) -> None:
        """Connect, and deliver every event not yet accepted. Slack's manifest has the commands.

        Raises:
            SettingsError: Slack refuses a token.
        """
        self._connection = Connection(
            web=AsyncWebClient(
                self.bot_token,
                base_url=self.api,
                timeout=REQUEST_S,
                trust_env_in_session=True,
                retry_handlers=[],  # by itself the library posts again where an answer is lost
            ),
            app_token=self.app_token,
            mark=self.mark,
            clock=self.clock,
            sink=sink,
            commands=commands,
        )
        await self._connection.open()

    @override
    async def stop(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    @override
    async def health(self) -> str:
        """Empty when connected and allowed to post wherever it tried to, else one sentence."""
        if self._connection is None:
            return NOT_CONNECTED
        return self._connection.problem or self._closed.problem(self._is_in_workspace_of)

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
        """The thread of a message: it has one as soon as somebody answers, and no title."""
        await self._outbound.find(message)
        where = message.conversation
        return refs.conversation_in(where.tenant, where.channel, message.message)

    @override
    async def resolve(self, kind: OptionKind, typed: str, *, near: ConversationRef) -> str:
        return await pointing.resolve(self._client(), kind, typed)

    @override
    async def problems(self, channel: ConversationRef, *, with_threads: bool) -> Sequence[str]:
        return await pointing.problems(self._client(), channel)

    @override
    async def fetch(self, attachment: Attachment, *, max_bytes: int) -> bytes:
        return await files.fetch(self._client(), attachment, max_bytes=max_bytes)

    def _is_in_workspace_of(self, conversation: ConversationRef) -> bool:
        return conversation.tenant == self._connected().workspace.team

    def _client(self) -> AsyncWebClient:
        return self._connected().web

    def _connected(self) -> Connection:
        if self._connection is None:
            raise TransientError(NOT_CONNECTED)
        return self._connection
