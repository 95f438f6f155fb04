"""A database that holds less than it did is noticed."""

import re
from pathlib import Path

from bot.app.recall import FILE, Recall
from bot.store.store import SqlStore
from tests.support.stores import Scene


async def test_database_that_has_lost_submissions_is_told_of_once(
    scene: Scene, tmp_path: Path
) -> None:
    await scene.submit()
    (tmp_path / FILE).write_text("345\n")

    first = await Recall(folder=tmp_path, store=scene.store).missing()
    second = await Recall(folder=tmp_path, store=scene.store).missing()

    assert re.search(
        r"ends at submission \d+, and the last one that this machine saw was 345", first
    )
    assert second == ""


async def test_what_grows_is_kept_and_written_only_when_it_has_grown(
    scene: Scene, tmp_path: Path
) -> None:
    recall = Recall(folder=tmp_path, store=scene.store)
    assert await recall.missing() == ""
    await scene.submit()
    await recall.keep()
    assert int((tmp_path / FILE).read_text()) > 0
    (tmp_path / FILE).unlink()

    await recall.keep()

    assert not (tmp_path / FILE).exists()


async def test_file_that_says_nothing_is_no_reason_not_to_start(
    store: SqlStore, tmp_path: Path
) -> None:
    (tmp_path / FILE).write_bytes(b"\xff")
    assert await Recall(folder=tmp_path, store=store).missing() == ""
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()

    assert await Recall(folder=tmp_path, store=store).missing() == ""
