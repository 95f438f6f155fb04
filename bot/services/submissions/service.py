"""What authors can do with their graded submissions: see the details, dispute a check."""

from dataclasses import dataclass

from bot.domain.audit import actor
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.refs import UserRef
from bot.domain.clock import Clock
from bot.domain.errors import NotAllowedError
from bot.domain.member import Member
from bot.domain.outbox import Wanted
from bot.domain.store import Store
from bot.domain.submission import Submission
from bot.services.submissions import messages
from bot.services.submissions.released import ReleasedExercises

_WORDS_CHARS = 2000
"""Of a dispute: as much as one message of Discord's holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionService:
    """Answers authors about their submissions."""

    store: Store
    released: ReleasedExercises
    clock: Clock

    async def get_own(self, user: UserRef, submission_id: str) -> tuple[Submission, Member]:
        """A submission and its author, who must be the person who asks.

        Raises:
            NotAllowedError: It is somebody else's.
        """
        async with self.store.read() as tx:
            submission = await tx.submissions.get(submission_id)
            author = await tx.members.get(submission.member)
        if user not in author.identities:
            raise NotAllowedError(messages.OTHERS_SUBMISSION)
        return submission, author

    async def show_details(self, user: UserRef, submission_id: str) -> Message:
        """Everything that was seen of a submission, for its author.

        Raises:
            UserError: It is somebody else's.
        """
        submission, _ = await self.get_own(user, submission_id)
        if submission.grade is None:
            return messages.NOT_GRADED
        async with self.store.read() as tx:
            challenge = await tx.challenges.get(submission.challenge)
            exercise = await self.released.of(tx, challenge)
            events = await tx.progress.points_for(member=submission.member, challenge=challenge.id)
        points = sum(event.points for event in events if event.submission == submission.id)
        return messages.details(submission, exercise, points=points)

    async def dispute(self, user: UserRef, submission_id: str, *, why: str) -> Message:
        """Send a disputed check to the mentors; disputed again, the newer words replace the older.

        Raises:
            UserError: It is somebody else's submission.
        """
        submission, member = await self.get_own(user, submission_id)
        words = why.strip()[:_WORDS_CHARS]
        async with self.store.write() as tx:
            cohort = await tx.cohorts.get(member.cohort)
            challenge = await tx.challenges.get(submission.challenge)
            await tx.audit.record(
                at=self.clock(),
                actor=actor(user),
                action="dispute",
                target=f"submission {submission.id}",
                note=words,
            )
            await tx.outbox.say(
                Wanted(
                    key=MessageKey(Kind.DISPUTE, submission.id),
                    conversation=cohort.mentors_channel_for(submission.conversation),
                    message=messages.dispute(submission, member, cohort, challenge.exercise, words),
                )
            )
        return messages.DISPUTED
