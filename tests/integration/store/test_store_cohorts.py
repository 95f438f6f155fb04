"""Cohorts with their places, and members with their identities."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.cohort import Cohort
from bot.domain.errors import NotFoundError, StoreError
from bot.domain.member import BoardMode, Member, Role
from bot.domain.store import Transaction
from bot.store import members
from bot.store.store import SqlStore
from tests.support.sql import execute, select
from tests.support.stores import NOW, THREAD, Scene
from tests.support.values import a_cohort, a_place


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
        assert await tx.cohorts.get(added.id) == added
        assert await tx.cohorts.all() == [added]

    assert replace(added, id=1, places=(replace(added.places[0], id=0),)) == cohort


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
    (place,) = scene.cohort.places
    thread = replace(place.channel, thread="7")
    async with scene.store.read() as tx:
        for conversation in (place.channel, place.mentors_channel, thread):
            assert await tx.cohorts.find_by_channel(conversation) == scene.cohort
        assert await tx.cohorts.find_by_channel(ConversationRef("web", "local", "pets")) is None


async def test_cohort_has_a_place_on_each_platform_the_oldest_first(store: SqlStore) -> None:
    places = (a_place("web"), a_place("discord", mentor_role="42"))
    async with store.write() as tx:
        cohort = await tx.cohorts.add(replace(a_cohort(), places=places))
    async with store.read() as tx:
        read = await tx.cohorts.get(cohort.id)
        for place in cohort.places:
            assert await tx.cohorts.find_by_channel(place.channel) == cohort

    assert read == cohort
    assert [replace(place, id=0) for place in read.places] == list(places)
    assert read.place_of(replace(places[1].channel, thread="7")) == read.places[1]
    assert read.mentors_channel_for(places[1].channel) == places[1].mentors_channel


async def test_places_are_added_changed_and_removed_by_an_update(scene: Scene) -> None:
    (first,) = scene.cohort.places
    role = replace(scene.cohort, places=(replace(first, mentor_role="7"), a_place("discord")))
    async with scene.store.write() as tx:
        await tx.cohorts.update(role)
        changed = await tx.cohorts.get(scene.cohort.id)
        await tx.cohorts.update(replace(changed, places=changed.places[:1]))
        alone = await tx.cohorts.get(scene.cohort.id)

    assert changed.places[0] == replace(first, mentor_role="7")
    assert changed.places[1] == replace(a_place("discord"), id=changed.places[1].id)
    assert alone == replace(changed, places=changed.places[:1])


async def test_place_with_challenges_cannot_be_removed(scene: Scene) -> None:
    elsewhere = replace(scene.cohort, places=(a_place("discord"),))
    with pytest.raises(StoreError):
        async with scene.store.write() as tx:
            await tx.cohorts.update(elsewhere)

    async with scene.store.read() as tx:
        assert await tx.cohorts.get(scene.cohort.id) == scene.cohort


async def test_locked_cohort_is_the_one_that_is_read(scene: Scene) -> None:
    async with scene.store.write() as tx:
        assert await tx.cohorts.lock(scene.cohort.id) == scene.cohort
        with pytest.raises(NotFoundError):
            await tx.cohorts.lock(4711)


async def test_changes_that_lock_their_cohort_lose_none(scene: Scene, database_url: str) -> None:
    second = await SqlStore.open(database_url)

    async def add_holiday(store: SqlStore, day: int) -> None:
        async with store.write() as tx:
            cohort = await tx.cohorts.lock(scene.cohort.id)
            holidays = cohort.holidays | {date(2026, 12, day)}
            await tx.cohorts.update(replace(cohort, holidays=holidays))

    await asyncio.gather(
        *(add_holiday(second if day % 2 else scene.store, day) for day in range(1, 11))
    )
    await second.close()

    async with scene.store.read() as tx:
        assert len((await tx.cohorts.get(scene.cohort.id)).holidays) == 10


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
    monkeypatch.setattr(members, "ALIASES", 5)
    async with scene.store.write() as tx:
        for number in range(12):
            await join(tx, scene.cohort, f"p{number}")
        everybody = await tx.members.of(scene.cohort.id)

    assert len({member.alias for member in everybody}) == len(everybody) == 15


async def test_member_is_found_by_person_and_cohort(scene: Scene) -> None:
    member = scene.members[1]
    (user,) = member.identities
    async with scene.store.read() as tx:
        assert await tx.members.find(scene.cohort.id, user) == member
        assert await tx.members.get(member.id) == member
        assert await tx.members.of(scene.cohort.id) == scene.members
        assert await tx.members.find(scene.cohort.id + 1, user) is None


async def test_members_choices_are_kept(scene: Scene) -> None:
    member = scene.members[0]
    async with scene.store.write() as tx:
        await tx.members.set_board(member.id, BoardMode.HIDDEN)
        await tx.members.set_reminders(member.id, on=False)
        await tx.members.excuse(member.id, date(2026, 11, 23))
        await tx.members.excuse(member.id, date(2026, 11, 25))
    async with scene.store.read() as tx:
        changed = await tx.members.get(member.id)

    days = frozenset({date(2026, 11, 23), date(2026, 11, 25)})
    assert changed == replace(member, board=BoardMode.HIDDEN, reminders=False, excused=days)


async def test_member_is_found_by_every_identity(scene: Scene, database_url: str) -> None:
    member, discord = scene.members[0], UserRef("discord", "1", "99")
    execute(
        database_url,
        "INSERT INTO identities (cohort, user_ref, member, linked_at)"
        " VALUES (:cohort, :user, :member, '2026-11-24 09:00:00+00:00')",
        cohort=scene.cohort.id,
        user='["discord","1","99"]',
        member=member.id,
    )

    async with scene.store.read() as tx:
        found = await tx.members.find(scene.cohort.id, discord)

    assert found is not None
    assert found == replace(member, identities=(*member.identities, discord))
    assert found.identity_on("discord") == discord
    assert found.identity_on("slack") == member.identities[0]


async def test_same_person_is_another_member_in_another_cohort(scene: Scene) -> None:
    async with scene.store.write() as tx:
        other = await tx.cohorts.add(replace(a_cohort(), places=(a_place("discord"),)))
        here, _ = await join(tx, scene.cohort, "ana")
        there, new = await join(tx, other, "ana")

    assert new
    assert here.id != there.id
    assert here.identities == there.identities


@pytest.mark.parametrize("number", [0, -1, 4711, 2**31, 2**63, 10**30])
async def test_unknown_numbers_are_not_found(scene: Scene, number: int) -> None:
    async with scene.store.write() as tx:
        for lookup in (tx.cohorts.get, tx.cohorts.lock, tx.members.get, tx.challenges.get):
            with pytest.raises(NotFoundError):
                await lookup(number)
        with pytest.raises(NotFoundError):
            await tx.members.set_reminders(number, on=True)
        with pytest.raises(NotFoundError):
            await tx.challenges.set_posted(number, MessageRef(THREAD, "1"), THREAD)


# --- the audit trail --------------------------------------------------------------------------


async def test_audit_keeps_every_line(scene: Scene, database_url: str) -> None:
    async with scene.store.write() as tx:
        for action in ("challenge.post", "challenge.close"):
            await tx.audit.record(at=NOW, actor="web:u1", action=action, target="challenge 1")

    rows = select(database_url, "SELECT actor, action, note FROM audit ORDER BY number")
    assert rows == [("web:u1", "challenge.post", ""), ("web:u1", "challenge.close", "")]
