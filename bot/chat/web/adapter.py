"""The local web chat as a chat platform. It plays the whole server: people, channels, messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from typing_extensions import override

from bot.chat.web import outbound
from bot.chat.web.access import AccessGuard, check_loopback
from bot.chat.web.actions import Actions
from bot.chat.web.event_delivery import EventDelivery
from bot.chat.web.html import Html
from bot.chat.web.responder import Answers, WebResponder
from bot.chat.web.server import Server
from bot.chat.web.session import SessionContext
from bot.chat.web.storage import ChatStorage
from bot.chat.web.tabs import Tabs
from bot.chat.web.workspace import (
    CHANNELS,
    PEOPLE,
    PLATFORM,
    Channel,
    Person,
    Workspace,
    conversation_of,
    conversation_ref,
    message_ref,
    number_of,
    ref_of,
)
from bot.domain.chat.commands import CommandSpec, OptionKind
from bot.domain.chat.events import (
    ActionPressed,
    Attachment,
    CommandInvoked,
    Event,
    FormSubmitted,
)
from bot.domain.chat.keys import MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.port import ChatPort, Sink
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.clock import Clock
from bot.domain.errors import ChatError, GoneError
from bot.domain.local_chat import LocalChatStore


@dataclass(slots=True)
class _Running:
    delivery: EventDelivery
    server: Server


class WebChat(ChatPort):
    """A chat workspace at a page on this machine.

    Everything is stored, so that pages and the core find it again after a restart.
    """

    def __init__(  # noqa: PLR0913  # what a local workspace consists of
        self,
        store: LocalChatStore,
        *,
        clock: Clock,
        host: str = "127.0.0.1",
        port: int = 8765,
        people: Sequence[Person] = PEOPLE,
        channels: Sequence[Channel] = CHANNELS,
        notice: str = "",
        sources_kept: timedelta = timedelta(days=365),
    ) -> None:
        """Prepare; nothing is served yet.

        Args:
            store: Where everything is kept; it stays open while the chat runs.
            clock: Tells the time.
            host: A loopback address.
            port: 0 takes any free port.
            people: Who the reader of the page can be.
            channels: The channels.
            notice: A sentence that stands at the top of the page.
            sources_kept: How long uploaded code is kept; what is older is forgotten at a start.

        Raises:
            SettingsError: The address is not this machine's own.
        """
        check_loopback(host)
        self._host, self._port, self._clock = host, port, clock
        self._sources_kept = sources_kept
        self._workspace = Workspace(people, channels)
        self._store = ChatStorage(store)
        self._tabs = Tabs()
        self._html = Html(self._workspace, notice)
        self._answers = Answers(self._store, self._html, self._tabs, clock)
        self._running: _Running | None = None

    @property
    @override
    def platform(self) -> str:
        return PLATFORM

    @property
    def url(self) -> str:
        """The link to the page, with the token of this start; known once started."""
        return self._running.server.url if self._running else ""

    @override
    async def start(self, sink: Sink, commands: Sequence[CommandSpec]) -> None:
        """Serve the page, and deliver what the core does not have yet.

        Raises:
            SettingsError: The port cannot be used.
        """
        async with self._store.write() as chat:
            now = self._clock()
            await chat.purge(now, sources_before=now - self._sources_kept)
        guard = AccessGuard(self._store, self._clock, self._html.closed)
        await guard.open()
        delivery = EventDelivery(
            self._store, sink, self._clock, self._workspace.info, self._responder_of
        )
        context = SessionContext(
            workspace=self._workspace,
            store=self._store,
            html=self._html,
            tabs=self._tabs,
            actions=Actions(self._workspace, self._store, self._answers, self._clock, commands),
            sink=sink,
            deliver=delivery.wake,
        )
        server = Server(
            host=self._host,
            port=self._port,
            guard=guard,
            html=self._html,
            clock=self._clock,
            context=context,
        )
        await server.start()
        delivery.start()
        self._running = _Running(delivery, server)

    @override
    async def stop(self) -> None:
        """Close every page's connection."""
        if self._running is None:
            return
        running, self._running = self._running, None
        await running.delivery.stop()
        await running.server.stop()

    @override
    async def health(self) -> str:
        if self._running is None:
            return "The local web chat is not running."
        try:
            async with self._store.read() as chat:
                await chat.messages.latest_revision()
        except ChatError as error:
            return str(error)
        return ""

    @override
    async def post(
        self,
        conversation: ConversationRef,
        message: Message,
        *,
        key: MessageKey,
        private_to: UserRef | None = None,
    ) -> MessageRef:
        self._workspace.channel(conversation)
        reader = self._workspace.person(private_to).id if private_to else ""
        async with self._store.write() as chat:
            posted = await outbound.say(
                chat,
                message,
                conversation_of(conversation),
                key=key,
                at=self._clock(),
                private_to=reader,
            )
        self._tabs.wake()
        return message_ref(posted)

    @override
    async def edit(self, ref: MessageRef, message: Message) -> None:
        async with self._store.write() as chat:
            await outbound.change(chat, number_of(ref), message, self._clock())
        self._tabs.wake()

    @override
    async def open_thread(self, message: MessageRef, title: str) -> ConversationRef:
        async with self._store.write() as chat:
            parent = await chat.messages.get(number_of(message))
            thread = await chat.threads.open(parent, title)
        self._tabs.wake()
        return ref_of(thread)

    @override
    async def resolve(self, kind: OptionKind, typed: str, *, near: ConversationRef) -> str:
        name = typed.removeprefix("#")
        if kind is not OptionKind.CHANNEL:
            raise GoneError("There are no roles in the local chat.")
        self._workspace.channel(conversation_ref(name))
        return name

    @override
    async def problems(self, channel: ConversationRef, *, with_threads: bool) -> Sequence[str]:
        self._workspace.channel(channel)
        return ()

    @override
    async def fetch(self, attachment: Attachment, *, max_bytes: int) -> bytes:
        async with self._store.read() as chat:
            return (await chat.files.get(attachment.ref, max_bytes=max_bytes)).content

    def _responder_of(self, event: Event) -> WebResponder | None:
        if isinstance(event, CommandInvoked | ActionPressed | FormSubmitted):
            return self._answers.responder(event)
        return None
