"""What Discord sends, as the core's events."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import discord

from bot.chat.common.misplaced import may_be_answer
from bot.chat.discord import commands, members, refs
from bot.chat.discord.files import attachment_of_form, attachments_of
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
"""Discord writes all others itself, in somebody's name: renamed, pinned, joined."""


def read_posted(message: discord.Message, me: int) -> MessagePosted | None:
    """A message that is for us; None for all others."""
    fields = _message_fields(message, me)
    if fields is None:
        return None
    return MessagePosted(key=f"message:{message.id}", at=message.created_at, **fields)


def read_misplaced(message: discord.Message) -> MessagePosted | None:
    """A message in a channel, not said to us, with what may be an answer; None for all others."""
    if not isinstance(message.channel, discord.TextChannel) or not _is_by_person(message):
        return None
    attachments = attachments_of(message)
    if not may_be_answer(message.content, (file.name for file in attachments)):
        return None
    fields = _fields(message, message.content, mentions_bot=False)
    return MessagePosted(key=f"message:{message.id}", at=message.created_at, **fields)


def read_edited(message: discord.Message, me: int) -> MessageEdited | None:
    """A message for us that its author changed; None for link previews and pins."""
    fields = _message_fields(message, me)
    if fields is None or message.edited_at is None:
        return None
    key = f"edit:{message.id}:{message.edited_at.timestamp():.6f}"
    return MessageEdited(key=key, at=message.edited_at, **fields)


def read_deleted(place: object, me: int, message: int, at: datetime) -> MessageDeleted | None:
    """A message deleted from one of our threads; Discord does not say whose it was."""
    if not isinstance(place, discord.Thread) or not _is_ours(place, me):
        return None
    where = refs.conversation_in(place.guild.id, place.id, place.parent_id)
    return MessageDeleted(
        key=f"delete:{message}",
        at=at,
        conversation=where,
        user=UserRef(refs.PLATFORM, where.tenant, ""),
        message=refs.message_in(where, message),
    )


def _message_fields(message: discord.Message, me: int) -> dict[str, Any] | None:
    if not _is_by_person(message):
        return None
    mentions_bot = _mentions(message, me)
    if not mentions_bot and not _is_ours(message.channel, me):
        return None
    text = _without_name(message.content, me) if mentions_bot else message.content
    return _fields(message, text, mentions_bot=mentions_bot)


def _is_by_person(message: discord.Message) -> bool:
    if message.guild is None or message.type not in TYPED:
        return False
    return not message.author.bot and message.webhook_id is None


def _fields(message: discord.Message, text: str, *, mentions_bot: bool) -> dict[str, Any]:
    guild = message.guild.id if message.guild is not None else 0
    where = refs.conversation_in(guild, message.channel.id, refs.parent_of(message.channel))
    return {
        "conversation": where,
        "user": refs.user_in(guild, message.author.id),
        "info": members.info_of(message.author),
        "message": refs.message_in(where, message.id),
        "text": text,
        "attachments": attachments_of(message),
        "mentions_bot": mentions_bot,
    }


def _mentions(message: discord.Message, me: int) -> bool:
    """Whether our name is typed in it. A reply mentions whom it answers also where it is not."""
    return any(user.id == me for user in message.mentions) and bool(
        _name(me).search(message.content)
    )


def _without_name(text: str, me: int) -> str:
    return _name(me).sub("", text).strip()


def _name(me: int) -> re.Pattern[str]:
    return re.compile(rf"<@!?{me}>")


def _is_ours(channel: object, me: int) -> bool:
    return isinstance(channel, discord.Thread) and channel.owner_id == me


def read_interaction(interaction: discord.Interaction) -> Event | None:
    """A command, a button or a form; None for what is not ours."""
    data: Mapping[str, Any] = interaction.data or {}  # pyright: ignore[reportAssignmentType]  # as Discord sends it
    where, name = conversation_of(interaction), str(data.get("custom_id", ""))
    if interaction.guild_id is None:  # a button in direct messages says which guild it is about
        name, where = refs.split_tag(name, interaction.channel_id or 0)
    if not where.tenant:
        return None
    common = _interaction_fields(interaction, where)
    match interaction.type:
        case discord.InteractionType.application_command:
            command, args = commands.read_invocation(data)
            return CommandInvoked(name=command, args=args, **common)
        case discord.InteractionType.component if interaction.message is not None:
            message = refs.message_in(where, interaction.message.id)
            return ActionPressed(action=name, message=message, **common)
        case discord.InteractionType.modal_submit:
            fields, files = _read_form(data)
            return FormSubmitted(form_id=name, fields=fields, attachments=files, **common)
        case _:
            return None


def _interaction_fields(interaction: discord.Interaction, where: ConversationRef) -> dict[str, Any]:
    return {
        "key": f"interaction:{interaction.id}",
        "at": interaction.created_at.astimezone(UTC),
        "conversation": where,
        "user": refs.user_in(where.tenant, interaction.user.id),
        "info": members.info_of(interaction.user),
    }


def conversation_of(interaction: discord.Interaction) -> ConversationRef:
    """Where it happened."""
    channel = interaction.channel_id or 0
    if interaction.guild_id is None:
        return refs.direct_messages("", channel)
    parent = refs.parent_of(interaction.channel)
    return refs.conversation_in(interaction.guild_id, channel, parent)


def _read_form(data: Mapping[str, Any]) -> tuple[dict[str, str], tuple[Any, ...]]:
    resolved: Mapping[str, Any] = data.get("resolved", {}).get("attachments", {})
    fields: dict[str, str] = {}
    files: list[Any] = []
    for part in _inputs(data.get("components", ())):
        if part.get("custom_id") == FILE_FIELD:
            files += [attachment_of_form(resolved[number]) for number in part.get("values", ())]
        elif "value" in part:
            fields[part["custom_id"]] = part["value"]
    return fields, tuple(files)


def _inputs(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The inputs of a form, at whatever depth they are."""
    for component in components:
        if "component" in component:
            yield component["component"]
        elif "components" in component:
            yield from _inputs(component["components"])
        else:
            yield component
