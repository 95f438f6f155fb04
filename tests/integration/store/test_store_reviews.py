"""What mentors see of a cohort's answers."""

from datetime import timedelta

from bot.domain.grading import PARTS_SHARE, Grade, Verdict
from bot.domain.member import Role
from bot.domain.review import CheckFigures, Figures, Silent, Stuck
from tests.support.stores import NOW, Scene, a_grade, later

HALF = a_grade(Verdict.PARTLY, held=(True, False))
NONE = a_grade(Verdict.WRONG, held=(False, False))
ALL = a_grade(Verdict.SOLVED)


async def tries(scene: Scene, member: int, *grades: Grade) -> None:
    for number, grade in enumerate(grades):
        await scene.graded(member, source=f"{member}-{number}", grade=grade, at=later(number))


async def test_figures_count_members_and_tries(scene: Scene) -> None:
    other = await scene.another_challenge("post:other")
    await tries(scene, 0, ALL, NONE)
    await tries(scene, 1, NONE, HALF, ALL)
    await tries(scene, 2, a_grade(Verdict.SYNTAX_ERROR, held=()))
    async with scene.store.read() as tx:
        figures = await tx.reviews.figures([scene.challenge.id, other.id])
        failing = await tx.reviews.failing(scene.challenge.id, limit=5)
        assert await tx.reviews.failing(other.id, limit=5) == []
        assert await tx.reviews.failing(scene.challenge.id, limit=1) == failing[:1]

    assert figures == {scene.challenge.id: Figures(tried=2, solved=2, solved_first=1, tries=5)}
    assert failing == [
        CheckFigures(title="Check 2 holds", failed=3, looked_at=5),
        CheckFigures(title="Check 1 holds", failed=2, looked_at=5),
    ]


async def test_stuck_are_those_whose_last_tries_were_no_progress(scene: Scene) -> None:
    await tries(scene, 0, NONE, HALF, NONE, HALF, NONE)
    await tries(scene, 1, NONE, NONE, NONE)
    await tries(scene, 2, HALF, NONE, NONE)
    challenge = scene.challenge.id
    async with scene.store.read() as tx:
        assert await tx.reviews.stuck([challenge], limit=5) == [
            Stuck(challenge=challenge, name="Learner u0", tries=5, best=0.5 * PARTS_SHARE),
            Stuck(challenge=challenge, name="Learner u1", tries=3, best=0.0),
        ]
        assert len(await tx.reviews.stuck([challenge], limit=1)) == 1
        assert await tx.reviews.stuck([], limit=5) == []


async def test_who_solved_it_or_is_a_mentor_is_not_stuck(scene: Scene) -> None:
    await tries(scene, 0, NONE, NONE, NONE, ALL, NONE)
    await tries(scene, 1, NONE, NONE, NONE)
    async with scene.store.write() as tx:
        await tx.members.set_role(scene.members[1].id, Role.MENTOR)
        assert await tx.reviews.stuck([scene.challenge.id], limit=5) == []
        assert await tx.reviews.last_failures([scene.challenge.id]) == []


async def test_last_failures_are_those_of_each_members_last_try(scene: Scene) -> None:
    await tries(scene, 0, NONE, HALF)
    await tries(scene, 1, NONE)
    await tries(scene, 2, HALF, ALL)
    async with scene.store.read() as tx:
        failures = await tx.reviews.last_failures([scene.challenge.id])
    assert [(item.name, item.check, item.title) for item in failures] == [
        ("Learner u0", "check-2", "Check 2 holds"),
        ("Learner u1", "check-1", "Check 1 holds"),
        ("Learner u1", "check-2", "Check 2 holds"),
    ]


async def test_silent_are_learners_of_whom_nothing_came(scene: Scene) -> None:
    await scene.graded(0, grade=HALF, at=later(5))
    await scene.submit(1, at=NOW + timedelta(days=3))
    cohort = scene.cohort.id
    async with scene.store.read() as tx:
        assert await tx.reviews.silent(cohort, since=later(-1), limit=5) == []
        assert await tx.reviews.silent(cohort, since=NOW + timedelta(days=1), limit=5) == [
            Silent(name="Learner u2", last_at=None),
            Silent(name="Learner u0", last_at=later(5)),
        ]
        assert len(await tx.reviews.silent(cohort, since=NOW + timedelta(days=4), limit=5)) == 3


async def test_newest_answers_are_those_of_the_cohort(scene: Scene) -> None:
    await tries(scene, 0, NONE, ALL)
    await scene.submit(1)
    async with scene.store.read() as tx:
        newest = await tx.reviews.newest(scene.cohort.id, limit=5)
        assert await tx.reviews.newest(scene.cohort.id + 1, limit=5) == []
    assert [(item.name, item.exercise, item.verdict) for item in newest] == [
        ("Learner u0", "double-it", Verdict.SOLVED),
        ("Learner u0", "double-it", Verdict.WRONG),
    ]
