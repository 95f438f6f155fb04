"""Domain values as JSON text. A member of a union carries the name of its class as a tag."""

import base64
import json
from collections.abc import Callable
from typing import Any, TypeVar, cast

import structlog
from cattrs import BaseValidationError
from cattrs.preconf.json import make_converter
from cattrs.strategies import configure_tagged_union

from bot.domain.chat.events import (
    ActionPressed,
    CommandInvoked,
    ConversationDeleted,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from bot.domain.chat.message import Block
from bot.domain.errors import StoreError
from bot.domain.local_chat import Content, StoredBlock

log = structlog.get_logger()

log = structlog.get_logger()

Value = TypeVar("Value")
StructureHook = Callable[[Any, Any], Any]

AnyEvent = (
    CommandInvoked
    | MessagePosted
    | MessageEdited
    | MessageDeleted
    | ConversationDeleted
    | ActionPressed
    | FormSubmitted
)
"""Every concrete event."""

_TAG = "type"

_NEW_TAGS = {"Place": "ChannelLink"}
"""Blocks that older versions stored under another name."""

_converter = make_converter()
_converter.register_unstructure_hook(bytes, lambda value: base64.b64encode(value).decode("ascii"))
_converter.register_structure_hook(bytes, lambda text, _: base64.b64decode(text, validate=True))
configure_tagged_union(Block, _converter, tag_name=_TAG)
configure_tagged_union(StoredBlock, _converter, tag_name=_TAG)
configure_tagged_union(Content, _converter, tag_name=_TAG)
configure_tagged_union(AnyEvent, _converter, tag_name=_TAG)


def _with_old_tags(structure: StructureHook) -> StructureHook:
    """Read what older versions stored as well."""

    def structure_block(plain: Any, kind: Any) -> Any:  # noqa: ANN401  # JSON, as it was read
        tag = plain[_TAG]
        return structure({**plain, _TAG: _NEW_TAGS.get(tag, tag)}, kind)

    return structure_block


_converter.register_structure_hook(
    Block, _with_old_tags(_converter.get_structure_hook(cast("type[object]", Block)))
)


def encode(value: object, kind: type[object]) -> str:
    """The value as compact ASCII JSON: no database refuses any character of it.

    Args:
        value: An instance of `kind`; of a class below `Event` for that one.
        kind: What `decode` will be asked for.
    """
    plain = cast("object", _converter.unstructure(value, unstructure_as=_precise(kind)))
    return json.dumps(plain, separators=(",", ":"), sort_keys=True)


def decode(text: str, kind: type[Value]) -> Value:
    """The value that `encode` wrote.

    Raises:
        StoreError: The text is not one.
    """
    try:
        return cast("Value", _converter.structure(json.loads(text), _precise(kind)))
    except (BaseValidationError, LookupError, TypeError, ValueError, RecursionError) as error:
        name = getattr(kind, "__name__", "value")  # a union has none
        raise StoreError(f"The database holds a {name} that cannot be read.") from error


def decode_or_none(text: str | None, kind: type[Value], *, key: str) -> Value | None:
    """The value, or None for what a newer or broken version wrote: that is logged under its key.

    One unreadable row must not hold up all the others.
    """
    try:
        return None if text is None else decode(text, kind)
    except StoreError as error:
        log.error("row_unreadable", key=key, reason=str(error))  # noqa: TRY400 - no trace: it is not code
        return None


def _precise(kind: type[object]) -> type[object]:
    return cast("type[object]", AnyEvent) if kind is Event else kind
