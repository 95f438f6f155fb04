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

ALLOW_DIRECT_MESSAGES = (
    "I have an answer for you alone, but you take no direct messages from this server. Allow them"
    " in the server's menu, under Privacy Settings. Nothing is lost: `/history` has what was"
    " graded."
)


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
        with translate_errors("post a message"):
            sent = await self._send(self._channel(conversation), render(message), str(key))
        return refs.message_in(conversation, sent.id)

    async def post_privately(
        self, conversation: ConversationRef, message: Message, *, key: MessageKey, to: UserRef
    ) -> MessageRef:
        """Post once, in direct messages, under a link to the conversation. Raises ChatError."""
        with translate_errors("write a direct message"):
            channel = await self.client().create_dm(discord.Object(refs.parse_id(to.user)))
            where = refs.direct_messages(to.tenant, channel.id, refs.subject_id(conversation))
            try:
                sent = await self._send(channel, _rendered(message, where), str(key))
            except discord.Forbidden as error:
                if error.code != NO_DIRECT_MESSAGES:
                    raise
                # A reminder is not worth a message that everybody reads.
                if not key.kind.asked_for or not await self._is_member(to):
                    raise GoneError("They take no direct messages.") from error
                await self._ask_to_allow(conversation, to, key)
                # Never that message: a later edit would make public what is private.
                return refs.message_in(refs.direct_messages(to.tenant, 0), 0)
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
                if error.code != ARCHIVED:
                    raise
                await self.client().http.edit_channel(channel.id, archived=False)
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
        return await channel.send(
            content=made.content or None,
            embeds=made.embeds(),
            files=made.attached(),
            view=made.view() or discord.utils.MISSING,
            nonce=nonce(key),
            allowed_mentions=NO_MENTIONS,
        )

    async def _change(self, message: discord.PartialMessage, made: Rendered) -> None:
        await message.edit(
            content=made.content or None,
            embeds=made.embeds(),
            attachments=made.attached(),
            view=made.view(),
            allowed_mentions=NO_MENTIONS,
        )

    async def _ask_to_allow(
        self, conversation: ConversationRef, user: UserRef, key: MessageKey
    ) -> None:
        """Ask somebody for whom there is a message to allow direct messages.

        Once for a message, however often it is posted anew.
        """
        words = Rendered(content=f"<@{refs.parse_id(user.user)}> {ALLOW_DIRECT_MESSAGES}")
        once = f"allow:{user.user}:{replace(key, repost=0)}"
        await self._send(self._channel(conversation), words, once)

    async def _is_member(self, user: UserRef) -> bool:
        """Whether somebody is still in the server."""
        guild, number = refs.parse_id(user.tenant), refs.parse_id(user.user)
        try:
            await self.client().http.get_member(guild, number)
        except discord.NotFound:
            return False
        return True


def _rendered(message: Message, where: ConversationRef) -> Rendered:
    subject = refs.subject_id(where) if refs.is_direct(where) else ""
    return render(message, tag=refs.tag(where), about=subject)


def nonce(key: str) -> str:
    """A key as Discord's own, under which it makes one message however often it is asked to."""
    return hashlib.sha256(key.encode()).hexdigest()[:NONCE_CHARS]
