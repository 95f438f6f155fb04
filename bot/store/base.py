"""What every table is built on: names of constraints, and how the domain's values are kept."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum as PythonEnum
from typing import Any, ClassVar

from sqlalchemy import Enum, Index, MetaData, text
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, MappedAsDataclass
from sqlalchemy.types import TypeEngine

from bot.domain.chat.events import Event
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.exercise import Caps, Exercise
from bot.domain.grading import Grade
from bot.store.columns import AnyText, Json, Ref, UtcDateTime

Lines = tuple[str, ...]
Dates = frozenset[date]
Column = InstrumentedAttribute[Any]


def _values(words: type[PythonEnum]) -> list[str]:
    return [str(word.value) for word in words]


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Names every constraint, so that migrations can speak of it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[Mapping[Any, TypeEngine[Any]]] = {
        str: AnyText(),
        datetime: UtcDateTime(),
        UserRef: Ref(UserRef),
        ConversationRef: Ref(ConversationRef),
        MessageRef: Ref(MessageRef),
        Message: Json(Message),
        Event: Json(Event),
        Exercise: Json(Exercise),
        Lines: Json(Lines),
        Dates: Json(Dates),
        Caps: Json(Caps),
        Grade: Json(Grade),
        # Text with a CHECK: another word needs a migration, but no type that only one database has.
        PythonEnum: Enum(
            PythonEnum,
            native_enum=False,
            create_constraint=True,
            length=32,
            values_callable=_values,
        ),
    }


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the few rows that a condition picks: what is done costs nothing any more."""
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
