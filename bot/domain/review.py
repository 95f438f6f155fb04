"""What mentors see of a cohort's answers, read from grades. Nothing here is stored."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.grading import Verdict

STUCK_TRIES = 3
"""In a row without progress: then a word of somebody helps more than the next try."""

ALIKE = 2
"""Members whose last tries fail by the same checks: what two meet, more will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A graded answer that a mentor may name.

    Attributes:
        submission: Its id.
        name: Its author's.
        exercise: Slug.
    """

    submission: str
    name: str
    exercise: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How a challenge went.

    Attributes:
        tried: Members with a try.
        solved: Members who solved it.
        solved_first: Members who did so with their first try.
        tries: Of all members together.
    """

    tried: int = 0
    solved: int = 0
    solved_first: int = 0
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFigures:
    """How often a core check did not hold.

    Attributes:
        failed: In how many tries.
        looked_at: In how many tries it was run.
    """

    title: str
    failed: int
    looked_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A member who tries a challenge again and again without progress.

    Attributes:
        tries: All that they had.
        best: Largest share of the core checks so far, 0 to 1.
    """

    challenge: int
    name: str
    tries: int
    best: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A member of whom nothing came for a while.

    Attributes:
        last_at: When their last answer came; None for who never sent one.
    """

    name: str
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCheck:
    """A core check that does not hold in a member's last try at a challenge."""

    challenge: int
    member: int
    name: str
    check: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Members whose last tries at a challenge fail by the very same core checks.

    Attributes:
        titles: Of the checks.
        names: Of the members, alphabetical.
    """

    challenge: int
    titles: tuple[str, ...]
    names: tuple[str, ...]


def clusters_of(failed: Iterable[FailedCheck]) -> list[Cluster]:
    """Who fails alike, the largest groups first. Who fails like nobody else is in none."""
    by_member: defaultdict[tuple[int, int], list[FailedCheck]] = defaultdict(list)
    for check in failed:
        by_member[check.challenge, check.member].append(check)
    alike: defaultdict[tuple[int, frozenset[str]], list[list[FailedCheck]]] = defaultdict(list)
    for (challenge, _), checks in by_member.items():
        alike[challenge, frozenset(check.check for check in checks)].append(checks)
    groups = [_cluster(challenge, some) for (challenge, _), some in alike.items()]
    return sorted(
        (group for group in groups if len(group.names) >= ALIKE),
        key=lambda group: (-len(group.names), group.challenge, group.titles),
    )


def _cluster(challenge: int, members: Sequence[Sequence[FailedCheck]]) -> Cluster:
    return Cluster(
        challenge=challenge,
        titles=tuple(check.title for check in members[0]),
        names=tuple(sorted(checks[0].name for checks in members)),
    )


class Reviews(Protocol):
    """Questions of mentors. Each is answered by as many statements whatever the cohort's size."""

    async def newest(self, cohort: int, *, limit: int) -> Sequence[Given]:
        """A cohort's last graded answers, the newest first."""
        ...

    async def figures(self, challenges: Sequence[int]) -> Mapping[int, Figures]:
        """How each of these challenges went, by id; only those that somebody tried."""
        ...

    async def failing(self, challenge: int, *, limit: int) -> Sequence[CheckFigures]:
        """The core checks of a challenge that fail in most tries."""
        ...

    async def stuck(self, challenges: Sequence[int], *, limit: int) -> Sequence[Stuck]:
        """Learners with `STUCK_TRIES` tries since their best one, those with most tries first."""
        ...

    async def silent(self, cohort: int, *, since: datetime, limit: int) -> Sequence[Silent]:
        """Learners who joined before a moment and have sent nothing since; the longest first."""
        ...

    async def last_failures(self, challenges: Sequence[int]) -> Sequence[FailedCheck]:
        """The failed core checks of learners' last tries at challenges that they did not solve."""
        ...
