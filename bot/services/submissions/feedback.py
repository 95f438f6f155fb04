"""What follows from a grade, whether it is the first one or a corrected one: points, and words."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.challenge import Challenge
from bot.domain.cohort import Cohort
from bot.domain.exercise import Exercise
from bot.domain.grading import Grade, Verdict
from bot.domain.progression import PointsEvent, earned
from bot.domain.store import Transaction
from bot.domain.submission import Submission
from bot.services.submissions import messages
from bot.services.submissions.status import is_deleted, status


def points_of(
    before: Iterable[PointsEvent],
    submission: Submission,
    challenge: Challenge,
    grade: Grade,
    *,
    at: datetime,
) -> Sequence[PointsEvent]:
    """The points that a grade adds to those that its author has for the challenge."""
    gains = earned(
        before,
        counts_as_try=grade.verdict.counts_as_try,
        core_share=grade.core_share,
        solved=grade.verdict is Verdict.SOLVED,
        late=submission.late,
    )
    return [
        PointsEvent(
            member=submission.member,
            cohort=challenge.cohort,
            challenge=challenge.id,
            week=challenge.week,
            reason=reason,
            points=points,
            submission=submission.id,
            at=at,
        )
        for reason, points in gains
    ]


async def say_feedback(
    tx: Transaction, submission: Submission, exercise: Exercise, cohort: Cohort, *, points: float
) -> None:
    """Let the status message of an answer, of which this is the newest, say what came of it."""
    member = await tx.members.get(submission.member)
    reader = member.identity_on(submission.conversation.platform)
    if await is_deleted(tx, submission):
        message = messages.deleted(submission, member.name)
    else:
        message = messages.verdict(
            submission,
            exercise,
            name=member.name,
            points=points,
            details=cohort.details_public or submission.private,
            author=reader,
        )
    await tx.outbox.say(status(submission, message, reader=reader))
