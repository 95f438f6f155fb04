"""The catalogue as a whole: what cohorts meet in which week, and what it serves."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.catalogue.reading import Catalogue
from bot.domain.exercise import Day, Exercise
from bot.domain.schedule import choose_exercise
from tests.support.catalogue_page import written

ROOT = Path(__file__).parents[2]
EXERCISES = Catalogue.load(ROOT / "exercises").all()
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
MAX_TASK_CHARS = 2300
"""One screen; with the starter it makes two or three messages of Discord's."""

each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda found: found.slug)


def released(weeks: int) -> list[tuple[int, Exercise]]:
    """What a cohort meets, with the theme of the week."""
    met: dict[str, datetime] = {}
    found: list[tuple[int, Exercise]] = []
    for number in range(weeks):
        theme = number % 6 + 1
        for offset, day in enumerate(Day):
            choice = choose_exercise(EXERCISES, day=day, theme=theme, last_used=met)
            assert choice is not None
            met[choice[0].slug] = START + timedelta(weeks=number, days=2 * offset)
            found.append((theme, choice[0]))
    return found


def test_eight_weeks_bring_twenty_four_exercises_each_of_its_theme() -> None:
    found = released(weeks=8)

    assert len({exercise.slug for _, exercise in found}) == 24
    assert [exercise.week for _, exercise in found] == [theme for theme, _ in found]


def test_within_a_theme_the_easier_comes_first() -> None:
    steps: dict[tuple[int, Day], list[tuple[int, int]]] = {}
    for theme, exercise in released(weeks=12):
        if exercise.week == theme:
            grade = (exercise.stage, exercise.difficulty)
            steps.setdefault((theme, exercise.day), []).append(grade)

    assert all(order == sorted(order) for order in steps.values())


def test_stages_and_milestones_are_served() -> None:
    """A4 is a mentor's word."""
    stages = Counter(exercise.stage for exercise in EXERCISES)
    milestones = {name for exercise in EXERCISES for name in exercise.milestones}

    assert min(stages[stage] for stage in range(1, 6)) >= 3
    assert stages[6] >= 2
    wanted = {f"{kind}{number}" for kind in "FIA" for number in range(1, 5)}
    assert wanted - milestones == {"A4"}


def test_the_catalogues_page_is_that_of_the_folders() -> None:
    page = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")

    assert page == written(EXERCISES, ROOT / "exercises"), "make catalogue writes it anew"


@each_exercise
def test_a_task_fits_a_screen_and_says_what_is_forbidden(exercise: Exercise) -> None:
    assert len(exercise.task) <= MAX_TASK_CHARS
    for name in exercise.forbidden:
        last = name.rpartition(".")[2]
        assert last in exercise.task, f"{name} is not named in the task"


@each_exercise
def test_a_task_speaks_in_the_markup_that_all_platforms_have(exercise: Exercise) -> None:
    prose = re.sub(r"```.*?```", "", exercise.task, flags=re.DOTALL)

    assert not re.search(r"^#|^\|", prose, flags=re.MULTILINE), "no headings, no tables"
    assert "**Example" in exercise.task or "```" in exercise.task
