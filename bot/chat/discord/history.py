"""What happened in our threads while nobody listened."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import discord
import structlog

from bot.chat.discord import inbound, members
from bot.chat.discord.client import Client
from bot.domain.chat.events import Event, MessagePosted
from bot.domain.errors import ChatError, ForbiddenError, GoneError

log = structlog.get_logger()

MAX_EARLIER_MESSAGES = 500
"""Of each thread, so many older messages are looked at for edits, a hundred in a request."""

Reading = Callable[[list[Event]], Awaitable[Sequence["Reading"]]]
"""Reads one thing, adds the events in it, and says what is to be read because of it."""


@dataclass(slots=True)
class Missed:
    """Messages and edits since a moment. Deletions are in no history.

    Each thing is read by itself: one that fails keeps nothing else from being heard.

    Attributes:
        since: The moment; None where nothing was missed.
        left: What could not be read yet.
    """

    client: Client
    since: datetime | None
    left: list[Reading] = field(default_factory=list[Reading], init=False)

    def __post_init__(self) -> None:
        if self.since is not None:
            for guild in self.client.guilds:
                self.left.append(partial(self._guild, guild, self.since))

    async def read(self) -> Sequence[Event]:
        """Read what can be read now; in order."""
        found: list[Event] = []
        failed: list[Reading] = []
        while self.left:
            reading = self.left.pop()
            try:
                self.left += await reading(found)
            except (discord.NotFound, discord.Forbidden) as error:  # gone, or closed to us
                log.warning("not_caught_up", reason=str(error))
            except Exception as error:  # noqa: BLE001  # whatever it was, the others are read
                can_log = isinstance(error, discord.HTTPException)  # others may quote a message
                log.warning("not_yet_read", reason=str(error) if can_log else type(error).__name__)
                failed.append(reading)
        self.left = failed
        return sorted(await self._informed(found), key=lambda event: event.at)

    async def _informed(self, found: Sequence[Event]) -> list[Event]:
        """The events with what Discord knows of their authors, which history does not say."""
        informed: list[Event] = []
        for user in {event.user for event in found}:
            theirs = [event for event in found if event.user == user]
            try:
                info = await members.look_up(self.client, user)
            except (GoneError, ForbiddenError):  # they left
                informed += theirs
            except ChatError:  # who calls the bot by its name may need rights, an answer none
                informed += [event for event in theirs if not _is_call(event)]
                if calls := [event for event in theirs if _is_call(event)]:
                    self.left.append(partial(self._again, calls))
            else:
                informed += [replace(event, info=info) for event in theirs]
        return informed

    async def _again(self, events: Sequence[Event], found: list[Event]) -> Sequence[Reading]:
        found += events
        return ()

    async def _guild(
        self, guild: discord.Guild, since: datetime, found: list[Event]
    ) -> Sequence[Reading]:
        del found
        channels = [
            channel
            for channel in guild.text_channels
            if channel.permissions_for(guild.me).read_message_history
        ]
        return [
            partial(self._active, guild, since),
            *(partial(self._archived, channel, since) for channel in channels),
        ]

    async def _active(
        self, guild: discord.Guild, since: datetime, found: list[Event]
    ) -> Sequence[Reading]:
        del found
        return self._in_ours(await guild.active_threads(), since)

    async def _archived(
        self, channel: discord.TextChannel, since: datetime, found: list[Event]
    ) -> Sequence[Reading]:
        """Threads that were archived since a moment; Discord lists the latest first."""
        del found
        threads: list[discord.Thread] = []
        async for thread in channel.archived_threads(limit=None):
            if thread.archive_timestamp < since:
                break
            threads.append(thread)
        return self._in_ours(threads, since)

    def _in_ours(self, threads: Sequence[discord.Thread], since: datetime) -> Sequence[Reading]:
        ours = [thread for thread in threads if thread.owner_id == self.client.me]
        return [
            partial(read, thread, since) for thread in ours for read in (self._newer, self._earlier)
        ]

    async def _newer(
        self, thread: discord.Thread, since: datetime, found: list[Event]
    ) -> Sequence[Reading]:
        messages = thread.history(limit=None, after=since, oldest_first=True)
        return await self._hear(messages, since, found)

    async def _earlier(
        self, thread: discord.Thread, since: datetime, found: list[Event]
    ) -> Sequence[Reading]:
        """For what was edited since."""
        messages = thread.history(limit=MAX_EARLIER_MESSAGES, before=since)
        return await self._hear(messages, since, found)

    async def _hear(
        self, messages: AsyncIterator[discord.Message], since: datetime, found: list[Event]
    ) -> Sequence[Reading]:
        me = self.client.me
        async for message in messages:
            events = inbound.read_posted(message, me), inbound.read_edited(message, me)
            found += [event for event in events if event is not None and event.at >= since]
        return ()


def _is_call(event: Event) -> bool:
    return isinstance(event, MessagePosted) and event.mentions_bot
