"""Everything that is kept about one person, in all cohorts: to hand it out, or to forget it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.chat.message import Message
from bot.domain.chat.refs import UserRef

Record = Mapping[str, object]
"""One row in plain values: text, numbers, moments in ISO 8601, lists and mappings of these."""

Belongings = Mapping[str, Sequence[Record]]
"""Records by what they are about, the newest first."""

SUBMISSIONS, SOURCE = "submissions", "source"
"""The records that have code, and where in them it is."""


class Personal(Protocol):
    """What is kept about people. A person is who has an account, in every cohort it is in."""

    async def belongings(self, user: UserRef, *, rows: int, code_chars: int) -> Belongings:
        """What is kept about somebody; no secrets, no hidden inputs, nobody else's name.

        Args:
            user: Their account. Others of the same member are theirs as well.
            rows: The most of each kind.
            code_chars: The most of all code together; that of what is older is None, and that of
                what is forgotten is empty.
        """
        ...

    async def weeks_with_points(self, user: UserRef) -> Sequence[tuple[int, int]]:
        """Ids of cohorts and weeks of their programmes in which somebody has points."""
        ...

    async def forget(self, user: UserRef, *, at: datetime, instead: Message) -> int:
        """Forget somebody: their accounts, names, code and every text of theirs.

        Counts stay, of a member whom nobody can recognise: verdicts, points, turnouts. What waits
        or runs is withdrawn. Where there is nothing of them, nothing happens.

        Args:
            user: As in `belongings`.
            at: Aware UTC.
            instead: What messages of ours say from now on that spoke of them to others.

        Returns:
            How many answers were taken out of the line.
        """
        ...
