"""The one message that follows an answer from receipt to feedback, and the line it waits in."""

from collections.abc import Mapping
from datetime import timedelta

from bot.domain.chat.keys import MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.refs import UserRef
from bot.domain.outbox import Wanted
from bot.domain.store import Transaction
from bot.domain.submission import NewSubmission, Waiting
from bot.services.submissions import messages

GRACE = timedelta(seconds=0.4)
"""A first message waits so long: where the verdict comes sooner, it is all that is said."""


def status(
    submission: NewSubmission, message: Message, *, reader: UserRef | None, delayed: bool = False
) -> Wanted:
    """The status message of an answer: feedback for an edited answer replaces the older feedback.

    Args:
        submission: The newest for its answer.
        message: What it says now.
        reader: Its author, who alone reads it where the submission is private.
        delayed: Whether it may wait, because something better follows soon.
    """
    return Wanted(
        key=MessageKey.read(submission.answer),
        conversation=submission.conversation,
        message=message,
        private_to=reader if submission.private else None,
        not_before=submission.received_at + GRACE if delayed else None,
    )


async def tell_next(tx: Transaction) -> None:
    """Tell those whose position in line has come to mean something else."""
    waiting = await tx.submissions.waiting(limit=max(messages.POSITIONS_TOLD))
    await tx.outbox.say(
        *(_waiting(item) for item in waiting if item.queue_position in messages.POSITIONS_TOLD)
    )


async def tell_why(
    tx: Transaction, *, problem: str = "", held_up: Mapping[str, str] | None = None
) -> None:
    """Tell those near the head of the line why it does not move, or that it moves again.

    Args:
        tx: The transaction.
        problem: Why nothing can be graded.
        held_up: Why some exercises cannot be graded while others can, by slug.
    """
    reasons = held_up or {}
    waiting = await tx.submissions.waiting(limit=max(messages.POSITIONS_TOLD))
    await tx.outbox.say(
        *(_waiting(item, problem=problem or reasons.get(item.exercise, "")) for item in waiting)
    )


def _waiting(item: Waiting, *, problem: str = "") -> Wanted:
    return Wanted(
        key=MessageKey.read(item.answer),
        conversation=item.conversation,
        message=messages.waiting(item.queue_position, problem=problem),
        private_to=item.reader,
    )
