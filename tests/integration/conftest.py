"""A store on both databases, built by the migrations, empty for each test."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store.engine import migration_engine, parse_url
from bot.store.migrate import upgrade
from bot.store.store import Base, SqlStore
from tests.support.stores import Scene, new_scene

BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema; tests work on copies."""
    file = tmp_path_factory.mktemp("store") / "migrated.sqlite3"
    asyncio.run(upgrade(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_server(postgres_url: str) -> str:
    """The URL of a PostgreSQL database with the newest schema."""
    url = new_database(postgres_url, "store")
    asyncio.run(upgrade(url))
    return url


def new_database(postgres_url: str, name: str) -> str:
    """The URL of a further, empty database on the same server."""
    engine = migration_engine(parse_url(postgres_url))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return parse_url(postgres_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with the newest schema and no rows."""
    if request.param == "sqlite":
        migrated: Path = request.getfixturevalue("migrated_file")
        return f"sqlite:///{shutil.copy(migrated, tmp_path / 'store.sqlite3')}"
    url: str = request.getfixturevalue("migrated_server")
    engine = migration_engine(parse_url(url))
    with engine.begin() as connection:  # TRUNCATE would take 0.15 s
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
    engine.dispose()
    return url


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without a schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    return new_database(request.getfixturevalue("postgres_url"), "empty")


@pytest.fixture
async def store(database_url: str) -> AsyncGenerator[SqlStore]:
    """A store without rows."""
    store = await SqlStore.open(database_url)
    yield store
    await store.close()


@pytest.fixture
async def scene(store: SqlStore) -> Scene:
    """A cohort of three learners with one open challenge."""
    return await new_scene(store)
