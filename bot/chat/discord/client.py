"""One connection to Discord: reads what happens there as events."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

import discord
import structlog
from typing_extensions import override

from bot.chat.discord import commands, inbound, members, refs
from bot.chat.discord.errors import NO_ANSWER, NOT_AS_DOCUMENTED
from bot.chat.discord.outbound import NO_MENTIONS
from bot.chat.discord.proxy import proxy
from bot.chat.discord.responder import DiscordResponder
from bot.domain.chat.commands import CommandSpec
from bot.domain.chat.events import ConversationDeleted, Event
from bot.domain.chat.port import Responder, Sink
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.errors import ChatError, GoneError
from bot.domain.pace import Pace, Turn

log = structlog.get_logger()

MAX_RATE_LIMIT_S = 60.0
"""After longer waits the sender tries again: discord.py does not wait so long inside a request."""

MAX_SILENCE_S = 60.0
"""A gateway that sends nothing for so long is taken for dead; it is asked every 41 s."""

MAX_LOOK_UP_S = 1.0
"""A press may open a form, for which Discord gives 3 s in all."""

SESSION_EVENTS = {"READY", "RESUMED"}
"""Without these there is no session, and another connection has to be made."""

MESSAGE_EVENTS = {"MESSAGE_CREATE", "MESSAGE_UPDATE"}

MAX_SAID_NO_CODE = 3
"""To one person in a minute."""

NO_CODE_HERE = (
    "I cannot take code here. Send it in the challenge's thread, or press **Submit privately**"
    " under the task there. Commands such as `/plan` work in your cohort's channel."
)
"""Answers what is written to the bot in direct messages."""


class Listener(Protocol):
    """Receives everything that happens on a connection."""

    def ready(self, client: "Client") -> None:
        """A session begins."""
        ...

    def lost(self) -> None:
        """The socket is gone."""
        ...

    def resumed(self) -> None:
        """The session goes on."""
        ...

    def hear(self, event: Event, responder: Responder | None) -> None:
        """Somebody did something; the responder answers it, if it can be answered."""
        ...


class Client(discord.Client):
    """A connection. It ends for good if Discord begins a session in a way that cannot be read."""

    def __init__(self, *, specs: Sequence[CommandSpec], sink: Sink, listener: Listener) -> None:
        """Prepare; nothing is sent yet."""
        # The bot does not use voice: no warning at each start that its libraries are missing.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        intents = discord.Intents(guilds=True, messages=True, message_content=True)
        super().__init__(
            intents=intents,
            proxy=proxy(),
            allowed_mentions=NO_MENTIONS,
            max_messages=None,  # edits come as raw events, nothing is kept for them
            max_ratelimit_timeout=MAX_RATE_LIMIT_S,
            heartbeat_timeout=MAX_SILENCE_S,
        )
        self._specs, self._sink, self._listener = specs, sink, listener
        self._unreadable: set[tuple[str, str]] = set()
        self._asked: set[asyncio.Task[None]] = set()
        self._connection.parsers = {
            name: parse if name in SESSION_EVENTS else partial(self._read, name, parse)
            for name, parse in self._connection.parsers.items()
        }

        self._pace = Pace(most=MAX_SAID_NO_CODE)

    @property
    def is_logged_in(self) -> bool:
        """Whether requests can be made; the socket may still be on its way."""
        return self.user is not None and not self.is_closed()

    @property
    def me(self) -> int:
        """Our own id; 0 until we are logged in."""
        return self.user.id if self.user is not None else 0

    async def register_commands(self) -> None:
        """Replace Discord's list of our commands. Raises HTTPException."""
        application = self.application_id
        if application is not None:
            payload = commands.payloads(self._specs)
            await self.http.bulk_upsert_global_commands(application, payload)  # pyright: ignore[reportArgumentType]  # plain data is what it takes

    @override
    def dispatch(self, event: str, /, *args: object, **kwargs: object) -> None:
        """Call the methods below, but not for a connection that has ended.

        discord.py reports two seconds late that a session is ready, whatever happened since.
        """
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    def _read(self, name: str, parse: Callable[[Any], None], data: Any) -> None:  # noqa: ANN401  # any JSON
        """Let discord.py read an event of the gateway, and leave out what it cannot read.

        It would end the connection over it, and begin another one for the next.
        """
        try:
            parse(data)
        except Exception as error:  # noqa: BLE001  # whatever it lacks, the others go on
            kind = name, type(error).__name__
            if kind not in self._unreadable:
                self._unreadable.add(kind)
                log.warning("discord_event_unreadable", event_name=name, reason=kind[1])
            if name in MESSAGE_EVENTS:
                asked = self.loop.create_task(self._ask_for(data))
                self._asked.add(asked)
                asked.add_done_callback(self._asked.discard)

    async def _ask_for(self, data: Any) -> None:  # noqa: ANN401  # any JSON
        """Ask for a message in one of our threads that came without all that belongs to it."""
        try:
            place, number = self.get_channel(int(data["channel_id"])), int(data["id"])
            if not isinstance(place, discord.Thread) or place.owner_id != self.me:
                return
            message = await place.fetch_message(number)
        except (discord.DiscordException, *NO_ANSWER, *NOT_AS_DOCUMENTED) as error:
            log.warning("message_not_read", reason=type(error).__name__)
            return
        for event in (inbound.read_posted(message, self.me), inbound.read_edited(message, self.me)):
            if event is not None:
                self._listener.hear(await self._with_info(event, message.author), None)

    # --- what Discord reports -----------------------------------------------------------------

    async def on_ready(self) -> None:
        """A session begins."""
        self._listener.ready(self)

    async def on_resumed(self) -> None:
        """A session goes on."""
        self._listener.resumed()

    async def on_disconnect(self) -> None:
        """The socket is gone."""
        self._listener.lost()

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote."""
        if message.guild is None:
            await self._answer_direct_message(message)
            return
        placed = await self._placed(message)
        event = inbound.read_posted(placed, self.me) or await self._misplaced(placed)
        if event is not None:
            self._listener.hear(await self._with_info(event, message.author), None)

    async def _misplaced(self, message: discord.Message) -> Event | None:
        """What may be an answer, in a channel where people practise and not in a thread of it."""
        event = inbound.read_misplaced(message)
        if event is None or not await self._sink.expects_code(event.conversation):
            return None
        return event

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """A message was changed. Raw: discord.py reports others only of messages that it keeps."""
        message = await self._placed(payload.message)
        event = inbound.read_edited(message, self.me)
        if event is not None:
            self._listener.hear(await self._with_info(event, message.author), None)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message is gone."""
        await self._hear_deleted(payload, payload.message_id)

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """A moderator has deleted several messages at once."""
        await self._hear_deleted(payload, *payload.message_ids)

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A thread is gone. Of one that is not in memory, whose it was is not known here."""
        if payload.thread is None or payload.thread.owner_id == self.me:
            thread = refs.conversation_in(payload.guild_id, payload.thread_id, payload.parent_id)
            self._hear_gone(thread, payload.thread_id)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel is gone, with its threads."""
        if isinstance(channel, discord.TextChannel):
            self._hear_gone(refs.conversation_in(channel.guild.id, channel.id, None), channel.id)

    def _hear_gone(self, conversation: ConversationRef, number: int) -> None:
        event = ConversationDeleted(
            key=f"gone:{number}",
            at=discord.utils.utcnow(),
            conversation=conversation,
            user=UserRef(refs.PLATFORM, conversation.tenant, ""),
        )
        self._listener.hear(event, None)

    async def _hear_deleted(
        self,
        payload: discord.RawMessageDeleteEvent | discord.RawBulkMessageDeleteEvent,
        *messages: int,
    ) -> None:
        if payload.guild_id is None:
            return
        place = self.get_channel(payload.channel_id) or await self._find_thread(payload.channel_id)
        for message in messages:
            event = inbound.read_deleted(place, self.me, message, discord.utils.utcnow())
            if event is not None:
                self._listener.hear(event, None)

    async def _placed(self, message: discord.Message) -> discord.Message:
        """A message with its thread, where that is one that discord.py does not keep."""
        if isinstance(message.channel, discord.PartialMessageable) and message.guild is not None:
            message.channel = await self._find_thread(message.channel.id) or message.channel
        return message

    async def _find_thread(self, channel: int) -> discord.Thread | None:
        """A thread that discord.py does not keep: it is archived, or its event was unreadable."""
        try:
            found = await self.fetch_channel(channel)
        except (discord.DiscordException, *NO_ANSWER) as error:
            log.info("thread_not_found", channel=channel, reason=str(error))
            return None
        return found if isinstance(found, discord.Thread) else None

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """A command, a button, a form, or an option that is being typed."""
        if interaction.type is discord.InteractionType.autocomplete:
            await self._complete(interaction)
            return
        event = inbound.read_interaction(interaction)
        if event is None:
            return
        responder = DiscordResponder(interaction, tag=refs.tag(event.conversation))
        if interaction.type is discord.InteractionType.component:
            responder.acknowledge_later()
        else:
            try:
                await responder.acknowledge()
            except ChatError as error:  # it is answered all the same, only elsewhere
                log.warning("not_acknowledged", reason=str(error))
        event = replace(event, conversation=self._subject_of(event.conversation))
        self._listener.hear(await self._with_info(event, interaction.user), responder)

    def _subject_of(self, conversation: ConversationRef) -> ConversationRef:
        """What is pressed in direct messages belongs to the channel or thread it is about.

        Where that is not in memory, an archived thread for example, it stays where it was pressed.
        """
        if not refs.is_direct(conversation):
            return conversation
        try:
            guild = self.get_guild(refs.parse_id(conversation.tenant))
            subject = guild and guild.get_channel_or_thread(refs.parse_id(conversation.thread))
        except GoneError:  # a button that names no server, or nothing in it
            return conversation
        if guild is None or subject is None:
            return conversation
        return refs.conversation_in(guild.id, subject.id, refs.parent_of(subject))

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """Something in here broke over one event; the others go on."""
        del args, kwargs
        log.error("discord_event_failed", event_name=event_method, exc_info=True)  # noqa: LOG014  # it is called where it is handled

    async def _with_info(self, event: Event, user: members.Account) -> Event:
        """The event with what Discord knows of the person, where it did not come with it.

        In direct messages people have no roles, so these are looked up; one whose roles are not
        found is somebody without any.
        """
        if members.is_complete(user):
            return event
        try:
            async with asyncio.timeout(MAX_LOOK_UP_S):
                return replace(event, info=await members.look_up(self, event.user))
        except (ChatError, TimeoutError) as error:
            log.info("member_not_found", event_key=event.key, reason=type(error).__name__)
            return event

    async def _answer_direct_message(self, message: discord.Message) -> None:
        """Say where to write: there are no challenges in direct messages."""
        if message.author.bot or message.type not in inbound.TYPED:
            return
        writer = refs.user_in("", message.author.id)
        if self._pace.take(writer, discord.utils.utcnow()) is not Turn.ANSWER:
            return
        try:
            await message.channel.send(NO_CODE_HERE, allowed_mentions=NO_MENTIONS)
        except discord.DiscordException as error:
            log.info("direct_message_not_answered", reason=str(error))

    async def _complete(self, interaction: discord.Interaction) -> None:
        data = interaction.data or {}
        where, info = inbound.conversation_of(interaction), members.info_of(interaction.user)
        words = await self._sink.suggest(*commands.read_focused(data), where=where, info=info)  # pyright: ignore[reportArgumentType]  # as Discord sends it
        choices = [discord.app_commands.Choice(name=word[:100], value=word[:100]) for word in words]
        try:
            await interaction.response.autocomplete(choices[:25])
        except discord.HTTPException as error:
            log.info("not_completed", reason=str(error))  # they have typed on
