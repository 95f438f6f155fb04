"""A mentor's word on one answer, or on a member's day, with the reason that the member is told."""

from dataclasses import dataclass, replace
from datetime import date

from bot.domain.audit import actor
from bot.domain.chat.events import Event
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort
from bot.domain.correction import Decision, Override
from bot.domain.errors import NotFoundError, UserError
from bot.domain.grading import Grade, Verdict
from bot.domain.member import Member
from bot.domain.outbox import Wanted
from bot.domain.store import Store, Transaction
from bot.domain.submission import Submission
from bot.domain.text import one_line
from bot.services.cohorts.holidays import PLANNED_AHEAD
from bot.services.mentoring import messages
from bot.services.mentoring.correcting import About, correct, note, say_feedback
from bot.services.submissions.messages import graded
from bot.services.submissions.released import ReleasedExercises

REASON_CHARS = 500
"""Of a reason: one paragraph on a phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidingService:
    """Overrides grades and excuses members."""

    store: Store
    released: ReleasedExercises
    clock: Clock

    async def override(
        self, cohort: Cohort, submission: str, decision: Decision, *, reason: str, event: Event
    ) -> Message:
        """Decide on an answer, whatever its checks say. Points that were given stay.

        Raises:
            UserError: There is no such graded answer in the cohort.
        """
        why, by, now = one_line(reason, max_chars=REASON_CHARS), actor(event.user), self.clock()
        async with self.store.write() as tx:
            found, about = await self._find(tx, cohort, submission)
            after, points = await self._decide(tx, about, found, decision)
            await tx.corrections.decide(
                Override(submission=after.id, decision=decision, reason=why, by=by, at=now)
            )
            await tx.audit.record(
                at=now,
                actor=by,
                action=f"override {decision}",
                target=f"submission {after.id}",
                note=why,
            )
            member = await tx.members.get(after.member)
            title = about.exercise.title
            told = messages.told_decision(title, decision, points, why)
            subject = f"override:{after.id}:{event.key}"
            await tx.outbox.say(note(after, member, told, subject=subject))
        return messages.decided(member.name, title, decision, points)

    async def excuse(
        self, cohort: Cohort, member: Member, on: date, *, reason: str, event: Event
    ) -> Message:
        """Let a day's challenges not count for a member who does not answer them.

        Raises:
            UserError: The day is too far away.
        """
        why, by, now = one_line(reason, max_chars=REASON_CHARS), actor(event.user), self.clock()
        if abs(on - cohort.local_date(now)) > PLANNED_AHEAD:
            raise UserError(messages.FAR_DAY)
        async with self.store.write() as tx:
            await tx.members.excuse(member.id, on)
            await tx.audit.record(
                at=now, actor=by, action="excuse", target=f"member {member.id} on {on}", note=why
            )
            await tx.outbox.say(
                _to_member(
                    cohort,
                    member,
                    messages.told_excuse(on, why),
                    near=event.conversation,
                    subject=f"excuse:{member.id}:{on}",
                )
            )
        return messages.excused(member.name, on)

    async def _find(
        self, tx: Transaction, cohort: Cohort, submission: str
    ) -> tuple[Submission, About]:
        try:
            found = await tx.corrections.lock_grade(submission)
        except NotFoundError as error:
            raise NotFoundError(messages.unknown_submission(submission)) from error
        challenge = await tx.challenges.get(found.challenge)
        if challenge.cohort != cohort.id:
            raise NotFoundError(messages.unknown_submission(submission))
        exercise = await self.released.of(tx, challenge)
        return found, About(challenge=challenge, cohort=cohort, exercise=exercise)

    async def _decide(
        self, tx: Transaction, about: About, submission: Submission, decision: Decision
    ) -> tuple[Submission, float]:
        """The answer as it is then, and the points that it earned by that."""
        grade = replace(graded(submission), detail=messages.LOOKED_AT[decision])
        if decision is Decision.PASS:
            passed = replace(grade, verdict=Verdict.SOLVED)
            return await correct(tx, about, submission, passed, at=self.clock())
        after = await self._take_back(tx, submission, grade, decision)
        await say_feedback(tx, about, after)
        return after, 0.0

    async def _take_back(
        self, tx: Transaction, submission: Submission, grade: Grade, decision: Decision
    ) -> Submission:
        if decision is Decision.VOID:
            after = await tx.corrections.replace_grade(submission, grade)
            return await tx.corrections.void(after)
        failed = replace(grade, verdict=Verdict.WRONG)
        return await tx.corrections.replace_grade(submission, failed, core_share=0.0)


def _to_member(
    cohort: Cohort, member: Member, message: Message, *, near: ConversationRef, subject: str
) -> Wanted:
    """To a member alone, in their cohort's channel on the platform that they are on."""
    reader = member.identity_on(near.platform)
    places = (place.channel for place in cohort.places if place.channel.platform == reader.platform)
    return Wanted(
        key=MessageKey(Kind.NOTE, subject),
        conversation=next(places, cohort.places[0].channel),
        message=message,
        private_to=reader,
    )
