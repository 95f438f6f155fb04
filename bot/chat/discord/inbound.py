"""What Discord tells, as the core's events."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import discord

from bot.chat.discord import commands, members, refs
from bot.chat.discord.files import of_form, of_message
from bot.chat.discord.responder import FILE_FIELD
from bot.domain.chat.events import (
    ActionPressed,
    CommandInvoked,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from bot.domain.chat.refs import ConversationRef, UserRef

TYPED = {discord.MessageType.default, discord.MessageType.reply}
"""All others are written by Discord in the name of who did something: renamed, pinned, joined."""


def posted(message: discord.Message, me: int) -> MessagePosted | None:
    """A message that is for us; None for all other talk, which is nobody's business here."""
    heard = _message(message, me)
    if heard is None:
        return None
    return MessagePosted(key=f"message:{message.id}", at=message.created_at, **heard)


def edited(message: discord.Message, me: int) -> MessageEdited | None:
    """A message that is for us and was changed by its author; None for link previews and pins."""
    heard = _message(message, me)
    if heard is None or message.edited_at is None:
        return None
    key = f"edit:{message.id}:{message.edited_at.timestamp():.6f}"
    return MessageEdited(key=key, at=message.edited_at, **heard)


def deleted(
    client: discord.Client, guild: int | None, channel: int, message: int, at: datetime
) -> MessageDeleted | None:
    """A message that is gone from one of our threads; Discord does not say whose it was."""
    thread = client.get_channel(channel)
    if guild is None or client.user is None or not _is_ours(thread, client.user.id):
        return None
    where = refs.conversation_in(guild, channel, refs.parent_of(thread))
    return MessageDeleted(
        key=f"delete:{message}",
        at=at,
        conversation=where,
        user=UserRef(refs.PLATFORM, str(guild), ""),
        message=refs.message_in(where, message),
    )


def _message(message: discord.Message, me: int) -> dict[str, Any] | None:
    guild = message.guild
    if guild is None or message.type not in TYPED:
        return None
    if message.author.bot or message.webhook_id is not None:
        return None
    name = re.compile(rf"<@!?{me}>")
    # A reply lists whom it answers, too; but who answers the bot's post need not talk to the bot.
    mentions_bot = any(user.id == me for user in message.mentions) and bool(
        name.search(message.content)
    )
    if not mentions_bot and not _is_ours(message.channel, me):
        return None
    where = refs.conversation_in(guild.id, message.channel.id, refs.parent_of(message.channel))
    text = name.sub("", message.content).strip() if mentions_bot else message.content
    return {
        "conversation": where,
        "user": refs.user_in(guild.id, message.author.id),
        "info": members.info_of(message.author),
        "message": refs.message_in(where, message.id),
        "text": text,
        "attachments": tuple(map(of_message(message), message.attachments)),
        "mentions_bot": mentions_bot,
    }


def _is_ours(channel: object, me: int) -> bool:
    return isinstance(channel, discord.Thread) and channel.owner_id == me


def interaction(heard: discord.Interaction) -> Event | None:
    """A command, a press or a form; None for what is nothing of ours."""
    data: Mapping[str, Any] = heard.data or {}  # pyright: ignore[reportAssignmentType]  # as Discord sends it
    where, name = place(heard), str(data.get("custom_id", ""))
    if heard.guild_id is None:  # a button in direct messages says which guild it is about
        name, where = refs.untagged(name, heard.channel_id or 0)
    if not where.tenant:
        return None
    common: dict[str, Any] = {
        "key": f"interaction:{heard.id}",
        "at": heard.created_at.astimezone(UTC),
        "conversation": where,
        "user": refs.user_in(where.tenant, heard.user.id),
        "info": members.info_of(heard.user),
    }
    match heard.type:
        case discord.InteractionType.application_command:
            command, args = commands.invoked(data)
            return CommandInvoked(name=command, args=args, **common)
        case discord.InteractionType.component if heard.message is not None:
            message = refs.message_in(where, heard.message.id)
            return ActionPressed(action=name, message=message, **common)
        case discord.InteractionType.modal_submit:
            fields, files = _fields(data)
            return FormSubmitted(form_id=name, fields=fields, attachments=files, **common)
        case _:
            return None


def place(heard: discord.Interaction) -> ConversationRef:
    """Where it happened."""
    channel = heard.channel_id or 0
    if heard.guild_id is None:
        return refs.direct("", channel)
    return refs.conversation_in(heard.guild_id, channel, refs.parent_of(heard.channel))


def _fields(data: Mapping[str, Any]) -> tuple[dict[str, str], tuple[Any, ...]]:
    resolved: Mapping[str, Any] = data.get("resolved", {}).get("attachments", {})
    fields: dict[str, str] = {}
    files: list[Any] = []
    for part in _parts(data.get("components", ())):
        if part.get("custom_id") == FILE_FIELD:
            files += [of_form(resolved[number]) for number in part.get("values", ())]
        elif "value" in part:
            fields[part["custom_id"]] = part["value"]
    return fields, tuple(files)


def _parts(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Inputs, from within whatever holds them."""
    for component in components:
        if "component" in component:
            yield component["component"]
        elif "components" in component:
            yield from _parts(component["components"])
        else:
            yield component
