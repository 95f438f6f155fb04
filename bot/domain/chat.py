"""One port for every chat platform: what the core says, what it hears, and to whom.

References are opaque to the core: it stores and compares them, adapters make and read them.
Messages are semantic; adapters split, degrade and escape them for their platform.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class UserRef:
    """A person on one platform."""

    platform: str
    tenant: str
    user: str


@dataclass(frozen=True, slots=True)
class ConversationRef:
    """A channel, or a thread in it."""

    platform: str
    tenant: str
    channel: str
    thread: str = ""

    @property
    def parent(self) -> "ConversationRef":
        """The channel that holds this thread; the channel itself when it is none."""
        return ConversationRef(self.platform, self.tenant, self.channel)


@dataclass(frozen=True, slots=True)
class MessageRef:
    """One message in a conversation."""

    conversation: ConversationRef
    message: str


# --- what the core says -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph or list in a small Markdown subset: emphasis, inline code, links, lists."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Code:
    """A block of code or output, shown as typed."""

    source: str
    language: str = "python"


@dataclass(frozen=True, slots=True)
class Table:
    """Short rows under a header; every row has as many cells as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time that every reader sees in their own zone, after a few words."""

    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation one can go to, after a few words.

    Attributes:
        title: Names it where the platform has no name for it.
    """

    label: str
    conversation: ConversationRef
    title: str


@dataclass(frozen=True, slots=True)
class Image:
    """A PNG picture."""

    name: str
    png: bytes
    alt: str


class ButtonStyle(StrEnum):
    """How much a button asks to be pressed."""

    PRIMARY = "primary"
    PLAIN = "plain"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """Pressing it raises `ActionPressed` with `action`, also after a restart of the bot."""

    action: str
    label: str
    style: ButtonStyle = ButtonStyle.PLAIN


@dataclass(frozen=True, slots=True)
class Buttons:
    """Buttons in one row."""

    row: tuple[Button, ...]


Block = Text | Code | Table | Moment | Place | Image | Buttons


@dataclass(frozen=True, slots=True)
class Message:
    """Blocks from top to bottom."""

    blocks: tuple[Block, ...]

    @staticmethod
    def of(*parts: "Block | str") -> "Message":
        """A message of these parts; a string is a text block."""
        return Message(tuple(Text(part) if isinstance(part, str) else part for part in parts))


@dataclass(frozen=True, slots=True)
class FormField:
    """One input of a form. `code` asks for several lines in a fixed-width face."""

    name: str
    label: str
    code: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """A dialog that opens for one person. Submitting it raises `FormSubmitted` with `form_id`."""

    form_id: str
    title: str
    fields: tuple[FormField, ...]
    submit_label: str = "Submit"
    accepts_file: bool = False


class OptionKind(StrEnum):
    """What the value of an option is: words, or a platform's id of something one can point at."""

    TEXT = "text"
    CHANNEL = "channel"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class CommandOption:
    """One option of a slash command. Options with `suggests` complete through `Sink.suggest`."""

    name: str
    description: str
    required: bool = True
    choices: tuple[str, ...] = ()
    suggests: bool = False
    kind: OptionKind = OptionKind.TEXT


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A slash command. A name of two words is a subcommand: ``challenge post``."""

    name: str
    description: str
    options: tuple[CommandOption, ...] = ()
    mentors_only: bool = False


# --- what the core hears ----------------------------------------------------------------------


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
    """

    key: str
    at: datetime
    conversation: ConversationRef
    user: UserRef


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


@dataclass(frozen=True, slots=True, kw_only=True)
class UserInfo:
    """What the platform says of a person now.

    Attributes:
        mentor: Whether they may steer every cohort there.
        admin: Whether they may found cohorts there.
        roles: The platform's ids of their roles; a cohort may name one whose holders are mentors.
    """

    name: str
    mentor: bool
    admin: bool = False
    roles: frozenset[str] = frozenset()


class Responder(Protocol):
    """Answers one command, button or form while the platform still allows it."""

    async def reply(self, message: Message) -> None:
        """Answer the person alone.

        Raises:
            ExpiredError: Too late; the caller posts privately instead.
        """
        ...

    async def open_form(self, form: Form) -> None:
        """Open a dialog.

        Raises:
            ExpiredError: Too late; the person has to press again.
        """
        ...


class Sink(Protocol):
    """The core, seen from an adapter."""

    async def accept(self, event: Event, responder: Responder | None = None) -> None:
        """Take one event. Returns once it is stored; a known key is dropped silently.

        Raises:
            StoreError: It could not be stored; the adapter delivers it again later.
        """
        ...

    async def suggest(
        self, command: str, option: str, partial: str, *, where: ConversationRef
    ) -> Sequence[str]:
        """Completions for a command option that is typed there, at most 25, best first."""
        ...


class ChatPort(Protocol):
    """One chat platform. Every method may raise the errors under `ChatError`."""

    @property
    def platform(self) -> str:
        """The first part of every reference this adapter makes: ``web``, ``discord``, ``slack``."""
        ...

    async def start(self, sink: Sink, commands: Sequence[CommandSpec]) -> None:
        """Connect, register the commands, and deliver every event not yet accepted."""
        ...

    async def stop(self) -> None:
        """Disconnect; no event is delivered afterwards."""
        ...

    async def health(self) -> str:
        """Empty when connected, else one sentence on what is wrong."""
        ...

    async def post(
        self,
        conversation: ConversationRef,
        message: Message,
        *,
        key: str,
        private_to: UserRef | None = None,
    ) -> MessageRef:
        """Post once: a second call with the same key returns the first call's reference.

        With `private_to` only that person can read it.
        """
        ...

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """Replace the content of one of the bot's messages."""
        ...

    async def open_thread(self, message: MessageRef, title: str) -> ConversationRef:
        """The thread that belongs to a message; opened on first use."""
        ...

    async def fetch(self, attachment: Attachment, *, max_bytes: int) -> bytes:
        """The bytes of an attachment.

        Raises:
            TooLargeError: Over `max_bytes`; nothing beyond that is read.
            GoneError: It is no longer there.
        """
        ...

    async def user_info(self, user: UserRef) -> UserInfo:
        """Name and role of a person."""
        ...
