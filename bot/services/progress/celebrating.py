"""One line where a stage or milestone is reached, said once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.exercise import Catalogue, Exercise
from bot.domain.journey import StageStanding, StageState, stages
from bot.domain.member import BoardMode, Member
from bot.domain.milestones import milestones
from bot.domain.outbox import Wanted
from bot.domain.progression import Outcome
from bot.domain.reached import Goal, reached_then
from bot.domain.store import Transaction
from bot.domain.submission import Submission
from bot.services.progress import journey_messages as messages


@dataclass(frozen=True, slots=True, kw_only=True)
class CelebrationService:
    """Tells what a grade has reached. The same facts lead to the same words under the same key."""

    catalogue: Catalogue

    async def celebrate(self, tx: Transaction, submission: Submission) -> None:
        """Say what was reached by a submission that was graded just now, if anything was.

        In the thread, as the answer was; to the author alone where the answer was private, or the
        leaderboard leaves them out.
        """
        at = submission.finished_at
        if at is None:
            return
        outcomes = await tx.progress.outcomes_of(submission.member)
        reached = await self._reached(tx, submission.member, outcomes, at)
        if reached:
            member = await tx.members.get(submission.member)
            await tx.outbox.say(*(_said(item, member, submission) for item in reached))

    async def _reached(
        self, tx: Transaction, member: int, outcomes: Sequence[Outcome], at: datetime
    ) -> Sequence[Goal]:
        exercises = {exercise.slug: exercise for exercise in self.catalogue.all()}
        on_way = await _stages(tx, member, outcomes, exercises, at)
        shown = milestones(outcomes, exercises, self.catalogue.milestone_rules)
        return reached_then(at, (*on_way, *shown))


async def _stages(
    tx: Transaction,
    member: int,
    outcomes: Sequence[Outcome],
    exercises: Mapping[str, Exercise],
    at: datetime,
) -> Sequence[StageStanding]:
    """The stages; what mentors said is looked up only where it decides."""
    found = stages(outcomes, exercises, now=at)
    if not any(item.state is StageState.SIGNOFF and item.shown_at == at for item in found):
        return found
    return stages(outcomes, exercises, await tx.signoffs.of(member), now=at)


def _said(reached: Goal, member: Member, submission: Submission) -> Wanted:
    is_private = submission.private or member.board is BoardMode.HIDDEN
    where = submission.conversation
    return Wanted(
        key=MessageKey(Kind.CELEBRATION, f"{member.id}:{reached.goal}"),
        conversation=where,
        message=messages.celebration(reached, "" if is_private else member.name),
        private_to=member.identity_on(where.platform) if is_private else None,
    )
