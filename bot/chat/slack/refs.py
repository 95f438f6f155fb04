"""Between Slack's ids and the core's references.

A thread is named by its first message, and a message by the moment at which it was posted (``ts``).
"""

import re
from datetime import UTC, datetime

from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.errors import GoneError
from bot.domain.text import one_line

PLATFORM = "slack"
DIRECT = "D"
"""Begins the id of a channel of direct messages."""

_TS = re.compile(r"\d{1,12}\.\d{1,6}")
_ABOUT = re.compile(r"(?P<channel>[A-Z0-9]{1,32}):(?P<thread>[\d.]{0,20})")


def conversation_in(team: str, channel: str, thread: str = "") -> ConversationRef:
    """A channel, or a thread in it."""
    return ConversationRef(PLATFORM, team, channel, thread)


def user_in(team: str, user: str) -> UserRef:
    """A person of a workspace."""
    return UserRef(PLATFORM, team, user)


def message_in(conversation: ConversationRef, ts: str) -> MessageRef:
    """One message."""
    return MessageRef(conversation, ts)


def is_direct(conversation: ConversationRef) -> bool:
    """Whether it is somebody's direct messages with the bot."""
    return conversation.channel.startswith(DIRECT)


def direct_messages(channel: str, about: ConversationRef) -> ConversationRef:
    """Somebody's direct messages, about a channel or thread."""
    return ConversationRef(PLATFORM, about.tenant, channel, tag(about))


def tag(conversation: ConversationRef) -> str:
    """The channel or thread that a conversation is about, as buttons and forms carry it."""
    if is_direct(conversation):
        return conversation.thread
    return f"{conversation.channel}:{conversation.thread}"


def read_tag(team: str, text: str) -> ConversationRef | None:
    """The channel or thread that `tag` made this of; None where it is of no such form."""
    found = _ABOUT.fullmatch(text)
    return found and conversation_in(team, found["channel"], found["thread"])


def thread_ts(conversation: ConversationRef) -> str | None:
    """The thread that a message of this conversation goes to; None for the channel itself."""
    return None if is_direct(conversation) else conversation.thread or None


def ts_of(message: MessageRef) -> str:
    """The message as Slack names it.

    Raises:
        GoneError: It is no name of a message, so Slack has none.
    """
    if not _TS.fullmatch(message.message):
        raise GoneError(f"Slack has no message {one_line(message.message, max_chars=40)}.")
    return message.message


def moment_of(ts: str) -> datetime:
    """When a message was posted; the beginning of time for what is no name of one."""
    return datetime.fromtimestamp(float(ts) if _TS.fullmatch(ts) else 0.0, UTC)


def permalink(base: str, conversation: ConversationRef) -> str:
    """Where a browser or the app shows a channel or thread.

    Args:
        base: The workspace's address, with a slash at its end.
        conversation: What to show.
    """
    where = f"{base}archives/{conversation.channel}"
    return f"{where}/p{conversation.thread.replace('.', '')}" if conversation.thread else where
