"""What the bot says on Discord: posts, edits, threads, direct messages."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import discord

from bot.chat.discord import refs
from bot.chat.discord.errors import ARCHIVED, NO_DIRECT_MESSAGES, THREAD_EXISTS, translated
from bot.chat.discord.render import Rendered, render
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.errors import GoneError
from bot.domain.outbox import MessageKey

NONCE_CHARS = 25
ARCHIVE_AFTER_MINUTES = 10080
"""A week: longer than any challenge is open."""

TITLE_CHARS = 100
SILENT = discord.AllowedMentions.none()
"""Whatever a message quotes, nobody is pinged."""

CLOSED_DOOR = (
    "I have an answer for you alone, but you take no direct messages from this server. Allow them"
    " in the server's menu, under Privacy Settings. Nothing is lost: `/history` has what was"
    " graded."
)


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks through whichever client is connected.

    Attributes:
        client: The client of now. Raises TransientError while there is none.
    """

    client: Callable[[], discord.Client]

    async def post(
        self,
        conversation: ConversationRef,
        message: Message,
        *,
        key: MessageKey,
        private_to: UserRef | None,
    ) -> MessageRef:
        """See `ChatPort.post`. What is private goes to direct messages, under its room's name."""
        if private_to is None:
            with translated("post a message"):
                sent = await self._send(self._room(conversation), render(message), str(key))
            return refs.message_in(conversation, sent.id)
        with translated("write a direct message"):
            channel = await self.client().create_dm(discord.Object(refs.number(private_to.user)))
            try:
                place = refs.direct(private_to.tenant, channel.id, refs.about(conversation))
                sent = await self._send(channel, _rendered(message, place), str(key))
            except discord.Forbidden as error:
                if error.code != NO_DIRECT_MESSAGES:
                    raise
                # What nobody waits for is not worth a word in front of everyone.
                if not key.kind.asked_for or not await self._is_here(private_to):
                    raise GoneError("They take no direct messages.") from error
                await self._knock(conversation, private_to, key)
                # Never the knock itself: a later edit would make public what is private.
                return refs.message_in(refs.direct(private_to.tenant, 0), 0)
        return refs.message_in(place, sent.id)

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """See `ChatPort.edit`."""
        conversation = ref.conversation
        made = _rendered(message, conversation)
        partial = self._room(conversation).get_partial_message(refs.number(ref.message))
        with translated("edit a message"):
            try:
                await self._change(partial, made)
            except discord.HTTPException as error:
                if error.code != ARCHIVED:
                    raise
                await self._reopen(refs.room(conversation))
                await self._change(partial, made)

    async def open_thread(self, message: MessageRef, title: str) -> ConversationRef:
        """See `ChatPort.open_thread`. Discord gives a thread the id of the message it is about."""
        conversation, number = message.conversation, refs.number(message.message)
        partial = self._room(conversation).get_partial_message(number)
        with translated("open a thread"):
            try:
                await self.client().http.start_thread_with_message(
                    partial.channel.id,
                    number,
                    name=title[:TITLE_CHARS],
                    auto_archive_duration=ARCHIVE_AFTER_MINUTES,
                )
            except discord.HTTPException as error:
                if error.code != THREAD_EXISTS:
                    raise
        return ConversationRef(
            refs.PLATFORM, conversation.tenant, conversation.channel, str(number)
        )

    def _room(self, conversation: ConversationRef) -> discord.PartialMessageable:
        return self.client().get_partial_messageable(
            refs.room(conversation), guild_id=refs.guild_of(conversation)
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
            allowed_mentions=SILENT,
        )

    async def _change(self, message: discord.PartialMessage, made: Rendered) -> None:
        await message.edit(
            content=made.content or None,
            embeds=made.embeds(),
            attachments=made.attached(),
            view=made.view(),
            allowed_mentions=SILENT,
        )

    async def _knock(self, conversation: ConversationRef, user: UserRef, key: MessageKey) -> None:
        """Tell somebody who takes no direct messages that there is something for them.

        Once for a message, however often it is posted anew.
        """
        words = Rendered(content=f"<@{refs.number(user.user)}> {CLOSED_DOOR}")
        once = f"knock:{user.user}:{replace(key, repost=0)}"
        await self._send(self._room(conversation), words, once)

    async def _is_here(self, user: UserRef) -> bool:
        """Whether somebody is in the server still."""
        guild, number = refs.number(user.tenant), refs.number(user.user)
        try:
            await self.client().http.get_member(guild, number)
        except discord.NotFound:
            return False
        return True

    async def _reopen(self, thread: int) -> None:
        await self.client().http.edit_channel(thread, archived=False)


def _rendered(message: Message, place: ConversationRef) -> Rendered:
    about = refs.about(place) if refs.is_direct(place) else ""
    return render(message, tag=refs.tag(place), about=about)


def nonce(key: str) -> str:
    """A key as Discord's own, under which it makes one message however often it is asked to."""
    return hashlib.sha256(key.encode()).hexdigest()[:NONCE_CHARS]
