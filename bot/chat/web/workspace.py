"""Who is in the local workspace, which channels it has, and who sees what."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.chat.events import UNKNOWN_PERSON, UserInfo
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.errors import GoneError, UserError
from bot.domain.local_chat import LOCAL_PLATFORM, ChatMessage, Conversation

PLATFORM = LOCAL_PLATFORM
TENANT = "local"
BOT = "freehand"
"""The bot as an author; no person may have this id."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the reader of the page can be."""

    id: str
    name: str
    mentor: bool = False

    @property
    def initials(self) -> str:
        """One or two letters for an avatar."""
        words = self.name.split()
        return (words[0][:2] if len(words) == 1 else words[0][0] + words[-1][0]).capitalize()


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel; `topic` is one sentence below its name."""

    id: str
    topic: str = ""
    mentors_only: bool = False


PEOPLE = (
    Person("ana", "Ana"),
    Person("ben", "Ben"),
    Person("chloe", "Chloe"),
    Person("mentor", "Mentor", mentor=True),
)
CHANNELS = (
    Channel("practice", "Challenges on Monday, Wednesday and Friday. Answer in their threads."),
    Channel(
        "mentors", "For mentors alone: disputed checks, and faults of ours.", mentors_only=True
    ),
)


@dataclass(frozen=True, slots=True)
class Workspace:
    """People and channels; they are fixed while the process runs."""

    people: Sequence[Person] = PEOPLE
    channels: Sequence[Channel] = CHANNELS

    def find_person(self, person_id: str) -> Person | None:
        """The person with this id."""
        return next((person for person in self.people if person.id == person_id), None)

    def person(self, user: UserRef) -> Person:
        """The person behind a reference.

        Raises:
            GoneError: Nobody here.
        """
        found = self.find_person(user.user)
        if found is None or user != user_ref(found):
            raise GoneError("That person is not in the local chat.")
        return found

    def info(self, user: UserRef) -> UserInfo:
        """What is known of somebody; nothing of those who were here before the people changed."""
        try:
            person = self.person(user)
        except GoneError:
            return UNKNOWN_PERSON
        return UserInfo(name=person.name, mentor=person.mentor)

    def channel(self, conversation: ConversationRef) -> Channel:
        """The channel of a conversation.

        Raises:
            GoneError: There is none.
        """
        for channel in self.channels:
            if conversation_ref(channel.id) == conversation.parent:
                return channel
        raise GoneError(f"There is no channel {conversation.channel} in the local chat.")

    def channels_of(self, person: Person) -> list[Channel]:
        """The channels a person sees."""
        return [channel for channel in self.channels if person.mentor or not channel.mentors_only]

    def topic(self, conversation: Conversation) -> str:
        """The sentence below a channel's name."""
        found = (channel.topic for channel in self.channels if channel.id == conversation.channel)
        return next(found, "")

    def open_to(self, person: Person, name: str) -> Conversation:
        """The conversation that a page names, if this person sees its channel.

        Raises:
            UserError: They do not.
        """
        conversation = conversation_named(name)
        self.check_access(person, conversation)
        return conversation

    def check_access(self, person: Person, conversation: Conversation) -> None:
        """Whether a person sees the channel of a conversation.

        Raises:
            UserError: They do not.
        """
        if conversation.channel not in {channel.id for channel in self.channels_of(person)}:
            raise UserError("That channel is not here.")


def conversation_named(name: str) -> Conversation:
    """The conversation with the page's name: ``practice``, or ``practice/17`` for a thread.

    Raises:
        UserError: It names none.
    """
    channel, _, thread = name.partition("/")
    number = message_number(thread) if thread else 0
    if number is None:
        raise UserError("That thread is not here.")
    return Conversation(channel, number)


def conversation_of(ref: ConversationRef) -> Conversation:
    """The conversation behind the core's reference.

    Raises:
        GoneError: It is not of this platform.
    """
    number = message_number(ref.thread) if ref.thread else 0
    if number is None or (ref.platform, ref.tenant) != (PLATFORM, TENANT):
        raise GoneError("That conversation is not in the local chat.")
    return Conversation(ref.channel, number)


def name_of(conversation: Conversation) -> str:
    """The page's name of a conversation."""
    thread = f"/{conversation.thread}" if conversation.thread else ""
    return f"{conversation.channel}{thread}"


def ref_of(conversation: Conversation) -> ConversationRef:
    """The core's reference to a conversation."""
    thread = str(conversation.thread) if conversation.thread else ""
    return conversation_ref(conversation.channel, thread)


def message_ref(message: ChatMessage) -> MessageRef:
    """The core's reference to a message."""
    return MessageRef(ref_of(message.conversation), str(message.id))


def user_ref(person: Person) -> UserRef:
    """The core's reference to a person."""
    return UserRef(PLATFORM, TENANT, person.id)


def conversation_ref(channel: str, thread: str = "") -> ConversationRef:
    """The core's reference to a channel or thread."""
    return ConversationRef(PLATFORM, TENANT, channel, thread)


def number_of(ref: MessageRef) -> int:
    """The local number of a message.

    Raises:
        GoneError: It is not of this platform.
    """
    number = message_number(ref.message)
    if number is None or ref.conversation.platform != PLATFORM:
        raise GoneError("That message is not in the local chat.")
    return number


def message_number(text: str) -> int | None:
    """A message's number from text; None where it names none, or is too large for a database."""
    if not text.isascii() or not text.isdecimal() or len(text) > len("9223372036854775807") - 1:
        return None
    return int(text) or None
