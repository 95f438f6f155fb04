"""Records as JSON and back, told apart by their type's name. Standard library only.

What is read is checked field by field against the type's annotations: `str`, `int`, `bool`,
`bytes`, enums, tuples of one type, other records, and unions of records. Nothing is executed.
"""

import json
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, cast

from bot.wire.frames import WireError

MAX_TEXT_CHARS = 2**20
MAX_ITEMS = 1000
KIND = "kind"


def to_json(record: object) -> bytes:
    """A record's bytes."""
    return json.dumps(_plain(record)).encode()


def from_json(data: bytes, kinds: Iterable[type]) -> Any:  # noqa: ANN401  # one of these
    """The record in these bytes.

    Args:
        data: As `to_json` made them.
        kinds: The records that it may be.

    Raises:
        WireError: They are no record of these kinds.
    """
    try:
        return _record(json.loads(data), {kind.__name__: kind for kind in kinds})
    except (ValueError, RecursionError) as error:
        raise WireError(f"JSON that does not parse: {error}") from error


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        named = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {KIND: type(value).__name__, **named}
    if isinstance(value, tuple):
        return [_plain(item) for item in cast("tuple[object, ...]", value)]
    return value.hex() if isinstance(value, bytes) else value


def _record(value: object, kinds: Mapping[str, type]) -> object:
    if not isinstance(value, dict):
        raise WireError("something else where a record must be")
    data = cast("dict[str, object]", value)
    kind = kinds.get(str(data.pop(KIND, "")))
    if kind is None:
        raise WireError("a record of unknown kind")
    wanted = _field_types(kind)
    if data.keys() != wanted.keys():
        raise WireError(f"a {kind.__name__} with other fields than its own")
    return kind(**{name: _checked(data[name], wanted[name]) for name in wanted})


@cache
def _field_types(kind: type) -> Mapping[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _checked(value: object, wanted: Any) -> object:  # noqa: ANN401  # an annotation
    if wanted is bytes:
        return bytes.fromhex(_text(value))
    if wanted is str:
        return _text(value)
    if wanted in {int, bool}:
        return _exactly(value, wanted)
    if typing.get_origin(wanted) is tuple:
        return tuple(_checked(item, typing.get_args(wanted)[0]) for item in _items(value))
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return wanted(value)
    return _record(value, _kinds(wanted))


def _kinds(wanted: Any) -> Mapping[str, type]:  # noqa: ANN401  # a record, or a union of them
    union = isinstance(wanted, types.UnionType)
    kinds: tuple[type, ...] = typing.get_args(wanted) if union else (wanted,)
    return {kind.__name__: kind for kind in kinds}


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT_CHARS:
        raise WireError("something else where a text must be, or one that is too long")
    return value


def _exactly(value: object, wanted: type) -> object:
    if type(value) is not wanted:
        raise WireError(f"something else where a {wanted.__name__} must be")
    return value


def _items(value: object) -> list[object]:
    if not isinstance(value, list) or len(cast("list[object]", value)) > MAX_ITEMS:
        raise WireError("something else where a list must be, or one that is too long")
    return cast("list[object]", value)
