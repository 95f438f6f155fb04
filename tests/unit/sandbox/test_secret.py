import stat
from pathlib import Path

import pytest

from bot.domain.errors import SandboxError, SettingsError
from bot.sandbox.secret import Keyring


def test_a_first_start_makes_a_key_that_only_its_owner_can_read(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    Keyring.load(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_submission_draws_the_same_seed_after_a_restart(tmp_path: Path) -> None:
    first = Keyring.load(tmp_path / "keys.json")
    seed = first.seed(key=first.current_key, submission="a")
    again = Keyring.load(tmp_path / "keys.json")
    assert again.seed(key=again.current_key, submission="a") == seed
    assert again.seed(key=again.current_key, submission="b") != seed
    assert len(seed) == 16


def test_a_rotation_leaves_older_submissions_their_seeds(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    before = Keyring.load(path)
    seed = before.seed(key=before.current_key, submission="a")
    after = Keyring.rotate(path)
    assert after.current_key != before.current_key
    assert after.seed(key=before.current_key, submission="a") == seed
    assert after.seed(key=after.current_key, submission="a") != seed


def test_a_removed_key_is_a_fault_of_ours(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="removed"):
        Keyring.load(tmp_path / "keys.json").seed(key="gone", submission="a")


@pytest.mark.parametrize("content", ["", "[]", "{}", "not json"])
def test_a_broken_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(SettingsError, match="keys"):
        Keyring.load(path)


def test_no_key_shows_in_a_repr(tmp_path: Path) -> None:
    keyring = Keyring.load(tmp_path / "keys.json")
    assert keyring.keys[keyring.current_key] not in repr(keyring)
