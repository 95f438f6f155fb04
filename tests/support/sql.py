"""Rows as they lie in a database, past the store."""

from sqlalchemy import text

from bot.store.engine import migration_engine, parse_url


def select(database_url: str, query: str, **values: object) -> list[tuple[object, ...]]:
    """What a query finds."""
    engine = migration_engine(parse_url(database_url))
    with engine.connect() as connection:
        rows = connection.execute(text(query), values).all()
    engine.dispose()
    return [tuple(row) for row in rows]


def execute(database_url: str, statement: str, **values: object) -> None:
    """Change rows, as another version might have."""
    engine = migration_engine(parse_url(database_url))
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()
