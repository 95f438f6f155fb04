"""Hints: three levels, on request, private, counted."""

from dataclasses import dataclass

from bot.domain.challenge import Challenge
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.clock import Clock
from bot.domain.errors import NotAMemberError, UserError
from bot.domain.progression import HintTaken
from bot.domain.store import Store
from bot.services.submissions import messages
from bot.services.submissions.released import ReleasedExercises
from bot.services.talk.messages import NOT_A_MEMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class HintService:
    """Gives hints."""

    store: Store
    released: ReleasedExercises
    clock: Clock

    async def take_next_here(self, user: UserRef, conversation: ConversationRef) -> Message:
        """The next hint for the challenge of a thread.

        Raises:
            UserError: It is no challenge's thread, or this person is not a member.
        """
        async with self.store.read() as tx:
            challenge = await tx.challenges.find_by_thread(conversation)
        if challenge is None:
            raise UserError(messages.HINT_ELSEWHERE)
        return await self.take_next(user, challenge)

    async def take_next(self, user: UserRef, challenge: Challenge) -> Message:
        """The next level that a member has not read; after the third, the third again.

        Raises:
            UserError: This person is not a member.
        """
        async with self.store.write() as tx:
            exercise = await self.released.of(tx, challenge)
            member = await tx.members.find(challenge.cohort, user)
            if member is None:
                raise NotAMemberError(NOT_A_MEMBER)
            read = await tx.progress.hints_of(member=member.id, challenge=challenge.id)
            level = min(read + 1, len(exercise.hints))
            await tx.progress.take_hint(
                HintTaken(member=member.id, challenge=challenge.id, level=level, at=self.clock())
            )
        return messages.hint(exercise, challenge, level)
