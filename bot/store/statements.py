"""Statements that each database spells in its own way, and locks."""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Table, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapper

from bot.store.engine import POSTGRESQL
from bot.store.tables import Base

Row = TypeVar("Row", bound=Base)
Columns = Sequence[InstrumentedAttribute[Any]]


async def insert_once(session: AsyncSession, row: Base, unique: Columns) -> int | str | None:
    """Insert a row unless one has the same values in these columns.

    Returns:
        The first column of the new row's primary key; None when there was such a row.
    """
    mapper = inspect(type(row))
    statement = _insert(session, row).values(_values(row, mapper))
    found = await session.execute(
        statement.on_conflict_do_nothing(index_elements=unique).returning(mapper.primary_key[0])
    )
    return found.scalar_one_or_none()


async def insert_or_replace(session: AsyncSession, row: Base, unique: Columns) -> None:
    """Insert a row in place of the one that has the same values in these columns, if any."""
    mapper = inspect(type(row))
    values = _values(row, mapper)
    await session.execute(
        _insert(session, row)
        .values(values)
        .on_conflict_do_update(index_elements=unique, set_=values)
    )


async def find_locked(
    session: AsyncSession, kind: type[Row], *conditions: ColumnElement[bool]
) -> Row | None:
    """The row that meets the conditions, as it is now, kept from other writers until the end."""
    return await session.scalar(
        select(kind)
        .where(*conditions)
        # Weaker than FOR UPDATE: rows that refer to this one may still be added. SQLite, where
        # there is one writer anyhow, leaves it out.
        .with_for_update(key_share=True, of=kind)
        .execution_options(populate_existing=True)
    )


def _values(row: Base, mapper: Mapper[Base]) -> dict[str, object]:
    """By column, without a primary key that the database has yet to give."""
    values = {
        column.key: getattr(row, mapper.get_property_by_column(column).key)
        for column in mapper.columns
    }
    return {
        name: value
        for name, value in values.items()
        if value is not None or not mapper.local_table.c[name].primary_key
    }


def _insert(session: AsyncSession, row: Base) -> sqlite.Insert | postgresql.Insert:
    module = postgresql if session.get_bind().dialect.name == POSTGRESQL else sqlite
    return module.insert(cast("Table", row.__table__))
