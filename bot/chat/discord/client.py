"""One connection to Discord: hears what happens there and hands it on as events."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Generator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import discord
import structlog

from bot.chat.discord import commands, inbound, members, refs
from bot.chat.discord.responder import DiscordResponder
from bot.domain.chat.commands import CommandSpec
from bot.domain.chat.events import Event, UserInfo
from bot.domain.chat.port import Responder, Sink
from bot.domain.chat.refs import UserRef
from bot.domain.errors import ChatError, ForbiddenError, GoneError

log = structlog.get_logger()

RATE_LIMIT_AT_MOST_S = 60.0
"""Longer waits are not sat out in here: the sender tries again later, and says so."""

SILENT_AT_MOST_S = 60.0
"""A gateway that says nothing for so long is taken for dead; it is asked every 41 s."""

LOOK_UP_WITHIN_S = 1.0
"""A press may open a form, for which Discord gives 3 s in all."""

HISTORY_AT_ONCE = 100

ELSEWHERE = (
    "I cannot take code here. Send it in the challenge's thread, or press **Submit privately**"
    " under the task there. Commands such as `/plan` work in your cohort's channel."
)
"""Said to whoever writes to the bot alone."""


class Listener(Protocol):
    """Told of everything that happens on a connection."""

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
        """Somebody did something."""
        ...


class Client(discord.Client):
    """A connection. It ends for good where Discord sends what cannot be read."""

    def __init__(self, *, specs: Sequence[CommandSpec], sink: Sink, listener: Listener) -> None:
        """Prepare; nothing is sent yet."""
        # Nobody speaks here: no warning at each start that speech is not installed.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        intents = discord.Intents(guilds=True, messages=True, message_content=True)
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,  # edits come as raw events, nothing is kept for them
            max_ratelimit_timeout=RATE_LIMIT_AT_MOST_S,
            heartbeat_timeout=SILENT_AT_MOST_S,
        )
        self._specs, self._sink, self._listener = specs, sink, listener

    @property
    def is_logged_in(self) -> bool:
        """Whether requests can be made; the socket may still be on its way."""
        return self.user is not None and not self.is_closed()

    @property
    def me(self) -> int:
        """Our own id; known once logged in."""
        return self.user.id if self.user is not None else 0

    async def register_commands(self) -> None:
        """Make Discord's list of our commands the one there is. Raises HTTPException."""
        application = self.application_id
        if application is not None:
            payload = commands.payloads(self._specs)
            await self.http.bulk_upsert_global_commands(application, payload)  # pyright: ignore[reportArgumentType]  # plain data is what it takes

    def dispatch(self, event: str, /, *args: object, **kwargs: object) -> None:
        """Tell the methods below, but nothing of a connection that has ended.

        discord.py says two seconds late that a session is ready, whatever happened since.
        """
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    # --- what Discord tells -------------------------------------------------------------------

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
            await self._point_elsewhere(message)
            return
        event = inbound.posted(message, self.me)
        if event is not None:
            self._listener.hear(await self._informed(event, message.author), None)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """A message was changed; raw, because discord.py tells of no other that it did not keep."""
        event = inbound.edited(payload.message, self.me)
        if event is not None:
            self._listener.hear(await self._informed(event, payload.message.author), None)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message is gone."""
        self._hear_deleted(payload, payload.message_id)

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """A moderator has cleared up."""
        self._hear_deleted(payload, *payload.message_ids)

    def _hear_deleted(
        self,
        payload: discord.RawMessageDeleteEvent | discord.RawBulkMessageDeleteEvent,
        *messages: int,
    ) -> None:
        for message in messages:
            event = inbound.deleted(
                self, payload.guild_id, payload.channel_id, message, discord.utils.utcnow()
            )
            if event is not None:
                self._listener.hear(event, None)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """A command, a press, a form, or words to be completed."""
        if interaction.type is discord.InteractionType.autocomplete:
            await self._complete(interaction)
            return
        event = inbound.interaction(interaction)
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
        self._listener.hear(await self._informed(event, interaction.user), responder)

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """Something in here broke over one event; the others go on."""
        del args, kwargs
        log.error("discord_event_failed", event_name=event_method, exc_info=True)  # noqa: LOG014  # it is called where it is handled

    async def _informed(self, event: Event, user: members.Account) -> Event:
        """The event with what Discord knows of the person, where it did not come with it.

        In direct messages people have no roles, so these are looked up; one whose roles are not
        found is somebody without any.
        """
        if members.is_complete(user):
            return event
        try:
            async with asyncio.timeout(LOOK_UP_WITHIN_S):
                return replace(event, info=await members.look_up(self, event.user))
        except (ChatError, TimeoutError) as error:
            log.info("member_not_found", event_key=event.key, reason=type(error).__name__)
            return event

    async def _point_elsewhere(self, message: discord.Message) -> None:
        """Somebody talks to us in direct messages, where no challenge is."""
        if message.author.bot or message.type not in inbound.TYPED:
            return
        try:
            await message.channel.send(ELSEWHERE, allowed_mentions=discord.AllowedMentions.none())
        except discord.DiscordException as error:
            log.info("not_pointed_elsewhere", reason=str(error))

    async def _complete(self, interaction: discord.Interaction) -> None:
        data = interaction.data or {}
        where = inbound.place(interaction)
        words = await self._sink.suggest(*commands.focused(data), where=where)  # pyright: ignore[reportArgumentType]  # as Discord sends it
        choices = [discord.app_commands.Choice(name=word[:100], value=word[:100]) for word in words]
        try:
            await interaction.response.autocomplete(choices[:25])
        except discord.HTTPException as error:
            log.info("not_completed", reason=str(error))  # they have typed on

    # --- what was missed ----------------------------------------------------------------------

    async def missed(self, since: datetime) -> list[Event]:
        """What was written or changed in our threads while nobody listened, in order.

        Raises:
            HTTPException: Discord failed.
            ChatError: Discord did not say what it knows of an author.
        """
        found: list[Event] = []
        for guild in self.guilds:
            for thread in await self._threads(guild, since):
                with _passing_by(thread):
                    found += [event async for event in self._missed_in(thread, since)]
        infos = {user: await self._info(user) for user in {event.user for event in found}}
        informed = [replace(event, info=infos[event.user] or event.info) for event in found]
        return sorted(informed, key=lambda event: event.at)

    async def _info(self, user: UserRef) -> UserInfo | None:
        """What Discord knows of who wrote a message, as history does not say; None if they left."""
        try:
            return await members.look_up(self, user)
        except (GoneError, ForbiddenError):
            return None

    async def _threads(self, guild: discord.Guild, since: datetime) -> list[discord.Thread]:
        """Our threads in which something may have happened."""
        found: list[discord.Thread] = []
        with _passing_by(guild):
            found += await guild.active_threads()
        for channel in guild.text_channels:
            if channel.permissions_for(guild.me).read_message_history:
                with _passing_by(channel):
                    found += [
                        thread
                        async for thread in channel.archived_threads(limit=HISTORY_AT_ONCE)
                        if thread.archive_timestamp >= since
                    ]
        return [thread for thread in found if thread.owner_id == self.me]

    async def _missed_in(self, thread: discord.Thread, since: datetime) -> AsyncIterator[Event]:
        newer = thread.history(limit=None, after=since, oldest_first=True)
        older = thread.history(limit=HISTORY_AT_ONCE, before=since)  # they may have been changed
        for messages in (newer, older):
            async for message in messages:
                for event in (inbound.posted(message, self.me), inbound.edited(message, self.me)):
                    if event is not None and event.at >= since:
                        yield event


@contextlib.contextmanager
def _passing_by(
    place: discord.Guild | discord.abc.GuildChannel | discord.Thread,
) -> Generator[None]:
    """What is gone, or closed to us, keeps us from hearing no other."""
    try:
        yield
    except (discord.NotFound, discord.Forbidden) as error:
        log.warning("not_caught_up", place=place.id, reason=str(error))
