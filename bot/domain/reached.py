"""What was reached on the journey, and when: the same facts always tell the same."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.journey import StageStanding
from bot.domain.milestones import MilestoneStanding

Goal = StageStanding | MilestoneStanding
"""How a member stands with something that can be reached."""


def reached_then(at: datetime, standings: Iterable[Goal]) -> list[Goal]:
    """What was reached at that very moment, by whatever happened then."""
    return [standing for standing in standings if standing.reached_at == at]
