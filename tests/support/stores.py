"""A migrated database with a cohort, its members and a challenge, for laws about the store."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypedDict

from bot.domain.challenge import Challenge, NewChallenge
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.cohort import Cohort
from bot.domain.exercise import Day
from bot.domain.grading import CheckResult, CheckStatus, Grade, Usage, Verdict
from bot.domain.member import Member, Role
from bot.domain.store import Transaction
from bot.domain.submission import Claim, NewSubmission, Submission
from bot.store.store import SqlStore
from tests.support.values import FIRST_MONDAY, a_cohort, an_exercise

NOW = FIRST_MONDAY
LEASE_S = 30.0
THREAD = ConversationRef("web", "local", "practice", "1")


def channels(cohort: Cohort) -> Mapping[int, ConversationRef]:
    """Where a cohort's challenges are posted, by place."""
    return {place.id: place.channel for place in cohort.places}


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def a_grade(
    verdict: Verdict = Verdict.SOLVED, *, held: Sequence[bool] = (True, True), output: str = ""
) -> Grade:
    """A grade with a core check for each flag."""
    checks = tuple(
        CheckResult(
            name=f"check-{number}",
            title=f"Check {number} holds",
            core=True,
            points=1,
            status=CheckStatus.PASSED if holds else CheckStatus.FAILED,
            message="" if holds else "saw 3",
            traceback=() if holds else ("line 1", "line 2"),
        )
        for number, holds in enumerate(held, 1)
    )
    usage = Usage(start_s=0.25, run_s=1.5, peak_memory_bytes=6 * 1024**3)
    return Grade(verdict=verdict, checks=checks, output=output, usage=usage)


class Who(TypedDict):
    """A person in a cohort, who answers its challenge."""

    cohort: int
    user: UserRef
    challenge: int
    since: datetime


@dataclass
class Scene:
    """A cohort at work, and shorthand for what happens to it."""

    store: SqlStore
    cohort: Cohort
    members: list[Member]
    challenge: Challenge
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def submission(
        self,
        member: int = 0,
        *,
        source: str = "x = 1",
        at: datetime = NOW,
        challenge: Challenge | None = None,
        answer: str = "",
        private: bool = False,
    ) -> NewSubmission:
        number = next(self._numbers)
        return NewSubmission(
            # Not in order of arrival, as random ids are not either.
            id=f"s{97 * number % 1000:03}",
            event=f"event-{number}",
            answer=answer or f"answer:{number}",
            challenge=(challenge or self.challenge).id,
            member=self.members[member].id,
            source=source,
            received_at=at,
            conversation=THREAD,
            late=False,
            private=private,
            seed_key="k1",
        )

    def who(self, member: int) -> Who:
        """Somebody as the author of an answer."""
        return Who(
            cohort=self.cohort.id,
            user=self.members[member].identities[0],
            challenge=self.challenge.id,
            since=NOW - timedelta(hours=1),
        )

    async def submit(
        self,
        member: int = 0,
        *,
        source: str = "x = 1",
        at: datetime = NOW,
        challenge: Challenge | None = None,
        answer: str = "",
    ) -> str:
        """Queue a submission; returns its id."""
        submission = self.submission(
            member, source=source, at=at, challenge=challenge, answer=answer
        )
        async with self.store.write() as tx:
            assert await tx.submissions.add(submission)
        return submission.id

    async def beat(self, worker: str = "one", *, at: datetime = NOW) -> None:
        async with self.store.write() as tx:
            await tx.workers.beat(worker, at)

    async def claim(self, *, worker: str = "one", at: datetime = NOW) -> Claim | None:
        async with self.store.write() as tx:
            return await tx.submissions.claim(worker=worker, now=at, lease_s=LEASE_S)

    async def must_claim(self, *, worker: str = "one", at: datetime = NOW) -> Claim:
        claim = await self.claim(worker=worker, at=at)
        assert claim is not None
        return claim

    async def finish(self, claim: Claim, grade: Grade, *, at: datetime = NOW) -> Submission:
        async with self.store.write() as tx:
            return (await tx.submissions.finish(claim, grade, at=at)).submission

    async def graded(
        self,
        member: int = 0,
        *,
        source: str = "x = 1",
        grade: Grade | None = None,
        at: datetime = NOW,
        challenge: Challenge | None = None,
    ) -> Submission:
        """Queue, claim and finish a submission; nothing else may be queued."""
        submission = await self.submit(member, source=source, at=at, challenge=challenge)
        claim = await self.must_claim(at=at)
        assert claim.submission.id == submission
        return await self.finish(claim, grade or a_grade(), at=at)

    async def another_challenge(self, key: str, *, week: int = 1, after_h: float = 0) -> Challenge:
        opens_at = NOW + timedelta(hours=after_h)
        async with self.store.write() as tx:
            return await opened(tx, self.cohort, a_new_challenge(key, week=week, opens_at=opens_at))


async def opened(tx: Transaction, cohort: Cohort, new: NewChallenge) -> Challenge:
    """Open a challenge in every place of a cohort."""
    challenge = await tx.challenges.open(replace(new, cohort=cohort.id), channels(cohort))
    assert challenge is not None
    return challenge


def a_new_challenge(
    key: str, *, week: int = 1, opens_at: datetime = NOW, exercise: str = "double-it"
) -> NewChallenge:
    return NewChallenge(
        key=key,
        cohort=0,
        exercise=exercise,
        version=f"hash of {exercise}",
        day=Day.IMPLEMENT,
        week=week,
        opens_at=opens_at,
        closes_at=opens_at + timedelta(hours=48),
        late_until=opens_at + timedelta(hours=96),
    )


async def new_scene(store: SqlStore, *, members: int = 3) -> Scene:
    """A cohort of so many learners with one open challenge."""
    async with store.write() as tx:
        cohort = await tx.cohorts.add(a_cohort())
        people = [await joined(tx, cohort, f"u{number}") for number in range(members)]
        await tx.exercises.record(an_exercise("double-it"), NOW)
        challenge = await opened(tx, cohort, a_new_challenge("post:first"))
    return Scene(store, cohort, people, challenge)


async def joined(tx: Transaction, cohort: Cohort, user: str) -> Member:
    """Make somebody a learner of a cohort."""
    member, _ = await tx.members.join(
        cohort=cohort.id,
        user=UserRef("web", "local", user),
        name=f"Learner {user}",
        role=Role.LEARNER,
        at=NOW,
    )
    return member
