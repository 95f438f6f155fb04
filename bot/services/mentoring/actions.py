"""What follows from the buttons of mentors."""

from dataclasses import dataclass

from bot.services.mentoring import verbs
from bot.services.mentoring.regrading import RegradeService
from bot.services.talk.verbs import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class MentoringActions:
    """Answers them."""

    regrades: RegradeService

    def all(self) -> list[Action]:
        """Every verb with what follows from it."""
        return [
            verbs.KEEP_BETTER.does(self.regrades.keep),
            verbs.STOP_REGRADE.does(self.regrades.stop),
            verbs.LEAVE_GRADES.does(self.regrades.leave),
        ]
