"""Statements that several repositories use."""

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
    statement = insert_into(session, type(row)).values(_values(row, mapper))
    found = await session.execute(
        statement.on_conflict_do_nothing(index_elements=unique).returning(mapper.primary_key[0])
    )
    return found.scalar_one_or_none()


async def insert_or_replace(session: AsyncSession, row: Base, unique: Columns) -> None:
    """Insert a row in place of the one that has the same values in these columns, if any."""
    mapper = inspect(type(row))
    values = _values(row, mapper)
    await session.execute(
        insert_into(session, type(row))
        .values(values)
        .on_conflict_do_update(index_elements=unique, set_=values)
    )


def insert_into(session: AsyncSession, kind: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what happens where a unique value is taken."""
    module = postgresql if session.get_bind().dialect.name == POSTGRESQL else sqlite
    return module.insert(cast("Table", kind.__table__))


async def find_row(
    session: AsyncSession, kind: type[Row], *conditions: ColumnElement[bool]
) -> Row | None:
    """The row that meets the conditions, as the database has it now."""
    query = select(kind).where(*conditions).execution_options(populate_existing=True)
    return await session.scalar(query)


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
