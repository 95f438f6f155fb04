"""One connection to Slack: reads what happens there as events."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.slack import refs
from bot.chat.slack.inbound import Reader, line_of
from bot.chat.slack.members import Members
from bot.chat.slack.payload import Payload, part, word
from bot.chat.slack.responder import SlackResponder
from bot.chat.slack.workspace import Workspace
from bot.domain.chat.commands import CommandSpec, Permission, unknown_command
from bot.domain.chat.events import ConversationDeleted, Event, MessageDeleted
from bot.domain.chat.message import Message
from bot.domain.chat.port import Responder, Sink
from bot.domain.chat.refs import ConversationRef
from bot.domain.clock import Clock
from bot.domain.errors import ChatError
from bot.domain.pace import Pace, Turn

log = structlog.get_logger()

LIBRARY = logging.getLogger("slack_bolt")
"""Bolt gives its loggers the level of this one; their debug lines hold all that is said."""

COMMANDS = ("/challenge", "/freehand")
"""What people type in a channel; the rest of the line is read by the core."""

MAX_SAID_NO_CODE = 3
"""To one person in a minute."""

NO_CODE_HERE = (
    "I cannot take code here. Send it in the challenge's thread, or press *Submit privately* under"
    " the task there. Commands such as `/freehand plan` work in your cohort's channel."
)
"""Answers what is written to the bot in direct messages."""

EVERYTHING = re.compile(".*", re.DOTALL)


class Listener(Protocol):
    """Receives everything that happens on a connection."""

    def hear(self, event: Event, responder: Responder | None) -> None:
        """Somebody did something; the responder answers it, if it can be answered."""
        ...

    def refuse(self) -> None:
        """Slack has taken the token away."""
        ...


@dataclass(slots=True, kw_only=True)
class Client:
    """A connection in Socket Mode.

    Attributes:
        web: Sends requests with the bot's token.
        app_token: Opens the socket; never logged.
    """

    web: AsyncWebClient
    app_token: str = field(repr=False)
    workspace: Workspace
    members: Members
    specs: Sequence[CommandSpec]
    sink: Sink
    clock: Clock
    listener: Listener
    reader: Reader = field(init=False)
    _handler: AsyncSocketModeHandler = field(init=False)
    _pace: Pace = field(default_factory=lambda: Pace(most=MAX_SAID_NO_CODE), init=False)
    _unreadable: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]], init=False)

    def __post_init__(self) -> None:
        self.reader = Reader(self.workspace.team, self.workspace.me, self.clock)
        # Without the token, which the library would say that it ignores; requests are our own.
        bare = AsyncWebClient(base_url=self.web.base_url)
        app = AsyncApp(client=bare, logger=LIBRARY, authorize=_authorization(self))
        self._register(app)
        self._handler = AsyncSocketModeHandler(
            app, self.app_token, web_client=AsyncWebClient(self.app_token, self.web.base_url)
        )

    async def open(self) -> None:
        """Connect. Raises SlackApiError or what the network raises.

        The library tries for ever, also with a token that will never do: it is asked about first.
        """
        web: Any = self._handler.client.web_client
        await web.apps_connections_open(app_token=self.app_token)
        await self._handler.connect_async()

    async def close(self) -> None:
        """Disconnect; nothing is heard afterwards."""
        await self._handler.close_async()

    @property
    def is_connected(self) -> bool:
        """Whether the socket is there; the library makes a new one where it is lost."""
        session = self._handler.client.current_session
        return session is not None and not session.closed

    @property
    def session(self) -> object:
        """The socket of now: another one was lost meanwhile, and what was said then."""
        return self._handler.client.current_session

    def _register(self, app: Any) -> None:  # noqa: ANN401  # bolt's decorators have no types
        kinds: Mapping[str, Callable[[Payload], Awaitable[None]]] = {
            "message": self._message,
            "app_mention": self._said,
            "channel_deleted": self._channel_gone,
            "tokens_revoked": self._revoked,
            "app_uninstalled": self._refused,
        }
        for kind, read in kinds.items():
            app.event(kind)(self._event_handler(kind, read))
        app.event(EVERYTHING)(self._pass_over)
        for command in COMMANDS:
            app.command(command)(self._command)
        app.action(EVERYTHING)(self._action)
        app.view(EVERYTHING)(self._form)

    def _event_handler(
        self, kind: str, read: Callable[[Payload], Awaitable[None]]
    ) -> Callable[..., Awaitable[None]]:
        async def handle(event: dict[str, Any]) -> None:
            try:
                await read(event)
            except Exception as error:  # noqa: BLE001  # whatever it lacks, the others go on
                self._note_unreadable(f"event {kind}", error)

        return handle

    # --- messages -----------------------------------------------------------------------------

    async def _message(self, event: Payload) -> None:
        match event.get("subtype"):
            case "message_changed":
                is_gone = word(part(event, "message"), "subtype") == "tombstone"
                read = self.reader.deleted if is_gone else self.reader.edited
                await self._hear(read(event))
            case "message_deleted":
                await self._hear(self.reader.deleted(event))
            case _:
                await self._said(event)

    async def _said(self, event: Payload) -> None:
        if self.reader.is_direct_message(event):
            await self._answer_direct_message(event)
            return
        await self._hear(self.reader.message(event) or await self._misplaced(event))

    async def _misplaced(self, event: Payload) -> Event | None:
        """What may be an answer, in a channel where people practise and not in a thread of it."""
        found = self.reader.misplaced(event)
        if found is None or not await self.sink.expects_code(found.conversation):
            return None
        return found

    async def _channel_gone(self, event: Payload) -> None:
        await self._hear(self.reader.channel_gone(event))

    async def _revoked(self, event: Payload) -> None:
        """Of a person's token, which is none of ours, or of the bot's."""
        if part(event, "tokens").get("bot"):
            self.listener.refuse()

    async def _pass_over(self) -> None:
        """Take what nobody reads here: Slack would bring it again."""

    async def _refused(self, event: Payload) -> None:
        del event
        self.listener.refuse()

    async def _answer_direct_message(self, event: Payload) -> None:
        """Say where to write: there are no challenges in direct messages."""
        person = refs.user_in(self.workspace.team, str(event["user"]))
        if self._pace.take(person, self.clock()) is Turn.ANSWER:
            web: Any = self.web
            await web.chat_postMessage(channel=str(event["channel"]), text=NO_CODE_HERE)

    # --- what is answered ---------------------------------------------------------------------

    async def _command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        found = self.reader.command(body, self.specs)
        if found is None:
            await self._say_unknown(body)
        else:
            await self._hear(found, body)

    async def _say_unknown(self, body: Payload) -> None:
        where = self.reader.place_of(body)
        known = [spec for spec in self.specs if spec.permission is Permission.EVERYONE]
        answer = Message.of(unknown_command(f"/{line_of(body)}", known))
        try:
            await self._responder(body, where).reply(answer)
        except ChatError as error:
            log.info("not_answered", reason=str(error))

    async def _action(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        try:
            await self._hear(self.reader.action(body), body)
        except (LookupError, TypeError, ValueError) as error:
            self._note_unreadable("action", error)

    async def _form(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A form closes unless the core says in time what is wrong with it."""
        found = self.reader.form(body)
        if found is None:
            await ack()
            return
        responder = self._responder(body, found.conversation)
        self.listener.hear(await self._with_info(found), responder)
        errors = await responder.decided()
        await (ack(response_action="errors", errors=errors) if errors else ack())

    async def _hear(self, event: Event | None, body: Payload | None = None) -> None:
        if event is None:
            return
        responder = None if body is None else self._responder(body, event.conversation)
        self.listener.hear(await self._with_info(event), responder)

    async def _with_info(self, event: Event) -> Event:
        if isinstance(event, (MessageDeleted, ConversationDeleted)):
            return event  # Slack does not say who it was
        return replace(event, info=await self.members.info(event.user.user))

    def _responder(self, body: Payload, about: ConversationRef) -> SlackResponder:
        return SlackResponder(client=self.web, body=body, about=about, base=self.workspace.base)

    def _note_unreadable(self, what: str, error: Exception) -> None:
        """Log what cannot be read, each kind once: a message's words are in none of it."""
        kind = what, type(error).__name__
        if kind not in self._unreadable:
            self._unreadable.add(kind)
            log.warning("slack_event_unreadable", event_name=what, reason=kind[1])


def _authorization(client: Client) -> Callable[[], Awaitable[AuthorizeResult]]:
    """Says whose events they are: the library would ask Slack, and drop what stays unanswered."""

    async def authorize() -> AuthorizeResult:
        workspace = client.workspace
        return AuthorizeResult(
            enterprise_id=None,
            team_id=workspace.team,
            bot_token=client.web.token,
            bot_id=workspace.bot,
            bot_user_id=workspace.me,
        )

    return authorize
