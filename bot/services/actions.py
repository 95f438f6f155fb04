"""Buttons and forms. A button's action is ``verb:id``, so that it works after a restart."""

from dataclasses import dataclass

from bot.domain.chat.events import ActionPressed, FormSubmitted
from bot.domain.chat.message import Code, Form, FormField, Message
from bot.domain.clock import Clock
from bot.domain.cohort import BoardMode, Cohort, Member
from bot.domain.errors import NotAllowedError, UserError
from bot.domain.exercise import Catalogue
from bot.domain.grading import CheckStatus
from bot.domain.outbox import Kind, MessageKey
from bot.domain.store import Store, Transaction
from bot.domain.submission import Submission
from bot.services.cohorts.joining import Joining
from bot.services.submissions import hints, messages
from bot.services.submissions.intake import Intake
from bot.services.talk.reply import Reply

NO_MEMBER = "You are not in this cohort yet. Type /join first."


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """Answers buttons and forms."""

    store: Store
    catalogue: Catalogue
    clock: Clock
    joining: Joining
    intake: Intake

    async def press(self, event: ActionPressed, reply: Reply) -> None:
        """Do what a button says.

        Raises:
            UserError: It cannot be done, and what to do instead.
        """
        verb, _, target = event.action.partition(":")
        if verb == "submit":
            await reply.open_form(_submit_form(target))
        elif verb == "dispute":
            await self._own(event, target)
            await reply.open_form(_dispute_form(target))
        else:
            await reply.say(await self._answer(verb, target, event))

    async def submit(self, event: FormSubmitted, reply: Reply) -> None:
        """Take a form.

        Raises:
            UserError: It cannot be taken, and what to do instead.
        """
        verb, _, target = event.form_id.partition(":")
        if verb == "submit":
            async with self.store.read() as tx:
                challenge = await tx.challenges.get(_number(target))
            await self.intake.take_form(event, challenge)
        elif verb == "dispute":
            await reply.say(await self._dispute(event, target))
        else:
            raise UserError("I do not know that form any more. Please open it again.")

    async def _answer(self, verb: str, target: str, event: ActionPressed) -> Message:
        if verb == "join":
            return await self._join(event, _number(target))
        if verb == "board" and target in set(BoardMode):
            member = await self._member(event)
            return await self.joining.set_board(member, BoardMode(target))
        if verb == "hint":
            return await self._hint(event, _number(target))
        if verb == "details":
            return await self._details(event, target)
        raise UserError("That button belongs to an older version of me. Try the command instead.")

    async def _join(self, event: ActionPressed, cohort_id: int) -> Message:
        async with self.store.read() as tx:
            cohort = await tx.cohorts.get(cohort_id)
        return await self.joining.join(cohort, event)

    async def _hint(self, event: ActionPressed, challenge_id: int) -> Message:
        async with self.store.write() as tx:
            challenge = await tx.challenges.get(challenge_id)
            member = await tx.members.find(challenge.cohort, event.user)
            if member is None:
                raise UserError(NO_MEMBER)
            exercise = self.catalogue.get(challenge.exercise)
            return await hints.take(tx, exercise, challenge, member, self.clock())

    async def _details(self, event: ActionPressed, submission_id: str) -> Message:
        submission, _ = await self._own(event, submission_id)
        async with self.store.read() as tx:
            challenge = await tx.challenges.get(submission.challenge)
            points = sum(
                earned.points
                for earned in await tx.progress.points_of(submission.member)
                if earned.submission == submission.id
            )
        if submission.grade is None:
            return Message.of("It is not graded yet. The details follow with the verdict.")
        return messages.details(submission, self.catalogue.get(challenge.exercise), points=points)

    async def _dispute(self, event: FormSubmitted, submission_id: str) -> Message:
        submission, member = await self._own(event, submission_id)
        words = event.fields.get("why", "").strip()[:2000]
        async with self.store.write() as tx:
            cohort = await tx.cohorts.get(member.cohort)
            challenge = await tx.challenges.get(submission.challenge)
            await tx.audit.record(
                at=self.clock(),
                actor=f"{event.user.platform}:{event.user.user}",
                action="dispute",
                target=f"submission {submission.id}",
                note=words,
            )
            await tx.outbox.say(
                MessageKey(Kind.DISPUTE, submission.id),  # said again, it replaces what was said
                cohort.mentors_place,
                _case(submission, member, cohort, challenge.exercise, words),
            )
        return Message.of("Thank you. The mentors have your case, with your code and the checks.")

    async def _own(
        self, event: ActionPressed | FormSubmitted, submission_id: str
    ) -> tuple[Submission, Member]:
        """A submission and its author, who must be the person asking."""
        async with self.store.read() as tx:
            submission = await tx.submissions.get(submission_id)
            author = await tx.members.get(submission.member)
        if author.user != event.user:
            raise NotAllowedError("Only the author of a submission can see its details.")
        return submission, author

    async def _member(self, event: ActionPressed) -> Member:
        async with self.store.read() as tx:
            return await _member_here(tx, event)


async def _member_here(tx: Transaction, event: ActionPressed) -> Member:
    cohort = await tx.cohorts.find_by_place(event.conversation)
    member = await tx.members.find(cohort.id, event.user) if cohort else None
    if member is None:
        raise UserError(NO_MEMBER)
    return member


def _submit_form(challenge: str) -> Form:
    return Form(
        form_id=f"submit:{challenge}",
        title="Submit privately",
        fields=(FormField("code", "Your code", code=True, required=False),),
        submit_label="Send to the grader",
        accepts_file=True,
    )


def _dispute_form(submission: str) -> Form:
    return Form(
        form_id=f"dispute:{submission}",
        title="A check seems wrong",
        fields=(FormField("why", "Which check, and what did you expect instead?"),),
        submit_label="Send to the mentors",
    )


def _case(
    submission: Submission, member: Member, cohort: Cohort, exercise: str, words: str
) -> Message:
    failed = [
        f"- {check.title}: {check.message}"
        for check in (submission.grade.checks if submission.grade else ())
        if check.status is CheckStatus.FAILED
    ]
    return Message.of(
        f"**A check seems wrong** · {member.name} · `{exercise}` · {cohort.name}"
        f" · submission `{submission.id}`",
        Code(words or "(no words)", "text"),  # as typed: nothing of it becomes a link or a name
        "\n".join(failed) or "No check failed.",
        Code(submission.source),
    )


def _number(text: str) -> int:
    if not text.isdecimal():
        raise UserError("That button belongs to an older version of me. Try the command instead.")
    return int(text)
