"""What the bot sends to Discord: posts, edits, threads, direct messages."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import discord

from bot.chat.discord import refs
from bot.chat.discord.errors import (
    ARCHIVED,
    NO_DIRECT_MESSAGES,
    THREAD_EXISTS,
    translate_errors,
)
from bot.chat.discord.render import Rendered, render
from bot.domain.chat.keys import MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.errors import GoneError

NONCE_CHARS = 25
ARCHIVE_AFTER_MINUTES = 10080
"""A week: longer than any challenge is open."""

TITLE_CHARS = 100
NO_MENTIONS = discord.AllowedMentions.none()
"""Whatever a message quotes, nobody is notified."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """Sends through the client that is connected now.

    Attributes:
        client: The client of now. Raises TransientError while there is none.
    """

    client: Callable[[], discord.Client]

    async def post(
        self, conversation: ConversationRef, message: Message, *, key: MessageKey
    ) -> MessageRef:
        """Post once, for all to read. Raises ChatError."""
        channel, made = self._channel(conversation), _rendered(message, conversation)
        with translate_errors("post a message"):
            sent = await self._send(channel, made, str(key))
        return refs.message_in(conversation, sent.id)

    async def post_privately(
        self, conversation: ConversationRef, message: Message, *, key: MessageKey, to: UserRef
    ) -> MessageRef:
        """Post once, in direct messages, under a link to the conversation. Raises ChatError."""
        with translate_errors("write a direct message"):
            try:
                channel = await self.client().create_dm(discord.Object(refs.parse_id(to.user)))
                where = refs.direct_messages(to.tenant, channel.id, refs.subject_id(conversation))
                sent = await self._send(channel, _rendered(message, where), str(key))
            except discord.Forbidden as error:
                if error.code in NO_DIRECT_MESSAGES and not await self._is_member(to):
                    raise GoneError("They have left the server.") from error
                raise
        return refs.message_in(where, sent.id)

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """Replace the content of one of the bot's messages. Raises ChatError."""
        made = _rendered(message, ref.conversation)
        channel = self._channel(ref.conversation)
        partial = channel.get_partial_message(refs.parse_id(ref.message))
        with translate_errors("edit a message"):
            try:
                await self._change(partial, made)
            except discord.HTTPException as error:
                if error.code == ARCHIVED:
                    await self.client().http.edit_channel(channel.id, archived=False)
                elif not isinstance(error, discord.NotFound) or not await _is_there(partial):
                    raise
                await self._change(partial, made)

    async def open_thread(self, message: MessageRef, title: str) -> ConversationRef:
        """The thread of a message, opened if there is none. Raises ChatError.

        Discord gives a thread the id of the message that it belongs to.
        """
        where = message.conversation
        with translate_errors("open a thread"):
            try:
                await self.client().http.start_thread_with_message(
                    refs.channel_id(where),
                    refs.parse_id(message.message),
                    name=title[:TITLE_CHARS],
                    auto_archive_duration=ARCHIVE_AFTER_MINUTES,
                )
            except discord.HTTPException as error:
                if error.code != THREAD_EXISTS:
                    raise
        return replace(where, thread=message.message)

    def _channel(self, conversation: ConversationRef) -> discord.PartialMessageable:
        return self.client().get_partial_messageable(
            refs.channel_id(conversation), guild_id=refs.guild_of(conversation)
        )

    async def _send(
        self, channel: discord.abc.Messageable, made: Rendered, key: str
    ) -> discord.Message:
        """Post once. Under a nonce that it knows, Discord gives the message that it had made."""
        sent = await channel.send(
            content=made.content or None,
            embeds=made.embeds(),
            files=made.attached(),
            view=made.view() or discord.utils.MISSING,
            nonce=nonce(key),
            allowed_mentions=NO_MENTIONS,
        )
        if not made.is_said_by(sent):
            await self._change(sent, made)
        return sent

    async def _change(
        self, message: discord.PartialMessage | discord.Message, made: Rendered
    ) -> None:
        await message.edit(
            content=made.content or None,
            embeds=made.embeds(),
            attachments=made.attached(),
            view=made.view(),
            allowed_mentions=NO_MENTIONS,
        )

    async def _is_member(self, user: UserRef) -> bool:
        """Whether somebody is still in the server."""
        guild, number = refs.parse_id(user.tenant), refs.parse_id(user.user)
        try:
            await self.client().http.get_member(guild, number)
        except discord.NotFound:
            return False
        return True


async def _is_there(message: discord.PartialMessage) -> bool:
    """Whether a message can be read that an edit did not find: then that was a fault of Discord's.

    If it were posted anew, it would stand there twice.
    """
    try:
        await message.fetch()
    except (discord.NotFound, discord.Forbidden):
        return False
    return True


def _rendered(message: Message, where: ConversationRef) -> Rendered:
    subject = refs.subject_id(where) if refs.is_direct(where) else ""
    return render(message, tag=refs.tag(where), about=subject)


def nonce(key: str) -> str:
    """A key as Discord's own, under which it makes one message however often it is asked to."""
    return hashlib.sha256(key.encode()).hexdigest()[:NONCE_CHARS]
