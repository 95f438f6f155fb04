"""What the local chat keeps, as ports: messages, waiting events, files, dialogs and browsers."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.domain.chat.events import Attachment, Event
from bot.domain.chat.message import (
    Address,
    AnswerState,
    Buttons,
    ChannelLink,
    Code,
    Form,
    Moment,
    Table,
    Text,
)

LOCAL_PLATFORM = "web"

UNUSED_KEPT = timedelta(days=1)
"""Uploads that no message took, and dialogs that nobody sent."""

MAX_UNUSED = 20
"""Uploads that wait for a message: two messages' worth."""

EVENTS_KEPT = timedelta(days=7)
NEVER = datetime.min.replace(tzinfo=UTC)
PICTURE = "image/png"
"""The type of the bot's own pictures; people upload code alone."""

ARCHIVE = "application/zip"
"""The type of what the bot hands out to one person."""

ARCHIVES_KEPT = timedelta(days=7)
BROWSERS_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A channel of the local chat, or a thread in it.

    Attributes:
        thread: Number of the message that the thread belongs to; 0 for the channel itself.
    """

    channel: str
    thread: int = 0


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image block whose bytes are a stored file."""

    file: str
    name: str
    alt: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file block whose bytes are a stored file."""

    file: str
    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class PersonContent:
    """What a person wrote, as typed."""

    text: str
    attachments: tuple[Attachment, ...] = ()


StoredBlock = (
    Text
    | Code
    | Table
    | Moment
    | ChannelLink
    | Address
    | StoredImage
    | StoredFile
    | Buttons
    | AnswerState
)


@dataclass(frozen=True, slots=True)
class BotContent:
    """What the bot says, from top to bottom."""

    blocks: tuple[StoredBlock, ...]


Content = PersonContent | BotContent


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChatMessage:
    """A message to be stored.

    Attributes:
        key: A second message with the same key is the first one.
        author: A person's id, or the bot's.
        private_to: The only person who may read it; empty for everyone in the channel.
        about: The command that it answers, as typed.
    """

    key: str
    conversation: Conversation
    author: str
    content: Content
    posted_at: datetime
    private_to: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage(NewChatMessage):
    """A stored message.

    Attributes:
        id: Its number; a later message has a larger one.
        revision: Number of its latest change, counted over all messages.
        dismissed: Hidden until it changes.
    """

    id: int
    revision: int
    edited: bool = False
    dismissed: bool = False

    def is_visible_to(self, person: str) -> bool:
        """Whether somebody who sees the channel may read it."""
        return not self.dismissed and self.private_to in {"", person}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks: sees these channels, and what is private to them."""

    person: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadSummary:
    """A thread in one line, as one person sees it.

    Attributes:
        replies: What others have said in it to everybody.
        unread: How many of these this person has not read.
        last_at: When something was said last that this person may read.
    """

    id: int
    channel: str
    title: str
    replies: int
    unread: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChatFile:
    """A file's bytes, with what they are."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OpenedForm:
    """A dialog on somebody's screen."""

    token: str
    person: str
    conversation: Conversation
    form: Form


class ChatMessages(Protocol):
    """Messages, and how far somebody has read."""

    async def add(self, message: NewChatMessage) -> ChatMessage:
        """Store a message; where its key is known, the message that has it."""
        ...

    async def find_by_key(self, key: str) -> ChatMessage | None:
        """The message that was posted with this key."""
        ...

    async def get(self, message: int) -> ChatMessage:
        """One message. Raises GoneError."""
        ...

    async def set_content(self, message: ChatMessage, content: Content) -> ChatMessage:
        """Replace what a message says; somebody who dismissed it sees it again."""
        ...

    async def dismiss(self, message: int) -> None:
        """Hide a message until it changes."""
        ...

    async def delete(self, message: int) -> None:
        """Forget what a message said, and show it to nobody any more."""
        ...

    async def latest_revision(self) -> int:
        """The latest change; 0 before the first."""
        ...

    async def count_changes(self, viewer: Viewer, *, after: int) -> int:
        """How many messages changed for somebody after a revision."""
        ...

    async def changes(self, viewer: Viewer, *, after: int, limit: int) -> Sequence[ChatMessage]:
        """What changed for somebody after a revision, in order of change, as it is now."""
        ...

    async def page(
        self, viewer: Viewer, conversation: Conversation, *, before: int | None, limit: int
    ) -> Sequence[ChatMessage]:
        """The latest messages of a conversation, or those before one; oldest first."""
        ...

    async def mark_read(self, person: str, conversation: Conversation, message: int) -> bool:
        """Somebody has read a conversation up to a message; False where that was known."""
        ...

    async def read_up_to(self, person: str, conversation: Conversation) -> int:
        """The last message of a conversation that somebody has read; 0 for none."""
        ...

    async def unread(self, viewer: Viewer) -> dict[str, int]:
        """How many messages of others to everybody, outside threads, somebody has not read."""
        ...


class ChatThreads(Protocol):
    """Threads; each belongs to a message, and has its number."""

    async def open(self, message: ChatMessage, title: str) -> Conversation:
        """The thread of a message, made on first use; a thread has no threads of its own."""
        ...

    async def exists(self, conversation: Conversation) -> bool:
        """Whether a conversation is a thread that was opened in its channel."""
        ...

    async def of(self, viewer: Viewer, ids: Collection[int]) -> Sequence[ThreadSummary]:
        """Those of these threads that somebody sees, latest activity first."""
        ...

    async def latest(self, viewer: Viewer, *, limit: int) -> Sequence[ThreadSummary]:
        """The most recently used threads, latest activity first."""
        ...


class WaitingEvents(Protocol):
    """Events, stored together with what a person did, until the core has them."""

    async def put(self, event: Event) -> bool:
        """Keep an event; False where its key is known."""
        ...

    async def has(self, key: str) -> bool:
        """Whether an event is known."""
        ...

    async def waiting(self, *, limit: int) -> Sequence[Event]:
        """Events that the core does not have yet, oldest first."""
        ...

    async def set_accepted(self, key: str, at: datetime) -> None:
        """The core has this event."""
        ...


class ChatFiles(Protocol):
    """Uploads and pictures."""

    async def add_upload(self, file_id: str, file: ChatFile, at: datetime) -> None:
        """Keep a file until a message or form takes it. LimitError: `MAX_UNUSED` wait already."""
        ...

    async def add_shown(self, files: dict[str, ChatFile], at: datetime) -> None:
        """Keep what a message of the bot shows, by id; what is known already stays as it is."""
        ...

    async def take(self, ids: Sequence[str]) -> tuple[Attachment, ...]:
        """Those of these uploads that no message or form has yet: they have one now."""
        ...

    async def drop(self, file_id: str) -> None:
        """Forget an upload, unless a message or form has it."""
        ...

    async def get(self, file_id: str, *, max_bytes: int | None = None) -> ChatFile:
        """A file. Raises GoneError, and TooLargeError over `max_bytes`: it is not read then."""
        ...


class OpenedForms(Protocol):
    """Dialogs that were opened; they outlive a lost connection."""

    async def add(self, opened: OpenedForm, at: datetime) -> None:
        """Remember a dialog."""
        ...

    async def find(self, token: str, person: str) -> OpenedForm | None:
        """A dialog that was opened for this person."""
        ...


class Browsers(Protocol):
    """Browsers that came in by the link, by the hashes of their cookies."""

    async def add(self, cookie_hash: str, at: datetime) -> None:
        """Let a browser in."""
        ...

    async def all(self) -> Sequence[str]:
        """Every browser that was let in."""
        ...


class LocalChat(Protocol):
    """Everything of the local chat, seen at one moment and changed together."""

    messages: ChatMessages
    threads: ChatThreads
    events: WaitingEvents
    files: ChatFiles
    forms: OpenedForms
    browsers: Browsers

    async def purge(self, now: datetime, *, sources_before: datetime = NEVER) -> None:
        """Forget what nobody will ask for again, and code files that are older than a moment."""
        ...


class LocalChatStore(Protocol):
    """The local chat's part of the database."""

    def write(self) -> AbstractAsyncContextManager[LocalChat]:
        """A transaction that commits when the block ends, and rolls back when it raises.

        The local chat writes one transaction at a time, so nothing that was read in one is out of
        date when it commits.

        Raises:
            StoreError: The database could not be reached or written; nothing was changed.
        """
        ...

    def read(self) -> AbstractAsyncContextManager[LocalChat]:
        """A read-only view of one moment."""
        ...
