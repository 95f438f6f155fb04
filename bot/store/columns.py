"""How domain values are kept in columns."""

# ruff: noqa: ARG002 - the dialect comes with every call and is the same to us

import json
from datetime import UTC, datetime
from typing import Generic, TypeVar, cast

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.errors import StoreError
from bot.store import codec

Value = TypeVar("Value")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware UTC on both sides. SQLite would hand it back naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse what names no moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is no moment")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give SQLite's answer its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class AnyText(TypeDecorator[str]):
    """Text in which learners and their programs may put any character.

    Zero characters and lone surrogates, which PostgreSQL or UTF-8 refuse, become U+FFFD: they must
    not keep a grade from being stored.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what cannot be stored."""
        if value is None:
            return None
        clean = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return clean.replace("\0", "\ufffd")


class Json(TypeDecorator[Value], Generic[Value]):
    """A domain value, as JSON text."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[Value]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Value | None, dialect: Dialect) -> str | None:
        """Write it as `codec.encode` does."""
        return None if value is None else codec.encode(value, self.kind)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Value | None:
        """Read what `codec.encode` wrote. Raises StoreError."""
        return None if value is None else codec.decode(value, self.kind)


Reference = TypeVar("Reference", UserRef, ConversationRef, MessageRef)


class Ref(TypeDecorator[Reference], Generic[Reference]):
    """A reference as a JSON array of its parts: equal references are equal texts."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[Reference]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Reference | None, dialect: Dialect) -> str | None:
        """The parts, in the order of the fields."""
        return None if value is None else self.text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Reference | None:
        """The reference. Raises StoreError."""
        return self.read(value)

    @staticmethod
    def text(value: UserRef | ConversationRef | MessageRef) -> str:
        """As it is kept."""
        return json.dumps(_parts(value), separators=(",", ":"))

    def read(self, value: str | None) -> Reference | None:
        """What is kept so. Raises StoreError."""
        if value is None:
            return None
        try:
            return cast("Reference", _from_parts(self.kind, cast("list[str]", json.loads(value))))
        except (TypeError, ValueError) as error:
            raise StoreError("The database holds a reference that cannot be read.") from error


def _parts(ref: UserRef | ConversationRef | MessageRef) -> list[str]:
    match ref:
        case UserRef(platform, tenant, user):
            return [platform, tenant, user]
        case ConversationRef(platform, tenant, channel, thread):
            return [platform, tenant, channel, thread]
        case MessageRef(conversation, message):
            return [*_parts(conversation), message]


def _from_parts(kind: type[object], parts: list[str]) -> UserRef | ConversationRef | MessageRef:
    if kind is UserRef:
        return UserRef(*parts)
    if kind is ConversationRef:
        return ConversationRef(*parts)
    *conversation, message = parts
    return MessageRef(ConversationRef(*conversation), message)
