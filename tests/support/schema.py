"""Databases as Alembic sees them."""

from collections.abc import Generator
from contextlib import contextmanager

from alembic.config import Config
from sqlalchemy import Connection

from bot.store.engine import migration_engine, parse_url
from bot.store.migrate import MIGRATIONS


@contextmanager
def connected(url: str) -> Generator[Connection]:
    """A connection in one transaction, which is committed at the end."""
    engine = migration_engine(parse_url(url))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def config_for(connection: Connection) -> Config:
    """Alembic's configuration for a connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
