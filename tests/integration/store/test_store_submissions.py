"""Queue, leases, fences and grades."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.domain.errors import LeaseLostError, NotFoundError
from bot.domain.grading import Verdict
from bot.domain.submission import SubmissionState
from bot.store.store import SqlStore
from tests.support.stores import LEASE_S, NOW, Scene, a_grade, a_new_challenge, an_exercise, later


async def test_submission_reads_back_as_it_was_added(scene: Scene) -> None:
    new = scene.submission(source="def f():\n    return 'é\u2028'\n")

    async with scene.store.write() as tx:
        assert await tx.submissions.add(new)
    async with scene.store.read() as tx:
        stored = await tx.submissions.get(new.id)

    assert {name: getattr(stored, name) for name in new.__slots__} == {
        name: getattr(new, name) for name in new.__slots__
    }
    assert (stored.state, stored.run, stored.grade) == (SubmissionState.QUEUED, 0, None)


async def test_redelivered_event_adds_no_submission(scene: Scene) -> None:
    first = scene.submission()
    again = replace(scene.submission(source="other"), event=first.event)

    async with scene.store.write() as tx:
        assert await tx.submissions.add(first)
        assert not await tx.submissions.add(again)
    async with scene.store.read() as tx:
        assert [item.id for item in await tx.submissions.queued()] == [first.id]


async def test_unknown_submission_is_not_found(store: SqlStore) -> None:
    async with store.read() as tx:
        with pytest.raises(NotFoundError):
            await tx.submissions.get("none")


async def test_latest_submission_of_an_answer_is_the_last_to_arrive(scene: Scene) -> None:
    edits = [scene.submission(answer="answer:same") for _ in range(12)]

    async with scene.store.write() as tx:
        for edit in edits:
            await tx.submissions.add(edit)
            latest = await tx.submissions.find_latest("answer:same")
            assert latest is not None
            assert latest.id == edit.id
        assert await tx.submissions.find_latest("answer:other") is None


async def test_flood_of_one_member_does_not_hold_up_the_others(scene: Scene) -> None:
    flood = [await scene.submit(0) for _ in range(8)]
    second = await scene.submit(1)
    third = await scene.submit(2)

    order = [(await scene.must_claim()).submission.id for _ in range(10)]

    assert order == [flood[0], second, third, *flood[1:]]


async def test_line_is_shown_in_the_order_of_claims(scene: Scene) -> None:
    for member in (0, 0, 0, 1, 1, 2):
        await scene.submit(member)
    await scene.must_claim()

    async with scene.store.read() as tx:
        queued = await tx.submissions.queued()
    claimed = [(await scene.must_claim()).submission.id for _ in queued]

    assert [item.id for item in queued] == claimed
    assert [item.place for item in queued] == [1, 2, 3, 4, 5]


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


async def test_live_lease_is_left_alone_and_an_expired_one_is_claimed(scene: Scene) -> None:
    await scene.submit()
    await scene.must_claim()

    assert await scene.claim(at=later(LEASE_S - 1)) is None
    again = await scene.must_claim(at=later(LEASE_S))

    assert again.run == 2


async def test_renewed_lease_lives_longer(scene: Scene) -> None:
    await scene.submit()
    claim = await scene.must_claim()
    async with scene.store.write() as tx:
        await tx.submissions.renew(claim, now=later(20), lease_s=LEASE_S)

    assert await scene.claim(at=later(LEASE_S + 10)) is None
    assert await scene.claim(at=later(LEASE_S + 20)) is not None


async def test_run_that_lost_its_lease_can_write_nothing(scene: Scene) -> None:
    submission = await scene.submit()
    zombie = await scene.must_claim()
    current = await scene.must_claim(at=later(LEASE_S))

    with pytest.raises(LeaseLostError):
        await scene.finish(zombie, a_grade(Verdict.WRONG))
    with pytest.raises(LeaseLostError):
        async with scene.store.write() as tx:
            await tx.submissions.renew(zombie, now=NOW, lease_s=LEASE_S)
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
        assert [item.id for item in await tx.submissions.queued()] == [submission]
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
        challenge = await tx.challenges.open(
            a_new_challenge(scene.cohort.id, "post:gpu", exercise="on-gpu")
        )
    assert challenge is not None
    first = await scene.submit(0, challenge=challenge)
    second = await scene.submit(1)

    async def claim(*without: str) -> str:
        async with scene.store.write() as tx:
            claim = await tx.submissions.claim(
                owner="one", now=NOW, lease_s=LEASE_S, without=without
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
        assert await tx.submissions.reclaim() == 1
        claim = await tx.submissions.claim(owner="two", now=later(1), lease_s=LEASE_S)
        assert claim is not None
        assert (claim.submission.id, claim.run) == (submission, 2)
        await tx.submissions.finish(claim, a_grade(), at=later(2))
    await restarted.close()

    with pytest.raises(LeaseLostError):
        await scene.finish(before, a_grade(Verdict.WRONG))


async def test_withdrawn_answer_is_claimed_by_nobody_and_no_longer_pending(scene: Scene) -> None:
    kept, gone = await scene.submit(answer="kept"), await scene.submit(answer="gone")
    async with scene.store.write() as tx:
        assert await tx.submissions.withdraw("gone")
        assert not await tx.submissions.withdraw("gone")
        assert await tx.submissions.pending_of(scene.members[0].id) == 1
        assert (await tx.submissions.get(gone)).state is SubmissionState.WITHDRAWN
    assert (await scene.must_claim()).submission.id == kept
    async with scene.store.write() as tx:
        assert not await tx.submissions.withdraw("kept")  # it runs
    assert await scene.claim() is None


async def test_reclaim_leaves_what_is_queued_or_graded(scene: Scene) -> None:
    graded = await scene.graded()
    await scene.submit(1)

    async with scene.store.write() as tx:
        assert await tx.submissions.reclaim() == 0
        assert (await tx.submissions.get(graded.id)).state is SubmissionState.GRADED


async def test_two_claimers_never_get_one_submission(scene: Scene, database_url: str) -> None:
    submissions = {await scene.submit(number % 3) for number in range(40)}
    second = await SqlStore.open(database_url)

    async def claim_all(store: SqlStore, owner: str) -> list[str]:
        claimed: list[str] = []
        while True:
            async with store.write() as tx:
                claim = await tx.submissions.claim(owner=owner, now=NOW, lease_s=LEASE_S)
            if claim is None:
                return claimed
            claimed.append(claim.submission.id)

    workers = [(scene.store, "one"), (second, "two"), (scene.store, "three"), (second, "four")]
    claimed = await asyncio.gather(*(claim_all(*worker) for worker in workers))
    await second.close()

    together = [submission for part in claimed for submission in part]
    assert sorted(together) == sorted(submissions)


async def test_grade_reads_back_as_it_was_finished(scene: Scene) -> None:
    grade = a_grade(Verdict.PARTLY, held=(True, False, True), output="tensor(1.)\n")
    finished = await scene.graded(grade=grade, at=later(7))

    async with scene.store.read() as tx:
        stored = await tx.submissions.get(finished.id)

    assert stored == finished
    assert stored.grade == grade
    assert stored.finished_at == later(7)


async def test_output_that_no_database_takes_does_not_keep_a_grade_from_being_stored(
    scene: Scene,
) -> None:
    finished = await scene.graded(grade=a_grade(output="zero \0, half \ud800, whole 😀"))

    async with scene.store.read() as tx:
        stored = await tx.submissions.get(finished.id)

    assert stored.grade is not None
    assert stored.grade.output == "zero \ufffd, half \ufffd, whole 😀"


async def test_tries_are_counted_per_member_and_challenge(scene: Scene) -> None:
    other = await scene.another_challenge("post:second")

    first = await scene.graded(0, source="a")
    second = await scene.graded(0, source="b")
    elsewhere = await scene.graded(0, source="c", challenge=other)
    somebody = await scene.graded(1, source="d")

    tries = [item.try_number for item in (first, second, elsewhere, somebody)]
    assert tries == [1, 2, 1, 1]


@pytest.mark.parametrize(
    "verdict", [Verdict.UNATTEMPTED, Verdict.SYNTAX_ERROR, Verdict.SANDBOX_FAULT]
)
async def test_verdict_that_is_no_try_is_not_counted(scene: Scene, verdict: Verdict) -> None:
    no_try = await scene.graded(source="a", grade=a_grade(verdict))
    first = await scene.graded(source="b")

    assert (no_try.try_number, first.try_number) == (0, 1)


async def test_same_source_again_keeps_its_try_number(scene: Scene) -> None:
    tries = [(await scene.graded(source=source)).try_number for source in ("a", "b", "a", "c")]

    assert tries == [1, 2, 1, 3]


async def test_tries_graded_side_by_side_have_different_numbers(scene: Scene) -> None:
    for number in range(6):
        await scene.submit(0, source=f"x = {number}")
    claims = [await scene.must_claim() for _ in range(6)]

    finished = await asyncio.gather(*(scene.finish(claim, a_grade()) for claim in claims))

    assert sorted(item.try_number for item in finished) == [1, 2, 3, 4, 5, 6]


async def test_pending_counts_what_is_queued_or_running(scene: Scene) -> None:
    await scene.graded(0)
    await scene.submit(0)
    await scene.submit(0)
    await scene.submit(1)
    await scene.must_claim()

    async with scene.store.read() as tx:
        assert await tx.submissions.pending_of(scene.members[0].id) == 2
        assert await tx.submissions.pending_of(scene.members[2].id) == 0


async def test_history_is_newest_first_and_limited(scene: Scene) -> None:
    ids = [await scene.submit(0) for _ in range(5)]
    await scene.submit(1)

    async with scene.store.read() as tx:
        history = await tx.submissions.history(scene.members[0].id, limit=3)

    assert [item.id for item in history] == ids[:1:-1]


async def test_submissions_of_a_challenge_are_oldest_first(scene: Scene) -> None:
    other = await scene.another_challenge("post:second")
    await scene.submit(0, challenge=other)
    ids = [await scene.submit(member) for member in (0, 1, 0)]

    async with scene.store.read() as tx:
        everybody = await tx.submissions.of(challenge=scene.challenge.id)
        one = await tx.submissions.of(challenge=scene.challenge.id, member=scene.members[0].id)

    assert [item.id for item in everybody] == ids
    assert [item.id for item in one] == [ids[0], ids[2]]
    assert all(a.received_at <= b.received_at for a, b in pairwise(everybody))
