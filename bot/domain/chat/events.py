"""What the core hears: everything that a person can do on a chat platform."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef


@dataclass(frozen=True, slots=True, kw_only=True)
class UserInfo:
    """What the platform says of a person.

    Attributes:
        mentor: Whether they may steer every cohort there.
        admin: Whether they may found cohorts there.
        roles: The platform's ids of their roles; a cohort may name one whose holders are mentors.
    """

    name: str
    mentor: bool
    admin: bool = False
    roles: frozenset[str] = frozenset()


UNKNOWN_PERSON = UserInfo(name="", mentor=False)
"""Somebody of whom the platform said nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a message; its bytes are fetched through the port."""

    name: str
    size_bytes: int
    media_type: str
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something a person did.

    Attributes:
        key: Unique per platform and occurrence; a redelivery carries the same key.
        at: When it happened, aware UTC.
        info: What the platform said of the person with it. Of who deleted a message it says
            nothing, and older versions stored events without it.
    """

    key: str
    at: datetime
    conversation: ConversationRef
    user: UserRef
    info: UserInfo = UNKNOWN_PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandInvoked(Event):
    """A slash command, with its options by name."""

    name: str
    args: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePosted(Event):
    """A message by a person. `text` is as typed, without the mention of the bot."""

    message: MessageRef
    text: str
    attachments: tuple[Attachment, ...] = ()
    mentions_bot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(MessagePosted):
    """The same message with other text or attachments. The key carries the edit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted(Event):
    """A message is gone. Platforms that do not say whose it was leave `user.user` empty."""

    message: MessageRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationDeleted(Event):
    """A thread is gone, or a channel with all its threads; `user.user` is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPressed(Event):
    """A button of one of the bot's messages."""

    action: str
    message: MessageRef


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSubmitted(Event):
    """A form, with its fields by name."""

    form_id: str
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    attachments: tuple[Attachment, ...] = ()
