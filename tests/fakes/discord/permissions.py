"""What a member may do in a channel: roles and overwrites, as Discord adds them up."""

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.discord.model import Channel, Guild, Member


class Allow(IntFlag):
    """The permissions that the fake knows; the values are Discord's."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38


EVERYONE = (
    Allow.ADD_REACTIONS
    | Allow.VIEW_CHANNEL
    | Allow.SEND_MESSAGES
    | Allow.EMBED_LINKS
    | Allow.ATTACH_FILES
    | Allow.READ_MESSAGE_HISTORY
    | Allow.USE_APPLICATION_COMMANDS
    | Allow.CREATE_PUBLIC_THREADS
    | Allow.SEND_MESSAGES_IN_THREADS
)
"""What a new guild lets everybody do, as far as the fake knows it."""

NOTHING = Allow(0)
ALL = ~NOTHING
"""What administrators may."""


def in_guild(guild: "Guild", member: "Member") -> Allow:
    """Permissions before any channel's overwrites."""
    if member.user.id == guild.owner_id:
        return ALL
    allowed = guild.everyone.permissions
    for number in member.roles:
        allowed |= guild.roles[number].permissions
    return ALL if Allow.ADMINISTRATOR in allowed else allowed


def in_channel(channel: "Channel", member: "Member") -> Allow:
    """Permissions in a channel; those of a thread are its channel's."""
    guild = channel.guild
    assert guild is not None, "direct messages have no permissions"
    allowed = in_guild(guild, member)
    if allowed == ALL:
        return allowed
    overwrites = (channel.parent or channel).overwrites
    everyone = overwrites.get(guild.id)
    if everyone is not None:
        allowed = (allowed & ~everyone.deny) | everyone.allow
    denied, granted = NOTHING, NOTHING
    for number in member.roles & overwrites.keys():
        denied |= overwrites[number].deny
        granted |= overwrites[number].allow
    allowed = (allowed & ~denied) | granted
    own = overwrites.get(member.user.id)
    if own is not None:
        allowed = (allowed & ~own.deny) | own.allow
    return allowed if Allow.VIEW_CHANNEL in allowed else NOTHING
