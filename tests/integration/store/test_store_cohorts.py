"""Cohorts, members, challenges, slots, pins and the audit trail."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.cohort import BoardMode, Cohort, Member, Role
from bot.domain.errors import NotFoundError, StoreError
from bot.domain.store import Transaction
from bot.store import cohorts
from bot.store.engine import migration_engine, parse_url
from bot.store.store import SqlStore
from tests.support.stores import NOW, THREAD, Scene, a_new_challenge, later
from tests.support.values import a_cohort, an_exercise


async def join(tx: Transaction, cohort: Cohort, name: str) -> tuple[Member, bool]:
    user = UserRef("web", "local", name)
    return await tx.members.join(cohort=cohort.id, user=user, name=name, role=Role.MENTOR, at=NOW)


# --- cohorts and members ----------------------------------------------------------------------


async def test_cohort_reads_back_as_it_was_added(store: SqlStore) -> None:
    cohort = replace(
        a_cohort(),
        details_public=True,
        caps={"seconds": 7.5, "memory_mb": 512},
        holidays=frozenset({date(2026, 12, 24), date(2026, 12, 25)}),
    )
    async with store.write() as tx:
        added = await tx.cohorts.add(cohort)
    async with store.read() as tx:
        assert await tx.cohorts.get(added.id) == replace(cohort, id=added.id)
        assert await tx.cohorts.all() == [added]


async def test_cohort_is_replaced_by_an_update(scene: Scene) -> None:
    changed = replace(
        scene.cohort, hour=7, timezone="UTC", holidays=frozenset({date(2026, 12, 24)})
    )
    async with scene.store.write() as tx:
        await tx.cohorts.update(changed)
    async with scene.store.read() as tx:
        assert await tx.cohorts.all() == [changed]

    with pytest.raises(NotFoundError):
        async with scene.store.write() as tx:
            await tx.cohorts.update(replace(changed, id=4711))


async def test_cohort_is_found_by_either_channel_and_their_threads(scene: Scene) -> None:
    cohort = scene.cohort
    thread = replace(cohort.place, thread="7")
    async with scene.store.read() as tx:
        for place in (cohort.place, cohort.mentors_place, thread):
            assert await tx.cohorts.find_by_place(place) == cohort
        assert await tx.cohorts.find_by_place(ConversationRef("web", "local", "pets")) is None


async def test_channel_belongs_to_one_cohort(scene: Scene) -> None:
    with pytest.raises(StoreError):
        async with scene.store.write() as tx:
            await tx.cohorts.add(scene.cohort)


async def test_joining_twice_is_joining_once(scene: Scene) -> None:
    async with scene.store.write() as tx:
        first, new = await join(tx, scene.cohort, "ana")
        again, new_again = await join(tx, scene.cohort, "ana")

    assert (new, new_again, first) == (True, False, again)
    assert (first.role, first.joined_at, first.board) == (Role.MENTOR, NOW, BoardMode.ALIAS)


async def test_joining_at_the_same_moment_is_joining_once(scene: Scene, database_url: str) -> None:
    second = await SqlStore.open(database_url)

    async def one(store: SqlStore) -> bool:
        async with store.write() as tx:
            return (await join(tx, scene.cohort, "ana"))[1]

    news = await asyncio.gather(*(one(store) for store in (scene.store, second) * 4))
    await second.close()

    assert sorted(news) == [False] * 7 + [True]


async def test_aliases_of_a_cohort_differ_even_beyond_the_word_list(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cohorts, "ALIASES", 5)
    async with scene.store.write() as tx:
        for number in range(12):
            await join(tx, scene.cohort, f"p{number}")
        members = await tx.members.of(scene.cohort.id)

    assert len({member.alias for member in members}) == len(members) == 15


async def test_member_is_found_by_person_and_cohort(scene: Scene) -> None:
    member = scene.members[1]
    async with scene.store.read() as tx:
        assert await tx.members.find(scene.cohort.id, member.user) == member
        assert await tx.members.get(member.id) == member
        assert await tx.members.of(scene.cohort.id) == scene.members
        assert await tx.members.find(scene.cohort.id + 1, member.user) is None


async def test_members_choices_are_kept(scene: Scene) -> None:
    member = scene.members[0]
    async with scene.store.write() as tx:
        await tx.members.set_board(member.id, BoardMode.HIDDEN)
        await tx.members.set_reminders(member.id, on=False)
    async with scene.store.read() as tx:
        changed = await tx.members.get(member.id)

    assert changed == replace(member, board=BoardMode.HIDDEN, reminders=False)


@pytest.mark.parametrize("number", [0, -1, 4711, 2**31, 2**63, 10**30])
async def test_unknown_numbers_are_not_found(scene: Scene, number: int) -> None:
    async with scene.store.read() as tx:
        with pytest.raises(NotFoundError):
            await tx.cohorts.get(number)
        with pytest.raises(NotFoundError):
            await tx.members.get(number)
        with pytest.raises(NotFoundError):
            await tx.challenges.get(number)


# --- challenges -------------------------------------------------------------------------------


async def test_challenge_opens_once_per_key(scene: Scene) -> None:
    new = a_new_challenge(scene.cohort.id, "post:x")
    async with scene.store.write() as tx:
        opened = await tx.challenges.open(new)
        assert opened is not None
        assert await tx.challenges.open(new) is None
        assert await tx.challenges.get(opened.id) == opened

    assert (opened.key, opened.post, opened.closed_at) == ("post:x", None, None)


async def test_challenge_needs_a_recorded_exercise(scene: Scene) -> None:
    with pytest.raises(StoreError):
        async with scene.store.write() as tx:
            await tx.challenges.open(
                a_new_challenge(scene.cohort.id, "post:x", exercise="never-recorded")
            )


async def test_posted_challenge_is_found_by_its_thread(scene: Scene) -> None:
    post = MessageRef(scene.cohort.place, "1")
    async with scene.store.write() as tx:
        assert await tx.challenges.find_by_thread(THREAD) is None
        await tx.challenges.set_posted(scene.challenge.id, post, THREAD)
    async with scene.store.read() as tx:
        found = await tx.challenges.find_by_thread(THREAD)

    assert found == replace(scene.challenge, post=post, thread=THREAD)


async def test_challenges_are_listed_oldest_first_and_by_week(scene: Scene) -> None:
    third = await scene.another_challenge("post:c", week=2, after_h=9)
    second = await scene.another_challenge("post:b", week=2, after_h=5)

    async with scene.store.read() as tx:
        everything = await tx.challenges.of(scene.cohort.id)
        week = await tx.challenges.of(scene.cohort.id, week=2)

    assert [item.id for item in everything] == [scene.challenge.id, second.id, third.id]
    assert [item.id for item in week] == [second.id, third.id]


async def test_reminder_is_due_within_the_cohorts_hours_once(scene: Scene) -> None:
    hour = 3600
    async with scene.store.write() as tx:
        assert await tx.challenges.due_reminders(later(43 * hour)) == []  # not posted yet
        await tx.challenges.set_posted(
            scene.challenge.id, MessageRef(scene.cohort.place, "1"), THREAD
        )
        assert await tx.challenges.due_reminders(later(42 * hour - 1)) == []
        (due,) = await tx.challenges.due_reminders(later(42 * hour))
        assert due.id == scene.challenge.id
        assert await tx.challenges.due_reminders(later(48 * hour)) == []  # closed by now

        assert await tx.challenges.set_reminded(due.id, later(42 * hour))
        assert not await tx.challenges.set_reminded(due.id, later(43 * hour))
        assert await tx.challenges.due_reminders(later(43 * hour)) == []


async def test_closing_is_due_after_the_open_time_once(scene: Scene) -> None:
    closes_at = scene.challenge.closes_at
    async with scene.store.write() as tx:
        assert await tx.challenges.due_closings(closes_at - timedelta(seconds=1)) == []
        (due,) = await tx.challenges.due_closings(closes_at)
        assert await tx.challenges.set_closed(due.id, closes_at + timedelta(minutes=1))
        assert not await tx.challenges.set_closed(due.id, closes_at + timedelta(minutes=2))
        assert await tx.challenges.due_closings(closes_at + timedelta(hours=1)) == []
        closed = await tx.challenges.get(due.id)

    assert (closed.closes_at, closed.closed_at) == (closes_at, closes_at + timedelta(minutes=1))


async def test_closing_early_ends_the_open_time(scene: Scene) -> None:
    async with scene.store.write() as tx:
        await tx.challenges.set_closed(scene.challenge.id, later(60))
        closed = await tx.challenges.get(scene.challenge.id)

    assert (closed.closes_at, closed.closed_at) == (later(60), later(60))
    assert closed.late_until == scene.challenge.late_until


async def test_slot_is_taken_once_whoever_is_first(scene: Scene, database_url: str) -> None:
    second = await SqlStore.open(database_url)

    async def take(store: SqlStore) -> bool:
        async with store.write() as tx:
            return await tx.challenges.take_slot(
                cohort=scene.cohort.id, key="post:2026-11-23", due_at=NOW, at=NOW
            )

    taken = await asyncio.gather(*(take(store) for store in (scene.store, second) * 5))
    await second.close()

    assert sorted(taken) == [False] * 9 + [True]


async def test_last_slot_is_the_newest_of_its_kind(scene: Scene) -> None:
    cohort = scene.cohort.id
    async with scene.store.write() as tx:
        assert await tx.challenges.last_slot(cohort, "post:") is None
        for key, seconds in (("post:b", 20), ("post:a", 10), ("board:c", 30), ("postx", 40)):
            await tx.challenges.take_slot(cohort=cohort, key=key, due_at=later(seconds), at=NOW)

        assert await tx.challenges.last_slot(cohort, "post:") == later(20)
        assert await tx.challenges.last_slot(cohort, "post_") is None
        assert await tx.challenges.last_slot(cohort + 1, "post:") is None


async def test_later_pin_replaces_the_earlier(scene: Scene) -> None:
    day, cohort = date(2026, 11, 25), scene.cohort.id
    async with scene.store.write() as tx:
        assert await tx.challenges.find_pin(cohort, day) is None
        await tx.challenges.pin(cohort=cohort, on=day, exercise="one", by=scene.members[0].id)
        await tx.challenges.pin(cohort=cohort, on=day, exercise="two", by=None)

        assert await tx.challenges.find_pin(cohort, day) == "two"
        assert await tx.challenges.find_pin(cohort, date(2026, 11, 26)) is None
        assert await tx.challenges.pins(cohort, day) == [(day, "two")]
        assert await tx.challenges.pins(cohort, day + timedelta(days=1)) == []
        assert await tx.challenges.unpin(cohort, day)
        assert not await tx.challenges.unpin(cohort, day)
        assert await tx.challenges.find_pin(cohort, day) is None


async def test_last_use_of_an_exercise_is_its_newest_opening(scene: Scene) -> None:
    await scene.another_challenge("post:b", after_h=4)
    await scene.another_challenge("post:c", after_h=2)
    async with scene.store.write() as tx:
        assert await tx.challenges.last_used(scene.cohort.id) == {"double-it": later(4 * 3600)}
        assert await tx.challenges.last_used(scene.cohort.id + 1) == {}


# --- what is only written ---------------------------------------------------------------------


async def test_recorded_version_keeps_its_first_content(scene: Scene, database_url: str) -> None:
    async with scene.store.write() as tx:
        await tx.exercises.record(replace(an_exercise("double-it"), task="changed"), later(9))
        await tx.exercises.record(replace(an_exercise("double-it"), version=2), later(9))

    rows = select(database_url, "SELECT version, content FROM exercise_versions ORDER BY 1")
    assert [row[0] for row in rows] == [1, 2]
    assert "changed" not in str(rows[0][1])


async def test_audit_keeps_every_line(scene: Scene, database_url: str) -> None:
    async with scene.store.write() as tx:
        for action in ("challenge.post", "challenge.close"):
            await tx.audit.record(at=NOW, actor="web:u1", action=action, target="challenge 1")

    rows = select(database_url, "SELECT actor, action, note FROM audit ORDER BY number")
    assert rows == [("web:u1", "challenge.post", ""), ("web:u1", "challenge.close", "")]


def select(database_url: str, query: str) -> list[tuple[object, ...]]:
    engine = migration_engine(parse_url(database_url))
    with engine.connect() as connection:
        rows = connection.execute(text(query)).all()
    engine.dispose()
    return [tuple(row) for row in rows]
