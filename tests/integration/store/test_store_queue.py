"""The queue: whose turn it is, leases, and the fence of a run."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.chat.refs import UserRef
from bot.domain.errors import LeaseLostError
from bot.domain.grading import Verdict
from bot.domain.submission import SubmissionState
from bot.store.store import SqlStore
from tests.support.sql import execute, select
from tests.support.stores import (
    LEASE_S,
    NOW,
    THREAD,
    Scene,
    a_grade,
    a_new_challenge,
    later,
    opened,
)
from tests.support.values import an_exercise


async def test_flood_of_one_member_does_not_hold_up_the_others(scene: Scene) -> None:
    flood = [await scene.submit(0) for _ in range(8)]
    second = await scene.submit(1)
    third = await scene.submit(2)

    order = [(await scene.must_claim()).submission.id for _ in range(10)]

    assert order == [flood[0], second, third, *flood[1:]]


async def test_line_is_shown_in_the_order_of_claims(scene: Scene) -> None:
    for member in (0, 0, 0, 1, 1, 2):
        await scene.submit(member)
    running = await scene.must_claim()

    async with scene.store.read() as tx:
        waiting = await tx.submissions.waiting(limit=9)
        head = await tx.submissions.waiting(limit=2)
        positions = [await tx.submissions.queue_position(item.submission) for item in waiting]
        assert await tx.submissions.queue_position(running.submission.id) == 0
        assert await tx.submissions.queue_length() == 5
    claimed = [(await scene.must_claim()).submission.id for _ in waiting]

    assert [item.submission for item in waiting] == claimed
    assert [item.queue_position for item in waiting] == positions == [1, 2, 3, 4, 5]
    assert head == waiting[:2]


async def test_line_tells_each_answer_once_by_its_newest_submission(scene: Scene) -> None:
    await scene.submit(0, answer="answer:edited")
    other = await scene.submit(1, answer="answer:other")
    newest = await scene.submit(0, answer="answer:edited")

    async with scene.store.read() as tx:
        waiting = await tx.submissions.waiting(limit=9)

    assert [(item.submission, item.queue_position) for item in waiting] == [(other, 2), (newest, 3)]
    assert {(item.conversation, item.reader, item.exercise) for item in waiting} == {
        (THREAD, None, "double-it")
    }


async def test_private_answer_is_read_by_its_author_on_the_platform_it_came_from(
    scene: Scene, database_url: str
) -> None:
    mine = scene.submission(0, private=True)
    elsewhere = replace(
        scene.submission(1, private=True), conversation=replace(THREAD, platform="discord")
    )
    for member in scene.members[:2]:
        execute(
            database_url,
            "INSERT INTO identities (cohort, user_ref, member, linked_at)"
            " VALUES (:cohort, :user, :member, '2026-11-24 09:00:00+00:00')",
            cohort=scene.cohort.id,
            user=f'["discord","1","{member.id}"]',
            member=member.id,
        )
    async with scene.store.write() as tx:
        assert await tx.submissions.add(mine)
        assert await tx.submissions.add(elsewhere)
        waiting = await tx.submissions.waiting(limit=9)

    assert [item.reader for item in waiting] == [
        scene.members[0].identities[0],
        UserRef("discord", "1", str(scene.members[1].id)),
    ]


async def test_older_submission_goes_first_among_equals(scene: Scene) -> None:
    young = await scene.submit(0, at=later(5))
    old = await scene.submit(1, at=later(1))

    assert (await scene.must_claim(at=later(9))).submission.id == old
    assert (await scene.must_claim(at=later(9))).submission.id == young


async def test_claim_of_an_empty_line_is_none(scene: Scene) -> None:
    assert await scene.claim() is None


async def test_claim_numbers_its_runs_and_says_when_it_started(scene: Scene) -> None:
    submission = await scene.submit()

    claim = await scene.must_claim(at=later(3))

    assert (claim.run, claim.submission.run) == (1, 1)
    assert claim.submission.id == submission
    assert claim.submission.state is SubmissionState.RUNNING
    assert claim.submission.started_at == later(3)


async def test_run_of_a_silent_worker_is_taken_over(scene: Scene) -> None:
    await scene.submit()
    await scene.must_claim(worker="silent")

    assert await scene.claim(worker="two", at=later(LEASE_S - 1)) is None
    again = await scene.must_claim(worker="two", at=later(LEASE_S))

    assert again.run == 2


async def test_run_of_a_worker_that_beats_is_left_alone(scene: Scene) -> None:
    await scene.submit()
    await scene.must_claim(worker="one")
    for seconds in (20, 40, 60):
        await scene.beat("one", at=later(seconds))
        await scene.beat("two", at=later(seconds))
        assert await scene.claim(worker="two", at=later(seconds + LEASE_S - 1)) is None

    assert await scene.claim(worker="two", at=later(60 + LEASE_S)) is not None


async def test_what_can_be_claimed_is_seen_without_claiming_it(scene: Scene) -> None:
    async def claimable(seconds: float) -> bool:
        async with scene.store.read() as tx:
            return await tx.submissions.is_claimable(now=later(seconds), lease_s=LEASE_S)

    assert not await claimable(0)
    await scene.submit()
    assert await claimable(0)
    claim = await scene.must_claim()
    assert [await claimable(0), await claimable(LEASE_S)] == [False, True]
    async with scene.store.write() as tx:
        await tx.submissions.release(claim, not_before=later(5))
    assert [await claimable(4), await claimable(5)] == [False, True]


async def test_claim_says_whether_others_wait(scene: Scene) -> None:
    for member in range(3):
        await scene.submit(member)

    claims = [await scene.must_claim() for _ in range(3)]
    assert [claim.others_wait for claim in claims] == [True, True, False]

    await scene.submit(0)
    taken_over = await scene.must_claim(at=later(LEASE_S))  # the first one ran before
    assert taken_over.others_wait


async def test_run_that_lost_its_lease_can_write_nothing(scene: Scene) -> None:
    submission = await scene.submit()
    zombie = await scene.must_claim(worker="one")
    current = await scene.must_claim(worker="two", at=later(LEASE_S))

    with pytest.raises(LeaseLostError):
        await scene.finish(zombie, a_grade(Verdict.WRONG))
    with pytest.raises(LeaseLostError):
        async with scene.store.write() as tx:
            await tx.submissions.release(zombie, not_before=NOW)
    await scene.finish(current, a_grade(Verdict.SOLVED))

    async with scene.store.read() as tx:
        stored = await tx.submissions.get(submission)
    assert stored.grade is not None
    assert stored.grade.verdict is Verdict.SOLVED


async def test_submission_is_graded_once(scene: Scene) -> None:
    await scene.submit()
    claim = await scene.must_claim()
    await scene.finish(claim, a_grade())

    with pytest.raises(LeaseLostError):
        await scene.finish(claim, a_grade())
    assert await scene.claim(at=later(1000)) is None


async def test_released_submission_waits_for_its_moment(scene: Scene) -> None:
    submission = await scene.submit()
    claim = await scene.must_claim()
    async with scene.store.write() as tx:
        await tx.submissions.release(claim, not_before=later(5))

    assert await scene.claim(at=later(4)) is None
    async with scene.store.read() as tx:
        assert await tx.submissions.queue_position(submission) == 1
    assert (await scene.must_claim(at=later(5))).run == 2


async def test_postponed_submission_lets_others_go_on(scene: Scene) -> None:
    await scene.submit(0)
    claim = await scene.must_claim()
    async with scene.store.write() as tx:
        await tx.submissions.release(claim, not_before=later(60))
    other = await scene.submit(1)

    assert (await scene.must_claim()).submission.id == other


async def test_exercises_that_cannot_run_now_stay_in_line_and_hold_up_nobody(
    scene: Scene,
) -> None:
    async with scene.store.write() as tx:
        await tx.exercises.record(an_exercise("on-gpu"), NOW)
        new = a_new_challenge("post:gpu", exercise="on-gpu")
        challenge = await opened(tx, scene.cohort, new)
    first = await scene.submit(0, challenge=challenge)
    second = await scene.submit(1)

    async def claim(*without: str) -> str:
        async with scene.store.write() as tx:
            claim = await tx.submissions.claim(
                worker="one", now=NOW, lease_s=LEASE_S, without=without
            )
        return claim.submission.id if claim is not None else ""

    assert [await claim("on-gpu"), await claim("on-gpu"), await claim("none")] == [
        second,
        "",
        first,
    ]


async def test_killed_between_claim_and_finish_runs_again_after_a_restart(
    scene: Scene, database_url: str
) -> None:
    submission = await scene.submit()
    before = await scene.must_claim()

    restarted = await SqlStore.open(database_url)
    async with restarted.write() as tx:
        assert await tx.submissions.take_back("one") == 1
        claim = await tx.submissions.claim(worker="two", now=later(1), lease_s=LEASE_S)
        assert claim is not None
        assert (claim.submission.id, claim.run) == (submission, 2)
        await tx.submissions.finish(claim, a_grade(), at=later(2))
    await restarted.close()

    with pytest.raises(LeaseLostError):
        await scene.finish(before, a_grade(Verdict.WRONG))


async def test_take_back_leaves_what_is_queued_graded_or_another_workers(
    scene: Scene, database_url: str
) -> None:
    graded = await scene.graded()
    others = await scene.submit(1)
    await scene.must_claim(worker="two")
    mine = await scene.submit(2)
    await scene.must_claim(worker="one")
    await scene.submit(0)

    async with scene.store.write() as tx:
        assert await tx.submissions.take_back("one") == 1
        assert await tx.submissions.take_back("one") == 0
        assert await tx.submissions.take_back("nobody") == 0
        states = [(await tx.submissions.get(item)).state for item in (graded.id, others, mine)]

    assert states == [SubmissionState.GRADED, SubmissionState.RUNNING, SubmissionState.QUEUED]
    outcomes = "SELECT submission, outcome FROM runs WHERE outcome IS NOT NULL ORDER BY outcome"
    assert select(database_url, outcomes) == [(graded.id, "graded"), (mine, "lost")]


async def test_two_claimers_never_get_one_submission(scene: Scene, database_url: str) -> None:
    submissions = {await scene.submit(number % 3) for number in range(40)}
    second = await SqlStore.open(database_url)

    async def claim_all(store: SqlStore, owner: str) -> list[str]:
        claimed: list[str] = []
        while True:
            async with store.write() as tx:
                claim = await tx.submissions.claim(worker=owner, now=NOW, lease_s=LEASE_S)
            if claim is None:
                return claimed
            claimed.append(claim.submission.id)

    workers = [(scene.store, "one"), (second, "two"), (scene.store, "three"), (second, "four")]
    claimed = await asyncio.gather(*(claim_all(*worker) for worker in workers))
    await second.close()

    together = [submission for part in claimed for submission in part]
    assert sorted(together) == sorted(submissions)


async def test_two_claim_at_once_and_neither_waits(scene: Scene) -> None:
    """On PostgreSQL: the first to claim holds its submission while the second claims another."""
    if scene.store.writing.dialect.name == "sqlite":
        return  # one transaction writes at a time there
    submissions = [await scene.submit(member) for member in range(2)]

    async with scene.store.write() as one, scene.store.write() as two, asyncio.timeout(5):
        first = await one.submissions.claim(worker="one", now=NOW, lease_s=LEASE_S)
        second = await two.submissions.claim(worker="two", now=NOW, lease_s=LEASE_S)
        third = await two.submissions.claim(worker="two", now=NOW, lease_s=LEASE_S)

    assert first is not None
    assert second is not None
    assert third is None
    assert [first.submission.id, second.submission.id] == submissions
