"""What Slack sends, as the core's events."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.chat.common.misplaced import may_be_answer
from bot.chat.slack import forms, refs
from bot.chat.slack.files import attachment_of
from bot.chat.slack.payload import Payload, part, parts, word
from bot.chat.slack.typed import typed, unescaped
from bot.domain.chat.commands import CommandSpec, parse
from bot.domain.chat.events import (
    ActionPressed,
    Attachment,
    CommandInvoked,
    ConversationDeleted,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.clock import Clock

BY_PEOPLE = {"", "file_share", "thread_broadcast", "me_message"}
"""Kinds of messages that people write; Slack writes all others itself, in somebody's name."""

NOTHING: Payload = {}

ALL = "freehand"
"""The slash command that has all others as its words; each of the rest begins with its own name."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what Slack tells of one workspace.

    Attributes:
        team: The workspace's id.
        me: The bot's user id.
        clock: When a command is given, of which Slack does not say so.
    """

    team: str
    me: str
    clock: Clock

    def message(self, event: Payload) -> MessagePosted | None:
        """A message that is for us; None for all others."""
        fields = self._said_to_us(event)
        if fields is None:
            return None
        ts = str(event["ts"])
        return MessagePosted(key=self._key("message", event, ts), at=refs.moment_of(ts), **fields)

    def misplaced(self, event: Payload) -> MessagePosted | None:
        """A message in a channel, not said to us, with what may be an answer; else None."""
        if not self._is_by_person(event) or _thread(event) or self._is_direct(event):
            return None
        fields = self._fields(event)
        if not may_be_answer(fields["text"], (file.name for file in fields["attachments"])):
            return None
        ts = str(event["ts"])
        return MessagePosted(key=self._key("message", event, ts), at=refs.moment_of(ts), **fields)

    def edited(self, event: Payload) -> MessageEdited | None:
        """A message for us that its author changed; None for previews of links and the like."""
        message, former = self._inner(event, "message"), self._inner(event, "previous_message")
        if former and _content(message) == _content(former):
            return None
        return self.edited_since(message)

    def edited_since(self, message: Payload) -> MessageEdited | None:
        """The last change of a message, as its history tells of it."""
        stamp = word(part(message, "edited"), "ts")
        fields = self._said_to_us(message)
        if fields is None or not stamp:
            return None
        key = self._key("edit", message, f"{message['ts']}:{stamp}")
        return MessageEdited(key=key, at=refs.moment_of(stamp), **fields)

    def deleted(self, event: Payload) -> MessageDeleted | ConversationDeleted | None:
        """A message that is gone; or a thread, where it was one of ours that began it."""
        former = self._inner(event, "previous_message")
        ts = word(event, "deleted_ts") or word(former, "ts")
        at = refs.moment_of(word(event, "event_ts") or word(event, "ts") or ts)
        if self._is_direct(former):
            return None
        if former.get("user") == self.me:
            if word(former, "thread_ts") not in {"", ts}:
                return None
            where = refs.conversation_in(self.team, str(former["channel"]), ts)
            return self._gone(where, ts, at)
        if not self._in_our_thread(former):
            return None
        where = self._where(former)
        return MessageDeleted(
            key=self._key("delete", former, ts),
            at=at,
            conversation=where,
            user=refs.user_in(self.team, word(former, "user")),
            message=refs.message_in(where, ts),
        )

    def channel_gone(self, event: Payload) -> ConversationDeleted:
        """A channel was deleted, with its threads."""
        where = refs.conversation_in(self.team, str(event["channel"]))
        return self._gone(where, where.channel, _now(event))

    def is_direct_message(self, event: Payload) -> bool:
        """Whether somebody writes to the bot alone."""
        return self._is_by_person(event) and self._is_direct(event)

    # --- what is answered ---------------------------------------------------------------------

    def command(self, body: Payload, specs: Sequence[CommandSpec]) -> CommandInvoked | None:
        """A slash command; None where no command is called so."""
        invocation = parse(line_of(body), specs)
        if invocation is None:
            return None
        return CommandInvoked(
            key=f"command:{body['trigger_id']}",
            name=invocation.name,
            args={name: _unescaped(value) for name, value in invocation.args.items()},
            **self._doing(body, self.place_of(body)),
        )

    def place_of(self, body: Payload) -> ConversationRef:
        """Where a slash command was typed."""
        return refs.conversation_in(self.team, str(body["channel_id"]))

    def action(self, body: Payload) -> ActionPressed | None:
        """A button; None for what is none of ours, such as a link."""
        pressed: Payload = next(iter(parts(body, "actions")), NOTHING)
        container = part(body, "container")
        channel = word(container, "channel_id") or word(part(body, "channel"), "id")
        ts = word(container, "message_ts")
        if not channel or not ts or pressed.get("type") != "button":
            return None
        thread = word(container, "thread_ts")
        here = refs.conversation_in(self.team, channel, "" if thread == ts else thread)
        about = refs.read_tag(self.team, word(pressed, "value")) or here
        user = str(body["user"]["id"])
        stood = refs.direct_messages(channel, about) if refs.is_direct(here) else here
        return ActionPressed(
            key=f"action:{user}:{ts}:{pressed['action_id']}:{pressed.get('action_ts', '')}",
            action=str(pressed["action_id"]),
            message=refs.message_in(stood, ts),
            **self._doing(body, about),
        )

    def form(self, body: Payload) -> FormSubmitted | None:
        """A form that was sent; None for one that is none of ours."""
        view: Payload = body["view"]
        about = forms.read_about(self.team, view)
        if about is None:
            return None
        fields, files = forms.read_fields(view)
        return FormSubmitted(
            key=f"form:{view['id']}:{_hash(fields, files)}",
            form_id=str(view["callback_id"]),
            fields=fields,
            attachments=files,
            **self._doing(body, about),
        )

    # --- parts --------------------------------------------------------------------------------

    def _doing(self, body: Payload, where: ConversationRef) -> dict[str, Any]:
        user = word(body, "user_id") or word(part(body, "user"), "id")
        return {
            "at": self.clock(),
            "conversation": where,
            "user": refs.user_in(self.team, user),
        }

    def _said_to_us(self, message: Payload) -> dict[str, Any] | None:
        if not self._is_by_person(message) or self._is_direct(message):
            return None
        fields = self._fields(message)
        return fields if fields["mentions_bot"] or self._in_our_thread(message) else None

    def _fields(self, message: Payload) -> dict[str, Any]:
        text, mentions_bot = typed(message, self.me)
        where = self._where(message)
        return {
            "conversation": where,
            "user": refs.user_in(self.team, str(message["user"])),
            "message": refs.message_in(where, str(message["ts"])),
            "text": text,
            "attachments": _attachments(message),
            "mentions_bot": mentions_bot,
        }

    def _is_by_person(self, message: Payload) -> bool:
        user = word(message, "user")
        is_bot = bool(message.get("bot_id")) or user in {"", self.me}
        return word(message, "subtype") in BY_PEOPLE and not is_bot

    def _in_our_thread(self, message: Payload) -> bool:
        """Whether it answers a message of the bot's. Where Slack does not say, the core knows."""
        return bool(_thread(message)) and message.get("parent_user_id") in {None, self.me}

    def _is_direct(self, message: Payload) -> bool:
        return word(message, "channel").startswith(refs.DIRECT)

    def _where(self, message: Payload) -> ConversationRef:
        return refs.conversation_in(self.team, message["channel"], _thread(message))

    def _gone(self, where: ConversationRef, what: str, at: datetime) -> ConversationDeleted:
        user = UserRef(refs.PLATFORM, self.team, "")
        return ConversationDeleted(key=f"gone:{what}", at=at, conversation=where, user=user)

    def _key(self, kind: str, message: Payload, stamp: str) -> str:
        return f"{kind}:{message['channel']}:{stamp}"

    def _inner(self, event: Payload, name: str) -> Payload:
        """A message within an event, with the channel that only the event names."""
        inner = part(event, name)
        return {"channel": event.get("channel"), **inner} if inner else {}


def _thread(message: Payload) -> str:
    """The thread that a message stands in; that which it begins itself is none of these."""
    thread = word(message, "thread_ts")
    return "" if thread == message.get("ts") else thread


def line_of(body: Payload) -> str:
    """A slash command as one line: ``/freehand plan`` is ``plan``."""
    name = str(body["command"]).removeprefix("/")
    text = word(body, "text").strip()
    return text or "help" if name == ALL else f"{name} {text}"


def _unescaped(value: str) -> str:
    """A value as typed; what points at a channel or user group stays as Slack has it."""
    return value if value.startswith(("<#", "<!", "<@")) else unescaped(value)


def _content(message: Payload) -> tuple[object, ...]:
    """What of a message its author writes."""
    files = [file.get("id") for file in parts(message, "files")]
    return message.get("text"), _without_ids(message.get("blocks")), files


def _without_ids(blocks: object) -> str:
    """Blocks without the ids that Slack draws for them anew."""
    return re.sub(r'"block_id": "[^"]*"', "", json.dumps(blocks))


def _attachments(message: Payload) -> tuple[Attachment, ...]:
    files = parts(message, "files")
    return tuple(attachment_of(file) for file in files if word(file, "mode") != "tombstone")


def _hash(fields: Mapping[str, str], files: Sequence[Attachment]) -> str:
    """Names what was sent: one form may be sent again, corrected."""
    sent = json.dumps([dict(fields), [file.ref for file in files]])
    return hashlib.sha256(sent.encode()).hexdigest()[:16]


def _now(event: Payload) -> datetime:
    return refs.moment_of(word(event, "event_ts"))
