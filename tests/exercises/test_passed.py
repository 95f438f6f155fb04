"""What counts as a change of an exercise, and what is noted of those that passed."""

from pathlib import Path

from tests.exercises.passed import FOLDERS, fingerprint, noted


def test_what_passed_is_noted_for_exercises_that_exist() -> None:
    assert set(noted()) <= {folder.name for folder in FOLDERS}


def test_any_file_of_an_exercise_counts_as_a_change(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    (folder / "wrong").mkdir(parents=True)
    (folder / "wrong" / "a.py").write_text("1", encoding="utf-8")
    before = fingerprint(folder)
    (folder / "wrong" / "a.py").write_text("2", encoding="utf-8")
    changed = fingerprint(folder)
    (folder / "wrong" / "a.py").rename(folder / "wrong" / "b.py")

    assert len({before, changed, fingerprint(folder)}) == 3
