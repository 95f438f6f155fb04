"""What follows from the buttons and forms about submissions."""

from dataclasses import dataclass

from bot.domain.chat.events import ActionPressed, FormSubmitted
from bot.domain.chat.message import Text
from bot.domain.store import Store
from bot.services.submissions import verbs
from bot.services.submissions.hints import HintService
from bot.services.submissions.intake import IntakeService, check_window
from bot.services.submissions.released import ReleasedExercises
from bot.services.submissions.service import SubmissionService
from bot.services.submissions.solutions import SolutionService
from bot.services.talk.reply import Answer
from bot.services.talk.verbs import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionActions:
    """Answers them."""

    store: Store
    submissions: SubmissionService
    intake: IntakeService
    hints: HintService
    solutions: SolutionService
    released: ReleasedExercises

    def all(self) -> list[Action]:
        """Every verb with what follows from it."""
        return [
            verbs.SUBMIT.does(self._open_submit_form, self._take_answer),
            verbs.SHOW_HINT.does(self._show_hint),
            verbs.SHOW_SOLUTION.does(self._show_solution),
            verbs.SHOW_DETAILS.does(self._show_details),
            verbs.DISPUTE.does(self._open_dispute_form, self._take_dispute),
        ]

    async def _open_submit_form(self, event: ActionPressed, challenge_id: int) -> Answer:
        """The form, with the last try or the starter in it, and the task beside it."""
        async with self.store.read() as tx:
            challenge = await tx.challenges.get(challenge_id)
            check_window(challenge, event)
            exercise = await self.released.of(tx, challenge)
            member = await tx.members.find(challenge.cohort, event.user)
            tries = await tx.submissions.history(member.id) if member is not None else ()
        mine = (item.source for item in tries if item.challenge == challenge_id)
        return verbs.SUBMIT.form(
            challenge_id,
            values={"code": next(mine, exercise.starter)},
            beside=(Text(exercise.task),),
        )

    async def _take_answer(self, event: FormSubmitted, challenge_id: int) -> Answer:
        async with self.store.read() as tx:
            challenge = await tx.challenges.get(challenge_id)
            exercise = await self.released.of(tx, challenge)
        return await self.intake.take_form(event, challenge, exercise)

    async def _show_hint(self, event: ActionPressed, challenge_id: int) -> Answer:
        async with self.store.read() as tx:
            challenge = await tx.challenges.get(challenge_id)
        return await self.hints.take_next(event.user, challenge)

    async def _show_solution(self, event: ActionPressed, which: tuple[int, int]) -> Answer:
        return await self.solutions.show(event.user, *which)

    async def _show_details(self, event: ActionPressed, submission: str) -> Answer:
        return await self.submissions.show_details(event.user, submission)

    async def _open_dispute_form(self, event: ActionPressed, submission: str) -> Answer:
        await self.submissions.get_own(event.user, submission)
        return verbs.DISPUTE.form(submission)

    async def _take_dispute(self, event: FormSubmitted, submission: str) -> Answer:
        return await self.submissions.dispute(
            event.user, submission, why=event.fields.get("why", "")
        )
