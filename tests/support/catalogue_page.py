"""Writes docs/catalogue.md from the exercises' folders: ``make catalogue``."""

from collections.abc import Sequence
from pathlib import Path

from bot.catalogue.reading import Catalogue
from bot.domain.cohort import theme_of
from bot.domain.exercise import Day, Exercise

ROOT = Path(__file__).parents[2]
DAYS = {Day.IMPLEMENT: "Monday", Day.DEBUG: "Wednesday", Day.MODULE: "Friday"}
HEAD = """# The exercises

By week of the challenge and day; within a day the easier comes first. A cohort meets what it has
not met before anything comes again. *Right* and *wrong* count the known solutions that the gate
holds every version against ([exercises.md](exercises.md)). `make catalogue` writes this page.
"""
COLUMNS = "| day | exercise | stage | minutes | milestones | right | wrong | what it is about |"


def written(exercises: Sequence[Exercise], root: Path) -> str:
    """The page, as text."""
    parts = [HEAD]
    for week in sorted({exercise.week for exercise in exercises}):
        rows = [_row(exercise, root) for exercise in _of_week(exercises, week)]
        table = "\n".join([COLUMNS, "| --- " * 8 + "|", *rows])
        parts.append(f"## Week {week}: {theme_of(week)[1]}\n\n{table}\n")
    return "\n".join(parts)


def _of_week(exercises: Sequence[Exercise], week: int) -> Sequence[Exercise]:
    days = list(Day)
    return sorted(
        (exercise for exercise in exercises if exercise.week == week),
        key=lambda found: (days.index(found.day), found.stage, found.difficulty, found.slug),
    )


def _row(exercise: Exercise, root: Path) -> str:
    folder = root / exercise.slug
    right, wrong = (len([*folder.glob(f"{kind}/*.py")]) for kind in ("accepted", "wrong"))
    cells = (
        DAYS[exercise.day],
        f"[{exercise.title}](../exercises/{exercise.slug}/README.md)",
        exercise.stage,
        exercise.minutes,
        ", ".join(exercise.milestones),
        right,
        wrong,
        ", ".join(exercise.concepts),
    )
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    EXERCISES = Catalogue.load(ROOT / "exercises").all()
    (ROOT / "docs" / "catalogue.md").write_text(
        written(EXERCISES, ROOT / "exercises"), encoding="utf-8"
    )
