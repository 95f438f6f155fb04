"""What happened in our threads while nobody listened."""

import contextlib
from collections.abc import AsyncIterator, Generator
from dataclasses import replace
from datetime import datetime

import discord
import structlog

from bot.chat.discord import inbound, members
from bot.chat.discord.client import Client
from bot.domain.chat.events import Event, UserInfo
from bot.domain.chat.refs import UserRef
from bot.domain.errors import ForbiddenError, GoneError

log = structlog.get_logger()

MAX_EARLIER_MESSAGES = 500
"""Of each thread, so many older messages are looked at for edits, a hundred in a request."""


async def read_missed(client: Client, since: datetime) -> list[Event]:
    """Messages and edits since a moment, in order. Deletions are in no history.

    Raises:
        HTTPException: Discord failed.
        ChatError: Discord did not say what it knows of an author.
    """
    found: list[Event] = []
    for guild in client.guilds:
        for thread in await _our_threads(guild, client.me, since):
            with _skip_if_closed(thread):
                found += [event async for event in _events_in(thread, client.me, since)]
    infos = {user: await _look_up(client, user) for user in {event.user for event in found}}
    informed = [replace(event, info=infos[event.user] or event.info) for event in found]
    return sorted(informed, key=lambda event: event.at)


async def _look_up(client: Client, user: UserRef) -> UserInfo | None:
    """What Discord knows of an author, which history does not say; None if they left."""
    try:
        return await members.look_up(client, user)
    except (GoneError, ForbiddenError):
        return None


async def _our_threads(guild: discord.Guild, me: int, since: datetime) -> list[discord.Thread]:
    """Our threads in which something may have happened."""
    found: list[discord.Thread] = []
    with _skip_if_closed(guild):
        found += await guild.active_threads()
    for channel in guild.text_channels:
        if channel.permissions_for(guild.me).read_message_history:
            with _skip_if_closed(channel):
                found += [thread async for thread in _archived(channel, since)]
    return [thread for thread in found if thread.owner_id == me]


async def _archived(channel: discord.TextChannel, since: datetime) -> AsyncIterator[discord.Thread]:
    """Threads that were archived since a moment; Discord lists the latest first."""
    async for thread in channel.archived_threads(limit=None):
        if thread.archive_timestamp < since:
            return
        yield thread


async def _events_in(thread: discord.Thread, me: int, since: datetime) -> AsyncIterator[Event]:
    newer = thread.history(limit=None, after=since, oldest_first=True)
    earlier = thread.history(limit=MAX_EARLIER_MESSAGES, before=since)  # for what was edited since
    for messages in (newer, earlier):
        async for message in messages:
            for event in (inbound.read_posted(message, me), inbound.read_edited(message, me)):
                if event is not None and event.at >= since:
                    yield event


@contextlib.contextmanager
def _skip_if_closed(
    where: discord.Guild | discord.abc.GuildChannel | discord.Thread,
) -> Generator[None]:
    """Leave out what is gone or closed to us, and read all others."""
    try:
        yield
    except (discord.NotFound, discord.Forbidden) as error:
        log.warning("not_caught_up", place=where.id, reason=str(error))
