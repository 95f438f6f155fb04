"""Who is in the local workspace, which channels it has, and who sees what."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.chat.events import UNKNOWN_PERSON, UserInfo
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.errors import GoneError, UserError

PLATFORM = "web"
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

    def topic(self, spot: "Spot") -> str:
        """The sentence below a channel's name."""
        return next((channel.topic for channel in self.channels if channel.id == spot.channel), "")

    def spot(self, person: Person, name: str) -> "Spot":
        """The conversation a page names, if this person sees its channel.

        Raises:
            UserError: They do not.
        """
        spot = Spot.read(name)
        if spot.channel not in {channel.id for channel in self.channels_of(person)}:
            raise UserError("That channel is not here.")
        return spot


@dataclass(frozen=True, slots=True)
class Spot:
    """A conversation as the page names it: ``practice``, or ``practice/17`` for a thread.

    Attributes:
        thread: Id of the message that the thread belongs to; 0 for the channel itself.
    """

    channel: str
    thread: int = 0

    @staticmethod
    def read(name: str) -> "Spot":
        """From the page's name of it.

        Raises:
            UserError: It names none.
        """
        channel, _, thread = name.partition("/")
        number = message_number(thread) if thread else 0
        if number is None:
            raise UserError("That thread is not here.")
        return Spot(channel, number)

    @staticmethod
    def of(conversation: ConversationRef) -> "Spot":
        """From the core's reference.

        Raises:
            GoneError: It is not of this platform.
        """
        number = message_number(conversation.thread) if conversation.thread else 0
        if number is None or (conversation.platform, conversation.tenant) != (PLATFORM, TENANT):
            raise GoneError("That conversation is not in the local chat.")
        return Spot(conversation.channel, number)

    @property
    def name(self) -> str:
        """The page's name of it."""
        return f"{self.channel}/{self.thread}" if self.thread else self.channel

    @property
    def ref(self) -> ConversationRef:
        """The core's reference to it."""
        return conversation_ref(self.channel, str(self.thread) if self.thread else "")


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
    """A message's number from text; None when it is none, or larger than SQLite's integers."""
    if not text.isascii() or not text.isdecimal() or len(text) > len("9223372036854775807") - 1:
        return None
    return int(text) or None
