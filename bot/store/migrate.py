"""Brings a database's schema up to date, once, even where several try at the same moment.

Alembic stays unloaded while nothing is to be done: it costs 11 MB of memory.
"""

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, inspect, text

from bot.domain.errors import StoreError
from bot.store.engine import IN_TRANSACTION, SQLITE, errors_translated, migration_engine, parse_url
from bot.store.lock import UPGRADE_LOCK, wait_for

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"

_KEPT_BACKUPS = 3


async def upgrade(
    url: str, migrations_dir: Path = MIGRATIONS, backup_dir: Path | None = None
) -> None:
    """Bring the schema up to date, all of it or not at all.

    Args:
        url: The database; a SQLite file is made if absent.
        migrations_dir: Alembic's scripts.
        backup_dir: Where a SQLite file is copied to before a change; `backups` beside it if None.

    Raises:
        SettingsError: The URL names no database that we can use.
        StoreError: It cannot be reached, or was written by a newer version.
    """
    await asyncio.to_thread(_upgrade, parse_url(url), migrations_dir, backup_dir)


def _upgrade(url: URL, migrations_dir: Path, backup_dir: Path | None) -> None:
    with errors_translated(), _only_one(url), _engine(url) as engine:
        if not _pending(engine, migrations_dir):
            return
        if url.get_backend_name() == SQLITE:
            file = Path(url.database or "")
            _back_up(engine, file, backup_dir or file.parent / "backups")
        with engine.begin() as connection:
            _apply(connection, migrations_dir)


@contextmanager
def _engine(url: URL) -> Generator[Engine]:
    engine = migration_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _only_one(url: URL) -> Generator[None]:
    """SQLite: a file lock, for a copy cannot be made inside a transaction. See `_apply` too."""
    if url.get_backend_name() != SQLITE:
        yield
        return
    file = Path(url.database or "")
    with wait_for(file.with_name(f"{file.name}.upgrade-lock")):
        try:
            file.touch(mode=0o600)  # it holds people's work; its side files take the mode over
        except OSError as error:
            raise StoreError(f"The database file {file} cannot be written to.") from error
        yield


def _pending(engine: Engine, migrations_dir: Path) -> bool:
    known = sorted(path.name.partition("_")[0] for path in migrations_dir.glob("versions/*_*.py"))
    with engine.connect() as connection:
        current = _revision(connection)
    if current is not None and current not in known:
        raise StoreError(
            f"The database has schema {current}, which this version does not know. It was written"
            " by a newer one: install that again, or bring back a backup from before."
        )
    return current is None or current != known[-1]


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def _back_up(engine: Engine, file: Path, folder: Path) -> None:
    """Copy a database that holds anything; the newest few copies are kept."""
    with engine.connect() as connection:
        if not inspect(connection).get_table_names():
            return
    copy = folder / f"{file.stem}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.sqlite3"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = copy.with_name(f"{file.stem}.part")  # one that a crash left is half a copy
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)  # VACUUM INTO takes an empty file over, with its mode
        _vacuum_into(engine, part)
        part.replace(copy)
        for old in sorted(folder.glob(f"{file.stem}-*.sqlite3"))[:-_KEPT_BACKUPS]:
            old.unlink()
    except OSError as error:
        raise StoreError(
            f"No copy of the database can be made: {folder} cannot be written to."
        ) from (error)


def _vacuum_into(engine: Engine, copy: Path) -> None:
    try:
        with engine.connect().execution_options(**{IN_TRANSACTION: False}) as connection:
            connection.execute(text("VACUUM INTO :copy"), {"copy": str(copy)})
    except BaseException:
        copy.unlink()  # half a copy is none
        raise


def _apply(connection: Connection, migrations_dir: Path) -> None:
    from alembic import command  # noqa: PLC0415 - see the module's docstring
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    if connection.dialect.name != SQLITE:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})"))
    config = Config()
    config.set_main_option("script_location", str(migrations_dir).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(f"The schema cannot be brought up to date: {error}.") from error
    if (
        connection.dialect.name == SQLITE
        and connection.execute(text("PRAGMA foreign_key_check")).first()
    ):
        raise StoreError("The schema cannot be brought up to date: rows would refer to nothing.")
