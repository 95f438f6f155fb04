"""How a test acts as a person: what they can do in Slack's own client, and what they see."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from tests.fakes.slack.model import (
    BOT,
    BOT_NAME,
    TEAM,
    Channel,
    File,
    Json,
    Message,
    ResponseUrl,
    Trigger,
    User,
    View,
)
from tests.fakes.slack.socket import Envelope

if TYPE_CHECKING:
    from tests.fakes.slack.server import FakeSlack

READ = ("text", "alt_text", "label", "fallback", "channel_id", "url")
"""The parts of a block in which words are."""

FENCE = re.compile(r"```(.*?)```", re.DOTALL)
MENTION = f"<@{BOT}>"
TRIGGER, ANSWERS = timedelta(seconds=3), timedelta(minutes=30)


@dataclass(eq=False)
class Person:
    """Somebody in front of Slack. What they could not do there is an AssertionError."""

    fake: "FakeSlack"
    user: User

    @property
    def direct(self) -> Channel:
        """Their direct messages with the bot."""
        return self.fake.world.direct(self.user)

    # --- messages -----------------------------------------------------------------------------

    def say(
        self,
        channel: Channel,
        text: str,
        *,
        thread_ts: str = "",
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Message:
        """Write something, as Slack's client sends it: blocks of rich text, and escaped text."""
        assert text or files, "an empty message cannot be sent"
        assert not channel.archived, "the channel is archived"
        message = Message(
            channel,
            self.fake.world.next_ts(),
            self.user.id,
            escaped(text),
            rich_text(text) if text else [],
            thread_ts=thread_ts,
            files=[self._upload(name, content) for name, content in files],
        )
        channel.messages.append(message)
        self._tell(message)
        if MENTION in message.text:  # Slack tells of these twice
            self._tell(message, kind="app_mention")
        return message

    def edit(self, message: Message, text: str) -> None:
        """Change the words of one's own message."""
        former = self._own(message)
        message.text, message.blocks = escaped(text), rich_text(text)
        message.edited_ts = self.fake.world.next_ts()
        self._tell_changed(message, former)

    def unfurl(self, message: Message) -> None:
        """Slack adds a preview of a link: told as a change that nobody made."""
        former = self.fake.world.payload(message)
        self._tell_changed(message, former)

    def delete(self, message: Message) -> None:
        """Delete one's own message."""
        former = self._own(message)
        message.deleted = True
        self.fake.socket.event(
            {
                "type": "message",
                "subtype": "message_deleted",
                "channel": message.channel.id,
                "ts": self.fake.world.next_ts(),
                "deleted_ts": message.ts,
                "previous_message": former,
                "team": TEAM,
            }
        )

    def _tell(self, message: Message, *, kind: str = "message") -> None:
        event = {**self.fake.world.payload(message), "channel": message.channel.id, "type": kind}
        if message.files and kind == "message":
            event["subtype"] = "file_share"
        if message.channel.direct:
            event["channel_type"] = "im"
        self.fake.socket.event(event)

    def _tell_changed(self, message: Message, former: Json) -> None:
        self.fake.socket.event(
            {
                "type": "message",
                "subtype": "message_changed",
                "channel": message.channel.id,
                "ts": self.fake.world.next_ts(),
                "message": self.fake.world.payload(message),
                "previous_message": former,
                "team": TEAM,
            }
        )

    def _own(self, message: Message) -> Json:
        assert message.user == self.user.id, f"it is not {self.user.name}'s message"
        assert not message.deleted, "the message is deleted"
        return self.fake.world.payload(message)

    def _upload(self, name: str, content: bytes) -> File:
        file = File(self.fake.world.next_id("F"), name, content, complete=True)
        self.fake.world.files[file.id] = file
        return file

    # --- commands, buttons, forms -------------------------------------------------------------

    def command(self, channel: Channel, line: str) -> Envelope:
        """Type a slash command in a channel; Slack knows none in threads."""
        name, _, text = line.partition(" ")
        assert name in {"/challenge", "/freehand"}, f"Slack says: {name} is not a valid command"
        return self.fake.socket.tell(
            "slash_commands",
            {
                "token": "verification",
                "team_id": TEAM,
                "channel_id": channel.id,
                "channel_name": channel.name,
                "user_id": self.user.id,
                "user_name": self.user.name.lower(),
                "command": name,
                "text": text,
                "api_app_id": "A0FREEHAND",
                "response_url": self._response_url(channel, "", None),
                "trigger_id": self._trigger(),
            },
        )

    def press(self, message: Message, action: str) -> Envelope:
        """Press a button that one sees."""
        assert message.only_for in {None, self.user}, "they do not see it"
        [button] = [found for found in buttons(message) if found["action_id"] == action] or [None]
        assert button is not None, f"there is no button {action}"
        channel = message.channel
        container: Json = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.only_for is not None,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        pressed = {
            "type": "button",
            "action_id": action,
            "block_id": "b",
            "text": button["text"],
            "action_ts": self.fake.world.next_ts(),
            **({"value": button["value"]} if "value" in button else {}),
        }
        body: Json = {
            "type": "block_actions",
            "team": {"id": TEAM, "domain": "freehand"},
            "user": {"id": self.user.id, "team_id": TEAM},
            "api_app_id": "A0FREEHAND",
            "container": container,
            "channel": {"id": channel.id},
            "actions": [pressed],
            "trigger_id": self._trigger(),
            "response_url": self._response_url(channel, message.thread_ts, message),
        }
        if message.only_for is None:
            body["message"] = self.fake.world.payload(message)
        return self.fake.socket.tell("interactive", body)

    async def form(self) -> View:
        """Wait for a form."""
        await self.fake.until(lambda: self._views, "a form that opens")
        return self._views[-1]

    async def submit(
        self,
        view: View,
        fields: Mapping[str, str],
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Mapping[str, str]:
        """Send a form; what Slack shows as wrong, by field. With nothing wrong it closes."""
        assert view.open, "the form is closed"
        blocks = {block["block_id"]: block for block in view.view["blocks"] if "element" in block}
        values: dict[str, Json] = {}
        for name, block in blocks.items():
            element = block["element"]
            value: Json = {"type": element["type"]}
            if element["type"] == "file_input":
                sent = [self._upload(*file) for file in files]
                value["files"] = [self.fake.world.file_payload(file) for file in sent]
            else:
                value["value"] = fields.get(name) or None
                assert len(fields.get(name, "")) <= element["max_length"], f"{name} is too long"
            assert block.get("optional") or value.get("value"), f"{name} is missing"
            values[name] = {element["action_id"]: value}
        envelope = self.fake.socket.tell(
            "interactive",
            {
                "type": "view_submission",
                "team": {"id": TEAM},
                "user": {"id": self.user.id, "team_id": TEAM},
                "api_app_id": "A0FREEHAND",
                "trigger_id": self._trigger(),
                "view": {**view.view, "id": view.id, "hash": "1", "state": {"values": values}},
                "response_urls": [],
            },
        )
        await self.fake.until(lambda: envelope.acknowledged, "a form that is taken")
        view.errors = envelope.answer.get("errors") or {}
        view.open = envelope.answer.get("response_action") == "errors"
        return view.errors

    @property
    def _views(self) -> list[View]:
        return [view for view in self.fake.world.views if view.user is self.user and view.open]

    def _trigger(self) -> str:
        number = self.fake.world.next_id("trigger")
        until = self.fake.world.clock() + TRIGGER
        self.fake.world.triggers[number] = Trigger(self.user, until)
        return number

    def _response_url(self, channel: Channel, thread_ts: str, message: Message | None) -> str:
        number = self.fake.world.next_id("respond")
        self.fake.world.responses[number] = ResponseUrl(
            self.user, channel, thread_ts, self.fake.world.clock() + ANSWERS, message
        )
        return f"{self.fake.world.base}/respond/{number}"

    # --- what they see ------------------------------------------------------------------------

    def sees(self, channel: Channel, thread_ts: str = "") -> list[Message]:
        """The messages of a channel or thread, also those for them alone."""
        return [
            message
            for message in channel.messages
            if not message.deleted
            and message.only_for in {None, self.user}
            and (message.thread_ts or "") == thread_ts
        ]

    def reads(self, channel: Channel, thread_ts: str = "") -> str:
        """What these say, with their buttons."""
        return "\n".join(line for m in self.sees(channel, thread_ts) for line in lines(m))


def buttons(message: Message) -> list[Json]:
    """The buttons of a message that can be pressed."""
    return [
        element
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def lines(message: Message) -> Iterator[str]:
    """What a message says."""
    if not message.blocks:
        yield message.text
    for block in message.blocks:
        yield from words(block)
    for file in message.files:
        yield file.name


def words(value: Any) -> Iterator[str]:  # noqa: ANN401  # any part of a block
    """The words of a block."""
    if isinstance(value, list):
        for part in cast("list[Any]", value):
            yield from words(part)
    if isinstance(value, dict):
        block = cast("Json", value)
        yield from (block[name] for name in READ if isinstance(block.get(name), str))
        yield from words([block[name] for name in ("text", "elements") if name in block])


def escaped(text: str) -> str:
    """Text as Slack keeps it."""
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(char, entity)
    return text.replace(f"@{BOT_NAME}", MENTION)


def rich_text(text: str) -> list[Json]:
    """Text as Slack's client makes it of what is typed: a fence becomes a block."""
    elements: list[Json] = []
    for number, part in enumerate(FENCE.split(text)):
        if number % 2:
            elements.append({"type": "rich_text_preformatted", "elements": _text(part)})
        elif part:
            elements.append({"type": "rich_text_section", "elements": _section(part)})
    return [{"type": "rich_text", "block_id": "x", "elements": elements}]


def _section(text: str) -> list[Json]:
    before, name, after = text.partition(f"@{BOT_NAME}")
    mention: list[Json] = [{"type": "user", "user_id": BOT}] if name else []
    return [*_text(before), *mention, *_text(after)]


def _text(text: str) -> list[Json]:
    return [{"type": "text", "text": text}] if text else []
