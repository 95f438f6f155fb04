"""Right answers to lay beside one's own: once it is solved, or when nothing is graded any more."""

import re
from dataclasses import dataclass

from bot.domain.challenge import Window
from bot.domain.chat.message import Message
from bot.domain.chat.refs import UserRef
from bot.domain.clock import Clock
from bot.domain.errors import NotAllowedError, NotAMemberError, NotFoundError
from bot.domain.exercise import Catalogue
from bot.domain.progression import is_solved
from bot.domain.store import Store
from bot.services.submissions import messages
from bot.services.submissions.released import ReleasedExercises
from bot.services.talk.messages import NOT_A_MEMBER

_DOCS = re.compile(r"\[[^\]\n]{1,80}\]\(https://docs\.pytorch\.org/[^)\s]{1,200}\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SolutionService:
    """Shows a challenge's known solutions, one at a time."""

    store: Store
    catalogue: Catalogue
    released: ReleasedExercises
    clock: Clock

    async def show(self, user: UserRef, challenge_id: int, place: int) -> Message:
        """One of them, to a member who needs it no more.

        Args:
            user: Who asks.
            challenge_id: The challenge.
            place: Which one, from 0; after the last the first comes again.

        Raises:
            UserError: This person is not a member, could still answer, or there is none to show.
        """
        async with self.store.read() as tx:
            challenge = await tx.challenges.get(challenge_id)
            member = await tx.members.find(challenge.cohort, user)
            if member is None:
                raise NotAMemberError(NOT_A_MEMBER)
            events = await tx.progress.points_for(member=member.id, challenge=challenge.id)
            exercise = await self.released.of(tx, challenge)
        if not is_solved(events) and challenge.window(self.clock()) is not Window.OVER:
            raise NotAllowedError(messages.solution_to_come(challenge))
        solutions = self.catalogue.solutions(challenge.exercise)
        if not solutions:
            raise NotFoundError(messages.NO_SOLUTION)
        docs = tuple(dict.fromkeys(_DOCS.findall(exercise.task)))
        return messages.solution(challenge, exercise.title, solutions, place, docs=docs)
