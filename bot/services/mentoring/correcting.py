"""Another grade for an answer: what it earns, what its status message says."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.challenge import Challenge
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Message
from bot.domain.cohort import Cohort
from bot.domain.exercise import Exercise
from bot.domain.grading import Grade
from bot.domain.member import Member
from bot.domain.outbox import Wanted
from bot.domain.store import Transaction
from bot.domain.submission import Submission
from bot.services.submissions import feedback


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an answer belongs to.

    Attributes:
        exercise: In the version that its feedback speaks of.
    """

    challenge: Challenge
    cohort: Cohort
    exercise: Exercise


async def correct(
    tx: Transaction, about: About, submission: Submission, grade: Grade, *, at: datetime
) -> tuple[Submission, float]:
    """Give an answer another grade, with the points that it adds and with its feedback.

    Points that were given stay, whatever the grade.

    Returns:
        The answer with its new grade, and its new points.
    """
    corrected = await tx.corrections.replace_grade(submission, grade)
    points = await _give_points(tx, about.challenge, corrected, grade, at)
    await say_feedback(tx, about, corrected)
    return corrected, points


async def say_feedback(tx: Transaction, about: About, submission: Submission) -> None:
    """Let an answer's status message say what its grade is now, if it speaks for the answer."""
    latest = await tx.submissions.find_latest(submission.answer)
    if latest is None or latest.id != submission.id:
        return
    events = await tx.progress.points_for(member=submission.member, challenge=about.challenge.id)
    points = sum(event.points for event in events if event.submission == submission.id)
    await feedback.say_feedback(tx, submission, about.exercise, about.cohort, points=points)


def note(submission: Submission, member: Member, message: Message, *, subject: str) -> Wanted:
    """To an answer's author alone, where they sent it: what a mentor changed."""
    return Wanted(
        key=MessageKey(Kind.NOTE, subject),
        conversation=submission.conversation,
        message=message,
        private_to=member.identity_on(submission.conversation.platform),
    )


async def _give_points(
    tx: Transaction, challenge: Challenge, submission: Submission, grade: Grade, at: datetime
) -> float:
    before = await tx.progress.points_for(member=submission.member, challenge=challenge.id)
    events = feedback.points_of(before, submission, challenge, grade, at=at)
    for event in events:
        await tx.progress.add_correction(event)
    return sum(event.points for event in events)
