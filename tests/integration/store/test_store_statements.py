"""What the store costs: as many statements for fifty members with a history as for three."""

import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.domain.challenge import Challenge
from bot.domain.exercise import Day
from bot.domain.progression import PlanItem, PlanReason
from bot.domain.schedule import SlotKind
from bot.domain.store import Transaction
from bot.store.store import SqlStore
from tests.support.statements import Statements, counted
from tests.support.stores import (
    LEASE_S,
    NOW,
    THREAD,
    Scene,
    a_grade,
    a_new_challenge,
    channels,
    later,
    new_scene,
)

Work = Callable[[Transaction, Scene], Awaitable[object]]

PLAN = [
    PlanItem(member=0, week=1, day=day, exercise=exercise, reason=PlanReason.PINNED)
    for day, exercise in zip(Day, ("double-it", "", ""), strict=True)
]


async def open_challenge(tx: Transaction, scene: Scene) -> Challenge | None:
    new = replace(a_new_challenge("post:another"), cohort=scene.cohort.id)
    return await tx.challenges.open(new, channels(scene.cohort))


BUDGETS: dict[str, tuple[int, Work]] = {
    "cohorts": (1, lambda tx, _: tx.cohorts.all()),
    "channel": (1, lambda tx, s: tx.cohorts.find_by_channel(s.cohort.places[0].channel)),
    "members": (1, lambda tx, s: tx.members.of(s.cohort.id)),
    "member": (1, lambda tx, s: tx.members.find(s.cohort.id, s.members[0].identities[0])),
    "open": (2, open_challenge),
    "challenge": (1, lambda tx, s: tx.challenges.get(s.challenge.id)),
    "week": (1, lambda tx, s: tx.challenges.of_week(s.cohort.id, 1)),
    "newest": (1, lambda tx, s: tx.challenges.newest(s.cohort.id, limit=10)),
    "not over": (1, lambda tx, s: tx.challenges.not_over(s.cohort.id, NOW)),
    "closings": (1, lambda tx, _: tx.challenges.due_closings(later(10**6))),
    "still open": (1, lambda tx, _: tx.challenges.still_open(NOW)),
    "slots": (1, lambda tx, _: tx.calendar.last_slots(SlotKind.POST)),
    "plan week": (2, lambda tx, s: tx.progress.plan_week(s.cohort.id, PLAN)),
    "plan": (1, lambda tx, s: tx.progress.plan_of(s.members[0].id, 1)),
    "bests": (1, lambda tx, s: tx.progress.best_weeks(s.cohort.id, before=9)),
    "points of week": (1, lambda tx, s: tx.progress.points_of_week(s.cohort.id, 1)),
    "outcomes": (1, lambda tx, s: tx.progress.outcomes_of(s.members[0].id)),
    "turnouts": (1, lambda tx, s: tx.progress.turnouts([s.challenge.id])),
    "answered": (1, lambda tx, s: tx.submissions.answered_by(s.challenge.id)),
    "line": (1, lambda tx, _: tx.submissions.waiting(limit=20)),
    "claimable": (1, lambda tx, _: tx.submissions.is_claimable(now=NOW, lease_s=LEASE_S)),
    "claim": (3, lambda tx, _: tx.submissions.claim(worker="one", now=NOW, lease_s=LEASE_S)),
    "history": (2, lambda tx, s: tx.submissions.history(s.members[0].id)),
    "unsent": (1, lambda tx, _: tx.outbox.unsent(NOW)),
}


async def spend(scene: Scene, work: Work) -> Statements:
    """What one piece of work costs; nothing of it is kept."""

    async def do() -> None:
        async with scene.store.write() as tx:
            await work(tx, scene)
            raise LookupError

    with counted(scene.store) as seen, pytest.raises(LookupError):
        await do()
    return seen


async def grown(store: SqlStore, *, members: int, answers: int) -> Scene:
    """A cohort with a history, and as many submissions in line."""
    scene = await new_scene(store, members=members)
    for number in range(answers):
        await scene.graded(number % members, source=f"x = {number}")
    for number in range(answers):
        await scene.submit(number % members)
    return scene


@pytest.mark.parametrize("members", [3, 30])
async def test_no_work_costs_more_for_more_members_or_a_longer_history(
    store: SqlStore, members: int
) -> None:
    scene = await grown(store, members=members, answers=members)

    costs = {name: await spend(scene, work) for name, (_, work) in BUDGETS.items()}

    over = {
        name: str(seen) for name, seen in costs.items() if seen.total > BUDGETS[name][0] + 1
    }  # and one BEGIN
    assert over == {}


async def test_message_until_verdict_costs_the_store_little(scene: Scene) -> None:
    """The store's part of accepting, claiming and grading one answer, in three transactions."""
    new = scene.submission()
    with counted(scene.store) as seen:
        async with scene.store.write() as tx:
            await tx.submissions.before(**scene.who(0), answer=new.answer)
            await tx.submissions.add(new)
        claim = await scene.must_claim()
        await scene.finish(claim, a_grade())

    seen.check(write_transactions=3, statements=18)


# --- what is done costs nothing any more ------------------------------------------------------

MORE: dict[str, Work] = {
    "latest": lambda tx, _: tx.submissions.find_latest("answer:1"),
    "before": lambda tx, s: tx.submissions.before(**s.who(0), answer="answer:1"),
    "queue length": lambda tx, _: tx.submissions.queue_length(),
    "take back": lambda tx, _: tx.submissions.take_back("one"),
    "withdraw": lambda tx, _: tx.submissions.withdraw("answer:1"),
    "thread": lambda tx, _: tx.challenges.find_by_thread(THREAD),
    "points": lambda tx, s: tx.progress.total_points(s.members[0].id),
    "pending": lambda tx, _: tx.inbox.pending(),
    "kept": lambda tx, _: tx.inbox.has_kept(NOW),
    "purge": lambda tx, _: tx.inbox.purge(NOW, limit=9),
    "unsent count": lambda tx, _: tx.outbox.unsent_count(NOW),
    "next due": lambda tx, _: tx.outbox.next_due(),
    "pictures": lambda tx, _: tx.outbox.has_pictures(NOW),
    "purge pictures": lambda tx, _: tx.outbox.purge(NOW, limit=9),
    "passed": lambda tx, _: tx.outbox.has_passed(replies=NOW, disputes=NOW),
    "forget passed": lambda tx, _: tx.outbox.forget_passed(replies=NOW, disputes=NOW, limit=9),
    "sources": lambda tx, _: tx.submissions.has_sources(NOW, ended=NOW),
    "forget sources": lambda tx, _: tx.submissions.forget_sources(NOW, ended=NOW, limit=9),
}
LOOKED_AT = MORE | {name: work for name, (_, work) in BUDGETS.items() if name != "cohorts"}

GROWING = [
    "challenges",
    "check_results",
    "grades",
    "hints",
    "identities",
    "inbox",
    "members",
    "outbox",
    "plan_items",
    "points_events",
    "posts",
    "runs",
    "slots",
    "submissions",
]


async def test_no_query_reads_a_whole_table_that_grows(migrated_file: Path, tmp_path: Path) -> None:
    file = shutil.copy(migrated_file, tmp_path / "plans.sqlite3")
    store = await SqlStore.open(f"sqlite:///{file}")
    scene = await grown(store, members=3, answers=3)

    plans = {name: await explain(scene, work) for name, work in LOOKED_AT.items()}
    await store.close()

    whole = {
        (name, line)
        for name, lines in plans.items()
        for line in lines
        for table in GROWING
        if line == f"SCAN {table}" or line.startswith(f"SCAN {table} USING INDEX sqlite_autoindex")
    }
    assert whole == set()


async def explain(scene: Scene, work: Work) -> list[str]:
    """SQLite's plans for every statement of a piece of work."""
    engine, ran = scene.store.writing.sync_engine, list[tuple[str, Any]]()

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        ran.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        await spend(scene, work)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with closing(sqlite3.connect(str(engine.url.database))) as file:
        return [
            str(line[3])
            for statement, values in ran
            if not statement.startswith("BEGIN")
            for line in file.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
