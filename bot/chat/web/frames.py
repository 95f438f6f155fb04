"""What a page sends: JSON objects with a `type`. Everything else is refused here."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, cast, get_type_hints

ID_LIMIT_CHARS = 64
NUMBER_LIMIT = 2**53
"""Numbers beyond this are not exact in a page."""


class FrameError(Exception):
    """Not a frame; the message says why."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The first frame: who is at the page, and the last change the page has seen (0: none)."""

    person: str
    tab: str
    since: int


@dataclass(frozen=True, slots=True)
class Open:
    """Show a conversation."""

    conversation: str


@dataclass(frozen=True, slots=True)
class Older:
    """Show what stands before a message."""

    conversation: str
    before: int


@dataclass(frozen=True, slots=True)
class Say:
    """Post a message or give a command. `id` is the page's own: a resend carries the same."""

    id: str
    conversation: str
    text: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """Change one's own message."""

    id: str
    message: int
    text: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Take one's own message back."""

    id: str
    message: int


@dataclass(frozen=True, slots=True)
class Press:
    """Press a button."""

    id: str
    message: int
    action: str


@dataclass(frozen=True, slots=True)
class Submit:
    """Send a form. `id` is the token of the opened form."""

    id: str
    fields: dict[str, str]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggest:
    """Ask for completions of a command's option."""

    id: str
    conversation: str
    command: str
    option: str
    partial: str


@dataclass(frozen=True, slots=True)
class Read:
    """A conversation was read up to a message."""

    conversation: str
    message: int


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Hide a private message."""

    message: int


ClientFrame = Hello | Open | Older | Say | Edit | Delete | Press | Submit | Suggest | Read | Dismiss

_KINDS: Mapping[str, type[ClientFrame]] = {
    kind.__name__.lower(): kind
    for kind in (Hello, Open, Older, Say, Edit, Delete, Press, Submit, Suggest, Read, Dismiss)
}


def parse(text: str) -> ClientFrame:
    """Read one frame.

    Raises:
        FrameError: The text is not one.
    """
    try:
        read: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FrameError("That is not JSON.") from error
    if not isinstance(read, dict):
        raise FrameError("A frame is a JSON object.")
    frame = cast("dict[str, Any]", read)
    kind = _KINDS.get(_text(frame, "type"))
    if kind is None:
        raise FrameError("There is no frame of that type.")
    hints = get_type_hints(kind)
    return kind(
        **{field.name: _READERS[hints[field.name]](frame, field.name) for field in fields(kind)}
    )


def _text(frame: Mapping[str, Any], name: str) -> str:
    value = _clean(frame.get(name), name)
    if name == "id" and not 0 < len(value) <= ID_LIMIT_CHARS:
        raise FrameError(f"`id` has 1 to {ID_LIMIT_CHARS} characters.")
    return value


def _clean(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise FrameError(f"`{name}` is text.")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:  # half of a surrogate pair cannot be stored
            raise FrameError(f"`{name}` is not valid Unicode.") from error
    return value


def _number(frame: Mapping[str, Any], name: str) -> int:
    value = frame.get(name)
    if type(value) is not int or not 0 <= value < NUMBER_LIMIT:  # a bool is no number
        raise FrameError(f"`{name}` is a whole number.")
    return value


def _names(frame: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = frame.get(name, [])
    if not isinstance(value, list):
        raise FrameError(f"`{name}` is a list.")
    return tuple(_clean(item, name) for item in cast("list[object]", value))


def _fields(frame: Mapping[str, Any], name: str) -> dict[str, str]:
    value = frame.get(name, {})
    if not isinstance(value, dict):
        raise FrameError(f"`{name}` is an object.")
    read = cast("dict[str, object]", value)
    return {_clean(key, name): _clean(item, name) for key, item in read.items()}


_READERS: Mapping[Any, Callable[[Mapping[str, Any], str], Any]] = {
    str: _text,
    int: _number,
    tuple[str, ...]: _names,
    dict[str, str]: _fields,
}
