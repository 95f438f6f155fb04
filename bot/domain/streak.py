"""The streak, in weeks: kind to holidays and to one bad week, and never for sale."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import schedule
from bot.domain.challenge import Challenge
from bot.domain.cohort import Cohort
from bot.domain.member import Member
from bot.domain.progression import challenges_for

_FIRST_TOKENS = 1
_MOST_TOKENS = 2
_KEPT_WEEKS_PER_TOKEN = 4
_WEEKS_BETWEEN_REPAIRS = 8
_FULL_WEEK = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StreakWeek:
    """One programme week of one member.

    Attributes:
        eligible: Days on which a challenge was there for them.
        done: How many of those they really attempted, late or in time.
        decided: Whether nothing can be added to it any more.
    """

    eligible: int
    done: int
    decided: bool = True

    @property
    def need(self) -> int:
        """Attempts that keep the streak: two of three days, and one of fewer."""
        return min(self.eligible, max(1, 2 * self.eligible // 3))

    @property
    def may_be_missed(self) -> bool:
        """Whether to miss it costs nothing, as one day of a whole week costs nothing."""
        return self.eligible <= 1

    @property
    def is_full(self) -> bool:
        """Whether everything was attempted that there was."""
        return self.done >= min(self.eligible, _FULL_WEEK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """What became of a member's weeks.

    Attributes:
        active: Weeks with at least one real attempt; never falls.
        run: Weeks kept in a row until now.
        best: Longest run.
        tokens: Weeks that may be missed without ending the run.
    """

    active: int
    run: int
    best: int
    tokens: int


def streak(weeks: Iterable[StreakWeek]) -> Streak:
    """Follow a member's weeks from the first to the last.

    A week of three days with two real attempts is kept, a shorter one with one: days off never make
    a week harder. One without eligible days changes nothing, and neither does one with a single day
    that was missed. A missed week costs a token if there is a run to save (1 to begin with, 1 more
    per 4 kept weeks, at most 2), and else ends the run; a full week right after that brings half of
    it back, once in 8 weeks. A week that is not decided can be kept but not missed. (Learning,
    "Streak in weeks".)
    """
    tally = _Tally()
    for number, week in enumerate(weeks):
        tally.active += week.done > 0
        if week.eligible == 0:
            continue
        if week.done >= week.need:
            tally.keep(week, number)
        elif week.decided and not week.may_be_missed:
            tally.miss()
    return Streak(active=tally.active, run=tally.run, best=tally.best, tokens=tally.tokens)


def weeks_of(
    member: Member,
    cohort: Cohort,
    challenges: Sequence[Challenge],
    *,
    tried: AbstractSet[int],
    now: datetime,
) -> list[StreakWeek]:
    """A member's weeks since they joined, the present one included.

    Args:
        member: Whose weeks.
        cohort: Their cohort.
        challenges: All of the cohort's challenges.
        tried: Ids of challenges with a real attempt by the member.
        now: Aware UTC.
    """
    own = challenges_for(member, cohort, challenges, tried=tried)
    # As those of the cohort, a member's own days off make no week harder.
    theirs = replace(cohort, holidays=cohort.holidays | member.excused)
    return [
        _week(theirs, week, [item for item in own if item.week == week], tried=tried, now=now)
        for week in range(cohort.week_at(member.joined_at), cohort.week_at(now) + 1)
    ]


def _week(
    cohort: Cohort,
    week: int,
    challenges: Sequence[Challenge],
    *,
    tried: AbstractSet[int],
    now: datetime,
) -> StreakWeek:
    slots = schedule.slots_of(cohort, week)
    to_come = sum(slot.due_at > now for slot in slots)
    last_moment = max(
        [schedule.week_ends_at(cohort, week), *(item.late_until for item in challenges)]
    )
    return StreakWeek(
        # A mentor's extra challenge is a gift: it can be attempted, but nobody needs it.
        eligible=min(len(challenges) + to_come, len(slots)),
        done=sum(challenge.id in tried for challenge in challenges),
        decided=now >= last_moment,
    )


class _Tally:
    def __init__(self) -> None:
        self.active = 0
        self.run = 0
        self.best = 0
        self.tokens = _FIRST_TOKENS
        self._kept = 0
        self._lost = 0
        self._repaired_at: int | None = None

    def keep(self, week: StreakWeek, number: int) -> None:
        self._kept += 1
        self.run += 1
        if self._lost and week.is_full and self._may_repair(number):
            self.run = max(self.run, self._lost // 2)
            self._repaired_at = number
        self._lost = 0
        self.best = max(self.best, self.run)
        if self._kept % _KEPT_WEEKS_PER_TOKEN == 0:
            self.tokens = min(self.tokens + 1, _MOST_TOKENS)

    def miss(self) -> None:
        if self.run and self.tokens:
            self.tokens -= 1
        else:
            self._lost, self.run = self.run, 0

    def _may_repair(self, number: int) -> bool:
        return self._repaired_at is None or number - self._repaired_at >= _WEEKS_BETWEEN_REPAIRS
