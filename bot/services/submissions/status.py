"""The one message that follows a submission from receipt to feedback."""

from collections.abc import Mapping

from bot.domain.chat.message import Message
from bot.domain.outbox import MessageKey
from bot.domain.store import Transaction
from bot.domain.submission import Submission
from bot.services.submissions import messages

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
    key = MessageKey.read(submission.answer)
    await tx.outbox.say(key, submission.conversation, message, private_to=reader)


async def say_places(
    tx: Transaction, *, problem: str = "", held_up: Mapping[str, str] | None = None
) -> None:
    """Tell everyone near the head of the line where they stand, or why the line does not move.

    Args:
        tx: The transaction.
        problem: Why nothing can be graded.
        held_up: Why some exercises cannot be graded while others can, by slug.
    """
    for submission in (await tx.submissions.queued())[:PLACES_SHOWN]:
        why = problem
        if held_up and not why:
            why = held_up.get((await tx.challenges.get(submission.challenge)).exercise, "")
        await say(tx, submission, messages.waiting(submission, problem=why))
