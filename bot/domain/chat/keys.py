"""What names each of the bot's messages, on every platform."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a message is about. The values are stored, so they stay."""

    ANSWER = "answer"  # follows a submission from receipt to feedback
    POST = "challenge"  # announces a challenge in the channel, and opens its thread
    TASK = "task"  # states the task in the thread
    REMINDER = "reminder"  # to one member, before a challenge closes
    CLOSING = "closing"  # sums up a challenge that is closed
    NEWS = "news"  # tells a thread that its challenge has another closing time
    BOARD = "board"  # the leaderboard of a week
    REPLY = "reply"  # answers a command, a button or a form
    WELCOME = "welcome"  # begins the local cohort
    GREETING = "greeting"  # says in a channel what it is for now
    FAULT = "fault"  # tells the mentors what could not be graded
    REPORT = "report"  # tells a mentor what came of what they asked for
    NOTE = "note"  # tells one member what a mentor decided about them
    DISPUTE = "dispute"  # gives the mentors a check that a learner finds wrong
    SIGNOFF = "signoff"  # tells a member what a mentor signed off, or took back
    CELEBRATION = "celebration"  # says that a member has reached a stage or milestone
    KNOCK = "knock"  # asks somebody to take private messages, because there is one for them

    @property
    def asked_for(self) -> bool:
        """Whether it answers somebody, who waits for it."""
        return self in {Kind.ANSWER, Kind.REPLY}


@dataclass(frozen=True, slots=True)
class MessageKey:
    """Names one message; the same text names the same message on every platform.

    Attributes:
        subject: What of its kind it is about, such as a challenge's number; may be empty.
        repost: The platform's id of the message that somebody deleted, where this one is posted
            in its place: the same for every try to do so. Empty for the first.
    """

    kind: Kind
    subject: str
    repost: str = ""

    def __str__(self) -> str:
        """``kind:subject``, or ``kind:subject:repost``."""
        parts = (self.kind.value, self.subject, self.repost)
        return ":".join(part for part in parts if part)

    @staticmethod
    def read(text: str) -> "MessageKey":
        """The key of a first post from its text. Of a repost, the id stays in the subject.

        Raises:
            ValueError: It is of no kind that is known.
        """
        kind, _, subject = text.partition(":")
        return MessageKey(Kind(kind), subject)
