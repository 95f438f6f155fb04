"""Files that older versions kept, taken over and set aside."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.files import take_over_keys, take_over_mark
from bot.domain.errors import StoreError
from bot.store.store import SqlStore
from tests.fakes.ports import CountedMark
from tests.support.values import FIRST_MONDAY

LATER = FIRST_MONDAY + timedelta(hours=1)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_file_that_cannot_be_read_is_an_error_of_the_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        await take_over_mark(tmp_path, CountedMark())


async def test_the_file_of_an_earlier_version_is_taken_over_once(tmp_path: Path) -> None:
    path, mark = tmp_path / "discord-heard-until", CountedMark()
    path.write_text(FIRST_MONDAY.isoformat())
    await take_over_mark(path, mark)
    await take_over_mark(path, mark)
    assert mark.moments == [FIRST_MONDAY]
    assert names(tmp_path) == ["discord-heard-until.imported"]


async def test_a_mark_that_is_there_already_is_kept(tmp_path: Path) -> None:
    path, mark = tmp_path / "mark", CountedMark([LATER])
    path.write_text(FIRST_MONDAY.isoformat())
    await take_over_mark(path, mark)
    assert mark.moments == [LATER]
    assert not path.exists()


async def test_a_file_that_holds_no_moment_is_set_aside(tmp_path: Path) -> None:
    path, mark = tmp_path / "mark", CountedMark()
    path.write_text("no moment")
    await take_over_mark(path, mark)
    assert mark.moments == []
    assert not path.exists()


async def test_a_file_stays_until_its_mark_is_kept(tmp_path: Path) -> None:
    path, mark = tmp_path / "mark", CountedMark(trouble=[StoreError("away")])
    path.write_text(FIRST_MONDAY.isoformat())
    with pytest.raises(StoreError):
        await take_over_mark(path, mark)
    assert path.exists()
    await take_over_mark(path, mark)
    assert mark.moments == [FIRST_MONDAY]


async def test_a_file_set_aside_earlier_is_never_overwritten(
    tmp_path: Path, store: SqlStore
) -> None:
    """Somebody may have returned to an old version, which made a new file."""
    path = tmp_path / "data" / "input-keys.json"
    path.parent.mkdir()
    for secret in ("01", "02", "03"):
        path.write_text(json.dumps({secret: secret * 32}))
        await take_over_keys(path, store, lambda: FIRST_MONDAY)
    async with store.read() as tx:
        kept = await tx.input_keys.all()

    assert list(kept) == ["01", "02", "03"]
    assert sorted(names(path.parent)) == [f"{path.name}.imported{again}" for again in ("", 2, 3)]
    assert "01" in json.loads(path.with_name(f"{path.name}.imported").read_text())
