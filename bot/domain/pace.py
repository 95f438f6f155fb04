"""How many answers one person is given in a short time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.domain.chat.refs import UserRef

WINDOW = timedelta(minutes=1)
MAX_IN_WINDOW = 30
"""More than anybody reads: a day's commands and buttons of a busy mentor come to as many."""

MAX_REMEMBERED = 1000


class Turn(Enum):
    """Whether somebody is answered."""

    ANSWER = auto()
    SAY_WHY_NOT = auto()  # the first answer that they are not given
    SILENCE = auto()


def always_answer() -> Turn:
    """For events that were counted before."""
    return Turn.ANSWER


@dataclass(slots=True)
class Pace:
    """Counts answers by person, in windows that begin with an answer. Forgets who is long silent.

    Attributes:
        most: Answers in one window.
    """

    most: int = MAX_IN_WINDOW
    _windows: dict[UserRef, tuple[datetime, int]] = field(
        default_factory=dict[UserRef, tuple[datetime, int]], init=False
    )

    def take(self, user: UserRef, now: datetime) -> Turn:
        """Take somebody's next turn."""
        began, taken = self._windows.get(user, (now, 0))
        if not timedelta(0) <= now - began < WINDOW:  # a clock may be set back
            began, taken = now, 0
        if user not in self._windows and len(self._windows) >= MAX_REMEMBERED:
            self._forget(now)
        self._windows[user] = began, taken + 1
        if taken < self.most:
            return Turn.ANSWER
        return Turn.SAY_WHY_NOT if taken == self.most else Turn.SILENCE

    def _forget(self, now: datetime) -> None:
        self._windows = {
            user: window for user, window in self._windows.items() if now - window[0] < WINDOW
        }
