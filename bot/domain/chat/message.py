"""What the core says. Messages are semantic; adapters split, degrade and escape them."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.chat.refs import ConversationRef, UserRef


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph or list in a small Markdown subset: emphasis, inline code, links, lists."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Code:
    """A block of code or output, shown as typed.

    Attributes:
        folded: What it is, where it is worth opening rather than reading: a platform that can fold
            shows these words alone at first. Empty for what is read at once.
    """

    source: str
    language: str = "python"
    folded: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Short rows of plain words under a header; every row has as many cells as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time that every reader sees in their own zone, after a few words."""

    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ChannelLink:
    """A conversation one can go to, after a few words.

    Attributes:
        title: Names it where the platform has no name for it.
    """

    label: str
    conversation: ConversationRef
    title: str


@dataclass(frozen=True, slots=True)
class Address:
    """Words to one person, for all to read, under the name that the platform knows them by."""

    user: UserRef
    words: str


@dataclass(frozen=True, slots=True)
class Image:
    """A PNG picture."""

    name: str
    png: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class File:
    """A file for who reads the message; the bot keeps it no longer than until it is sent."""

    name: str
    content: bytes


class ButtonStyle(StrEnum):
    """How much a button asks to be pressed."""

    PRIMARY = "primary"
    PLAIN = "plain"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """Pressing it raises `ActionPressed` with `action`, also after a restart of the bot.

    Attributes:
        spent: What it did can be done no more: it is seen, and cannot be pressed.
    """

    action: str
    label: str
    style: ButtonStyle = ButtonStyle.PLAIN
    spent: bool = False


@dataclass(frozen=True, slots=True)
class Buttons:
    """Buttons in one row."""

    row: tuple[Button, ...]

    def spent(self) -> "Buttons":
        """The same, none of which can be pressed."""
        return Buttons(tuple(replace(button, spent=True) for button in self.row))


@dataclass(frozen=True, slots=True)
class AnswerState:
    """What a message means for an answer. It has no words: platforms may point at the message.

    Attributes:
        answer: Names the answer, which its author may edit.
        submission: Names the version that the message is about.
        author: Whose feedback the message is; None where it only belongs to the feedback.
        solved: Whether the feedback says so.
    """

    answer: str
    submission: str
    author: UserRef | None = None
    solved: bool = False


Block = Text | Code | Table | Moment | ChannelLink | Address | Image | File | Buttons | AnswerState


@dataclass(frozen=True, slots=True)
class Message:
    """Blocks from top to bottom."""

    blocks: tuple[Block, ...]

    @staticmethod
    def of(*parts: "Block | str") -> "Message":
        """A message of these parts; a string is a text block."""
        return Message(tuple(Text(part) if isinstance(part, str) else part for part in parts))

    def without(self, kind: type[Image | File]) -> "Message":
        """The same message without its blocks of a kind."""
        return Message(tuple(block for block in self.blocks if not isinstance(block, kind)))


@dataclass(frozen=True, slots=True)
class FormField:
    """One input of a form.

    Attributes:
        code: Asks for several lines in a fixed-width face.
        value: What it holds at first.
    """

    name: str
    label: str
    code: bool = False
    required: bool = True
    value: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A dialog that opens for one person. Submitting it raises `FormSubmitted` with `form_id`.

    Attributes:
        beside: What it is about, where there is room to show it.
    """

    form_id: str
    title: str
    fields: tuple[FormField, ...]
    submit_label: str = "Submit"
    accepts_file: bool = False
    beside: tuple[Text | Code, ...] = ()
