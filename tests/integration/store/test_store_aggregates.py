"""What the database adds up is what a plain computation over the same facts gives."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pytest

from bot.domain.challenge import Challenge
from bot.domain.grading import PARTS_SHARE, Verdict
from bot.domain.progression import HintTaken, Outcome, PointsEvent, PointsReason, Turnout
from tests.support.stores import NOW, Scene, a_grade, later

VERDICTS = (Verdict.WRONG, Verdict.PARTLY, Verdict.SOLVED)
MEMBERS, CHALLENGES, TRIES = 3, 4, 40


def best_week(events: Iterable[PointsEvent], *, before: int) -> float:
    """Most points in one of the weeks before; 0 for none."""
    weeks: defaultdict[int, float] = defaultdict(float)
    for event in events:
        if event.week < before:
            weeks[event.week] += event.points
    return round(max(weeks.values(), default=0.0), 2)


@dataclass(frozen=True)
class Try:
    """One graded submission, and the hint that was read before it."""

    member: int
    challenge: int
    source: str
    held: int  # of two checks
    hint: int
    second: int
    submission: str


@dataclass(frozen=True)
class Played:
    """Tries of three members at four challenges of two weeks."""

    scene: Scene
    challenges: Sequence[Challenge]
    tries: Sequence[Try]

    def of(self, member: int, challenge: int) -> list[Try]:
        return [item for item in self.tries if (item.member, item.challenge) == (member, challenge)]

    def outcome(self, member: int, challenge: int) -> Outcome:
        tries, at_stake = self.of(member, challenge), self.challenges[challenge]
        best = max(tries, key=lambda item: item.held)  # the first of several
        sources = list(dict.fromkeys(item.source for item in tries))
        return Outcome(
            member=self.scene.members[member].id,
            challenge=at_stake.id,
            exercise=at_stake.exercise,
            day=at_stake.day,
            week=at_stake.week,
            best_core_share=1.0 if best.held == 2 else PARTS_SHARE * best.held / 2,
            solved=best.held == 2,
            tries=sources.index(best.source) + 1,
            hints=max(item.hint for item in tries if item.second <= best.second),
            at=later(best.second),
        )

    def is_solved_first(self, member: int, challenge: int) -> bool:
        tries = self.of(member, challenge)
        return len({item.source for item in tries}) == 1 and any(item.held == 2 for item in tries)


@pytest.fixture
async def played(scene: Scene) -> Played:
    dice = random.Random(11)  # noqa: S311 - no secret
    challenges = [
        scene.challenge,
        *[
            await scene.another_challenge(f"post:{number}", week=1 + number // 2, after_h=number)
            for number in range(1, CHALLENGES)
        ],
    ]
    tries: list[Try] = []
    for second in range(TRIES):
        member, challenge = dice.randrange(MEMBERS), dice.randrange(CHALLENGES)
        held, hint, source = dice.randrange(3), dice.randrange(4), f"x = {dice.randrange(4)}"
        if hint:
            await take_hint(scene, member, challenges[challenge], hint, at=later(second))
        graded = await scene.graded(
            member,
            source=source,
            grade=a_grade(VERDICTS[held], held=[held > 0, held > 1]),
            at=later(second),
            challenge=challenges[challenge],
        )
        tries.append(Try(member, challenge, source, held, hint, second, graded.id))
    return Played(scene, challenges, tries)


async def take_hint(
    scene: Scene, member: int, challenge: Challenge, level: int, *, at: datetime
) -> None:
    hint = HintTaken(member=scene.members[member].id, challenge=challenge.id, level=level, at=at)
    async with scene.store.write() as tx:
        await tx.progress.take_hint(hint)


async def test_outcomes_are_those_of_all_tries(played: Played) -> None:
    for member in range(MEMBERS):
        expected = [
            played.outcome(member, challenge)
            for challenge in range(CHALLENGES)
            if played.of(member, challenge)
        ]
        number = played.scene.members[member].id
        async with played.scene.store.read() as tx:
            assert await tx.progress.outcomes_of(number) == expected
            for week in (1, 2, 3):
                assert await tx.progress.outcomes_of(number, week=week) == [
                    outcome for outcome in expected if outcome.week == week
                ]


async def test_turnouts_are_those_of_all_outcomes(played: Played) -> None:
    expected: dict[int, Turnout] = {}
    for number, challenge in enumerate(played.challenges):
        outcomes = [
            played.outcome(member, number) for member in range(MEMBERS) if played.of(member, number)
        ]
        expected[challenge.id] = Turnout(
            tried=len(outcomes),
            solved=sum(outcome.solved for outcome in outcomes),
            solved_first=sum(played.is_solved_first(member, number) for member in range(MEMBERS)),
        )
    untried = await played.scene.another_challenge("post:untried")

    async with played.scene.store.read() as tx:
        turnouts = await tx.progress.turnouts([untried.id, *expected])
        assert await tx.progress.turnouts([]) == {}

    assert turnouts == expected


async def test_best_weeks_are_the_best_of_each_members_events(played: Played) -> None:
    dice = random.Random(5)  # noqa: S311 - no secret
    scene = played.scene
    events = [
        PointsEvent(
            member=scene.members[item.member].id,
            cohort=scene.cohort.id,
            challenge=played.challenges[item.challenge].id,
            week=dice.randrange(1, 6),
            reason=dice.choice(list(PointsReason)),
            points=dice.choice([2.0, 4 / 3, 1.005, 0.1]),
            submission=item.submission,
            at=NOW,
        )
        for item in played.tries
    ]
    async with scene.store.write() as tx:
        await tx.progress.add_points(events)

    for before in range(1, 8):
        expected = {
            member.id: best_week((e for e in events if e.member == member.id), before=before)
            for member in scene.members
        }
        async with scene.store.read() as tx:
            found = await tx.progress.best_weeks(scene.cohort.id, before=before)
        assert found == {member: points for member, points in expected.items() if points}
    for member in scene.members:
        async with scene.store.read() as tx:
            total = await tx.progress.total_points(member.id)
        assert total == pytest.approx(sum(e.points for e in events if e.member == member.id))
