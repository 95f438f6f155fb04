"""Buttons and forms: their ``verb:payload`` texts are made and read here, and nowhere else.

The texts stand on messages of years ago, so a verb's name and its codec never change.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Generic, TypeVar

from bot.domain.chat.events import ActionPressed, FormSubmitted
from bot.domain.chat.message import Button, ButtonStyle, Code, Form, FormField, Text
from bot.domain.errors import UserError
from bot.domain.numbers import whole_number
from bot.services.talk import messages
from bot.services.talk.reply import Answer

MAX_PAYLOAD_CHARS = 100
"""Discord's limit for what a button carries, its verb included."""

_QUOTED_CHARS = 20

Payload = TypeVar("Payload")
Words = TypeVar("Words", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Codec(Generic[Payload]):
    """How a payload is written into a button, and read back.

    Attributes:
        read: Raises ValueError for a text that `write` never makes.
    """

    write: Callable[[Payload], str]
    read: Callable[[str], Payload]


def _read_number(text: str) -> int:
    number = whole_number(text)
    if number is None or str(number) != text:
        raise ValueError(text[:_QUOTED_CHARS])
    return number


def _read_pair(text: str) -> tuple[int, int]:
    first, _, second = text.partition(".")
    return _read_number(first), _read_number(second)


def _write_pair(pair: tuple[int, int]) -> str:
    return f"{pair[0]}.{pair[1]}"


def _read_text(text: str) -> str:
    if not 0 < len(text) <= MAX_PAYLOAD_CHARS:
        raise ValueError(text[:_QUOTED_CHARS])
    return text


def _read_nothing(text: str) -> None:
    if text:
        raise ValueError(text[:_QUOTED_CHARS])


def _write_nothing(payload: None) -> str:
    return payload or ""


NUMBER: Codec[int] = Codec(str, _read_number)
PAIR: Codec[tuple[int, int]] = Codec(_write_pair, _read_pair)
TEXT: Codec[str] = Codec(str, _read_text)
NOTHING: Codec[None] = Codec(_write_nothing, _read_nothing)


def one_of(kind: type[Words]) -> Codec[Words]:
    """A word of an enumeration."""
    return Codec(str, kind)


@dataclass(frozen=True, slots=True)
class Layout:
    """What a verb's form asks for."""

    title: str
    fields: tuple[FormField, ...]
    submit_label: str
    accepts_file: bool = False


@dataclass(frozen=True, slots=True)
class Verb(Generic[Payload]):
    """What a button does, perhaps by a form.

    Attributes:
        name: Before the colon.
        layout: Of the form that it opens, if it opens one.
        once: Whether a button that one person alone sees is spent once it is pressed.
    """

    name: str
    codec: Codec[Payload]
    layout: Layout | None = None
    once: bool = False

    def button(
        self, payload: Payload, label: str, style: ButtonStyle = ButtonStyle.PLAIN
    ) -> Button:
        """A button that does this."""
        return Button(self._text(payload), label, style)

    def form(
        self,
        payload: Payload,
        *,
        values: Mapping[str, str] | None = None,
        beside: tuple[Text | Code, ...] = (),
    ) -> Form:
        """The form of this verb, with what its fields hold at first and what it is about."""
        held = values or {}
        if self.layout is None:
            raise AssertionError(f"{self.name} has no form")
        return Form(
            form_id=self._text(payload),
            title=self.layout.title,
            fields=tuple(
                replace(asked, value=held.get(asked.name, "")) for asked in self.layout.fields
            ),
            submit_label=self.layout.submit_label,
            accepts_file=self.layout.accepts_file,
            beside=beside,
        )

    def read(self, payload: str) -> Payload:
        """What stands after the colon.

        Raises:
            UserError: This version never wrote that.
        """
        try:
            return self.codec.read(payload)
        except ValueError as error:
            raise UserError(messages.OLD_BUTTON) from error

    def does(
        self,
        press: Callable[[ActionPressed, Payload], Awaitable[Answer]],
        submit: Callable[[FormSubmitted, Payload], Awaitable[Answer]] | None = None,
    ) -> "Action":
        """Bind what follows when the button is pressed, and when the form is sent."""

        async def pressed(event: ActionPressed, payload: str) -> Answer:
            return await press(event, self.read(payload))

        async def submitted(event: FormSubmitted, payload: str) -> Answer:
            if submit is None:
                raise UserError(messages.OLD_FORM)
            return await submit(event, self.read(payload))

        return Action(self, pressed, submitted, takes_form=submit is not None)

    def _text(self, payload: Payload) -> str:
        return f"{self.name}:{self.codec.write(payload)}"


@dataclass(frozen=True, slots=True)
class Action:
    """A verb and what follows from it; payloads come as text."""

    verb: Verb[Any]
    press: Callable[[ActionPressed, str], Awaitable[Answer]]
    submit: Callable[[FormSubmitted, str], Awaitable[Answer]]
    takes_form: bool


def split(text: str) -> tuple[str, str]:
    """Name and payload of a button's or form's text."""
    name, _, payload = text.partition(":")
    return name, payload
