"""Channels and roles that people point at, and what the bot may do there."""

import re
from collections.abc import Sequence

import discord

from bot.chat.discord import refs
from bot.chat.discord.setup_check import NEEDED, NEEDED_TO_POST, missing
from bot.domain.chat.commands import OptionKind
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import GoneError, TransientError

_MENTIONS = {
    OptionKind.CHANNEL: re.compile(r"<#(\d{1,20})>"),
    OptionKind.ROLE: re.compile(r"<@&(\d{1,20})>"),
}
_TYPED_CHARS = 40


def resolve(client: discord.Client, kind: OptionKind, typed: str, near: ConversationRef) -> str:
    """The id of what somebody points at. Raises GoneError."""
    guild = _guild(client, near)
    things: Sequence[discord.TextChannel | discord.Role] = (
        guild.text_channels if kind is OptionKind.CHANNEL else guild.roles
    )
    mentioned = _MENTIONS[kind].fullmatch(typed)
    name = mentioned[1] if mentioned else typed.removeprefix("#").removeprefix("@").casefold()
    by_id = [thing for thing in things if str(thing.id) == name]
    found = by_id or [thing for thing in things if thing.name.casefold() == name]
    if len(found) != 1:
        raise GoneError(f"There is no {kind} {typed[:_TYPED_CHARS]!r} in this server.")
    return str(found[0].id)


def problems(
    client: discord.Client, channel: ConversationRef, *, with_threads: bool
) -> Sequence[str]:
    """What the bot may not do in a channel. Raises GoneError."""
    guild = _guild(client, channel)
    found = guild.get_channel(refs.channel_id(channel))
    if not isinstance(found, discord.TextChannel):
        raise GoneError(f"There is no text channel {channel.channel} in this server.")
    names = missing(found, guild.me, NEEDED if with_threads else NEEDED_TO_POST)
    if not names:
        return ()
    sentence = (
        f"In #{found.name} I lack **{', '.join(names)}**. Edit that channel, then *Permissions*,"
        " and grant it to my role."
    )
    return (sentence,)


def _guild(client: discord.Client, near: ConversationRef) -> discord.Guild:
    guild = client.get_guild(refs.parse_id(near.tenant))
    if guild is None or guild.unavailable:
        raise TransientError("Discord has not told about this server yet.")
    return guild
