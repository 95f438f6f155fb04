"""References: opaque to the core, which stores and compares them; adapters make and read them."""

from dataclasses import dataclass


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
