"""Challenges, their posts in each place, exercise versions and the cohort's calendar."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.challenge import Challenge
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.errors import StoreError
from bot.domain.exercise import Day
from bot.domain.schedule import BoardSlot, Slot, SlotKind
from bot.domain.store import Transaction
from bot.store.store import SqlStore
from tests.support.sql import execute, select
from tests.support.stores import NOW, THREAD, Scene, a_new_challenge, channels, later, opened
from tests.support.values import a_cohort, a_place, an_exercise

POST = MessageRef(replace(THREAD, thread=""), "1")


async def posted(scene: Scene, tx: Transaction) -> None:
    (post,) = scene.challenge.posts
    await tx.challenges.set_posted(post.id, POST, THREAD)


async def test_challenge_opens_once_per_key(scene: Scene) -> None:
    new = replace(a_new_challenge("post:x"), cohort=scene.cohort.id)
    async with scene.store.write() as tx:
        opened = await tx.challenges.open(new, channels(scene.cohort))
        assert opened is not None
        assert await tx.challenges.open(new, channels(scene.cohort)) is None
        assert await tx.challenges.get(opened.id) == opened

    assert (opened.key, opened.threads, opened.closed_at) == ("post:x", (), None)


async def test_challenge_has_a_post_in_each_place(store: SqlStore) -> None:
    places = (a_place("web"), a_place("discord"))
    discord_thread = ConversationRef("discord", "local", "practice", "9")
    async with store.write() as tx:
        cohort = await tx.cohorts.add(replace(a_cohort(), places=places))
        await tx.exercises.record(an_exercise("double-it"), NOW)
        challenge = await opened(tx, cohort, a_new_challenge("post:x"))
        web, discord = challenge.posts
        message = MessageRef(discord_thread.parent, "9")
        assert await tx.challenges.set_posted(discord.id, message, discord_thread) == challenge.id
        half = await tx.challenges.get(challenge.id)
        await tx.challenges.set_posted(web.id, POST, THREAD)
        whole = await tx.challenges.get(challenge.id)
        assert await tx.challenges.find_by_thread(THREAD) == whole
        assert await tx.challenges.find_by_thread(discord_thread) == whole

    assert [(post.place, post.channel) for post in challenge.posts] == [
        (place.id, place.channel) for place in cohort.places
    ]
    assert half.posts == (web, replace(discord, message=message, thread=discord_thread))
    assert half.thread_for(UserRef("web", "local", "ana")) == discord_thread
    assert whole.threads == (THREAD, discord_thread)
    assert whole.thread_for(UserRef("web", "local", "ana")) == THREAD


async def test_challenge_needs_a_recorded_exercise(scene: Scene) -> None:
    with pytest.raises(StoreError):
        async with scene.store.write() as tx:
            await opened(tx, scene.cohort, a_new_challenge("post:x", exercise="never-recorded"))


async def test_posted_challenge_is_found_by_its_thread(scene: Scene) -> None:
    async with scene.store.write() as tx:
        assert await tx.challenges.find_by_thread(THREAD) is None
        await posted(scene, tx)
    async with scene.store.read() as tx:
        found = await tx.challenges.find_by_thread(THREAD)

    (post,) = scene.challenge.posts
    assert found == replace(scene.challenge, posts=(replace(post, message=POST, thread=THREAD),))


def ids(challenges: Sequence[Challenge]) -> list[int]:
    return [challenge.id for challenge in challenges]


async def test_challenges_are_listed_oldest_first_and_by_week(scene: Scene) -> None:
    third = await scene.another_challenge("post:c", week=2, after_h=9)
    second = await scene.another_challenge("post:b", week=2, after_h=5)
    cohort, oldest_first = scene.cohort.id, [scene.challenge, second, third]

    async with scene.store.read() as tx:
        assert await tx.challenges.of_week(cohort, 1) == [scene.challenge]
        assert await tx.challenges.of_week(cohort, 2) == [second, third]
        assert await tx.challenges.newest(cohort, limit=9) == oldest_first
        assert await tx.challenges.newest(cohort, limit=2) == [second, third]
        since = await tx.challenges.since(cohort, second.opens_at)
        assert ids(since) == ids([second, third])
        assert {challenge.posts for challenge in since} == {()}
        assert await tx.challenges.newest(cohort + 1, limit=9) == []


async def test_challenge_is_not_over_until_it_is_closed_and_late_answers_too(scene: Scene) -> None:
    cohort, late_until = scene.cohort.id, scene.challenge.late_until
    second = await scene.another_challenge("post:b", after_h=200)
    async with scene.store.write() as tx:
        await tx.challenges.set_closed(scene.challenge.id, scene.challenge.closes_at)

        before = await tx.challenges.not_over(cohort, late_until - timedelta(seconds=1))
        assert ids(before) == ids([scene.challenge, second])
        assert await tx.challenges.not_over(cohort, late_until) == [second]
        assert await tx.challenges.not_over(cohort, second.late_until) == [second]  # not closed


async def test_open_challenges_are_found_and_marked_once_as_reminded(scene: Scene) -> None:
    hour = 3600
    async with scene.store.write() as tx:
        (found,) = await tx.challenges.still_open(later(hour))
        assert (found.id, found.is_posted) == (scene.challenge.id, False)
        await posted(scene, tx)
        (found,) = await tx.challenges.still_open(later(hour))
        assert found.is_posted
        assert await tx.challenges.still_open(later(48 * hour)) == []  # closed by now

        assert await tx.challenges.set_reminded(found.id, later(42 * hour))
        assert not await tx.challenges.set_reminded(found.id, later(43 * hour))


async def test_threads_of_a_channel_are_lost_with_it(scene: Scene) -> None:
    async with scene.store.write() as tx:
        await posted(scene, tx)
        [thread] = (await tx.challenges.get(scene.challenge.id)).threads
        elsewhere = replace(thread, channel="another")
        assert await tx.challenges.lose_threads(elsewhere) == []
        assert await tx.challenges.lose_threads(thread.parent) == [scene.challenge.id]
        assert await tx.challenges.lose_threads(thread) == []
        assert (await tx.challenges.get(scene.challenge.id)).threads == ()
        assert await tx.challenges.find_by_thread(thread) is None


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


# --- the calendar -----------------------------------------------------------------------------


def a_slot(on: int = 23, *, due_s: float = 0) -> Slot:
    return Slot(day=Day.IMPLEMENT, on=date(2026, 11, on), due_at=later(due_s))


def a_board_slot(on: int = 23, *, due_s: float = 0) -> BoardSlot:
    return BoardSlot(week=1, on=date(2026, 11, on), due_at=later(due_s))


async def test_slot_is_taken_once_whoever_is_first(scene: Scene, database_url: str) -> None:
    second = await SqlStore.open(database_url)

    async def take(store: SqlStore) -> bool:
        async with store.write() as tx:
            return await tx.calendar.take_slot(scene.cohort.id, a_slot(), NOW)

    taken = await asyncio.gather(*(take(store) for store in (scene.store, second) * 5))
    await second.close()

    assert sorted(taken) == [False] * 9 + [True]


async def test_slots_of_one_date_differ_by_their_kind(scene: Scene) -> None:
    async with scene.store.write() as tx:
        assert await tx.calendar.take_slot(scene.cohort.id, a_slot(), NOW)
        assert await tx.calendar.take_slot(scene.cohort.id, a_board_slot(), NOW)
        assert not await tx.calendar.take_slot(scene.cohort.id, a_slot(due_s=9), NOW)


async def test_last_slot_is_the_newest_of_its_kind(scene: Scene) -> None:
    async with scene.store.write() as tx:
        other = await tx.cohorts.add(replace(a_cohort(), places=(a_place("discord"),)))
        assert await tx.calendar.last_slots(SlotKind.POST) == {}
        for slot in (a_slot(24, due_s=20), a_slot(25, due_s=10), a_board_slot(26, due_s=30)):
            await tx.calendar.take_slot(scene.cohort.id, slot, NOW)
        await tx.calendar.take_slot(other.id, a_slot(due_s=40), NOW)

        assert await tx.calendar.last_slots(SlotKind.POST) == {
            scene.cohort.id: later(20),
            other.id: later(40),
        }
        assert await tx.calendar.last_slots(SlotKind.BOARD) == {scene.cohort.id: later(30)}


async def test_later_pin_replaces_the_earlier(scene: Scene) -> None:
    day, cohort = date(2026, 11, 25), scene.cohort.id
    async with scene.store.write() as tx:
        assert await tx.calendar.find_pin(cohort, day) is None
        await tx.calendar.pin(cohort=cohort, on=day, exercise="one", by=scene.members[0].id)
        await tx.calendar.pin(cohort=cohort, on=day, exercise="two", by=None)

        assert await tx.calendar.find_pin(cohort, day) == "two"
        assert await tx.calendar.find_pin(cohort, date(2026, 11, 26)) is None
        assert await tx.calendar.pins(cohort, day) == [(day, "two")]
        assert await tx.calendar.pins(cohort, day + timedelta(days=1)) == []
        assert await tx.calendar.unpin(cohort, day)
        assert not await tx.calendar.unpin(cohort, day)
        assert await tx.calendar.find_pin(cohort, day) is None


async def test_last_use_of_an_exercise_is_its_newest_opening(scene: Scene) -> None:
    await scene.another_challenge("post:b", after_h=4)
    await scene.another_challenge("post:c", after_h=2)
    async with scene.store.write() as tx:
        assert await tx.challenges.last_used(scene.cohort.id) == {"double-it": later(4 * 3600)}
        assert await tx.challenges.last_used(scene.cohort.id + 1) == {}


# --- exercise versions ------------------------------------------------------------------------


async def test_exercise_version_reads_back_as_it_was_recorded(scene: Scene) -> None:
    first = an_exercise("double-it")
    changed = replace(first, task="changed", fingerprint="other hash")
    async with scene.store.write() as tx:
        await tx.exercises.record(changed, later(9))
    async with scene.store.read() as tx:
        assert await tx.exercises.find("double-it", first.fingerprint) == first
        assert await tx.exercises.find("double-it", "other hash") == changed
        assert await tx.exercises.find("double-it", "no hash") is None
        assert await tx.exercises.find("treble-it", first.fingerprint) is None


async def test_recorded_version_keeps_its_first_content(scene: Scene, database_url: str) -> None:
    async with scene.store.write() as tx:
        await tx.exercises.record(replace(an_exercise("double-it"), task="changed"), later(9))

    ((content, recorded_at),) = select(
        database_url, "SELECT content, recorded_at FROM exercise_versions"
    )
    assert "changed" not in str(content)
    assert str(recorded_at).startswith("2026-11-23 08:00:00")


async def test_version_that_was_kept_without_its_checks_is_completed_once(
    scene: Scene, database_url: str
) -> None:
    exercise = an_exercise("double-it")
    execute(database_url, "UPDATE exercise_versions SET whole = false")
    async with scene.store.write() as tx:
        assert await tx.exercises.find("double-it", exercise.fingerprint) is None
        await tx.exercises.record(replace(exercise, task="whole"), later(9))
        await tx.exercises.record(replace(exercise, task="later"), later(9))
        found = await tx.exercises.find("double-it", exercise.fingerprint)

    assert found == replace(exercise, task="whole")


async def test_challenge_is_moved_only_as_it_was_read(scene: Scene) -> None:
    before = scene.challenge
    after = replace(before, closes_at=before.closes_at + timedelta(hours=1), reopened=1)
    async with scene.store.write() as tx:
        assert await tx.challenges.move(before, after)
        assert await tx.challenges.get(before.id) == after
        assert not await tx.challenges.move(before, replace(before, reopened=2))
        assert await tx.challenges.set_closed(before.id, NOW)
        assert not await tx.challenges.move(after, before)


async def test_what_came_late_to_a_challenge_counts_in_time(scene: Scene) -> None:
    late = replace(scene.submission(), late=True)
    async with scene.store.write() as tx:
        await tx.submissions.add(late)
        await tx.corrections.count_in_time(scene.challenge.id + 1)
        assert (await tx.submissions.get(late.id)).late
        await tx.corrections.count_in_time(scene.challenge.id)
        assert not (await tx.submissions.get(late.id)).late
