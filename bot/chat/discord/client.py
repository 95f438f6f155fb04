"""One connection to Discord: hears what happens there and hands it on as events."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

import discord
import structlog

from bot.chat.discord import commands, ears
from bot.chat.discord.responder import DiscordResponder
from bot.domain.chat import CommandSpec, Event, Responder, Sink
from bot.domain.errors import ChatError

log = structlog.get_logger()

RATE_LIMIT_AT_MOST_S = 60.0
"""Longer waits are not sat out in here: the sender tries again later, and says so."""

HISTORY_AT_ONCE = 100


class Listener(Protocol):
    """Told of everything that happens on a connection."""

    async def ready(self, client: "Client") -> None:
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
    """A connection. It ends for good where Discord sends what cannot be read.

    Attributes:
        was_ready: Whether it was connected at any time.
    """

    def __init__(self, *, specs: Sequence[CommandSpec], sink: Sink, listener: Listener) -> None:
        """Prepare; nothing is sent yet."""
        intents = discord.Intents(guilds=True, guild_messages=True, message_content=True)
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,  # edits come as raw events, nothing is kept for them
            max_ratelimit_timeout=RATE_LIMIT_AT_MOST_S,
        )
        self.was_ready = False
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

    # --- what Discord tells -------------------------------------------------------------------

    async def on_ready(self) -> None:
        """A session begins."""
        self.was_ready = True
        await self._listener.ready(self)

    async def on_resumed(self) -> None:
        """A session goes on."""
        self._listener.resumed()

    async def on_disconnect(self) -> None:
        """The socket is gone."""
        self._listener.lost()

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote."""
        event = ears.posted(message, self.me)
        if event is not None:
            self._listener.hear(event, None)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """A message was changed; raw, because discord.py tells of no other that it did not keep."""
        event = ears.edited(payload.message, self.me)
        if event is not None:
            self._listener.hear(event, None)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """A command, a press, a form, or words to be completed."""
        if interaction.type is discord.InteractionType.autocomplete:
            await self._complete(interaction)
            return
        event = ears.interaction(interaction)
        if event is None:
            return
        tag = "" if interaction.guild_id is not None else event.user.tenant
        responder = DiscordResponder(interaction, tag=tag)
        if interaction.type is discord.InteractionType.component:
            responder.acknowledge_later()
        else:
            try:
                await responder.acknowledge()
            except ChatError as error:  # it is answered all the same, only elsewhere
                log.warning("not_acknowledged", reason=str(error))
        self._listener.hear(event, responder)

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """Something in here broke over one event; the others go on."""
        del args, kwargs
        log.error("discord_event_failed", event_name=event_method, exc_info=True)  # noqa: LOG014  # it is called where it is handled

    async def _complete(self, interaction: discord.Interaction) -> None:
        data = interaction.data or {}
        where = ears.place(interaction, str(interaction.guild_id or ""))
        words = await self._sink.suggest(*commands.focused(data), where=where)  # pyright: ignore[reportArgumentType]  # as Discord sends it
        choices = [discord.app_commands.Choice(name=word[:100], value=word[:100]) for word in words]
        try:
            await interaction.response.autocomplete(choices[:25])
        except discord.HTTPException as error:
            log.info("not_completed", reason=str(error))  # they have typed on

    # --- what was missed ----------------------------------------------------------------------

    async def catch_up(self, since: datetime) -> None:
        """Hear what was written or changed in our threads while nobody listened.

        Raises:
            HTTPException: Discord failed; what was heard is known, and may be heard again.
        """
        async for thread in self._threads(since):
            async for message in thread.history(limit=None, after=since, oldest_first=True):
                self._again(message, since)
            async for message in thread.history(limit=HISTORY_AT_ONCE, before=since):
                self._again(message, since)  # older ones may have been changed

    async def _threads(self, since: datetime) -> AsyncIterator[discord.Thread]:
        for guild in self.guilds:
            for thread in await guild.active_threads():
                if thread.owner_id == self.me:
                    yield thread
            async for thread in self._archived(guild, since):
                yield thread

    async def _archived(
        self, guild: discord.Guild, since: datetime
    ) -> AsyncIterator[discord.Thread]:
        for channel in guild.text_channels:
            if not channel.permissions_for(guild.me).read_message_history:
                continue
            async for thread in channel.archived_threads(limit=HISTORY_AT_ONCE):
                if thread.owner_id == self.me and thread.archive_timestamp >= since:
                    yield thread

    def _again(self, message: discord.Message, since: datetime) -> None:
        found = (ears.posted(message, self.me), ears.edited(message, self.me))
        for event in found:
            if event is not None and event.at >= since:
                self._listener.hear(event, None)
