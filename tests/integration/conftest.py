"""A store on both databases, built by the migrations, empty for each test."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.store.store import SqlStore
from tests.support.databases import empty, new_database, new_file, new_migrated_database
from tests.support.stores import Scene, new_scene

BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture
def migrated_file(tmp_path: Path) -> Path:
    """A SQLite file with the newest schema and no rows."""
    file = tmp_path / "migrated.sqlite3"
    new_file(file)
    return file


@pytest.fixture(scope="session")
def migrated_server(postgres_url: str) -> str:
    """The URL of a PostgreSQL database with the newest schema."""
    return new_migrated_database(postgres_url, "store")


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with the newest schema and no rows."""
    if request.param == "sqlite":
        return new_file(tmp_path / "store.sqlite3")
    url: str = request.getfixturevalue("migrated_server")
    empty(url)
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
