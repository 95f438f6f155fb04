"""From a message to a queued submission."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.challenge import Challenge, Window
from bot.domain.chat.events import (
    Attachment,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.port import ChatPort
from bot.domain.clock import Clock
from bot.domain.errors import ChatError, GoneError, Limit, LimitError, TooLargeError, UserError
from bot.domain.exercise import Exercise
from bot.domain.grading import Seeds
from bot.domain.store import Store, Transaction
from bot.domain.submission import Before, NewSubmission
from bot.domain.text import quoted
from bot.services.submissions import messages
from bot.services.submissions import source as code
from bot.services.submissions.status import GRACE, status, tell_next
from bot.services.talk.reply import Reply

ATTACHMENT_LIMIT_BYTES = 1024 * 1024
"""A notebook carries its outputs; its code alone must keep to the limit for sources."""

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
    """

    store: Store
    chats: Mapping[str, ChatPort]
    seeds: Seeds
    clock: Clock
    new_id: Callable[[], str]

    async def take_message(
        self, event: MessagePosted, challenge: Challenge, exercise: Exercise, reply: Reply
    ) -> None:
        """Queue the code in a message of a challenge's thread; leave conversation alone.

        Raises:
            UserError: It cannot be taken, and why.
        """
        file = _code_file(event.attachments)
        source = await self._read(event, file) if file else code.join(code.extract(event.text))
        if source:
            answer = _answer_key(event.conversation.platform, event.message.message)
            about = Answer(event, challenge, exercise, answer, private=False)
            await self._queue(about, source, reply)
        elif code.defines(event.text, exercise.entry):
            raise UserError(messages.NO_FENCE)
        elif other := [item for item in event.attachments if item.name.lower().endswith(".txt")]:
            raise UserError(messages.not_a_code_file(other[0].name))

    async def take_form(
        self, event: FormSubmitted, challenge: Challenge, exercise: Exercise
    ) -> None:
        """Queue code that came through the private form.

        Raises:
            UserError: It cannot be taken, and why.
        """
        file = _code_file(event.attachments)
        pasted = event.fields.get("code", "")
        source = await self._read(event, file) if file else _pasted(pasted, exercise)
        if not source.strip():
            raise UserError(messages.NO_CODE)
        answer = _answer_key(event.conversation.platform, event.key)
        await self._queue(Answer(event, challenge, exercise, answer, private=True), source)

    async def withdraw(self, event: MessageDeleted) -> None:
        """Take an answer whose message was deleted out of the line; what is graded stays so."""
        answer = _answer_key(event.conversation.platform, event.message.message)
        async with self.store.write() as tx:
            if not await tx.submissions.withdraw(answer):
                return
            latest = await tx.submissions.find_latest(answer)
            if latest is not None:
                await tx.outbox.say(status(latest, messages.withdrawn(), reader=None))
            await tell_next(tx, self.clock())

    async def _read(self, event: Event, file: Attachment) -> str:
        chat = self.chats[event.conversation.platform]
        try:
            data = await chat.fetch(file, max_bytes=ATTACHMENT_LIMIT_BYTES)
        except TooLargeError as error:
            limit_kib = ATTACHMENT_LIMIT_BYTES // 1024
            sentence = messages.file_too_large(file.name, limit_kib=limit_kib)
            raise LimitError(Limit.SIZE, sentence) from error
        except GoneError as error:
            raise UserError(messages.file_gone(file.name)) from error
        except ChatError as error:
            raise UserError(messages.file_unreadable(file.name)) from error
        if file.name.lower().endswith(".ipynb"):
            return code.code_of_notebook(data, quoted(file.name))
        return code.decode(data, quoted(file.name))

    async def _queue(self, answer: Answer, source: str, reply: Reply | None = None) -> None:
        code.require_acceptable(source)
        if not code.defines(source, answer.exercise.entry):
            raise UserError(messages.no_entry(answer.exercise))
        async with self.store.write() as tx:
            before = await tx.submissions.before(
                cohort=answer.challenge.cohort,
                user=answer.event.user,
                answer=answer.key,
                challenge=answer.challenge.id,
                since=self.clock() - ONE_DAY,
            )
            if before is None:
                raise UserError(messages.NOT_A_MEMBER)
            if _is_news(before, source):
                _check_window(answer.challenge, answer.event)
                _check_limits(before)
                if isinstance(answer.event, MessageEdited):
                    # What the message said before needs no grade any more.
                    await tx.submissions.withdraw(answer.key)
                await self._add(tx, self._submission(answer, before, source), answer, before)
            if reply is not None:
                await reply.mark_handled(tx)

    async def _add(
        self, tx: Transaction, submission: NewSubmission, answer: Answer, before: Before
    ) -> None:
        if not await tx.submissions.add(submission):
            return
        reader = answer.event.user
        if before.pending_of_all == 0:  # so its turn is now
            message, due_at = messages.running(), submission.received_at + GRACE
            await tx.outbox.say(status(submission, message, reader=reader, not_before=due_at))
        else:
            message = messages.waiting(await tx.submissions.queue_position(submission.id))
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


def _pasted(text: str, exercise: Exercise) -> str:
    """Code from the form: as it is, or from fences, of which a docstring may hold some too."""
    fenced, plain = code.join(code.extract(text)), code.drop_magics(text)
    if fenced and not code.defines(fenced, exercise.entry) and code.defines(plain, exercise.entry):
        return plain
    return fenced or plain


def _answer_key(platform: str, name: str) -> str:
    # Platform ids may be long; the outbox key doubles as Discord's nonce of 25 characters.
    digest = hashlib.sha256(f"{platform}:{name}".encode()).hexdigest()[:18]
    return str(MessageKey(Kind.ANSWER, digest))


def _code_file(attachments: tuple[Attachment, ...]) -> Attachment | None:
    files = [file for file in attachments if file.name.lower().endswith((".py", ".ipynb"))]
    if len(files) > 1:
        raise UserError(messages.TWO_FILES)
    return files[0] if files else None


def _is_news(before: Before, source: str) -> bool:
    """Whether there is something to grade.

    Where the source is the same, only the prose was edited, or a link preview appeared. Nobody
    changes what somebody else has answered.
    """
    if before.latest_member not in {None, before.member}:
        return False
    return before.latest_source != source


def _check_window(challenge: Challenge, event: Event) -> None:
    if challenge.window(event.at) is Window.OVER:
        raise UserError(messages.too_late(challenge))


def _check_limits(before: Before) -> None:
    if before.pending >= before.pending_limit:
        raise LimitError(Limit.WAITING, messages.too_many_waiting(before.pending))
    if before.in_a_day >= before.daily_limit:
        raise LimitError(Limit.DAY, messages.too_many_today(before.in_a_day))
    if before.for_challenge >= before.challenge_limit:
        raise LimitError(Limit.CHALLENGE, messages.too_many_tries(before.for_challenge))
