"""From a message to a queued submission."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.challenge import Challenge, Window
from bot.domain.chat.events import (
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.refs import UserRef
from bot.domain.clock import Clock
from bot.domain.errors import Limit, LimitError, UserError
from bot.domain.exercise import Device, Exercise
from bot.domain.grading import Seeds
from bot.domain.store import Store, Transaction
from bot.domain.submission import Before, NewSubmission, SubmissionState
from bot.services.submissions import attachments, messages, remarks
from bot.services.submissions.kept import Kept, KeptAnswers
from bot.services.submissions.reader import SourceReader
from bot.services.submissions.source.definitions import missing
from bot.services.submissions.source.files import require_acceptable
from bot.services.submissions.status import GRACE, status, tell_next
from bot.services.talk.reply import Reply

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answers, and by which event.

    Attributes:
        key: Names the answer; an edited message has the key that it had before.
        private: Shown to its author alone.
    """

    event: Event
    challenge: Challenge
    exercise: Exercise
    key: str
    private: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeService:
    """Takes code from a challenge's thread or form and queues it.

    Attributes:
        new_id: Draws a submission id that was never used.
        health: Says why nothing can be graded on a device now; empty where all is well.
    """

    store: Store
    reader: SourceReader
    kept: KeptAnswers
    seeds: Seeds
    clock: Clock
    new_id: Callable[[], str]
    health: Callable[[Device], Awaitable[str]]

    async def take_message(
        self, event: MessagePosted, challenge: Challenge, exercise: Exercise, reply: Reply
    ) -> Message | None:
        """Queue the code in a message of a challenge's thread; leave conversation alone.

        Raises:
            UserError: It cannot be taken, and why.
        """
        answer = _of_message(event, challenge, exercise)
        if isinstance(event, MessageEdited):  # what it said before is taken back
            await self.kept.forget(answer.key)
        return await self._take_message(event, answer, reply)

    async def _take_message(
        self, event: MessagePosted, answer: Answer, reply: Reply | None = None
    ) -> Message | None:
        if attachments.may_hold_answer(event.attachments) and not await self._is_member(answer):
            return await self._keep(answer)
        source = await self.reader.of_message(event, answer.exercise)
        return await self._queue(answer, source, reply) if source else None

    async def take_form(
        self, event: FormSubmitted, challenge: Challenge, exercise: Exercise
    ) -> Message | None:
        """Queue code that came through the private form.

        Raises:
            UserError: It cannot be taken, and why.
        """
        key = _answer_key(event.conversation.platform, event.key)
        answer = Answer(event, challenge, exercise, key, private=True)
        if event.attachments and not await self._is_member(answer):
            return await self._keep(answer)
        return await self._queue(answer, await self.reader.of_form(event, exercise))

    async def take_kept(self, user: UserRef, cohort: int) -> list[str]:
        """Queue what somebody sent before they joined a cohort; what to tell them of it."""
        return [await self._take_kept(kept) for kept in await self.kept.of(user, cohort)]

    async def _take_kept(self, kept: Kept) -> str:
        said = remarks.kept_taken(kept.exercise.title)
        try:
            match kept.event:
                case FormSubmitted() as event:
                    await self.take_form(event, kept.challenge, kept.exercise)
                case MessagePosted() as event:
                    answer = _of_message(event, kept.challenge, kept.exercise)
                    await self._take_message(event, answer)
                case _:
                    said = remarks.KEPT_NO_LONGER
        except UserError as error:
            said = str(error)
        await self.kept.forget(kept.key)
        return said

    async def withdraw(self, event: MessageDeleted) -> None:
        """Take an answer whose message was deleted out of the line; what is graded stays so.

        Its feedback, which would stand alone now, becomes a line on whose answer it was.
        """
        answer = _answer_key(event.conversation.platform, event.message.message)
        async with self.store.write() as tx:
            await tx.confirmations.forget(answer)
            is_withdrawn = await tx.submissions.withdraw(answer)
            latest = await tx.submissions.find_latest(answer)
            if is_withdrawn and latest is not None:
                await tx.outbox.say(status(latest, messages.withdrawn(), reader=None))
                await tell_next(tx, self.clock())
            elif latest is not None and latest.state is SubmissionState.RUNNING:
                await tx.outbox.say(
                    status(latest, messages.deleted_while_running(latest), reader=None)
                )
            elif latest is not None and latest.grade is not None:
                author = await tx.members.get(latest.member)
                await tx.outbox.say(
                    status(latest, messages.deleted(latest, author.name), reader=None)
                )

    async def _is_member(self, answer: Answer) -> bool:
        """Asked before a file is read: whoever is none could have anything read."""
        async with self.store.read() as tx:
            member = await tx.members.find(answer.challenge.cohort, answer.event.user)
        return member is not None

    async def _keep(self, answer: Answer) -> Message:
        check_window(answer.challenge, answer.event)
        async with self.store.write() as tx:
            return await self.kept.keep(tx, answer.event, answer.challenge, key=answer.key)

    async def _queue(
        self, answer: Answer, source: str, reply: Reply | None = None
    ) -> Message | None:
        require_acceptable(source)
        if missing(source, answer.exercise.entry):
            raise UserError(remarks.no_entry(answer.exercise, source))
        problem = await self.health(answer.exercise.device)
        async with self.store.write() as tx:
            before = await tx.submissions.before(
                cohort=answer.challenge.cohort,
                user=answer.event.user,
                answer=answer.key,
                challenge=answer.challenge.id,
                since=self.clock() - ONE_DAY,
            )
            if before is None:
                check_window(answer.challenge, answer.event)
                return await self.kept.keep(tx, answer.event, answer.challenge, key=answer.key)
            if _is_news(before, source):
                check_window(answer.challenge, answer.event)
                _check_limits(before)
                if isinstance(answer.event, MessageEdited):
                    # What the message said before needs no grade any more.
                    await tx.submissions.withdraw(answer.key)
                submission = self._submission(answer, before, source)
                if await tx.submissions.add(submission):
                    is_next = before.pending_of_all == 0
                    await self._say_first(tx, submission, answer, problem, is_next=is_next)
            if reply is not None:
                await reply.mark_handled(tx)
        return None

    async def _say_first(
        self,
        tx: Transaction,
        submission: NewSubmission,
        answer: Answer,
        problem: str,
        *,
        is_next: bool,
    ) -> None:
        """Say that it is there, and what holds: it runs, waits in line, or grading is paused."""
        reader = answer.event.user
        if is_next and not problem:  # so its turn is now
            message, due_at = messages.running(), submission.received_at + GRACE
            await tx.outbox.say(status(submission, message, reader=reader, not_before=due_at))
            return
        position = await tx.submissions.queue_position(submission.id)
        message = messages.waiting(position, problem=problem)
        await tx.outbox.say(status(submission, message, reader=reader))

    def _submission(self, answer: Answer, before: Before, source: str) -> NewSubmission:
        event, challenge = answer.event, answer.challenge
        return NewSubmission(
            id=self.new_id(),
            event=event.key,
            answer=answer.key,
            challenge=challenge.id,
            member=before.member,
            source=source,
            received_at=self.clock(),
            conversation=event.conversation,
            late=challenge.window(event.at) is Window.LATE,
            private=answer.private,
            seed_key=self.seeds.current_key,
        )


def _of_message(event: MessagePosted, challenge: Challenge, exercise: Exercise) -> Answer:
    key = _answer_key(event.conversation.platform, event.message.message)
    return Answer(event, challenge, exercise, key, private=False)


def _answer_key(platform: str, name: str) -> str:
    # Platform ids may be long; the outbox key doubles as Discord's nonce of 25 characters.
    digest = hashlib.sha256(f"{platform}:{name}".encode()).hexdigest()[:18]
    return str(MessageKey(Kind.ANSWER, digest))


def _is_news(before: Before, source: str) -> bool:
    """Whether there is something to grade.

    Where the source is the same, only the prose was edited, or a link preview appeared. Nobody
    changes what somebody else has answered.
    """
    if before.latest_member not in {None, before.member}:
        return False
    return before.latest_source != source


def check_window(challenge: Challenge, event: Event) -> None:
    """Check that answers are still taken.

    Raises:
        UserError: They are not.
    """
    if challenge.window(event.at) is Window.OVER:
        raise UserError(remarks.too_late(challenge))


def _check_limits(before: Before) -> None:
    if before.pending >= before.pending_limit:
        raise LimitError(Limit.WAITING, remarks.too_many_waiting(before.pending))
    if before.in_a_day >= before.daily_limit:
        raise LimitError(Limit.DAY, remarks.too_many_today(before.in_a_day))
    if before.for_challenge >= before.challenge_limit:
        raise LimitError(Limit.CHALLENGE, remarks.too_many_tries(before.for_challenge))
