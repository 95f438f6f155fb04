"""From a queued submission to its feedback: claimed under a lease, graded, recorded once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.domain.chat.message import Message
from bot.domain.clock import Clock
from bot.domain.errors import (
    CatalogueError,
    GpuUnavailableError,
    SandboxError,
    SandboxUnavailableError,
)
from bot.domain.exercise import Catalogue, Device, Exercise
from bot.domain.grading import Grade, Grader, GradingRequest, Seeds, Usage, Verdict
from bot.domain.outbox import Kind, MessageKey
from bot.domain.progression import PointsEvent, earned
from bot.domain.store import Claim, Store, Transaction
from bot.domain.submission import Submission
from bot.services.submissions import messages, status

log = structlog.get_logger()

LEASE_S = 30.0
"""Longer than three heartbeats; a dead worker's submission waits at most this long."""

RETRY_AFTER_S = 5.0
RUNS_AT_MOST = 4
"""Runs that failed by our own fault before the learner is told so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """Grades one submission at a time; the worker decides how many run side by side."""

    store: Store
    catalogue: Catalogue
    grader: Grader
    seeds: Seeds
    clock: Clock
    owner: str

    async def claim(self) -> Claim | None:
        """Lease the next submission and say so in its thread; None when none can run now."""
        problem = await self.grader.health()
        if problem:
            await self._explain(problem)
            return None
        held_up = await self._held_up()
        async with self.store.write() as tx:
            claim = await tx.submissions.claim(
                owner=self.owner, now=self.clock(), lease_s=LEASE_S, without=tuple(held_up)
            )
            if claim is not None:
                await status.say(tx, claim.submission, messages.running())
                await status.say_places(tx, held_up=held_up)
        if claim is None and held_up:
            await self._explain(held_up=held_up)
        return claim

    async def renew(self, claim: Claim) -> None:
        """Extend the lease. Raises LeaseLostError."""
        async with self.store.write() as tx:
            await tx.submissions.renew(claim, now=self.clock(), lease_s=LEASE_S)

    async def grade(self, claim: Claim) -> Submission | None:
        """Run a claimed submission and record the outcome; None when it has to run again.

        Raises:
            LeaseLostError: Another run owns it; whatever this one found is void.
        """
        submission = claim.submission
        try:
            exercise = await self._exercise(submission)
            seed = self.seeds.seed(key=submission.seed_key, submission=submission.id)
            run = f"{submission.id}.{claim.run}"
            request = GradingRequest(
                run=run, exercise=exercise, source=submission.source, seed=seed
            )
            grade = await self.grader.grade(request)
        except GpuUnavailableError:
            await self._postpone(claim, problem="")  # those who need none go on; `claim` says why
            return None
        except SandboxUnavailableError as error:
            await self._postpone(claim, problem=str(error))
            return None
        except (SandboxError, CatalogueError) as error:
            log.warning("grading_failed", submission=submission.id, reason=str(error))
            if claim.run < RUNS_AT_MOST and isinstance(error, SandboxError):
                await self._postpone(claim, problem="")
                return None
            return await self._give_up(claim)
        return await self._record(claim, exercise, grade)

    async def _exercise(self, submission: Submission) -> Exercise:
        async with self.store.read() as tx:
            challenge = await tx.challenges.get(submission.challenge)
            cohort = await tx.cohorts.get(challenge.cohort)
        exercise = self.catalogue.get(challenge.exercise)
        return replace(exercise, limits=exercise.limits.under(cohort.caps))

    async def _held_up(self) -> Mapping[str, str]:
        """Exercises that cannot be graded now while others can, and why."""
        needy = [item.slug for item in self.catalogue.all() if item.device is Device.GPU]
        problem = await self.grader.health(Device.GPU) if needy else ""
        return dict.fromkeys(needy, problem) if problem else {}

    async def _explain(self, problem: str = "", held_up: Mapping[str, str] | None = None) -> None:
        """Tell those who wait why the line does not move, or not for them."""
        async with self.store.read() as tx:
            waiting = await tx.submissions.queued()
        if waiting:
            async with self.store.write() as tx:
                await status.say_places(tx, problem=problem, held_up=held_up)

    async def _postpone(self, claim: Claim, *, problem: str) -> None:
        not_before = self.clock() + timedelta(seconds=RETRY_AFTER_S)
        async with self.store.write() as tx:
            await tx.submissions.release(claim, not_before=not_before)
            await status.say_places(tx, problem=problem)

    async def _record(self, claim: Claim, exercise: Exercise, grade: Grade) -> Submission:
        now = self.clock()
        async with self.store.write() as tx:
            submission = await tx.submissions.finish(claim, grade, at=now)
            points = await _give_points(tx, submission, grade)
            member = await tx.members.get(submission.member)
            cohort = await tx.cohorts.get(member.cohort)
            message = messages.verdict(
                submission,
                exercise,
                name=member.name,
                points=points,
                details=cohort.details_public or submission.private,
            )
            await status.say(tx, submission, message)
        return submission

    async def _give_up(self, claim: Claim) -> Submission:
        """Tell the learner and the mentors that the fault is ours; it costs no try."""
        grade = Grade(verdict=Verdict.SANDBOX_FAULT, usage=Usage(start_s=0.0, run_s=0.0))
        async with self.store.write() as tx:
            submission = await tx.submissions.finish(claim, grade, at=self.clock())
            await status.say(tx, submission, messages.fault())
            member = await tx.members.get(submission.member)
            cohort = await tx.cohorts.get(member.cohort)
            await tx.outbox.say(
                MessageKey(Kind.FAULT, submission.id),
                cohort.mentors_place,
                Message.of(
                    f"A submission could not be graded after {claim.run} runs, through no fault of"
                    f" its author. Its number is `{submission.id}`; the log says more."
                ),
            )
        return submission


async def _give_points(tx: Transaction, submission: Submission, grade: Grade) -> float:
    """Record what this submission earned; returns the sum of the new points."""
    challenge = await tx.challenges.get(submission.challenge)
    before = [
        event
        for event in await tx.progress.points_of(submission.member)
        if event.challenge == challenge.id
    ]
    gains = earned(before, counts_as_try=grade.verdict.counts_as_try, core_share=grade.core_share)
    for reason, points in gains:
        await tx.progress.add_points(
            PointsEvent(
                member=submission.member,
                cohort=challenge.cohort,
                challenge=challenge.id,
                week=challenge.week,
                reason=reason,
                points=points,
                submission=submission.id,
                at=submission.finished_at or submission.received_at,
            )
        )
    return sum(points for _, points in gains)
