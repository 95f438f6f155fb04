"""What Discord says of people: their name in a server, and what they may do there."""

import discord

from bot.chat.discord import refs
from bot.chat.discord.errors import translate_errors
from bot.domain.chat.events import UserInfo
from bot.domain.chat.refs import UserRef

Account = discord.User | discord.Member


def is_complete(user: Account) -> bool:
    """Whether Discord sent the roles as well, of a server whose roles are known."""
    return isinstance(user, discord.Member) and not user.guild.unavailable


def info_of(user: Account) -> UserInfo:
    """What Discord sent of somebody; where the roles did not come with it, the name alone.

    A member who can manage the server is a mentor of all its cohorts.
    """
    if not isinstance(user, discord.Member):
        return UserInfo(name=user.display_name, mentor=False)
    manages = user.guild_permissions.manage_guild
    return UserInfo(
        name=user.display_name,
        mentor=manages,
        admin=manages,
        roles=frozenset(str(role.id) for role in user.roles),
    )


async def look_up(client: discord.Client, user: UserRef) -> UserInfo:
    """What is known of a member, from the cache or else from Discord.

    Raises:
        ChatError: Discord did not say.
    """
    guild_id, number = refs.parse_id(user.tenant), refs.parse_id(user.user)
    with translate_errors("look at a member"):
        guild = client.get_guild(guild_id)
        if guild is None or guild.unavailable:
            guild = await client.fetch_guild(guild_id)
        return info_of(guild.get_member(number) or await guild.fetch_member(number))
