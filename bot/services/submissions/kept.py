"""Answers of people who have yet to take the pledge: kept until they do, then graded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.challenge import Challenge
from bot.domain.chat.events import Event
from bot.domain.chat.message import Message
from bot.domain.chat.refs import UserRef
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort
from bot.domain.confirmation import Confirmation
from bot.domain.exercise import Exercise
from bot.domain.store import Store, Transaction
from bot.services.submissions import remarks
from bot.services.submissions.released import ReleasedExercises

_ANSWER = "answer"
"""What the pledge carries out: no command that anybody can type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One answer that was kept.

    Attributes:
        key: Names the answer.
        event: What brought it; None when its content is forgotten by now.
    """

    key: str
    event: Event | None
    challenge: Challenge
    exercise: Exercise


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswers:
    """Keeps one answer of each person and challenge, as the event in the inbox that brought it.

    Attributes:
        pledge: What is asked of who is not in a cohort yet.
    """

    store: Store
    released: ReleasedExercises
    clock: Clock
    pledge: Callable[[Cohort], Message]

    async def keep(
        self, tx: Transaction, event: Event, challenge: Challenge, *, key: str
    ) -> Message:
        """Keep an answer in place of an earlier one, until the challenge is over; asks to join."""
        await tx.confirmations.ask_instead(
            Confirmation(
                id=key,
                conversation=event.conversation,
                user=event.user,
                command=_ANSWER,
                args={"challenge": str(challenge.id), "event": event.key},
                asked_at=self.clock(),
                expires_at=challenge.late_until,
            )
        )
        cohort = await tx.cohorts.get(challenge.cohort)
        return Message.of(remarks.KEPT, *self.pledge(cohort).blocks)

    async def forget(self, key: str) -> None:
        """An answer is graded, or taken back."""
        async with self.store.write() as tx:
            await tx.confirmations.forget(key)

    async def of(self, user: UserRef, cohort: int) -> Sequence[Kept]:
        """What was kept of somebody for the challenges of a cohort that are not over."""
        async with self.store.read() as tx:
            asked = await tx.confirmations.open_for(user, _ANSWER, now=self.clock())
            found = [await self._kept(tx, one) for one in asked]
        return [kept for kept in found if kept.challenge.cohort == cohort]

    async def _kept(self, tx: Transaction, asked: Confirmation) -> Kept:
        challenge = await tx.challenges.get(int(asked.args["challenge"]))
        return Kept(
            key=asked.id,
            event=await tx.inbox.find(asked.args["event"]),
            challenge=challenge,
            exercise=await self.released.of(tx, challenge),
        )
