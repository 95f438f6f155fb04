"""From a queued submission to its feedback: claimed under a lease, graded, recorded once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.challenge import Challenge
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Message
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort
from bot.domain.errors import (
    CatalogueError,
    GpuUnavailableError,
    SandboxError,
    SandboxUnavailableError,
)
from bot.domain.exercise import Catalogue, Device, Exercise
from bot.domain.grading import Grade, Grader, GradingRequest, Seeds, Usage, Verdict
from bot.domain.outbox import Wanted
from bot.domain.store import Store, Transaction
from bot.domain.submission import Claim, Submission
from bot.services.submissions import messages
from bot.services.submissions.feedback import points_of, say_feedback
from bot.services.submissions.released import ReleasedExercises
from bot.services.submissions.status import (
    GRACE,
    NEWS_WAIT,
    status,
    tell_next,
    tell_why,
)

log = structlog.get_logger()

LEASE_S = 30.0
"""How long a worker may be silent: longer than three heartbeats."""

HEARTBEAT_S = LEASE_S / 3

RETRY_AFTER_S = 5.0
MAX_FAILURES = 4
"""Runs that failed by our own fault before we say so."""

Halt = tuple[str, tuple[tuple[str, str], ...]]
"""Why the line does not move: for all, and for the exercises that are held up."""

MOVING: Halt = ("", ())

Celebrate = Callable[[Transaction, Submission], Awaitable[None]]
"""Says what was reached by a submission that was graded just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What a submission is graded by.

    Attributes:
        exercise: As its challenge released it, under the cohort's caps.
    """

    challenge: Challenge
    cohort: Cohort
    exercise: Exercise


@dataclass(slots=True, kw_only=True)
class GradingService:
    """Grades one submission at a time; the worker decides how many run side by side.

    Attributes:
        celebrate: Told of answers that are better than the author's before.
        worker: Id of this process in leases. No other process has it, not even on another machine;
            the one that is started after this one on the same data does.
    """

    store: Store
    catalogue: Catalogue
    released: ReleasedExercises
    grader: Grader
    seeds: Seeds
    clock: Clock
    celebrate: Celebrate
    worker: str
    _beaten_at: datetime | None = field(default=None, init=False)
    _explained: tuple[Halt, Sequence[str]] | None = field(default=None, init=False)

    async def take_back(self) -> int:
        """Queue again what this worker held when its last process ended. How many."""
        async with self.store.write() as tx:
            return await tx.submissions.take_back(self.worker)

    async def claim(self, *, is_announced: bool = True) -> Claim | None:
        """Lease the next submission; None when none can run now.

        Args:
            is_announced: Whether something was put in line since the last call. Otherwise the line
                is looked at first, since an attempt to claim would write to the disk.
        """
        problem = await self.grader.health()
        if problem:
            await self._explain((problem, ()))
            return None
        held_up = await self._held_up()
        if not is_announced and not await self._is_claimable():
            return None
        claim = await self._lease(held_up)
        if claim is None and held_up:
            await self._explain(("", tuple(held_up.items())))
        return claim

    async def beat(self) -> None:
        """Say that this worker is alive: its leases last as long as it does so."""
        async with self.store.write() as tx:
            await self._beat(tx)

    async def grade(self, claim: Claim) -> Submission | None:
        """Run a claimed submission and record the outcome; None when it has to run again.

        Raises:
            LeaseLostError: Another run owns it; whatever this one found is void.
        """
        submission = claim.submission
        try:
            assignment = await self._assignment(submission)
            seed = await self.seeds.seed(key=submission.seed_key, submission=submission.id)
            request = GradingRequest(
                run=f"{submission.id}.{claim.run}",
                exercise=assignment.exercise,
                source=submission.source,
                seed=seed,
            )
            grade = await self.grader.grade(request)
        except GpuUnavailableError:
            await self._postpone(claim)  # those who need none go on; `claim` says why
            return None
        except SandboxUnavailableError as error:
            await self._postpone(claim, problem=str(error))
            return None
        except (SandboxError, CatalogueError) as error:
            return await self._fail(claim, error)
        return await self._record(claim, assignment, grade)

    async def recover(self, claim: Claim) -> None:
        """Let a submission run again whose outcome could not be recorded, though not for ever.

        Raises:
            LeaseLostError: Another run owns it.
            StoreError: Not now.
        """
        if not await self._try_again(claim):
            await self._give_up(claim)

    async def _is_claimable(self) -> bool:
        async with self.store.read() as tx:
            return await tx.submissions.is_claimable(now=self.clock(), lease_s=LEASE_S)

    async def _lease(self, held_up: Mapping[str, str]) -> Claim | None:
        async with self.store.write() as tx:
            now = self.clock()  # later than what was put in line while the store was waited for
            claim = await tx.submissions.claim(
                worker=self.worker, now=now, lease_s=LEASE_S, without=tuple(held_up)
            )
            if claim is None:
                return None
            if self._beaten_at is None or now - self._beaten_at > timedelta(seconds=HEARTBEAT_S):
                await self._beat(tx)
            await self._tell_line(tx, claim, held_up)
        return claim

    async def _beat(self, tx: Transaction) -> None:
        self._beaten_at = self.clock()
        await tx.workers.beat(self.worker, self._beaten_at)

    async def _tell_line(self, tx: Transaction, claim: Claim, held_up: Mapping[str, str]) -> None:
        """Tell the author that it runs, unless that goes without saying; and who waits."""
        submission = claim.submission
        if self.clock() - submission.received_at > GRACE:
            latest = await tx.submissions.find_latest(submission.answer)
            if latest is not None and latest.id == submission.id:
                due_at = self.clock() + NEWS_WAIT
                await self._say(tx, submission, messages.running(), not_before=due_at)
        if self._explained is None or self._explained[0] != MOVING:  # it stood still, or may have
            await tell_why(tx, self.clock(), held_up=held_up)
            self._explained = (MOVING, ())
        elif claim.others_wait:
            await tell_next(tx, self.clock())

    async def _say(
        self,
        tx: Transaction,
        submission: Submission,
        message: Message,
        *,
        not_before: datetime | None = None,
    ) -> None:
        member = await tx.members.get(submission.member)
        reader = member.identity_on(submission.conversation.platform)
        await tx.outbox.say(status(submission, message, reader=reader, not_before=not_before))

    async def _assignment(self, submission: Submission) -> Assignment:
        async with self.store.read() as tx:
            challenge = await tx.challenges.get(submission.challenge)
            cohort = await tx.cohorts.get(challenge.cohort)
            exercise = await self.released.of(tx, challenge)
        capped = replace(exercise, limits=exercise.limits.under(cohort.caps))
        return Assignment(challenge=challenge, cohort=cohort, exercise=capped)

    async def _held_up(self) -> Mapping[str, str]:
        """Exercises that cannot be graded now while others can, and why."""
        needy = [item.slug for item in self.catalogue.all() if item.device is Device.GPU]
        problem = await self.grader.health(Device.GPU) if needy else ""
        return dict.fromkeys(needy, problem) if problem else {}

    async def _explain(self, halt: Halt) -> None:
        """Tell those who wait, once, why the line does not move, or not for them."""
        async with self.store.read() as tx:
            waiting = await tx.submissions.waiting(limit=max(messages.POSITIONS_TOLD))
        explanation = (halt, [item.submission for item in waiting])
        if waiting and explanation != self._explained:
            problem, held_up = halt
            async with self.store.write() as tx:
                await tell_why(tx, self.clock(), problem=problem, held_up=dict(held_up))
            self._explained = explanation

    async def _postpone(self, claim: Claim, *, problem: str = "") -> None:
        async with self.store.write() as tx:
            await tx.submissions.release(claim, not_before=self._soon())
            await tell_why(tx, self.clock(), problem=problem)
            self._explained = None

    async def _fail(self, claim: Claim, error: SandboxError | CatalogueError) -> Submission | None:
        log.warning("grading_failed", submission=claim.submission.id, reason=str(error))
        if isinstance(error, SandboxError) and await self._try_again(claim):
            return None
        return await self._give_up(claim)

    async def _try_again(self, claim: Claim) -> bool:
        """Queue what failed by a fault of ours; False where it has failed too often.

        Runs that were lost or could not begin do not count: they say nothing of the submission.
        """
        async with self.store.write() as tx:
            if await tx.submissions.failures(claim.submission.id) + 1 >= MAX_FAILURES:
                return False
            await tx.submissions.fail(claim, not_before=self._soon())
            await tell_why(tx, self.clock())
            self._explained = None
        return True

    def _soon(self) -> datetime:
        return self.clock() + timedelta(seconds=RETRY_AFTER_S)

    async def _record(self, claim: Claim, assignment: Assignment, grade: Grade) -> Submission:
        async with self.store.write() as tx:
            done = await tx.submissions.finish(claim, grade, at=self.clock())
            points = await _give_points(tx, done.submission, assignment.challenge, grade)
            if done.is_latest:
                await say_feedback(
                    tx, done.submission, assignment.exercise, assignment.cohort, points=points
                )
            if points:
                await self.celebrate(tx, done.submission)
        return done.submission

    async def _give_up(self, claim: Claim) -> Submission:
        """Tell the learner and the mentors that the fault is ours; it costs no try."""
        grade = Grade(verdict=Verdict.SANDBOX_FAULT, usage=Usage(start_s=0.0, run_s=0.0))
        async with self.store.write() as tx:
            done = await tx.submissions.finish(claim, grade, at=self.clock())
            if done.is_latest:
                await self._say(tx, done.submission, messages.fault())
            challenge = await tx.challenges.get(done.submission.challenge)
            cohort = await tx.cohorts.get(challenge.cohort)
            await tx.outbox.say(
                Wanted(
                    key=MessageKey(Kind.FAULT, done.submission.id),
                    conversation=cohort.mentors_channel_for(done.submission.conversation),
                    message=messages.fault_for_mentors(done.submission),
                )
            )
        return done.submission


async def _give_points(
    tx: Transaction, submission: Submission, challenge: Challenge, grade: Grade
) -> float:
    """Record what this submission earned; returns the sum of the new points."""
    before = await tx.progress.points_for(member=submission.member, challenge=challenge.id)
    at = submission.finished_at or submission.received_at
    events = points_of(before, submission, challenge, grade, at=at)
    await tx.progress.add_points(events)
    return sum(event.points for event in events)
