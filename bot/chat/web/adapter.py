"""The local web chat as a chat platform. It plays the whole server: people, channels, messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.chat.web import archive, ledger, outbound
from bot.chat.web.access import Gate, check_loopback
from bot.chat.web.actions import Deeds
from bot.chat.web.database import Database
from bot.chat.web.event_delivery import Courier
from bot.chat.web.html import Html
from bot.chat.web.responder import Answers, WebResponder
from bot.chat.web.server import Server
from bot.chat.web.session import Backstage
from bot.chat.web.tabs import Tabs
from bot.chat.web.workspace import (
    CHANNELS,
    PEOPLE,
    PLATFORM,
    Channel,
    Person,
    Spot,
    Workspace,
    number_of,
)
from bot.domain.chat.commands import CommandSpec
from bot.domain.chat.events import (
    ActionPressed,
    Attachment,
    CommandInvoked,
    Event,
    FormSubmitted,
)
from bot.domain.chat.message import Message
from bot.domain.chat.port import Sink
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.clock import Clock
from bot.domain.errors import ChatError
from bot.domain.outbox import MessageKey

FILE_NAME = "web-chat.sqlite3"


@dataclass(slots=True)
class _Running:
    courier: Courier
    server: Server


class WebChat:
    """A chat workspace at a page on this machine; see `ChatPort`.

    Everything lasts in one file, so that pages and the core find it again after a restart.
    """

    def __init__(  # noqa: PLR0913  # what a local workspace consists of
        self,
        data_dir: Path,
        *,
        clock: Clock,
        host: str = "127.0.0.1",
        port: int = 8765,
        people: Sequence[Person] = PEOPLE,
        channels: Sequence[Channel] = CHANNELS,
        notice: str = "",
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            data_dir: Where the file is kept.
            clock: Tells the time.
            host: A loopback address.
            port: 0 takes any free port.
            people: Who the reader of the page can be.
            channels: The channels.
            notice: A sentence that stands at the top of the page.

        Raises:
            SettingsError: The address is not this machine's own.
        """
        check_loopback(host)
        self._host, self._port, self._clock = host, port, clock
        self._workspace = Workspace(people, channels)
        self._database = Database(data_dir / FILE_NAME)
        self._tabs = Tabs()
        self._html = Html(self._workspace, notice)
        self._answers = Answers(self._database, self._html, self._tabs, clock)
        self._running: _Running | None = None

    @property
    def platform(self) -> str:
        """See `ChatPort`."""
        return PLATFORM

    @property
    def url(self) -> str:
        """The link to the page, with the token of this start; known once started."""
        return self._running.server.url if self._running else ""

    async def start(self, sink: Sink, commands: Sequence[CommandSpec]) -> None:
        """Open the file, serve the page, and deliver what the core does not have yet.

        Raises:
            SettingsError: The file or the port cannot be used.
        """
        await self._database.open(self._clock())
        try:
            await self._start(sink, commands)
        except BaseException:
            await self._database.close()
            raise

    async def _start(self, sink: Sink, commands: Sequence[CommandSpec]) -> None:
        await self._database.run(partial(ledger.purge, now=self._clock()))
        gate = Gate(self._database, self._clock, self._html.closed)
        await gate.open()
        deeds = Deeds(self._workspace, self._database, self._answers, self._clock, commands)
        courier = Courier(
            self._database, sink, self._clock, self._workspace.info, self._responder_of
        )
        backstage = Backstage(
            workspace=self._workspace,
            database=self._database,
            html=self._html,
            tabs=self._tabs,
            deeds=deeds,
            sink=sink,
            deliver=courier.wake,
        )
        server = Server(
            host=self._host,
            port=self._port,
            gate=gate,
            html=self._html,
            database=self._database,
            clock=self._clock,
            backstage=backstage,
        )
        await server.start()
        courier.start()
        self._running = _Running(courier, server)

    async def stop(self) -> None:
        """Close every page's connection and the file."""
        if self._running is None:
            return
        running, self._running = self._running, None
        await running.courier.stop()
        await running.server.stop()
        await self._database.close()

    async def health(self) -> str:
        """See `ChatPort`."""
        if self._running is None:
            return "The local web chat is not running."
        try:
            await self._database.run(archive.revision)
        except ChatError as error:
            return str(error)
        return ""

    async def post(
        self,
        conversation: ConversationRef,
        message: Message,
        *,
        key: MessageKey,
        private_to: UserRef | None = None,
    ) -> MessageRef:
        """See `ChatPort`."""
        self._workspace.channel(conversation)
        reader = self._workspace.person(private_to).id if private_to else ""
        posted = await self._database.run(
            partial(
                outbound.say,
                key=key,
                spot=Spot.of(conversation),
                message=message,
                at=self._clock(),
                private_to=reader,
            )
        )
        self._tabs.wake()
        return MessageRef(posted.spot.ref, str(posted.id))

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """See `ChatPort`."""
        number = number_of(ref)
        await self._database.run(
            partial(outbound.change, number=number, message=message, at=self._clock())
        )
        self._tabs.wake()

    async def open_thread(self, message: MessageRef, title: str) -> ConversationRef:
        """See `ChatPort`."""
        number = number_of(message)
        spot = await self._database.run(partial(archive.open_thread, message=number, title=title))
        self._tabs.wake()
        return spot.ref

    async def fetch(self, attachment: Attachment, *, max_bytes: int) -> bytes:
        """See `ChatPort`."""
        file = await self._database.run(
            partial(ledger.get_file, file_id=attachment.ref, max_bytes=max_bytes)
        )
        return file.content

    def _responder_of(self, event: Event) -> WebResponder | None:
        if isinstance(event, CommandInvoked | ActionPressed | FormSubmitted):
            return self._answers.responder(event)
        return None
