"""From a message to a queued submission."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.domain.challenge import Challenge, Window
from bot.domain.chat.events import Attachment, Event, FormSubmitted, MessageDeleted, MessagePosted
from bot.domain.chat.port import ChatPort
from bot.domain.clock import Clock
from bot.domain.errors import GoneError, TooLargeError, UserError
from bot.domain.exercise import Catalogue
from bot.domain.grading import Seeds
from bot.domain.outbox import Kind, MessageKey
from bot.domain.store import Store, Transaction
from bot.domain.submission import NewSubmission
from bot.services.submissions import messages, status
from bot.services.submissions import source as code

ATTACHMENT_LIMIT_BYTES = 1024 * 1024
"""A notebook carries its outputs; its code alone must keep to the limit for sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Takes code from a challenge's thread or form and queues it.

    Attributes:
        new_id: Draws a submission id that was never used.
        queued: Called after a submission was queued.
    """

    store: Store
    chats: Mapping[str, ChatPort]
    catalogue: Catalogue
    seeds: Seeds
    clock: Clock
    new_id: Callable[[], str]
    queued: Callable[[], None]

    async def take_message(self, event: MessagePosted, challenge: Challenge) -> None:
        """Queue the code in a message of a challenge's thread; leave conversation alone.

        Raises:
            UserError: It cannot be taken, and why.
        """
        file = _code_file(event.attachments)
        source = await self._read(event, file) if file else code.join(code.extract(event.text))
        if source:
            answer = _answer_key(event.conversation.platform, event.message.message)
            await self._queue(event, challenge, source, answer=answer, private=False)
        elif code.defines(event.text, self.catalogue.get(challenge.exercise).entry):
            raise UserError(messages.NO_FENCE)
        elif other := [item for item in event.attachments if item.name.lower().endswith(".txt")]:
            raise UserError(
                f"I read code from `.py` and `.ipynb` files, and {other[0].name} is neither. Rename"
                " it, or put the code between two lines of three backticks."
            )

    async def take_form(self, event: FormSubmitted, challenge: Challenge) -> None:
        """Queue code that came through the private form.

        Raises:
            UserError: It cannot be taken, and why.
        """
        file = _code_file(event.attachments)
        pasted = event.fields.get("code", "")
        source = await self._read(event, file) if file else self._pasted(pasted, challenge)
        if not source.strip():
            raise UserError("There was no code in the form. Paste it, or choose a file.")
        answer = _answer_key(event.conversation.platform, event.key)
        await self._queue(event, challenge, source, answer=answer, private=True)

    async def withdraw(self, event: MessageDeleted) -> None:
        """Take an answer whose message was deleted out of the line; what is graded stays so."""
        answer = _answer_key(event.conversation.platform, event.message.message)
        async with self.store.write() as tx:
            withdrawn = await tx.submissions.withdraw(answer)
            latest = await tx.submissions.find_latest(answer)
            if withdrawn and latest is not None:
                await status.say(tx, latest, messages.withdrawn())
                await status.say_places(tx)

    def _pasted(self, text: str, challenge: Challenge) -> str:
        """Code from the form: as it is, or from fences, of which a docstring may hold some too."""
        fenced, plain = code.join(code.extract(text)), code.drop_magics(text)
        entry = self.catalogue.get(challenge.exercise).entry
        if fenced and not code.defines(fenced, entry) and code.defines(plain, entry):
            return plain
        return fenced or plain

    async def _read(self, event: Event, file: Attachment) -> str:
        chat = self.chats[event.conversation.platform]
        try:
            data = await chat.fetch(file, max_bytes=ATTACHMENT_LIMIT_BYTES)
        except TooLargeError as error:
            raise UserError(
                f"{file.name} is over {ATTACHMENT_LIMIT_BYTES // 1024} KiB. Clear the notebook's"
                " outputs, or attach the code alone."
            ) from error
        except GoneError as error:
            raise UserError(f"{file.name} cannot be read any more. Please attach it again.") from (
                error
            )
        if file.name.lower().endswith(".ipynb"):
            return code.code_of_notebook(data, file.name)
        return code.decode(data, file.name)

    async def _queue(
        self, event: Event, challenge: Challenge, source: str, *, answer: str, private: bool
    ) -> None:
        exercise = self.catalogue.get(challenge.exercise)
        code.require_acceptable(source)
        if not code.defines(source, exercise.entry):
            raise UserError(messages.no_entry(exercise))
        async with self.store.write() as tx:
            member = await tx.members.find(challenge.cohort, event.user)
            if member is None:
                raise UserError(
                    "You are not in this cohort yet. Type /join, then send your code again:"
                    " it will be graded."
                )
            latest = await tx.submissions.find_latest(answer)
            if latest is not None and latest.source == source:
                return  # only the prose was edited, or a link preview appeared
            _check_window(challenge, event)
            await _check_pending(tx, challenge.cohort, member.id)
            submission = NewSubmission(
                id=self.new_id(),
                event=event.key,
                answer=answer,
                challenge=challenge.id,
                member=member.id,
                source=source,
                received_at=self.clock(),
                conversation=event.conversation,
                late=challenge.window(event.at) is Window.LATE,
                private=private,
                seed_key=self.seeds.current_key,
            )
            if await tx.submissions.add(submission):
                await status.say_places(tx)
        self.queued()


def _answer_key(platform: str, name: str) -> str:
    # Platform ids may be long; the outbox key doubles as Discord's nonce of 25 characters.
    digest = hashlib.sha256(f"{platform}:{name}".encode()).hexdigest()[:18]
    return str(MessageKey(Kind.ANSWER, digest))


def _code_file(attachments: tuple[Attachment, ...]) -> Attachment | None:
    files = [file for file in attachments if file.name.lower().endswith((".py", ".ipynb"))]
    if len(files) > 1:
        raise UserError("Two code files came with that message. Please attach just one.")
    return files[0] if files else None


def _check_window(challenge: Challenge, event: Event) -> None:
    if challenge.window(event.at) is Window.OVER:
        raise UserError(
            "This challenge is over: answers were taken until"
            f" {challenge.late_until:%A %d %B, %H:%M} UTC. Your code stays in your message, and"
            " the mentors can still look at it with you."
        )


async def _check_pending(tx: Transaction, cohort: int, member: int) -> None:
    limit = (await tx.cohorts.get(cohort)).pending_limit
    pending = await tx.submissions.pending_of(member)
    if pending >= limit:
        raise UserError(
            f"{pending} of your submissions are still waiting, which is the limit. Please send"
            " this one again when one of them has its feedback."
        )
