"""Between rows and domain values: what has the same name is the same."""

from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from bot.domain.numbers import LARGEST_ID
from bot.store.base import Base

Value = TypeVar("Value")
Row = TypeVar("Row", bound=Base)


def value_of(kind: type[Value], row: Base, **others: object) -> Value:
    """A domain value with the fields of a row, and others that the row does not have."""
    return kind(**_fields(kind, row, others))


def row_of(kind: type[Row], value: object, **others: object) -> Row:
    """A row with the fields of a domain value, and others that the value does not have."""
    return kind(**_fields(kind, value, others))


def is_possible_id(number: int) -> bool:
    """Whether a row could have this id: people type numbers that no database takes."""
    return 0 < number <= LARGEST_ID


def _fields(kind: type[object], source: object, others: dict[str, object]) -> dict[str, Any]:
    return {name: getattr(source, name) for name in _names(kind) - others.keys()} | others


@cache
def _names(kind: type[object]) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind) if field.init)  # pyright: ignore[reportArgumentType]
