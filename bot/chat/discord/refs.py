"""Between Discord's ids and the core's references.

Users carry their guild: a person has a name and roles in each guild of their own.
"""

from typing import Any

import discord

from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.errors import GoneError
from bot.domain.numbers import whole_number
from bot.domain.text import one_line

PLATFORM = "discord"
DIRECT = "@"
"""Begins the channel of direct messages in a reference: they belong to no guild's channels."""

LARGEST_ID = 2**63 - 1
"""Discord's ids have 64 bits, and the first is still 0 for decades."""


def parse_id(text: str) -> int:
    """An id of a reference.

    Raises:
        GoneError: It is no id, so Discord has nothing of this name.
    """
    number = whole_number(text.removeprefix(DIRECT), least=1, most=LARGEST_ID)
    if number is None:
        raise GoneError(f"Discord has nothing with the id {one_line(text, max_chars=40)}.")
    return number


def channel_id(conversation: ConversationRef) -> int:
    """The id of the channel or thread that messages of a conversation are posted to."""
    in_thread = conversation.thread and not is_direct(conversation)
    return parse_id(conversation.thread if in_thread else conversation.channel)


def is_direct(conversation: ConversationRef) -> bool:
    """Whether it is somebody's direct messages."""
    return conversation.channel.startswith(DIRECT)


def guild_of(conversation: ConversationRef) -> int | None:
    """The guild's id; None for direct messages."""
    return None if is_direct(conversation) else parse_id(conversation.tenant)


def conversation_in(guild: int, channel: int, parent: int | None) -> ConversationRef:
    """A channel, or with a parent the thread in it."""
    if parent is None:
        return ConversationRef(PLATFORM, str(guild), str(channel))
    return ConversationRef(PLATFORM, str(guild), str(parent), str(channel))


def direct_messages(guild: str, channel: int, subject: str = "") -> ConversationRef:
    """Somebody's direct messages for a guild.

    Args:
        guild: The guild's id.
        channel: The id of the direct messages.
        subject: The id of the guild's channel or thread that they are about.
    """
    return ConversationRef(PLATFORM, guild, f"{DIRECT}{channel}", subject)


def subject_id(conversation: ConversationRef) -> str:
    """The id of the channel or thread that a conversation is about: mostly its own."""
    if is_direct(conversation):
        return conversation.thread
    return conversation.thread or conversation.channel


def tag(conversation: ConversationRef) -> str:
    """The guild and the subject, where nothing else says them: in direct messages."""
    return f"{conversation.tenant}/{conversation.thread}" if is_direct(conversation) else ""


def add_tag(name: str, tag: str) -> str:
    """The name of a button or form with its tag, if it has one."""
    return f"{name}@{tag}" if tag else name


def split_tag(name: str, channel: int) -> tuple[str, ConversationRef]:
    """The name of a button or form, and the direct messages that it is in."""
    bare, _, tag = name.rpartition("@")
    guild, _, subject = tag.partition("/")
    return bare, direct_messages(guild, channel, subject)


def user_in(guild: int | str, user: int) -> UserRef:
    """A person in a guild."""
    return UserRef(PLATFORM, str(guild), str(user))


def message_in(conversation: ConversationRef, message: int) -> MessageRef:
    """One message."""
    return MessageRef(conversation, str(message))


def parent_of(channel: Any) -> int | None:  # noqa: ANN401  # whatever kind of channel it is
    """The channel that a thread is in; None for a channel."""
    return channel.parent_id if isinstance(channel, discord.Thread) else None
