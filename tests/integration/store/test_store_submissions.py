"""Submissions, their grades, and how many of them a member has."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.errors import NotFoundError
from bot.domain.grading import Verdict
from bot.domain.submission import Before, SubmissionState
from bot.store.store import SqlStore
from tests.support.stores import (
    LEASE_S,
    NOW,
    Scene,
    a_grade,
    later,
)


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
        assert await tx.submissions.queue_length() == 1
        assert (await tx.submissions.get(first.id)).source == first.source


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


async def test_withdrawn_answer_is_claimed_by_nobody_and_no_longer_pending(scene: Scene) -> None:
    kept, gone = await scene.submit(answer="kept"), await scene.submit(answer="gone")
    async with scene.store.write() as tx:
        assert await tx.submissions.withdraw("gone")
        assert not await tx.submissions.withdraw("gone")
        before = await tx.submissions.before(**scene.who(0), answer="kept")
        assert before is not None
        assert before.pending == 0
        assert (await tx.submissions.get(gone)).state is SubmissionState.WITHDRAWN
    assert (await scene.must_claim()).submission.id == kept
    async with scene.store.write() as tx:
        assert not await tx.submissions.withdraw("kept")  # it runs
    assert await scene.claim() is None


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


async def test_no_more_are_pending_than_may_be_whoever_sends_at_once(
    scene: Scene, database_url: str
) -> None:
    second = await SqlStore.open(database_url)

    async def send(store: SqlStore) -> bool:
        new = scene.submission(0)
        async with store.write() as tx:
            before = await tx.submissions.before(**scene.who(0), answer=new.answer)
            assert before is not None
            if before.pending >= before.pending_limit:
                return False
            return await tx.submissions.add(new)

    added = await asyncio.gather(*(send(store) for store in (scene.store, second) * 4))
    await second.close()

    assert sum(added) == scene.cohort.pending_limit == 3


async def test_pending_counts_what_is_queued_or_running(scene: Scene) -> None:
    await scene.graded(0)
    await scene.submit(0)
    await scene.submit(0, source="newest", answer="answer:same")
    await scene.submit(1)
    await scene.must_claim()

    async with scene.store.write() as tx:
        first = await tx.submissions.before(**scene.who(0), answer="answer:same")
        third = await tx.submissions.before(**scene.who(2), answer="answer:same")
        them = scene.who(2)
        them["user"] = replace(them["user"], user="stranger")
        nobody = await tx.submissions.before(**them, answer="answer:other")

    one, _, three = (member.id for member in scene.members)
    assert first == Before(
        member=one,
        pending=1,
        pending_limit=scene.cohort.pending_limit,
        in_a_day=2,
        daily_limit=scene.cohort.daily_limit,
        for_challenge=2,
        challenge_limit=scene.cohort.challenge_limit,
        latest_source="newest",
        latest_member=one,
        pending_of_all=3,
    )
    assert first is not None
    assert third == replace(first, member=three, pending=0, in_a_day=0, for_challenge=0)
    assert nobody is None


async def test_gradings_of_a_day_are_what_was_not_withdrawn_and_no_fault_of_ours(
    scene: Scene,
) -> None:
    yesterday = await scene.another_challenge("post:second")
    await scene.graded(0, at=later(-2 * 3600), challenge=yesterday)
    await scene.graded(0)
    await scene.graded(0, grade=a_grade(Verdict.SANDBOX_FAULT, held=()))
    await scene.submit(0, answer="answer:gone")
    await scene.submit(0, answer="answer:edited")

    async with scene.store.write() as tx:
        await tx.submissions.withdraw("answer:gone")
        edited = await tx.submissions.before(**scene.who(0), answer="answer:edited")
        new = await tx.submissions.before(**scene.who(0), answer="answer:new")
        there = scene.who(0)
        there["challenge"] = yesterday.id
        elsewhere = await tx.submissions.before(**there, answer="answer:new")

    assert edited is not None
    assert new is not None
    assert elsewhere is not None
    assert (edited.in_a_day, edited.for_challenge) == (1, 1)
    assert (new.in_a_day, new.for_challenge) == (2, 2)
    assert (elsewhere.in_a_day, elsewhere.for_challenge) == (2, 1)


async def test_of_one_answer_one_version_runs_at_a_time(scene: Scene) -> None:
    await scene.submit(answer="answer:same")
    running = await scene.must_claim()
    newer = await scene.submit(answer="answer:same", source="newer")

    assert await scene.claim() is None
    async with scene.store.read() as tx:
        assert not await tx.submissions.is_claimable(now=NOW, lease_s=LEASE_S)
    await scene.finish(running, a_grade())
    assert (await scene.must_claim()).submission.id == newer


async def test_what_was_edited_while_it_ran_does_not_run_again(scene: Scene) -> None:
    """Neither after a fault of the sandbox nor after a crash."""
    old = await scene.submit(answer="answer:one")
    lost = await scene.submit(1, answer="answer:two")
    released, _ = await scene.must_claim(), await scene.must_claim(worker="gone")
    for member, answer in ((0, "answer:one"), (1, "answer:two")):
        await scene.submit(member, answer=answer, source="newer")

    async with scene.store.write() as tx:
        await tx.submissions.release(released, not_before=NOW)
        assert await tx.submissions.take_back("gone") == 1
        states = [(await tx.submissions.get(item)).state for item in (old, lost)]

    assert states == [SubmissionState.WITHDRAWN] * 2
    assert {(await scene.must_claim()).submission.source for _ in range(2)} == {"newer"}


async def test_history_is_newest_first_and_limited(scene: Scene) -> None:
    ids = [await scene.submit(0) for _ in range(5)]
    await scene.submit(1)

    async with scene.store.read() as tx:
        history = await tx.submissions.history(scene.members[0].id, limit=3)

    assert [item.id for item in history] == ids[:1:-1]


async def test_challenge_is_answered_by_who_did_not_withdraw(scene: Scene) -> None:
    other = await scene.another_challenge("post:second")
    await scene.graded(0)
    await scene.submit(1)
    await scene.submit(1)
    await scene.submit(2, answer="gone")
    async with scene.store.write() as tx:
        await tx.submissions.withdraw("gone")

    async with scene.store.read() as tx:
        answered = await tx.submissions.answered_by(scene.challenge.id)
        assert answered == {member.id for member in scene.members[:2]}
        assert await tx.submissions.answered_by(other.id) == set()


async def test_grade_tells_whether_its_answer_was_edited_meanwhile(scene: Scene) -> None:
    await scene.submit(answer="answer:edited")
    before = await scene.must_claim()
    await scene.submit(answer="answer:edited")

    async with scene.store.write() as tx:
        outdated = await tx.submissions.finish(before, a_grade(), at=NOW)
    after = await scene.must_claim()
    async with scene.store.write() as tx:
        newest = await tx.submissions.finish(after, a_grade(), at=NOW)

    assert [outdated.is_latest, newest.is_latest] == [False, True]
    assert outdated.submission.grade == newest.submission.grade == a_grade()
