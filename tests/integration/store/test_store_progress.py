"""Points, outcomes, hints and plans."""

from dataclasses import replace

import pytest

from bot.domain.exercise import Day
from bot.domain.grading import PARTS_SHARE, Verdict
from bot.domain.progression import HintTaken, PlanItem, PlanReason, PointsEvent, PointsReason
from bot.domain.submission import Submission
from tests.support.stores import NOW, Scene, a_grade, later

HALF = a_grade(Verdict.PARTLY, held=(True, False))
NONE = a_grade(Verdict.WRONG, held=(False, False))
ALL = a_grade(Verdict.SOLVED)


def points(scene: Scene, submission: Submission, reason: PointsReason) -> PointsEvent:
    return PointsEvent(
        member=submission.member,
        cohort=scene.cohort.id,
        challenge=submission.challenge,
        week=1,
        reason=reason,
        points=4 / 3,
        submission=submission.id,
        at=NOW,
    )


async def test_points_are_recorded_once_per_reason_and_submission(scene: Scene) -> None:
    first, second = await scene.graded(source="a"), await scene.graded(source="b")
    events = [
        points(scene, first, PointsReason.TRY),
        points(scene, first, PointsReason.CHECKS),
        points(scene, second, PointsReason.CHECKS),
    ]
    async with scene.store.write() as tx:
        await tx.progress.add_points(events)
        await tx.progress.add_points([*events, replace(events[0], points=100.0)])
        await tx.progress.add_points([])
    async with scene.store.read() as tx:
        first, second = (member.id for member in scene.members[:2])
        challenge = scene.challenge.id
        assert await tx.progress.points_for(member=first, challenge=challenge) == events
        assert await tx.progress.points_for(member=second, challenge=challenge) == []
        assert await tx.progress.total_points(first) == pytest.approx(4)
        assert await tx.progress.total_points(second) == 0


async def test_points_of_a_week_are_those_of_the_whole_cohort(scene: Scene) -> None:
    one = points(scene, await scene.graded(0), PointsReason.TRY)
    two = points(scene, await scene.graded(1), PointsReason.TRY)
    other = replace(points(scene, await scene.graded(2), PointsReason.TRY), week=2)
    async with scene.store.write() as tx:
        await tx.progress.add_points([one, two, other])
    async with scene.store.read() as tx:
        assert await tx.progress.points_of_week(scene.cohort.id, 1) == [one, two]
        assert await tx.progress.points_of_week(scene.cohort.id, 2) == [other]


async def test_outcome_tells_the_best_of_all_tries_and_when_it_first_came(scene: Scene) -> None:
    for seconds, (source, grade) in enumerate(
        [("a", NONE), ("b", HALF), ("c", HALF), ("a", NONE), ("d", NONE)]
    ):
        await scene.graded(source=source, grade=grade, at=later(seconds))

    async with scene.store.read() as tx:
        (outcome,) = await tx.progress.outcomes_of(scene.members[0].id)

    assert (outcome.challenge, outcome.exercise) == (scene.challenge.id, "double-it")
    assert (outcome.best_core_share, outcome.at) == (0.5 * PARTS_SHARE, later(1))
    assert (outcome.tries, outcome.solved, outcome.hints) == (2, False, 0)


async def test_outcome_is_solved_by_any_solved_try(scene: Scene) -> None:
    for source, grade in (("a", ALL), ("b", NONE)):
        await scene.graded(source=source, grade=grade)

    async with scene.store.read() as tx:
        (outcome,) = await tx.progress.outcomes_of(scene.members[0].id)

    assert (outcome.solved, outcome.best_core_share, outcome.tries) == (True, 1.0, 1)


async def test_outcome_needs_a_real_try(scene: Scene) -> None:
    await scene.graded(0, grade=a_grade(Verdict.SYNTAX_ERROR, held=()))
    await scene.submit(1)

    async with scene.store.read() as tx:
        for member in scene.members:
            assert await tx.progress.outcomes_of(member.id) == []
        assert await tx.progress.turnouts([scene.challenge.id]) == {}


async def test_outcomes_are_one_a_challenge_of_the_week_that_is_asked_for(scene: Scene) -> None:
    second = await scene.another_challenge("post:b", after_h=48)
    later_week = await scene.another_challenge("post:c", week=2, after_h=200)
    for member, challenge in (
        (1, second),
        (0, scene.challenge),
        (0, second),
        (1, scene.challenge),
        (0, later_week),
    ):
        await scene.graded(member, challenge=challenge, source=f"{member}{challenge.id}")

    async with scene.store.read() as tx:
        week = await tx.progress.outcomes_of(scene.members[0].id, week=1)
        own = await tx.progress.outcomes_of(scene.members[0].id)

    assert [item.challenge for item in week] == [scene.challenge.id, second.id]
    assert [item.challenge for item in own] == [scene.challenge.id, second.id, later_week.id]
    assert {item.member for item in own} == {scene.members[0].id}


async def test_hints_count_by_their_highest_level_before_the_best_grade(scene: Scene) -> None:
    member, challenge = scene.members[0].id, scene.challenge.id
    async with scene.store.write() as tx:
        assert await tx.progress.hints_of(member=member, challenge=challenge) == 0
        for level in (1, 2, 2, 1):
            await tx.progress.take_hint(
                HintTaken(member=member, challenge=challenge, level=level, at=NOW)
            )
        assert await tx.progress.hints_of(member=member, challenge=challenge) == 2
        assert await tx.progress.hints_of(member=scene.members[1].id, challenge=challenge) == 0
    await scene.graded()

    late = HintTaken(member=member, challenge=challenge, level=3, at=later(1))
    async with scene.store.write() as tx:
        await tx.progress.take_hint(late)

    async with scene.store.read() as tx:
        assert [item.hints for item in await tx.progress.outcomes_of(member)] == [2]


def item(day: Day, exercise: str, *, week: int = 1, member: int = 0) -> PlanItem:
    return PlanItem(member=member, week=week, day=day, exercise=exercise, reason=PlanReason.PINNED)


async def test_plan_has_one_item_a_day_monday_first(scene: Scene) -> None:
    member = scene.members[0].id
    friday, monday = item(Day.MODULE, "", member=member), item(Day.IMPLEMENT, "one", member=member)
    wednesday = item(Day.DEBUG, "", member=member)
    changed = replace(wednesday, exercise="two")
    async with scene.store.write() as tx:
        await tx.progress.plan([friday, wednesday, monday, replace(changed, week=2)])
        assert await tx.progress.plan_of(member, 1) == [monday, wednesday, friday]
        await tx.progress.plan([changed])
        assert await tx.progress.plan_of(member, 1) == [monday, changed, friday]
        await tx.progress.plan([replace(changed, exercise="", reason=PlanReason.NOT_CHOSEN_YET)])
        assert await tx.progress.plan_of(member, 1) == [monday, changed, friday]
        assert await tx.progress.plan_of(scene.members[1].id, 1) == []


async def test_week_is_planned_for_every_member_at_once(scene: Scene) -> None:
    own = item(Day.MODULE, "mine", member=scene.members[0].id)
    monday, wednesday, friday = item(Day.IMPLEMENT, "a"), item(Day.DEBUG, ""), item(Day.MODULE, "")
    async with scene.store.write() as tx:
        await tx.progress.plan([own])
        await tx.progress.plan_week(scene.cohort.id, [friday, monday, wednesday])
        await tx.progress.plan_week(scene.cohort.id + 1, [replace(monday, exercise="other")])
        await tx.progress.plan_week(scene.cohort.id, [])
        plans = [await tx.progress.plan_of(member.id, 1) for member in scene.members]
        await tx.progress.plan_week(scene.cohort.id, [replace(wednesday, exercise="b")])
        (_, chosen, _) = await tx.progress.plan_of(scene.members[2].id, 1)

    assert [[planned.exercise for planned in plan] for plan in plans] == [
        ["a", "", "mine"],
        ["a", "", ""],
        ["a", "", ""],
    ]
    assert chosen == replace(wednesday, member=scene.members[2].id, exercise="b")
