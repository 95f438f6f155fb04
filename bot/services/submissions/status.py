"""The one message that follows an answer from receipt to feedback, and the line it waits in."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.domain.chat.keys import MessageKey
from bot.domain.chat.message import AnswerState, Message
from bot.domain.chat.refs import UserRef
from bot.domain.outbox import Wanted
from bot.domain.store import Transaction
from bot.domain.submission import NewSubmission, Waiting
from bot.services.submissions import messages

GRACE = timedelta(seconds=0.4)
"""A first message waits so long: where the verdict comes sooner, it is all that is said."""


NEWS_WAIT = timedelta(seconds=3)
"""News of the line wait so long: an edit that the next one replaces at once is worth nothing."""


def status(
    submission: NewSubmission,
    message: Message,
    *,
    reader: UserRef | None,
    not_before: datetime | None = None,
) -> Wanted:
    """The status message of an answer: feedback for an edited answer replaces the older feedback.

    Args:
        submission: The newest for its answer.
        message: What it says now.
        reader: Its author, who alone reads it where the submission is private.
        not_before: Until when it waits for something better; None where it is due at once.
    """
    return Wanted(
        key=MessageKey.read(submission.answer),
        conversation=submission.conversation,
        message=message,
        private_to=reader if submission.private else None,
        not_before=not_before,
    )


async def is_deleted(tx: Transaction, submission: NewSubmission) -> bool:
    """Whether a line stands in place of its feedback, since its author deleted the answer."""
    said = await tx.outbox.find(MessageKey.read(submission.answer))
    states = [block for block in said.blocks if isinstance(block, AnswerState)] if said else []
    return any(state.author is None for state in states)


async def tell_next(tx: Transaction, now: datetime) -> None:
    """Tell those whose position in line has come to mean something else."""
    waiting = await tx.submissions.waiting(limit=max(messages.POSITIONS_TOLD))
    told = [item for item in waiting if item.queue_position in messages.POSITIONS_TOLD]
    await tx.outbox.say(*(_waiting(item, now) for item in told))


async def tell_why(
    tx: Transaction, now: datetime, *, problem: str = "", held_up: Mapping[str, str] | None = None
) -> None:
    """Tell those near the head of the line why it does not move, or that it moves again.

    Args:
        tx: The transaction.
        now: Aware UTC.
        problem: Why nothing can be graded.
        held_up: Why some exercises cannot be graded while others can, by slug.
    """
    reasons = held_up or {}
    waiting = await tx.submissions.waiting(limit=max(messages.POSITIONS_TOLD))
    await tx.outbox.say(
        *(_waiting(item, now, problem or reasons.get(item.exercise, "")) for item in waiting)
    )


def _waiting(item: Waiting, now: datetime, problem: str = "") -> Wanted:
    return Wanted(
        key=MessageKey.read(item.answer),
        conversation=item.conversation,
        message=messages.waiting(item.queue_position, problem=problem),
        private_to=item.reader,
        not_before=None if problem else now + NEWS_WAIT,
    )
