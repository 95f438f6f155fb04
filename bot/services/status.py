"""The one message that follows a submission from receipt to feedback."""

from bot.domain.chat import Message
from bot.domain.store import Transaction
from bot.domain.submission import Submission
from bot.services import feedback

PLACES_SHOWN = 10
"""Further back in line a place changes too often to be worth an edit each time."""


async def say(tx: Transaction, submission: Submission, message: Message) -> None:
    """Let a submission's status message say this, unless a newer edit has taken the message over.

    The key is the answer's, so that feedback for an edited answer replaces the older feedback.
    """
    latest = await tx.submissions.find_latest(submission.answer)
    if latest is not None and latest.id != submission.id:
        return
    reader = (await tx.members.get(submission.member)).user if submission.private else None
    await tx.outbox.say(submission.answer, submission.conversation, message, private_to=reader)


async def say_places(tx: Transaction, *, problem: str = "") -> None:
    """Tell everyone near the head of the line where they stand, or why the line does not move."""
    for submission in (await tx.submissions.queued())[:PLACES_SHOWN]:
        await say(tx, submission, feedback.waiting(submission, problem=problem))
