"""What mentors read of how challenges went, and of who could use a word. For their eyes alone."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from bot.domain.chat.message import Message, Table
from bot.domain.review import STUCK_TRIES, CheckFigures, Cluster, Figures, Silent, Stuck
from bot.domain.text import sentence

LINES_TOLD = 15
"""Of each list: what a phone shows without much scrolling."""

NAMES_TOLD = 8
"""Of those who fail alike."""

CHECKS_TOLD = 3
"""Of those that they fail by."""

NO_CHALLENGE = Message.of("There is no challenge yet. `/challenge post` releases one now.")
NOBODY_WAITS = Message.of("Nobody is stuck or silent, and no two members fail alike.")


def stats_of(
    title: str, figures: Figures, failing: Sequence[CheckFigures], *, learners: int
) -> Message:
    """How one challenge went."""
    if not figures.tried:
        return Message.of(f"**{title}**: nobody has tried it yet.")
    head = (
        f"**{title}**: {figures.tried} of {learners} members tried it,"
        f" {figures.solved} solved it ({_share(figures.solved, figures.tried)}),"
        f" {figures.solved_first} at the first try"
        f" ({_share(figures.solved_first, figures.tried)})."
        f" {_tries(figures.tries)}, {figures.tries / figures.tried:.1f} a member."
    )
    if not failing:
        return Message.of(head, "No core check failed in any try.")
    rows = tuple(
        (check.title, str(check.failed), _share(check.failed, check.looked_at)) for check in failing
    )
    return Message.of(head, Table(("Core check that fails", "Tries", "Of all"), rows))


def stats(rows: Sequence[tuple[int, str, Figures]]) -> Message:
    """How the last challenges went: number, title and figures of each, the oldest first."""
    if not rows:
        return NO_CHALLENGE
    return Message.of(
        Table(
            ("No.", "Exercise", "Tried", "Solved", "At first", "Tries"),
            tuple(
                (
                    str(number),
                    title,
                    str(figures.tried),
                    _share(figures.solved, figures.tried),
                    _share(figures.solved_first, figures.tried),
                    f"{figures.tries / figures.tried:.1f}" if figures.tried else "-",
                )
                for number, title, figures in rows
            ),
        ),
        "Solved and at first: of those who tried; tries: of each of them. `/challenge stats` with"
        " a number shows which checks fail.",
    )


def inbox(
    titles: Mapping[int, str],
    stuck: Sequence[Stuck],
    silent: Sequence[Silent],
    clusters: Sequence[Cluster],
    *,
    zone: ZoneInfo,
) -> Message:
    """Who could use a word, and on what.

    Args:
        titles: Of the challenges that can still be answered, by number.
        stuck: One more than is told where there are more.
        silent: The same.
        clusters: Who fails alike.
        zone: Of the dates.
    """
    parts = [
        *_listed(
            f"**Stuck**: {STUCK_TRIES} or more tries without progress",
            [_stuck(item, titles) for item in stuck],
        ),
        *_listed("**Failing alike**", [_cluster(item, titles) for item in clusters]),
        *_listed("**Silent** for a week or longer", [_silent(item, zone) for item in silent]),
    ]
    return Message.of(*parts) if parts else NOBODY_WAITS


def _listed(head: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    more = ["- and others"] if len(lines) > LINES_TOLD else []
    return ["\n".join([head, *(f"- {line}" for line in lines[:LINES_TOLD]), *more])]


def _stuck(item: Stuck, titles: Mapping[int, str]) -> str:
    return (
        f"{sentence(item.name)} · {titles[item.challenge]} · {_tries(item.tries)},"
        f" {item.best:.0%} of the core checks at best"
    )


def _cluster(item: Cluster, titles: Mapping[int, str]) -> str:
    names = _some(", ", [sentence(name) for name in item.names], most=NAMES_TOLD)
    return f"{titles[item.challenge]} · {names} · {_some('; ', item.titles, most=CHECKS_TOLD)}"


def _some(between: str, words: Sequence[str], *, most: int) -> str:
    others = len(words) - most
    return between.join(words[:most]) + (f" and {others} more" if others > 0 else "")


def _silent(item: Silent, zone: ZoneInfo) -> str:
    if item.last_at is None:
        return f"{sentence(item.name)} · no answer yet"
    local = item.last_at.astimezone(zone)
    return f"{sentence(item.name)} · last answer on {local:%A}, {local.day} {local:%B}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "-"


def _tries(number: int) -> str:
    return f"{number} {'try' if number == 1 else 'tries'}"
