"""Whether Discord is set up as the bot needs it, and what to click if not."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import discord

from bot.chat.discord import refs
from bot.chat.discord.connection import BAD_LOGIN, NO_CONTENT
from bot.chat.discord.errors import translate_errors
from bot.chat.discord.proxy import proxy
from bot.domain.chat.refs import ConversationRef

NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    read_message_history=True,
    attach_files=True,
    embed_links=True,
)
NEEDED_TO_POST = discord.Permissions(
    view_channel=True, send_messages=True, attach_files=True, embed_links=True
)
SCOPES = ("bot", "applications.commands")


@dataclass(frozen=True, slots=True)
class Remark:
    """What was found of one thing."""

    well: bool
    sentence: str


async def examine(token: str, channels: Sequence[ConversationRef]) -> AsyncIterator[Remark]:
    """Look at the application, the servers it is in, and the channels of its cohorts.

    Raises:
        ChatError: Discord does not answer.
    """
    client = discord.Client(intents=discord.Intents.none(), proxy=proxy())
    try:
        with translate_errors("answer"):
            async for remark in _examine_all(client, token, channels):
                yield remark
    finally:
        await client.close()


async def _examine_all(
    client: discord.Client, token: str, channels: Sequence[ConversationRef]
) -> AsyncIterator[Remark]:
    try:
        await client.login(token)
    except discord.LoginFailure:
        yield Remark(well=False, sentence=BAD_LOGIN)
        return
    about = await client.application_info()
    reads = about.flags.gateway_message_content or about.flags.gateway_message_content_limited
    yield Remark(reads, "it may read messages." if reads else NO_CONTENT)
    yield await _check_guilds(client, about.id)
    for channel in channels:
        yield await _check_channel(client, channel)


async def _check_guilds(client: discord.Client, application: int) -> Remark:
    invite = discord.utils.oauth_url(application, permissions=NEEDED, scopes=SCOPES)
    guilds = [guild async for guild in client.fetch_guilds()]
    if not guilds:
        return Remark(well=False, sentence=f"it is in no server yet. Invite it: {invite}")
    names = ", ".join(sorted(guild.name for guild in guilds))
    return Remark(well=True, sentence=f"it is in {names}. Other servers invite it: {invite}")


async def _check_channel(client: discord.Client, channel: ConversationRef) -> Remark:
    try:
        guild = await client.fetch_guild(refs.parse_id(channel.tenant))
        found = await guild.fetch_channel(refs.parse_id(channel.channel))
        member = await guild.fetch_member(client.user.id if client.user else 0)
    except (discord.NotFound, discord.Forbidden):
        return Remark(
            well=False,
            sentence=f"the channel {channel.channel} is gone, or it may not see it. Grant it View"
            " Channel there, or set up the cohort in another channel.",
        )
    if not isinstance(found, discord.TextChannel):
        return Remark(well=False, sentence=f"#{found.name} is not a text channel.")
    return _check_permissions(found, member)


def _check_permissions(channel: discord.TextChannel, member: discord.Member) -> Remark:
    names = ", ".join(missing(channel, member, NEEDED))
    if not names:
        return Remark(well=True, sentence=f"in #{channel.name} it may do all it needs.")
    return Remark(
        well=False,
        sentence=f"in #{channel.name} it lacks {names}. Edit the channel, Permissions, and grant"
        " them to its role.",
    )


def missing(
    channel: discord.TextChannel, member: discord.Member, needed: discord.Permissions
) -> list[str]:
    """Names of permissions that somebody lacks in a channel, as Discord's settings show them."""
    granted = channel.permissions_for(member)
    lacking = [name for name, is_needed in needed if is_needed and not getattr(granted, name)]
    return [name.replace("_", " ").title() for name in lacking]
