"""Messages and events as JSON, for the local chat's file. Read back only by this module."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from bot.domain.chat.commands import CommandOption
from bot.domain.chat.events import (
    ActionPressed,
    Attachment,
    CommandInvoked,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from bot.domain.chat.message import (
    Block,
    Button,
    Buttons,
    ButtonStyle,
    ChannelLink,
    Code,
    Form,
    FormField,
    Image,
    Message,
    Moment,
    Table,
    Text,
)
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """An image block whose bytes are a stored file."""

    file: str
    name: str
    alt: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person wrote, as typed."""

    text: str
    attachments: tuple[Attachment, ...] = ()


Shown = Text | Code | Table | Moment | ChannelLink | Picture | Buttons
Content = Typed | tuple[Shown, ...]


def stored(message: Message) -> tuple[Shown, ...]:
    """The blocks of a message of the bot, with pictures named by their content."""
    return tuple(_shown(block) for block in message.blocks)


def pictures(message: Message) -> dict[str, Image]:
    """The pictures of a message by the name of the file that holds their bytes."""
    return {picture_name(block): block for block in message.blocks if isinstance(block, Image)}


def picture_name(image: Image) -> str:
    """The same bytes have the same name, so that posting again stores nothing new."""
    return f"png-{hashlib.sha256(image.png).hexdigest()[:40]}"


def _shown(block: Block) -> Shown:
    if isinstance(block, Image):
        return Picture(picture_name(block), block.name, block.alt)
    return block


# --- content ----------------------------------------------------------------------------------


def content_to_json(content: Content) -> str:
    """Encode what a message says."""
    if isinstance(content, Typed):
        files = [_attachment_out(attachment) for attachment in content.attachments]
        return _dumps({"text": content.text, "files": files})
    return _dumps({"blocks": [_block_out(block) for block in content]})


def content_from_json(text: str) -> Content:
    """Decode what a message says."""
    read: Json = json.loads(text)
    if "text" in read:
        return Typed(read["text"], _attachments_in(read["files"]))
    return tuple(_block_in(block) for block in read["blocks"])


def _block_out(block: Shown) -> Json:
    match block:
        case Text(markdown):
            return {"is": "text", "markdown": markdown}
        case Code(source, language):
            return {"is": "code", "source": source, "language": language}
        case Table(header, rows):
            return {"is": "table", "header": header, "rows": rows}
        case Moment(label, at):
            return {"is": "moment", "label": label, "at": at.isoformat()}
        case ChannelLink(label, conversation, title):
            where = _conversation_out(conversation)
            return {"is": "place", "label": label, "conversation": where, "title": title}
        case Picture(file, name, alt):
            return {"is": "picture", "file": file, "name": name, "alt": alt}
        case Buttons(row):
            return {"is": "buttons", "row": [[b.action, b.label, b.style] for b in row]}


def _block_in(read: Json) -> Shown:
    match read["is"]:
        case "text":
            return Text(read["markdown"])
        case "code":
            return Code(read["source"], read["language"])
        case "table":
            return Table(tuple(read["header"]), tuple(tuple(row) for row in read["rows"]))
        case "moment":
            return Moment(read["label"], datetime.fromisoformat(read["at"]))
        case "place":
            return ChannelLink(read["label"], ConversationRef(*read["conversation"]), read["title"])
        case "picture":
            return Picture(read["file"], read["name"], read["alt"])
        case _:
            row = cast("list[list[str]]", read["row"])
            return Buttons(tuple(Button(a, label, ButtonStyle(style)) for a, label, style in row))


def _attachment_out(attachment: Attachment) -> Json:
    return {
        "name": attachment.name,
        "size": attachment.size_bytes,
        "type": attachment.media_type,
        "ref": attachment.ref,
    }


def _attachments_in(read: list[Json]) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(name=a["name"], size_bytes=a["size"], media_type=a["type"], ref=a["ref"])
        for a in read
    )


# --- events -----------------------------------------------------------------------------------


def event_to_json(event: Event) -> str:
    """Encode an event."""
    read: Json = {
        "is": type(event).__name__,
        "key": event.key,
        "at": event.at.isoformat(),
        "conversation": _conversation_out(event.conversation),
        "user": [event.user.platform, event.user.tenant, event.user.user],
    }
    match event:
        case MessagePosted():
            read["message"] = _message_out(event.message)
            read["text"] = event.text
            read["files"] = [_attachment_out(attachment) for attachment in event.attachments]
            read["mentions"] = event.mentions_bot
        case CommandInvoked():
            read["name"], read["args"] = event.name, dict(event.args)
        case ActionPressed():
            read["action"], read["message"] = event.action, _message_out(event.message)
        case MessageDeleted():
            read["message"] = _message_out(event.message)
        case FormSubmitted():
            read["form"], read["fields"] = event.form_id, dict(event.fields)
            read["files"] = [_attachment_out(attachment) for attachment in event.attachments]
        case _:
            raise TypeError(f"the local chat makes no {type(event).__name__}")
    return _dumps(read)


def event_from_json(text: str) -> Event:
    """Decode an event."""
    read: Json = json.loads(text)
    common: Json = {
        "key": read["key"],
        "at": datetime.fromisoformat(read["at"]),
        "conversation": ConversationRef(*read["conversation"]),
        "user": UserRef(*read["user"]),
    }
    match read["is"]:
        case "CommandInvoked":
            return CommandInvoked(**common, name=read["name"], args=read["args"])
        case "ActionPressed":
            return ActionPressed(
                **common, action=read["action"], message=_message_in(read["message"])
            )
        case "MessageDeleted":
            return MessageDeleted(**common, message=_message_in(read["message"]))
        case "FormSubmitted":
            return FormSubmitted(
                **common,
                form_id=read["form"],
                fields=read["fields"],
                attachments=_attachments_in(read["files"]),
            )
        case kind:
            return (MessageEdited if kind == "MessageEdited" else MessagePosted)(
                **common,
                message=_message_in(read["message"]),
                text=read["text"],
                attachments=_attachments_in(read["files"]),
                mentions_bot=read["mentions"],
            )


def _conversation_out(conversation: ConversationRef) -> list[str]:
    return [
        conversation.platform,
        conversation.tenant,
        conversation.channel,
        conversation.thread,
    ]


def _message_out(ref: MessageRef) -> Json:
    return {"conversation": _conversation_out(ref.conversation), "message": ref.message}


def _message_in(read: Json) -> MessageRef:
    return MessageRef(ConversationRef(*read["conversation"]), read["message"])


# --- forms and commands -----------------------------------------------------------------------


def form_to_json(form: Form) -> str:
    """Encode a form that was opened."""
    fields = [[f.name, f.label, f.code, f.required] for f in form.fields]
    return _dumps([form.form_id, form.title, fields, form.submit_label, form.accepts_file])


def form_from_json(text: str) -> Form:
    """Decode a form that was opened."""
    form_id, title, fields, submit_label, accepts_file = json.loads(text)
    return Form(form_id, title, tuple(FormField(*f) for f in fields), submit_label, accepts_file)


def option_out(option: CommandOption) -> Mapping[str, Any]:
    """A command's option, as the page's completion wants it."""
    return {
        "name": option.name,
        "description": option.description,
        "required": option.required,
        "choices": option.choices,
        "suggests": option.suggests,
    }


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
