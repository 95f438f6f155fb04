"""Answers that are run again, and grades that are corrected."""

from dataclasses import replace

import pytest
from alembic import command

from bot.domain.correction import Decision, Override
from bot.domain.errors import NotFoundError
from bot.domain.grading import Verdict
from bot.domain.progression import PointsEvent, PointsReason, earned
from bot.domain.regrade import CLAIM_LASTS, Change, Difference, NewRegrade, Regrade, RegradeState
from tests.support.schema import config_for, connected
from tests.support.sql import select
from tests.support.stores import (
    NOW,
    THREAD,
    Scene,
    a_grade,
    a_new_challenge,
    later,
    opened,
)
from tests.support.values import an_exercise

HALF = a_grade(Verdict.PARTLY, held=(True, False))
NONE = a_grade(Verdict.WRONG, held=(False, False))
ALL = a_grade(Verdict.SOLVED)
LEASE_ENDS = NOW + CLAIM_LASTS


def wish(scene: Scene) -> NewRegrade:
    return NewRegrade(
        cohort=scene.cohort.id,
        challenge=scene.challenge.id,
        version="new",
        asked_by=scene.members[0].identities[0],
        conversation=THREAD,
        asked_at=NOW,
    )


async def begun(scene: Scene) -> Regrade:
    async with scene.store.write() as tx:
        regrade = await tx.regrades.begin(wish(scene))
    assert regrade is not None
    return regrade


async def rerun(scene: Scene, change: Change, *, worker: str = "one") -> str:
    """Run the next answer again; returns its id."""
    async with scene.store.write() as tx:
        found = await tx.regrades.next(worker=worker, now=NOW)
        assert found is not None
        assert await tx.regrades.claim(found, worker=worker, now=NOW)
        await tx.regrades.finish(found, change, ALL)
    return found.submission.id


# --- regrades ---------------------------------------------------------------------------------


async def test_regrade_holds_every_graded_answer_that_can_be_run(scene: Scene) -> None:
    first = await scene.graded(0, source="a", grade=HALF)
    await scene.graded(0, source="b", grade=NONE)
    decided = await scene.graded(1, source="c", grade=NONE)
    await scene.graded(2, source="", grade=NONE)
    await scene.graded(1, challenge=await scene.another_challenge("post:other"))
    async with scene.store.write() as tx:
        await tx.corrections.decide(
            Override(submission=decided.id, decision=Decision.FAIL, reason="r", by="x", at=NOW)
        )

    regrade = await begun(scene)

    async with scene.store.read() as tx:
        assert await tx.regrades.get(regrade.id) == regrade
        assert await tx.regrades.find_newest(scene.challenge.id) == regrade
        assert await tx.regrades.counts(regrade.id) == {None: 2}
        found = await tx.regrades.next(worker="one", now=NOW)
        assert await tx.regrades.next(worker="one", now=NOW, without=["double-it"]) is None
    assert found is not None
    assert (found.submission, found.run) == (first, 1)


async def test_one_regrade_of_a_cohort_runs_at_a_time(scene: Scene) -> None:
    await scene.graded(grade=HALF)
    regrade = await begun(scene)
    async with scene.store.write() as tx:
        assert await tx.regrades.begin(wish(scene)) is None
        assert await tx.regrades.find_running(scene.cohort.id) == regrade
        assert await tx.regrades.set_state(regrade.id, RegradeState.RUNNING, RegradeState.READY)
        assert not await tx.regrades.set_state(regrade.id, RegradeState.RUNNING, RegradeState.READY)
        assert await tx.regrades.find_running(scene.cohort.id) is None
        assert await tx.regrades.begin(wish(scene)) is not None


async def test_answer_is_run_by_one_worker_until_that_is_gone(scene: Scene) -> None:
    await scene.graded(grade=HALF)
    await begun(scene)
    async with scene.store.write() as tx:
        found = await tx.regrades.next(worker="one", now=NOW)
        assert found is not None
        assert await tx.regrades.claim(found, worker="one", now=NOW)
        assert not await tx.regrades.claim(found, worker="two", now=NOW)
        assert await tx.regrades.next(worker="two", now=NOW) is None
        mine = await tx.regrades.next(worker="one", now=NOW)
        assert mine == replace(found, run=2)
        assert await tx.regrades.next(worker="two", now=LEASE_ENDS) == mine
        await tx.regrades.release(found)
        assert await tx.regrades.next(worker="two", now=NOW) == found


async def test_learners_answers_go_first(scene: Scene) -> None:
    await scene.graded(grade=HALF)
    await begun(scene)
    await scene.submit(1)
    async with scene.store.read() as tx:
        assert await tx.regrades.next(worker="one", now=NOW) is None
    claim = await scene.must_claim()
    async with scene.store.read() as tx:
        assert await tx.regrades.next(worker="one", now=NOW) is None
    await scene.finish(claim, ALL)
    async with scene.store.read() as tx:
        assert await tx.regrades.next(worker="one", now=NOW) is not None


async def test_what_cannot_be_graded_now_holds_up_nobody(scene: Scene) -> None:
    await scene.graded(grade=HALF)
    await begun(scene)
    async with scene.store.write() as tx:
        await tx.exercises.record(an_exercise("on-a-gpu"), NOW)
        other = await opened(tx, scene.cohort, a_new_challenge("post:gpu", exercise="on-a-gpu"))
    await scene.submit(1, challenge=other)
    async with scene.store.read() as tx:
        assert await tx.regrades.next(worker="one", now=NOW) is None
        assert await tx.regrades.next(worker="one", now=NOW, without=["on-a-gpu"]) is not None
        assert await tx.regrades.next(worker="one", now=NOW, without=["double-it"]) is None


async def test_regrade_is_complete_and_what_is_raised_is_kept_by_member(scene: Scene) -> None:
    ids = [(await scene.graded(who, source=f"{who}", grade=HALF)).id for who in (0, 0, 1, 2)]
    regrade = await begun(scene)
    for change in (Change.RAISED, Change.RAISED, Change.RAISED, Change.LOWERED):
        async with scene.store.read() as tx:
            assert await tx.regrades.find_complete() is None
        await rerun(scene, change)
    async with scene.store.write() as tx:
        assert await tx.regrades.find_complete() == regrade
        assert await tx.regrades.counts(regrade.id) == {Change.RAISED: 3, Change.LOWERED: 1}
        [lower] = await tx.regrades.differences(regrade.id, Change.LOWERED, limit=5)
        assert len(await tx.regrades.differences(regrade.id, Change.RAISED, limit=2)) == 2
        assert await tx.regrades.next_raised(regrade.id) == []
        await tx.regrades.set_state(regrade.id, RegradeState.RUNNING, RegradeState.APPLYING)
        assert (await tx.regrades.find_unfinished()) is not None
        kept: list[list[str]] = []
        while better := await tx.regrades.next_raised(regrade.id):
            kept.append([one.submission for one in better])
            assert {one.grade for one in better} == {ALL}
            for one in better:
                await tx.regrades.keep(regrade.id, one.submission)

    assert lower == Difference(
        name="Learner u2", submission=ids[3], before=Verdict.PARTLY, after=Verdict.SOLVED
    )
    assert kept == [ids[:2], ids[2:3]]


async def test_unknown_regrade_is_not_found(scene: Scene) -> None:
    async with scene.store.read() as tx:
        with pytest.raises(NotFoundError):
            await tx.regrades.get(7)
        assert await tx.regrades.find_newest(scene.challenge.id) is None
        assert await tx.regrades.find_unfinished() is None


# --- corrections ------------------------------------------------------------------------------


async def test_corrected_grade_takes_the_place_of_the_first(scene: Scene) -> None:
    before = await scene.graded(grade=HALF)
    new = a_grade(Verdict.SOLVED, held=(True, True, True))
    async with scene.store.write() as tx:
        locked = await tx.corrections.lock_grade(before.id)
        assert locked == before
        after = await tx.corrections.replace_grade(locked, new)
    async with scene.store.read() as tx:
        found = await tx.submissions.get(before.id)
        (outcome,) = await tx.progress.outcomes_of(scene.members[0].id)
    assert found == after
    assert after.grade is not None
    assert (after.grade.verdict, after.grade.checks) == (Verdict.SOLVED, new.checks)
    assert (after.try_number, after.finished_at) == (1, before.finished_at)
    assert (outcome.solved, outcome.best_core_share) == (True, 1.0)


async def test_failed_answer_is_worth_nothing_whatever_its_checks_say(scene: Scene) -> None:
    before = await scene.graded(grade=ALL)
    async with scene.store.write() as tx:
        wrong = a_grade(Verdict.WRONG)
        await tx.corrections.replace_grade(before, wrong, core_share=0.0)
    async with scene.store.read() as tx:
        (outcome,) = await tx.progress.outcomes_of(scene.members[0].id)
        [given] = await tx.reviews.newest(scene.cohort.id, limit=5)
    assert (outcome.solved, outcome.best_core_share, outcome.tries) == (False, 0.0, 1)
    assert (given.submission, given.name) == (before.id, "Learner u0")


async def test_what_was_no_try_becomes_the_next_one(scene: Scene) -> None:
    await scene.graded(source="a", grade=HALF)
    none = await scene.graded(source="b", grade=a_grade(Verdict.NOT_ALLOWED, held=()))
    async with scene.store.write() as tx:
        assert (await tx.corrections.replace_grade(none, ALL)).try_number == 2


async def test_void_try_counts_no_more_and_later_ones_move_up(scene: Scene) -> None:
    sources = ("a", "b", "a", "c")
    made = [
        await scene.graded(source=source, grade=HALF, at=later(number))
        for number, source in enumerate(sources)
    ]
    other = await scene.graded(1, source="z", grade=HALF, at=later(9))
    async with scene.store.write() as tx:
        await tx.corrections.void(made[0])
    async with scene.store.read() as tx:
        tries = [(await tx.submissions.get(item.id)).try_number for item in (*made, other)]
        (outcome,) = await tx.progress.outcomes_of(scene.members[0].id)
    assert tries == [0, 1, 0, 2, 1]
    assert outcome.tries == 1  # up to the best one, the first of equal ones


async def test_what_has_no_grade_is_not_corrected(scene: Scene) -> None:
    waiting = await scene.submit()
    async with scene.store.write() as tx:
        for submission in (waiting, "none"):
            with pytest.raises(NotFoundError):
                await tx.corrections.lock_grade(submission)


async def test_points_of_corrections_add_up(scene: Scene) -> None:
    submission = await scene.graded(grade=HALF)
    event = PointsEvent(
        member=submission.member,
        cohort=scene.cohort.id,
        challenge=submission.challenge,
        week=1,
        reason=PointsReason.CHECKS,
        points=1.5,
        submission=submission.id,
        at=NOW,
    )
    corrected = replace(event, points=0.5)
    async with scene.store.write() as tx:
        await tx.progress.add_points([event])
        await tx.progress.add_correction(corrected)
        await tx.progress.add_correction(corrected)
    async with scene.store.read() as tx:
        events = await tx.progress.points_for(member=event.member, challenge=event.challenge)
    assert [(item.reason.value, item.points) for item in events] == [
        ("checks", 2.5),
    ]
    again = earned(events, counts_as_try=True, core_share=0.84, solved=False, late=False)
    assert again == [(PointsReason.TRY, 2.0)]


async def test_points_outlive_a_downgrade(scene: Scene, database_url: str) -> None:
    both, one = await scene.graded(0, source="a", grade=HALF), await scene.graded(1, grade=HALF)
    event = PointsEvent(
        member=both.member,
        cohort=scene.cohort.id,
        challenge=both.challenge,
        week=1,
        reason=PointsReason.CHECKS,
        points=1.5,
        submission=both.id,
        at=NOW,
    )
    solved = replace(event, reason=PointsReason.SOLVED, points=1.0)
    late = replace(
        event, member=one.member, submission=one.id, reason=PointsReason.LATE_CHECKS, points=1.5
    )
    late_solved = replace(late, reason=PointsReason.LATE_SOLVED, points=0.5)
    async with scene.store.write() as tx:
        await tx.progress.add_points([event, solved, late, late_solved])
    await scene.store.close()

    with connected(database_url) as connection:
        command.downgrade(config_for(connection), "0008")
    rows = select(database_url, "SELECT member, reason, points FROM points_events ORDER BY member")
    with connected(database_url) as connection:  # others use it after this
        command.upgrade(config_for(connection), "head")

    assert rows == [(both.member, "checks", 2.5), (one.member, "checks", 2.0)]
