"""Writes docs/catalogue.md from the exercises' folders: ``make catalogue``."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.catalogue.reading import Catalogue
from bot.domain.cohort import theme_of
from bot.domain.exercise import Day, Exercise

ROOT = Path(__file__).parents[2]
DAYS = {Day.IMPLEMENT: "Monday", Day.DEBUG: "Wednesday", Day.MODULE: "Friday"}
RIGHT, WRONG = 8, 12
HEAD = f"""# The exercises

By week of the challenge and day; within a day the easier comes first. A cohort meets what it has
not met before anything comes again. *Right* and *wrong* count the known solutions that the gate
holds every version against ([exercises.md](exercises.md)). *Strangers* had seen the task and the
starter alone, and wrote {RIGHT} right and {WRONG} wrong answers: how many of these were accepted
and rejected at the first look. Most of what slipped through changed checks or texts then; what
reaches a forbidden function under a name put together stays: that is teaching, not a boundary.
`make catalogue` writes this page.
"""
COLUMNS = (
    "| day | exercise | stage | minutes | milestones | right | wrong | strangers |"
    " what it is about |"
)


def written(exercises: Sequence[Exercise], root: Path) -> str:
    """The page, as text."""
    parts = [HEAD, _summary(_strangers(root))]
    for week in sorted({exercise.week for exercise in exercises}):
        rows = [_row(exercise, root) for exercise in _of_week(exercises, week)]
        table = "\n".join([COLUMNS, "| --- " * 9 + "|", *rows])
        parts.append(f"## Week {week}: {theme_of(week)[1]}\n\n{table}\n")
    return "\n".join(parts)


def _strangers(root: Path) -> Mapping[str, Sequence[int]]:
    """Right answers accepted and wrong ones rejected, by exercise."""
    return tomllib.loads((root / "strangers.toml").read_text(encoding="utf-8"))


def _summary(seen: Mapping[str, Sequence[int]]) -> str:
    accepted, rejected = (sum(found[place] for found in seen.values()) for place in (0, 1))
    right, wrong = RIGHT * len(seen), WRONG * len(seen)
    return (
        f"{len(seen)} exercises were seen by strangers: {accepted} of {right} right answers were"
        f" accepted ({accepted / right:.1%}), {rejected} of {wrong} wrong ones rejected"
        f" ({rejected / wrong:.1%}).\n"
    )


def _of_week(exercises: Sequence[Exercise], week: int) -> Sequence[Exercise]:
    days = list(Day)
    return sorted(
        (exercise for exercise in exercises if exercise.week == week),
        key=lambda found: (days.index(found.day), found.stage, found.difficulty, found.slug),
    )


def _row(exercise: Exercise, root: Path) -> str:
    folder = root / exercise.slug
    right, wrong = (len([*folder.glob(f"{kind}/*.py")]) for kind in ("accepted", "wrong"))
    seen = _strangers(root).get(exercise.slug)
    cells = (
        DAYS[exercise.day],
        f"[{exercise.title}](../exercises/{exercise.slug}/README.md)",
        exercise.stage,
        exercise.minutes,
        ", ".join(exercise.milestones),
        right,
        wrong,
        f"{seen[0]} of {RIGHT}, {seen[1]} of {WRONG}" if seen else "",
        ", ".join(exercise.concepts),
    )
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    EXERCISES = Catalogue.load(ROOT / "exercises").all()
    (ROOT / "docs" / "catalogue.md").write_text(
        written(EXERCISES, ROOT / "exercises"), encoding="utf-8"
    )
