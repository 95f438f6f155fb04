"""One bot per data directory and per database, and one upgrade at a time."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL, NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.domain.errors import SettingsError, StoreError
from bot.store import lock
from bot.store.engine import parse_url
from bot.store.lock import (
    BOT_LOCK,
    LOCAL_CHAT_LOCK,
    UPGRADE_LOCK,
    is_running,
    only_bot,
    only_instance,
    wait_for,
)
from bot.store.store import SqlStore
from tests.support.patience import PATIENCE_S
from tests.support.values import FIRST_MONDAY

HOLD = """
import sys, time
from pathlib import Path
from bot.store.lock import only_instance
with only_instance(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_second_bot_on_a_data_directory_is_refused(tmp_path: Path) -> None:
    with (
        only_instance(tmp_path),
        pytest.raises(SettingsError, match="Another Freehand is running on"),
        only_instance(tmp_path),
    ):
        pytest.fail("two at once")


def test_whether_a_bot_runs_is_seen_without_being_one(tmp_path: Path) -> None:
    assert not is_running(tmp_path / "absent")
    with only_instance(tmp_path):
        assert is_running(tmp_path)
    assert not is_running(tmp_path)
    assert not (tmp_path / "absent").exists()


def test_directory_is_free_again_afterwards(tmp_path: Path) -> None:
    with only_instance(tmp_path / "made" / "if" / "absent"):
        pass
    with only_instance(tmp_path / "made" / "if" / "absent"):
        pass


def test_killed_bot_gives_its_directory_back(tmp_path: Path) -> None:
    with subprocess.Popen(  # noqa: S603 - our own words, no shell
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as bot:
        assert bot.stdout is not None
        assert bot.stdout.readline() == "held\n"
        with pytest.raises(SettingsError), only_instance(tmp_path):
            pass
        os.kill(bot.pid, signal.SIGKILL)

    with only_instance(tmp_path):
        pass


def test_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(SettingsError, match="cannot be written to"),
        only_instance(tmp_path / "file"),
    ):
        pass


def test_error_inside_is_not_taken_for_the_locks(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), only_instance(tmp_path):
        (tmp_path / "none").read_text()


def test_lock_file_stays_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Deleted while another waits for it, it would be two locks."""
    for _ in range(2):
        with only_instance(tmp_path):
            pass
        assert [path.name for path in tmp_path.iterdir()] == ["instance.lock"]
        assert stat.S_IMODE((tmp_path / "instance.lock").stat().st_mode) == 0o600


def test_waiting_for_a_lock_that_stays_held_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_WAIT_S", 0.2)
    with (
        wait_for(tmp_path / "upgrade-lock"),
        pytest.raises(StoreError, match="upgrading the database for too long"),
        wait_for(tmp_path / "upgrade-lock"),
    ):
        pytest.fail("two at once")


async def test_second_bot_on_a_database_is_refused(database_url: str) -> None:
    url = parse_url(database_url)
    async with only_bot(url):
        if url.get_backend_name() == "sqlite":
            return  # its directory's lock keeps others out
        with pytest.raises(SettingsError, match="Another Freehand is running on this database"):
            async with only_bot(url):
                pytest.fail("two at once")
    async with only_bot(url):
        pass


async def test_a_lock_that_the_server_lost_is_taken_again(database_url: str) -> None:
    """A server that starts again has forgotten its sessions, and their locks with them."""
    url = parse_url(database_url)
    if url.get_backend_name() == "sqlite":
        return  # no server
    async with only_bot(url) as held:
        assert await held.hold()
        await _end_other_sessions(url)
        assert await held.hold()
        with pytest.raises(SettingsError):
            async with only_bot(url):
                pytest.fail("two at once")


async def test_a_bot_hears_that_another_has_the_database_by_now(database_url: str) -> None:
    url = parse_url(database_url)
    if url.get_backend_name() == "sqlite":
        return  # no server
    async with only_bot(url) as held:
        await _end_other_sessions(url)
        async with only_bot(url):
            assert not await held.hold()
        assert await held.hold()


async def test_the_local_chat_writes_while_a_bot_holds_the_database(
    database_url: str, store: SqlStore
) -> None:
    async with (
        only_bot(parse_url(database_url)),
        asyncio.timeout(PATIENCE_S),
        store.local_chat.write() as chat,
    ):
        await chat.purge(FIRST_MONDAY)
    assert len({UPGRADE_LOCK, BOT_LOCK, LOCAL_CHAT_LOCK}) == 3


async def _end_other_sessions(url: URL) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    await engine.dispose()


async def test_database_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be reached"):
        async with only_bot(parse_url(f"postgresql://nobody@/none?host={tmp_path}")):
            pytest.fail("reached")
