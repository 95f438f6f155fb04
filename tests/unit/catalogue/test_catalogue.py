from pathlib import Path

import pytest

from bot.catalogue.milestones import read_rules
from bot.catalogue.reading import Catalogue, fingerprint, read
from bot.domain.errors import CatalogueError
from bot.domain.exercise import Day, MilestoneRule

ROOT = Path(__file__).parents[3]

TOML = """
title = "Double it"
day = "implement"
stage = 3
week = 1
milestones = ["F1"]
concepts = ["tensors"]
minutes = 10
difficulty = 0
entry = ["double"]
forbidden = []
device = "cpu"

[limits]
seconds = 5.0
"""
HINTS = "## One\na\n## Two\nb\n## Three\nc\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "double-it"
    made.mkdir()
    (made / "exercise.toml").write_text(TOML)
    (made / "README.md").write_text("Write `double`.")
    (made / "starter.py").write_text("def double(x): ...")
    (made / "hints.md").write_text(HINTS)
    (made / "checks.py").write_text("x = 0")
    return made


def test_a_folder_is_an_exercise_named_after_it(folder: Path) -> None:
    exercise = Catalogue.load(folder.parent).get("double-it")
    assert exercise.day is Day.IMPLEMENT
    assert exercise.hints == ("a", "b", "c")
    assert exercise.limits.seconds == 5.0
    assert exercise.limits.memory_mb == 1024
    assert (exercise.checks, exercise.harness) == ("x = 0", "")


def test_a_harness_is_read_where_there_is_one(folder: Path) -> None:
    (folder / "harness.py").write_text("y = 1")

    assert read(folder).harness == "y = 1"


@pytest.mark.parametrize("name", ["checks.py", "README.md", "exercise.toml", "harness.py"])
def test_the_fingerprint_follows_every_file_that_is_used(folder: Path, name: str) -> None:
    before = fingerprint(folder)
    (folder / name).write_text("x = 1")
    assert fingerprint(folder) != before


def test_one_more_known_solution_is_no_new_version(folder: Path) -> None:
    before = fingerprint(folder)
    (folder / "wrong").mkdir()
    (folder / "wrong" / "zero.py").write_text("x = 1")
    (folder / "reference.py").write_text("x = 2")
    assert fingerprint(folder) == before


def test_all_files_that_are_missing_are_named(tmp_path: Path) -> None:
    (tmp_path / "half-made").mkdir()
    (tmp_path / "half-made" / "exercise.toml").write_text(TOML)

    with pytest.raises(CatalogueError, match=r"has no README.md, starter.py, hints.md, checks.py"):
        read(tmp_path / "half-made")


def test_a_folder_has_a_name_that_can_be_typed(folder: Path) -> None:
    with pytest.raises(CatalogueError, match="small letters, digits and hyphens"):
        read(folder.rename(folder.parent / "My_Exercise"))


def test_an_unknown_slug_is_said(folder: Path) -> None:
    with pytest.raises(CatalogueError, match="no exercise nope"):
        Catalogue.load(folder.parent).get("nope")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("exercise.toml", "title = ", "no TOML"),
        ("exercise.toml", TOML.replace('day = "implement"', 'day = "someday"'), "day"),
        ("exercise.toml", TOML.replace("minutes = 10\n", ""), "minutes"),
        ("exercise.toml", f'{TOML}\ncolour = "red"\n', "colour"),
        ("hints.md", "## One\na\n", "three sections"),
    ],
)
def test_a_malformed_folder_is_named_with_its_fault(
    folder: Path, name: str, content: str, words: str
) -> None:
    (folder / name).write_text(content)
    with pytest.raises(CatalogueError, match=words) as caught:
        read(folder)
    assert name in str(caught.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "README.md").unlink()
    with pytest.raises(CatalogueError, match=r"README\.md"):
        read(folder)


# --- rules of milestones ----------------------------------------------------------------------


def test_rules_of_milestones_are_read_beside_the_exercises(folder: Path) -> None:
    assert Catalogue.load(folder.parent).milestone_rules == {}

    (folder.parent / "milestones.toml").write_text(
        '[A2]\none_of = ["lora"]\n[A3]\nall_of = ["ddp"]\n[A4]\nby_mentor = "a docs fix"\n'
    )

    assert Catalogue.load(folder.parent).milestone_rules == {
        "A2": MilestoneRule(one_of=frozenset({"lora"})),
        "A3": MilestoneRule(all_of=frozenset({"ddp"})),
        "A4": MilestoneRule(by_mentor="a docs fix"),
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[A2", "not TOML"),
        ("[A2]\nany_of = []", "any_of"),
        ("[Z9]\nall_of = []", "no milestone Z9"),
    ],
)
def test_malformed_rules_are_named_with_their_fault(folder: Path, content: str, words: str) -> None:
    (folder.parent / "milestones.toml").write_text(content)
    with pytest.raises(CatalogueError, match=words) as caught:
        Catalogue.load(folder.parent)
    assert "milestones.toml" in str(caught.value)


def test_the_rules_that_come_with_the_exercises_can_be_read() -> None:
    assert set(read_rules(ROOT / "exercises")) == {"A2", "A3", "A4"}


def test_what_is_forbidden_is_listed_where_the_task_is_read() -> None:
    exercises = Catalogue.load(ROOT / "exercises").all()
    listed = {
        (exercise.slug, name): name.rpartition(".")[2] in exercise.task
        for exercise in exercises
        for name in exercise.forbidden
    }

    assert [missing for missing, is_there in listed.items() if not is_there] == []
