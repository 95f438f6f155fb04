"""The schema: what the migrations build is what the tables say, and upgrades lose nothing."""

import asyncio
import re
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Enum, inspect, text

from bot.domain.errors import SettingsError, StoreError
from bot.store import migrate
from bot.store.lock import wait_for
from bot.store.migrate import MIGRATIONS, upgrade
from bot.store.store import Base
from tests.support.schema import config_for, connected

HEAD = max(path.name[:4] for path in MIGRATIONS.glob("versions/*_*.py"))
"""The number of the newest migration there is."""

NEXT = '''"""A later change."""

from alembic import op

revision = "{number}"
down_revision = "{before}"


def upgrade() -> None:
    {change}


def downgrade() -> None:
    pass
'''

COHORT = """
INSERT INTO cohorts (
    id, name, place, mentors_place, timezone, starts_on, hour, open_hours, late_hours,
    reminder_hours, pending_limit, details_public, holidays, caps, mentor_role
) VALUES (1, 'a', 'p', 'm', 'UTC', '2026-11-23', 9, 48, 48, 6, 3, false, '[]', '{}', '')
"""
MEMBER = """
INSERT INTO members (id, cohort, user_ref, name, alias, role, joined_at, board, reminders)
VALUES (1, 1, 'u', 'a', 'b', 'learner', '2026-11-23 09:00:00', 'alias', true)
"""


def revision_of(url: str) -> str:
    with connected(url) as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def tables_of(url: str) -> set[str]:
    with connected(url) as connection:
        return set(inspect(connection).get_table_names())


@pytest.fixture
def later_migrations(tmp_path: Path) -> Path:
    """The migrations, in a folder that tests may add to."""
    return Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations"))


def add_migration(folder: Path, change: str) -> str:
    before = max(path.name[:4] for path in folder.glob("versions/*_*.py"))
    number = f"{int(before) + 1:04}"
    (folder / "versions" / f"{number}_later.py").write_text(
        NEXT.format(number=number, before=before, change=change)
    )
    return number


def copies_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("backups/*"))


# --- the schema -------------------------------------------------------------------------------


def test_migrations_build_what_the_tables_say(database_url: str) -> None:
    with connected(database_url) as connection:
        command.check(config_for(connection))  # raises where they differ


def test_check_constraints_know_every_word_of_every_enumeration(database_url: str) -> None:
    """Alembic does not compare them: a new verdict without a migration would be refused."""
    wanted = {
        (table.name, constraint.name): set(constraint_type.enums)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(constraint_type := column.type, Enum)
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint) and column.name in str(constraint.sqltext)
    }
    with connected(database_url) as connection:
        found = {
            (table, check["name"]): set(re.findall(r"'([^']*)'", check["sqltext"]))
            for table in Base.metadata.tables
            for check in inspect(connection).get_check_constraints(table)
        }

    assert found == wanted


def test_migrations_are_one_line_numbered_by_their_files() -> None:
    """What the bot compares at a start without loading Alembic."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    revisions = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]

    assert revisions == sorted(
        (path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/*_*.py")), reverse=True
    )


def test_change_that_goes_one_way_says_what_to_do_instead(empty_url: str) -> None:
    asyncio.run(upgrade(empty_url))
    with (
        pytest.raises(NotImplementedError, match="bring back the copy from before it"),
        connected(empty_url) as connection,
    ):
        command.downgrade(config_for(connection), "0004")

    assert revision_of(empty_url) == HEAD
    assert tables_of(empty_url) == {*Base.metadata.tables, "alembic_version"}


# --- upgrades ---------------------------------------------------------------------------------


async def test_upgrades_at_the_same_moment_run_once(empty_url: str) -> None:
    await asyncio.gather(*(upgrade(empty_url) for _ in range(4)))

    assert tables_of(empty_url) == {*Base.metadata.tables, "alembic_version"}


async def test_upgrade_keeps_what_is_there(database_url: str, later_migrations: Path) -> None:
    with connected(database_url) as connection:
        connection.execute(
            text(
                "INSERT INTO audit (at, actor, action, target, note)"
                " VALUES ('2026-11-23 09:00:00', 'web:u1', 'a', 'b', '')"
            )
        )
    number = add_migration(later_migrations, "op.execute('UPDATE audit SET note = \\'seen\\'')")

    await upgrade(database_url, later_migrations)

    with connected(database_url) as connection:
        assert connection.scalar(text("SELECT note FROM audit")) == "seen"
        connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": HEAD})
    assert number > HEAD


OLD_REASONS = [
    ("", "announced on Monday", "not-chosen-yet"),
    ("a", "", "already-released"),
    ("a", "a mentor chose it for the cohort", "chosen-by-mentor"),
    ("a", "A mentor chose this one for today.", "pinned"),
    (
        "a",
        "It belongs to this week's theme, Architecture, and is new to your cohort.",
        "theme-new",
    ),
    (
        "a",
        (
            "It belongs to this week's theme, Architecture, and is the one you have not met for"
            " longest."
        ),
        "theme-longest-ago",
    ),
    (
        "a",
        "No exercise of this kind has the theme Architecture yet; this one is new to your cohort.",
        "other-new",
    ),
    (
        "a",
        (
            "No exercise of this kind has the theme Architecture yet; this one is the one you have"
            " not met for longest."
        ),
        "other-longest-ago",
    ),
]


def test_sentences_in_plans_become_reasons(empty_url: str) -> None:
    with connected(empty_url) as connection:
        command.upgrade(config_for(connection), "0004")
        connection.execute(text(COHORT))
        connection.execute(text(MEMBER))
        for week, (exercise, sentence, _) in enumerate(OLD_REASONS, 1):
            connection.execute(
                text("INSERT INTO plan_items VALUES (1, :week, 'debug', :exercise, :reason)"),
                {"week": week, "exercise": exercise, "reason": sentence},
            )

    with connected(empty_url) as connection:
        command.upgrade(config_for(connection), "head")

    with connected(empty_url) as connection:
        rows = connection.scalars(text("SELECT reason FROM plan_items ORDER BY week"))
        assert rows.all() == [reason for _, _, reason in OLD_REASONS]


async def test_failed_upgrade_changes_nothing(empty_url: str, later_migrations: Path) -> None:
    await upgrade(empty_url)
    add_migration(later_migrations, "op.execute('CREATE TABLE half (a int)')")
    add_migration(later_migrations, "op.execute('CREATE TABLE other; nonsense')")

    with pytest.raises(StoreError):
        await upgrade(empty_url, later_migrations)

    assert revision_of(empty_url) == HEAD
    assert "half" not in tables_of(empty_url)


async def test_database_of_a_newer_version_is_refused(empty_url: str) -> None:
    await upgrade(empty_url)
    with connected(empty_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match=r"schema 9999.* newer"):
        await upgrade(empty_url)


async def test_wrong_url_is_a_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        await upgrade(f"oracle://{tmp_path}")


# --- SQLite files -----------------------------------------------------------------------------


def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'a.sqlite3'}"


async def test_new_database_needs_no_copy(tmp_path: Path) -> None:
    await upgrade(sqlite_url(tmp_path))
    await upgrade(sqlite_url(tmp_path))

    assert copies_in(tmp_path) == []


async def test_folder_of_the_database_is_made(tmp_path: Path) -> None:
    await upgrade(sqlite_url(tmp_path / "not" / "there"))

    assert revision_of(sqlite_url(tmp_path / "not" / "there")) == HEAD


async def test_database_and_its_copies_are_for_their_owner_alone(
    tmp_path: Path, later_migrations: Path
) -> None:
    await upgrade(sqlite_url(tmp_path))
    add_migration(later_migrations, "pass")
    await upgrade(sqlite_url(tmp_path), later_migrations)

    files = [tmp_path / "a.sqlite3", *copies_in(tmp_path)]
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600, 0o600]


async def test_database_is_copied_before_a_change(tmp_path: Path, later_migrations: Path) -> None:
    await upgrade(sqlite_url(tmp_path))
    add_migration(later_migrations, "op.execute('DROP TABLE audit')")
    await upgrade(sqlite_url(tmp_path), later_migrations)

    (copy,) = copies_in(tmp_path)

    assert "audit" in tables_of(f"sqlite:///{copy}")
    assert "audit" not in tables_of(sqlite_url(tmp_path))


async def test_copy_that_a_kill_cut_short_has_no_copys_name(
    tmp_path: Path, later_migrations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(BaseException):
        """Stands for kill -9: nothing is tidied up."""

    def killed(_engine: object, copy: Path) -> None:
        assert copy.exists()
        raise KilledError

    await upgrade(sqlite_url(tmp_path))
    add_migration(later_migrations, "pass")
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "_vacuum_into", killed)
        with pytest.raises(KilledError):
            await upgrade(sqlite_url(tmp_path), later_migrations)
    assert [path.suffix for path in copies_in(tmp_path)] == [".part"]

    await upgrade(sqlite_url(tmp_path), later_migrations)
    assert [path.suffix for path in copies_in(tmp_path)] == [".sqlite3"]


async def test_newest_copies_are_kept(tmp_path: Path, later_migrations: Path) -> None:
    await upgrade(sqlite_url(tmp_path))
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "a.part").touch()  # half a copy: that start was killed
    for year in range(2020, 2025):
        (tmp_path / "backups" / f"a-{year}0101T000000Z.sqlite3").touch()
    add_migration(later_migrations, "pass")
    await upgrade(sqlite_url(tmp_path), later_migrations)

    names = [path.name[:6] for path in copies_in(tmp_path)]
    assert names[:2] == ["a-2023", "a-2024"]
    assert len(names) == 3


async def test_copy_that_cannot_be_made_stops_the_upgrade(
    tmp_path: Path, later_migrations: Path
) -> None:
    await upgrade(sqlite_url(tmp_path))
    add_migration(later_migrations, "op.execute('DROP TABLE audit')")
    (tmp_path / "backups").write_text("a file where a folder should be")

    with pytest.raises(StoreError, match="No copy of the database"):
        await upgrade(sqlite_url(tmp_path), later_migrations)

    assert "audit" in tables_of(sqlite_url(tmp_path))


async def test_rows_that_would_refer_to_nothing_stop_the_upgrade(
    tmp_path: Path, later_migrations: Path
) -> None:
    await upgrade(sqlite_url(tmp_path))
    with closing(sqlite3.connect(tmp_path / "a.sqlite3")) as connection, connection:
        connection.execute("INSERT INTO slots VALUES (1, 'post', '2026-11-23', '2026', '2026')")
    add_migration(later_migrations, "pass")

    with pytest.raises(StoreError, match="refer to nothing"):
        await upgrade(sqlite_url(tmp_path), later_migrations)

    assert revision_of(sqlite_url(tmp_path)) == HEAD


async def test_upgrade_waits_for_another_one(tmp_path: Path) -> None:
    with wait_for(tmp_path / "a.sqlite3.upgrade-lock"):
        waiting = asyncio.create_task(upgrade(sqlite_url(tmp_path)))
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done

    await waiting
    assert revision_of(sqlite_url(tmp_path)) == HEAD
