"""Whether Discord is set up as the bot needs it, and what to click where it is not."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import discord

from bot.chat.discord import refs
from bot.chat.discord.connection import BAD_LOGIN, NO_CONTENT
from bot.chat.discord.errors import translated
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
SCOPES = ("bot", "applications.commands")


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was looked at."""

    well: bool
    sentence: str


async def examine(token: str, places: Sequence[ConversationRef]) -> AsyncIterator[Remark]:
    """Look at the application, the servers it is in, and the channels of its cohorts.

    Raises:
        ChatError: Discord does not answer.
    """
    client = discord.Client(intents=discord.Intents.none())
    try:
        with translated("answer"):
            async for remark in _examined(client, token, places):
                yield remark
    finally:
        await client.close()


async def _examined(
    client: discord.Client, token: str, places: Sequence[ConversationRef]
) -> AsyncIterator[Remark]:
    try:
        await client.login(token)
    except discord.LoginFailure:
        yield Remark(well=False, sentence=BAD_LOGIN)
        return
    about = await client.application_info()
    reads = about.flags.gateway_message_content or about.flags.gateway_message_content_limited
    yield Remark(reads, "it may read messages." if reads else NO_CONTENT)
    invite = discord.utils.oauth_url(about.id, permissions=NEEDED, scopes=SCOPES)
    guilds = [guild async for guild in client.fetch_guilds()]
    if guilds:
        names = ", ".join(sorted(guild.name for guild in guilds))
        yield Remark(well=True, sentence=f"it is in {names}. Other servers invite it: {invite}")
    else:
        yield Remark(well=False, sentence=f"it is in no server yet. Invite it: {invite}")
    for place in places:
        yield await _place(client, place)


async def _place(client: discord.Client, place: ConversationRef) -> Remark:
    try:
        guild = await client.fetch_guild(refs.number(place.tenant))
        found = await guild.fetch_channel(refs.number(place.channel))
        member = await guild.fetch_member(client.user.id if client.user else 0)
    except (discord.NotFound, discord.Forbidden):
        return Remark(
            well=False,
            sentence=f"the channel {place.channel} is gone, or it may not see it. Grant it View"
            " Channel there, or set up the cohort in another channel.",
        )
    if not isinstance(found, discord.TextChannel):
        return Remark(well=False, sentence=f"#{found.name} is no text channel.")
    granted = found.permissions_for(member)
    missing = [name for name, needed in NEEDED if needed and not getattr(granted, name)]
    if not missing:
        return Remark(well=True, sentence=f"in #{found.name} it may do all it needs.")
    names = ", ".join(name.replace("_", " ").title() for name in missing)
    return Remark(
        well=False,
        sentence=f"in #{found.name} it lacks {names}. Edit the channel, Permissions, and grant"
        " them to its role.",
    )
