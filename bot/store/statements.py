"""Statements that several repositories use."""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Table, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapper

from bot.store.base import Base
from bot.store.engine import POSTGRESQL

Row = TypeVar("Row", bound=Base)
Columns = Sequence[InstrumentedAttribute[Any]]

_ROWS_AT_ONCE = 3000
"""In one statement: neither database takes any number of values, and SQLite 32,766 of them."""


async def insert_once(session: AsyncSession, row: Base, unique: Columns) -> int | str | None:
    """Insert a row unless one has the same values in these columns.

    Returns:
        The first column of the new row's primary key; None when there was such a row.
    """
    mapper = inspect(type(row))
    statement = insert(session, type(row)).values(values_of(row))
    found = await session.execute(
        statement.on_conflict_do_nothing(index_elements=unique).returning(mapper.primary_key[0])
    )
    return found.scalar_one_or_none()


async def insert_or_replace(
    session: AsyncSession,
    rows: Sequence[Base],
    unique: Columns,
    *,
    where: ColumnElement[bool] | None = None,
) -> None:
    """Insert rows of one table, each in place of the one with the same values in these columns.

    Args:
        session: The transaction's.
        rows: All of one kind, no two with the same values in those columns.
        unique: The columns.
        where: Which rows may be replaced; all if None.
    """
    for some in _portions(rows):
        values = [values_of(row) for row in some]
        statement = insert(session, type(some[0])).values(values)
        taken = {name: statement.excluded[name] for name in values[0]}
        await session.execute(
            statement.on_conflict_do_update(index_elements=unique, set_=taken, where=where)
        )


async def insert_missing(session: AsyncSession, rows: Sequence[Base], unique: Columns) -> None:
    """Insert those rows of one table that have no row with the same values in these columns."""
    for some in _portions(rows):
        statement = insert(session, type(some[0])).values([values_of(row) for row in some])
        await session.execute(statement.on_conflict_do_nothing(index_elements=unique))


async def lock_row(session: AsyncSession, column: InstrumentedAttribute[int], value: int) -> None:
    """Wait until no other transaction holds a row, and hold it until this one ends.

    Others may insert rows that refer to it all the same. On SQLite there is one writer at a time
    anyway.
    """
    if is_postgresql(session):
        await session.execute(select(column).where(column == value).with_for_update(key_share=True))


def is_postgresql(session: AsyncSession) -> bool:
    """Whether the session is on PostgreSQL, not on SQLite."""
    return session.get_bind().dialect.name == POSTGRESQL


def insert(session: AsyncSession, kind: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An insert that knows what to do on a conflict, as both databases have it."""
    module = postgresql if is_postgresql(session) else sqlite
    return module.insert(cast("Table", kind.__table__))


def values_of(row: Base) -> dict[str, object]:
    """By column, without a primary key that the database has yet to give."""
    mapper: Mapper[Base] = inspect(type(row))
    values = {
        column.key: getattr(row, mapper.get_property_by_column(column).key)
        for column in mapper.columns
    }
    return {
        name: value
        for name, value in values.items()
        if value is not None or not mapper.local_table.c[name].primary_key
    }


def _portions(rows: Sequence[Row]) -> list[Sequence[Row]]:
    return [rows[start : start + _ROWS_AT_ONCE] for start in range(0, len(rows), _ROWS_AT_ONCE)]
