"""Running a challenge's answers again: one by one, behind everything that learners send.

What is to be done lies in the database, and each step is a transaction of its own: whatever is cut
off goes on with the next process.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import structlog

from bot.domain.audit import actor
from bot.domain.challenge import Challenge
from bot.domain.chat.events import Event
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Message
from bot.domain.clock import Clock
from bot.domain.errors import (
    CatalogueError,
    NotAllowedError,
    SandboxError,
    SandboxUnavailableError,
    SpentError,
    UserError,
)
from bot.domain.exercise import Catalogue, Device, Exercise
from bot.domain.grading import Grade, Grader, GradingRequest, Seeds
from bot.domain.outbox import Wanted
from bot.domain.regrade import (
    MAX_RUNS,
    Change,
    NewRegrade,
    Raised,
    Regrade,
    RegradeState,
    Rerun,
    change_of,
)
from bot.domain.store import Store, Transaction
from bot.services.challenges.messages import needs_gpu
from bot.services.mentoring import messages
from bot.services.mentoring.correcting import About, correct, note
from bot.services.submissions.messages import graded
from bot.services.submissions.released import ReleasedExercises
from bot.services.talk.messages import LEFT_ALONE

log = structlog.get_logger()

_RUNNING, _READY, _APPLYING = RegradeState.RUNNING, RegradeState.READY, RegradeState.APPLYING


@dataclass(slots=True, kw_only=True)
class RegradeService:
    """Begins regrades, carries them out, and keeps what is better.

    Attributes:
        worker: Id of this process; see `GradingService`.
    """

    store: Store
    catalogue: Catalogue
    released: ReleasedExercises
    grader: Grader
    seeds: Seeds
    clock: Clock
    worker: str
    _may_go_on: bool = field(default=True, init=False)

    # --- what mentors ask for -----------------------------------------------------------------

    async def begin(self, challenge: Challenge, event: Event) -> Message:
        """Run the answers of a challenge again, or say how far that is.

        Raises:
            UserError: There is nothing to run.
        """
        exercise = self._exercise_now(challenge)
        async with self.store.write() as tx:
            known = await self._how_far(tx, challenge, exercise)
            if known is not None:
                return known
            await tx.exercises.record(exercise, self.clock())
            regrade = await tx.regrades.begin(
                NewRegrade(
                    cohort=challenge.cohort,
                    challenge=challenge.id,
                    version=exercise.fingerprint,
                    asked_by=event.user,
                    conversation=event.conversation,
                    asked_at=self.clock(),
                )
            )
            if regrade is None:
                raise UserError(messages.RUNS_ALREADY)
            answers = (await tx.regrades.counts(regrade.id)).get(None, 0)
            if not answers:
                raise UserError(messages.NOTHING_TO_REGRADE)
        return messages.regrade_begun(exercise.title, answers)

    async def keep(self, event: Event, number: int) -> Message:
        """Keep what is better: a mentor's yes.

        Raises:
            UserError: Who asks is no mentor, or it was decided before.
        """
        async with self.store.write() as tx:
            regrade = await self._decide(tx, event, number, _READY, _APPLYING)
            await tx.challenges.set_version(regrade.challenge, regrade.version)
            counts = await tx.regrades.counts(regrade.id)
        return messages.keeping(counts.get(Change.RAISED, 0))

    async def leave(self, event: Event, number: int) -> Message:
        """Leave all grades as they are: a mentor's no.

        Raises:
            UserError: As from `keep`.
        """
        async with self.store.write() as tx:
            await self._decide(tx, event, number, _READY, RegradeState.DONE)
        return LEFT_ALONE

    async def stop(self, event: Event, number: int) -> Message:
        """Run no more answers again.

        Raises:
            UserError: As from `keep`.
        """
        async with self.store.write() as tx:
            await self._decide(tx, event, number, _RUNNING, RegradeState.DONE)
        return messages.regrade_stopped()

    def _exercise_now(self, challenge: Challenge) -> Exercise:
        try:
            exercise = self.catalogue.get(challenge.exercise)
        except CatalogueError as error:
            raise UserError(messages.GONE_FROM_CATALOGUE) from error
        if exercise.device not in self.grader.devices:
            raise UserError(needs_gpu(exercise))
        return exercise

    async def _how_far(
        self, tx: Transaction, challenge: Challenge, exercise: Exercise
    ) -> Message | None:
        """What is known already: the result for this version, or how far the cohort's is."""
        running = await tx.regrades.find_running(challenge.cohort)
        if running is not None:
            other = await tx.challenges.get(running.challenge)
            title = await self.released.title_of(tx, other)
            return messages.regrade_running(title, running, await tx.regrades.counts(running.id))
        newest = await tx.regrades.find_newest(challenge.id)
        if newest is not None and newest.state is _APPLYING:
            return messages.BEING_KEPT
        is_ready = newest is not None and newest.state is _READY
        if newest is None or not is_ready or newest.version != exercise.fingerprint:
            return None
        return await self._report(tx, newest)

    async def _decide(
        self,
        tx: Transaction,
        event: Event,
        number: int,
        before: RegradeState,
        after: RegradeState,
    ) -> Regrade:
        regrade = await tx.regrades.get(number)
        cohort = await tx.cohorts.get(regrade.cohort)
        if not cohort.steered_by(event.info):
            raise NotAllowedError(messages.MENTORS_ALONE)
        newest = await tx.regrades.find_newest(regrade.challenge)
        if newest is not None and newest.id != regrade.id:
            raise SpentError(messages.NEWER_REGRADE)
        if not await tx.regrades.set_state(regrade.id, before, after):
            raise SpentError(messages.DECIDED_ALREADY)
        await tx.audit.record(
            at=self.clock(),
            actor=actor(event.user),
            action=f"regrade {after}",
            target=f"challenge {regrade.challenge}",
            note=f"regrade {regrade.id}, version {regrade.version}",
        )
        return regrade

    # --- what is done meanwhile ---------------------------------------------------------------

    async def do_one(self, *, is_announced: bool = True) -> bool:
        """Do one thing that is to be done, however small; False where nothing can be done now.

        Args:
            is_announced: Whether something was asked for since the last call.
        """
        if not (is_announced or self._may_go_on):
            return False
        async with self.store.read() as tx:
            unfinished = await tx.regrades.find_unfinished()
        self._may_go_on = unfinished is not None
        if unfinished is None:
            return False
        if unfinished.state is _APPLYING:
            await self._keep_some(unfinished)
            return True
        return await self._report_one() or await self._run_one()

    async def _run_one(self) -> bool:
        rerun = await self._claim()
        if rerun is None:
            return False
        if rerun.run > MAX_RUNS:
            await self._finish(rerun, Change.NOT_RUN, None)
            return True
        try:
            grade = await self._grade(rerun)
        except SandboxUnavailableError:
            async with self.store.write() as tx:
                await tx.regrades.release(rerun)
            return False
        except SandboxError as error:  # it comes again, after the others
            log.warning("rerun_failed", submission=rerun.submission.id, reason=str(error))
            return True
        await self._finish(rerun, change_of(graded(rerun.submission), grade), grade)
        return True

    async def _claim(self) -> Rerun | None:
        if await self.grader.health():
            return None
        now, held_up = self.clock(), await self._held_up()
        async with self.store.read() as tx:
            rerun = await tx.regrades.next(worker=self.worker, now=now, without=held_up)
        if rerun is None:
            return None
        async with self.store.write() as tx:
            is_ours = await tx.regrades.claim(rerun, worker=self.worker, now=now)
        return rerun if is_ours else None

    async def _held_up(self) -> list[str]:
        """Exercises that cannot be graded now while others can."""
        needy = [item.slug for item in self.catalogue.all() if item.device is Device.GPU]
        return needy if needy and await self.grader.health(Device.GPU) else []

    async def _grade(self, rerun: Rerun) -> Grade:
        submission = rerun.submission
        async with self.store.read() as tx:
            about = await self._about(tx, rerun.regrade)
        exercise = about.exercise
        seed = await self.seeds.seed(key=submission.seed_key, submission=submission.id)
        return await self.grader.grade(
            GradingRequest(
                run=f"{submission.id}.again{rerun.regrade.id}.{rerun.run}",
                exercise=replace(exercise, limits=exercise.limits.under(about.cohort.caps)),
                source=submission.source,
                seed=seed,
            )
        )

    async def _finish(self, rerun: Rerun, change: Change, grade: Grade | None) -> None:
        async with self.store.write() as tx:
            await tx.regrades.finish(rerun, change, grade)

    async def _report_one(self) -> bool:
        """Tell the mentor who asked what came of a regrade that has run, if one has."""
        async with self.store.read() as tx:
            complete = await tx.regrades.find_complete()
        if complete is None:
            return False
        async with self.store.write() as tx:
            counts = await tx.regrades.counts(complete.id)
            state = _READY if counts.get(Change.RAISED) else RegradeState.DONE
            if await tx.regrades.set_state(complete.id, _RUNNING, state):
                await tx.outbox.say(
                    Wanted(
                        key=MessageKey(Kind.REPORT, f"regrade:{complete.id}"),
                        conversation=complete.conversation,
                        message=await self._report(tx, complete),
                        private_to=complete.asked_by,
                    )
                )
        return True

    async def _report(self, tx: Transaction, regrade: Regrade) -> Message:
        challenge = await tx.challenges.get(regrade.challenge)
        limit = messages.NAMES_TOLD
        return messages.regrade_report(
            regrade,
            messages.Outcomes(
                title=await self.released.title_of(tx, challenge),
                counts=await tx.regrades.counts(regrade.id),
                raised=await tx.regrades.differences(regrade.id, Change.RAISED, limit=limit),
                lowered=await tx.regrades.differences(regrade.id, Change.LOWERED, limit=limit),
            ),
        )

    async def _keep_some(self, regrade: Regrade) -> None:
        """Keep one member's better grades; where none are left, it is done."""
        async with self.store.write() as tx:
            better = await tx.regrades.next_raised(regrade.id)
            if not better:
                await tx.regrades.set_state(regrade.id, _APPLYING, RegradeState.DONE)
                return
            await self._keep_better(tx, regrade, better)

    async def _keep_better(
        self, tx: Transaction, regrade: Regrade, better: Sequence[Raised]
    ) -> None:
        """The best one first: it earns all that there is, and is the one to tell of."""
        about = await self._about(tx, regrade)
        best, points = None, 0.0
        for raised in sorted(better, key=lambda one: -one.grade.core_share):
            await tx.regrades.keep(regrade.id, raised.submission)
            submission = await tx.corrections.lock_grade(raised.submission)
            if change_of(graded(submission), raised.grade) is not Change.RAISED:
                continue  # another regrade was quicker
            corrected, more = await correct(tx, about, submission, raised.grade, at=self.clock())
            best, points = best or corrected, points + more
        if best is not None:
            member = await tx.members.get(best.member)
            told = messages.raised(about.exercise.title, best, points)
            subject = f"regrade:{regrade.id}:{member.id}"
            await tx.outbox.say(note(best, member, told, subject=subject))

    async def _about(self, tx: Transaction, regrade: Regrade) -> About:
        challenge = await tx.challenges.get(regrade.challenge)
        version = replace(challenge, version=regrade.version)
        return About(
            challenge=challenge,
            cohort=await tx.cohorts.get(regrade.cohort),
            exercise=await self.released.of(tx, version),
        )
