"""What the bot sends to Slack: posts, edits, direct messages, files."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from bot.chat.slack import refs
from bot.chat.slack.errors import translate_errors, word_of
from bot.chat.slack.payload import Payload, next_cursor, part, parts, word
from bot.chat.slack.render import Made, Picture, Rendered, render
from bot.domain.chat.keys import MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.errors import GoneError

log = structlog.get_logger()

EVENT_TYPE = "freehand_message"
"""Of the metadata that carries a message's key."""

PAGE, MAX_PAGES = 200, 10
"""So many messages are looked through for a key: those of a busy thread's two days, and more."""

MAX_KNOWN = 2000
"""Conversations whose messages are remembered."""

MAX_RESTS = 200
"""Files with what did not fit that are remembered: none is sent twice."""

PICTURE_TRIES, PICTURE_PAUSE_S = 5, 1.0
"""Slack takes a moment until an image that it was sent can stand in a message."""


@dataclass(slots=True)
class Said:
    """What we have said in one conversation, by key: the message's ts, and how it was rendered."""

    messages: dict[str, tuple[str, Rendered]] = field(
        default_factory=dict[str, tuple[str, Rendered]]
    )


@dataclass(slots=True)
class Outbound:
    """Sends through the client of now.

    Slack knows no key for a post: each message carries its own as metadata, and is looked for there
    before it is posted in a conversation for the first time since the start, or after a doubt.

    Attributes:
        client: The client of now. Raises TransientError while there is none.
        base: The workspace's address.
    """

    client: Callable[[], Any]  # AsyncWebClient, whose methods have no types
    base: Callable[[], str]
    _known: OrderedDict[ConversationRef, Said] = field(
        default_factory=OrderedDict[ConversationRef, Said], init=False
    )
    _rests: dict[tuple[str, str], None] = field(
        default_factory=dict[tuple[str, str], None], init=False
    )
    _direct: dict[str, str] = field(default_factory=dict[str, str], init=False)

    async def post(
        self, conversation: ConversationRef, message: Message, *, key: MessageKey
    ) -> MessageRef:
        """Post once, for all to read. Raises ChatError."""
        made = self._rendered(message, conversation)
        try:
            with translate_errors("post a message"):
                ts = await self._post(conversation, made, str(key))
        except BaseException:
            # Whether it is there is looked up next time.
            self._known.pop(_place(conversation), None)
            raise
        return refs.message_in(conversation, ts)

    async def post_privately(
        self, conversation: ConversationRef, message: Message, *, key: MessageKey, to: UserRef
    ) -> MessageRef:
        """Post once, in direct messages, about a conversation. Raises ChatError."""
        with translate_errors("write a direct message"):
            channel = await self._direct_channel(to.user)
        return await self.post(refs.direct_messages(channel, conversation), message, key=key)

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """Replace the content of one of the bot's messages. Raises ChatError."""
        ts, made = refs.ts_of(ref), self._rendered(message, ref.conversation)
        with translate_errors("edit a message"):
            await self._change(ref.conversation, ts, made)
        known = self._known.get(_place(ref.conversation), Said()).messages
        for key, (named, said) in known.items():
            if named == ts:
                known[key] = ts, replace(said, blocks=made.blocks, notice=made.notice)

    async def find(self, message: MessageRef) -> None:
        """Make sure that a message is there. Raises ChatError."""
        ts = refs.ts_of(message)
        with translate_errors("look for a message"):
            answer = await self.client().conversations_replies(
                channel=message.conversation.channel, ts=ts, limit=1
            )
            if not any(found["ts"] == ts for found in answer["messages"]):
                raise GoneError("The message is no longer there.")

    # --- one message --------------------------------------------------------------------------

    async def _post(self, conversation: ConversationRef, made: Rendered, key: str) -> str:
        said = await self._said(_place(conversation))
        if key in said.messages:
            ts, before = said.messages[key]
            if before != made:
                await self._change(conversation, ts, made)
                said.messages[key] = ts, made
            return ts
        answer = await self._with_pictures(
            made,
            lambda blocks: self.client().chat_postMessage(
                channel=conversation.channel,
                thread_ts=refs.thread_ts(conversation),
                text=made.notice,
                blocks=blocks,
                unfurl_links=False,
                unfurl_media=False,
                metadata=_metadata(key, made),
            ),
        )
        ts = str(answer["ts"])
        said.messages[key] = ts, made
        if not conversation.thread:  # nothing can stand in its thread yet
            self._remember(refs.conversation_in("", conversation.channel, ts), Said())
        if made.rest:
            await self._send_rest(conversation, ts, made.rest)
        await self._send_files(conversation, ts, made)
        return ts

    async def _change(self, conversation: ConversationRef, ts: str, made: Rendered) -> None:
        await self._with_pictures(
            made,
            lambda blocks: self.client().chat_update(
                channel=conversation.channel, ts=ts, text=made.notice, blocks=blocks
            ),
        )
        if made.rest and (ts, _digest(made.rest)) not in self._rests:
            await self._send_rest(conversation, ts, made.rest)
        await self._send_files(conversation, ts, made)

    async def _send_files(self, conversation: ConversationRef, ts: str, made: Rendered) -> None:
        """Put files below the message; in direct messages without a thread, which is easily missed.

        Where one fails all are sent again with the message: twice is better than never.
        """
        thread = None if refs.is_direct(conversation) else refs.thread_ts(conversation) or ts
        for file in made.files:
            await self._share(conversation, file.name, file.content, thread=thread)

    async def _send_rest(self, conversation: ConversationRef, ts: str, rest: str) -> None:
        """Put what does not fit below the message. What was said already stays said without it."""
        thread = refs.thread_ts(conversation) or ts
        try:
            await self._share(conversation, "message.md", rest.encode(), thread=thread)
        except Exception as error:  # noqa: BLE001  # the message itself is there
            log.warning("rest_not_sent", reason=type(error).__name__)
            return
        self._note_rest(ts, _digest(rest))

    async def _share(
        self, conversation: ConversationRef, name: str, content: bytes, *, thread: str | None
    ) -> None:
        file_id = await self._upload(name, content)
        await self.client().files_completeUploadExternal(
            files=[{"id": file_id, "title": name}],
            channel_id=conversation.channel,
            thread_ts=thread,
        )

    def _note_rest(self, ts: str, digest: str) -> None:
        self._rests[ts, digest] = None
        while len(self._rests) > MAX_RESTS:
            del self._rests[next(iter(self._rests))]

    def _rendered(self, message: Message, where: ConversationRef) -> Rendered:
        return render(message, base=self.base(), tag=refs.tag(where))

    # --- pictures -----------------------------------------------------------------------------

    async def _with_pictures(self, made: Rendered, send: Callable[[list[Made]], Any]) -> Any:  # noqa: ANN401  # Slack's answer
        """Send a message, its images first. One that Slack does not take yet is waited for."""
        blocks = [
            await self._picture(part) if isinstance(part, Picture) else part for part in made.blocks
        ]
        has_pictures = any(isinstance(part, Picture) for part in made.blocks)
        for _ in range(PICTURE_TRIES - 1 if has_pictures else 0):
            try:
                return await send(blocks)
            except Exception as error:
                if "invalid_blocks" not in str(error):
                    raise
                await asyncio.sleep(PICTURE_PAUSE_S)
        return await send(blocks)

    async def _picture(self, picture: Picture) -> Made:
        """The block of a picture; its words where the app may send no files."""
        title = picture.image.name
        try:
            file_id = await self._upload(title, picture.image.png)
            files = [{"id": file_id, "title": title}]
            await self.client().files_completeUploadExternal(files=files)
        except SlackApiError as error:
            if word_of(error) != "missing_scope":
                raise
            return picture.words()
        return picture.block(file_id)

    async def _upload(self, name: str, content: bytes) -> str:
        """Give Slack the bytes of a file; its id."""
        client = self.client()
        place = await client.files_getUploadURLExternal(filename=name, length=len(content))
        await client._upload_file(  # noqa: SLF001  # as `files_upload_v2`, which shares at once
            url=place["upload_url"],
            data=content,
            logger=client._logger,  # noqa: SLF001
            timeout=client.timeout,
            proxy=client.proxy,
            ssl=client.ssl,
        )
        return str(place["file_id"])

    # --- what was said before -----------------------------------------------------------------

    async def _said(self, place: ConversationRef) -> Said:
        if place not in self._known:
            found = await self._look_up(place)
            if place not in self._known:  # two may have looked at once
                self._remember(place, found)
        self._known.move_to_end(place)
        return self._known[place]

    def _remember(self, place: ConversationRef, said: Said) -> None:
        self._known[place] = said
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)

    async def _look_up(self, place: ConversationRef) -> Said:
        """The keys of the messages that stand there."""
        said, cursor = Said(), ""
        for _ in range(MAX_PAGES):
            page = await self._page(place, cursor)
            for message in parts(page, "messages"):
                key, ts = key_of(message), word(message, "ts")
                if key and ts != place.thread:
                    said.messages.setdefault(key, (ts, NOT_KNOWN))
                    self._note_rest(ts, word(_payload_of(message), "rest"))
            cursor = next_cursor(page)
            if not cursor or not place.thread:  # of a channel, its newest are enough
                break
        return said

    async def _page(self, place: ConversationRef, cursor: str) -> Payload:
        client, wanted = self.client(), {"limit": PAGE, "include_all_metadata": True}
        if place.thread:
            answer = await client.conversations_replies(
                channel=place.channel, ts=place.thread, cursor=cursor or None, **wanted
            )
        else:
            answer = await client.conversations_history(channel=place.channel, **wanted)
        return answer.data

    async def _direct_channel(self, user: str) -> str:
        if user not in self._direct:
            answer = await self.client().conversations_open(users=[user])
            self._direct[user] = str(answer["channel"]["id"])
        return self._direct[user]


def key_of(message: Payload) -> str:
    """The key that a message of ours carries; empty for others."""
    return word(_payload_of(message), "key")


def _payload_of(message: Payload) -> Payload:
    metadata = part(message, "metadata")
    is_ours = word(metadata, "event_type") == EVENT_TYPE
    return part(metadata, "event_payload") if is_ours else {}


def _place(conversation: ConversationRef) -> ConversationRef:
    """Where its messages stand, whatever they are about."""
    return refs.conversation_in("", conversation.channel, refs.thread_ts(conversation) or "")


def _digest(rest: str) -> str:
    """Names what did not fit; empty where all did."""
    return hashlib.sha256(rest.encode()).hexdigest()[:16] if rest else ""


def _metadata(key: str, made: Rendered) -> Made:
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key, "rest": _digest(made.rest)}}


NOT_KNOWN = Rendered("", ())
"""Of a message that was posted before this start."""
