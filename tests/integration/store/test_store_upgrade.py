"""A database that version 0.1.0 filled is brought up to date without loss."""

import json
import shutil
import sqlite3
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from sqlalchemy import make_url

from bot.domain.board import standings
from bot.domain.challenge import Challenge, NewChallenge
from bot.domain.chat.events import MessagePosted
from bot.domain.chat.keys import Kind
from bot.domain.chat.message import Image, Message
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.member import BoardMode
from bot.domain.schedule import SlotKind
from bot.domain.submission import SubmissionState
from bot.store.migrate import MIGRATIONS, upgrade
from bot.store.store import SqlStore
from tests.support.schema import config_for, connected
from tests.support.sql import execute, select

OLD = Path(__file__).parent / "old"
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)

SERIAL = {
    "id": ("cohorts", "challenges", "members"),
    "number": ("audit", "inbox", "outbox", "submissions", "points_events"),
}
"""Columns that PostgreSQL counts up by itself."""


@dataclass(frozen=True)
class Upgraded:
    """The database after the upgrade, and what the old version computed from it."""

    store: SqlStore
    url: str
    before: dict[str, Any]


@pytest.fixture
async def upgraded(empty_url: str, tmp_path: Path) -> AsyncGenerator[Upgraded]:
    await upgrade(empty_url, migrations_to("0004", tmp_path))
    fill(empty_url, (OLD / "0004.sql").read_text())
    await upgrade(empty_url)
    store = await SqlStore.open(empty_url)
    yield Upgraded(store, empty_url, json.loads((OLD / "0004.json").read_text()))
    await store.close()


def migrations_to(last: str, folder: Path) -> Path:
    """The migrations that there were up to a number."""
    copy = Path(shutil.copytree(MIGRATIONS, folder / "migrations"))
    for file in copy.glob("versions/*_*.py"):
        if file.name[: len(last)] > last:
            file.unlink()
    return copy


def fill(url: str, script: str) -> None:
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(parts.database))) as file, file:
            file.executescript(script)
        return
    with psycopg.connect(
        host=str(parts.query["host"]), user=parts.username, dbname=parts.database
    ) as server:
        server.execute("SET TIME ZONE 'UTC'")
        server.execute(script.encode())
        for column, tables in SERIAL.items():
            for table in tables:
                server.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'),"  # noqa: S608 - ours
                    f" (SELECT max({column}) FROM {table}))".encode()
                )


def test_upgraded_schema_is_what_the_tables_say(upgraded: Upgraded) -> None:
    with connected(upgraded.url) as connection:
        command.check(config_for(connection))  # raises where they differ


def test_every_row_is_still_there(upgraded: Upgraded) -> None:
    counts = {
        table: select(upgraded.url, f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608 - ours
        for table in upgraded.before["counts"]
    }
    added = {
        table: select(upgraded.url, f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608 - ours
        for table in ("places", "identities", "posts")
    }

    assert counts == upgraded.before["counts"]
    assert list(added.values()) == [counts["cohorts"], counts["members"], counts["challenges"]]


async def test_cohorts_and_members_are_what_they_were(upgraded: Upgraded) -> None:
    async with upgraded.store.read() as tx:
        practice, owls = await tx.cohorts.all()
        people = {
            member.name: member
            for cohort in (practice, owls)
            for member in await tx.members.of(cohort.id)
        }
        found = await tx.members.find(owls.id, UserRef("fake", "here", "eva"))

    assert practice.holidays == {date(2026, 12, 4), date(2026, 12, 25)}
    assert (practice.pending_limit, practice.caps) == (5, {})
    (place,) = owls.places
    assert place.channel == ConversationRef("fake", "here", "owls")
    assert place.mentors_channel == ConversationRef("fake", "here", "owl-mentors")
    assert place.mentor_role == "coach"
    assert (owls.timezone, owls.hour, owls.open_hours) == ("America/New_York", 21, 24)
    assert (owls.late_hours, owls.reminder_hours, owls.details_public) == (12, 4, True)
    assert owls.caps == {"seconds": 7.5, "memory_mb": 512}
    assert found == people["Eva"]
    assert people["Eva"].board is BoardMode.NAMED
    assert people["Cleo"].board is BoardMode.HIDDEN
    assert not people["Cleo"].reminders
    assert people["Dan"].identities == (UserRef("fake", "here", "dan"),)


async def test_post_has_the_number_of_its_challenge_and_new_ones_come_after(
    upgraded: Upgraded,
) -> None:
    async with upgraded.store.write() as tx:
        challenges = [
            challenge
            for cohort in await tx.cohorts.all()
            for challenge in await tx.challenges.newest(cohort.id, limit=99)
        ]
        last = challenges[-1]
        cohort = await tx.cohorts.get(last.cohort)
        channels = {place.id: place.channel for place in cohort.places}
        opened = await tx.challenges.open(last_again(last), channels)

    posts = [post for challenge in challenges for post in challenge.posts]
    assert [challenge.id for challenge in challenges] == [post.id for post in posts]
    assert upgraded.before["challenges"] == [
        [
            post.id,
            post.thread.thread if post.thread else None,
            post.message.message if post.message else None,
        ]
        for post in posts
    ]
    assert opened is not None
    assert opened.posts[0].id > max(post.id for post in posts)


def last_again(challenge: Challenge) -> NewChallenge:
    """The same challenge under another key."""
    return NewChallenge(
        key="again",
        cohort=challenge.cohort,
        exercise=challenge.exercise,
        version=challenge.version,
        day=challenge.day,
        week=challenge.week,
        opens_at=challenge.opens_at,
        closes_at=challenge.closes_at,
        late_until=challenge.late_until,
    )


def plain(value: object) -> Any:  # noqa: ANN401 - JSON
    """A domain value as JSON reads it back."""
    return json.loads(json.dumps(value, default=_simple))


def _simple(value: Any) -> object:  # noqa: ANN401 - whatever JSON does not know
    return value.isoformat() if isinstance(value, datetime) else asdict(value)


def _without_tries(outcomes: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    return {
        member: [{**outcome, "tries": None} for outcome in own] for member, own in outcomes.items()
    }


def _tries(outcomes: Mapping[str, Sequence[Any]]) -> list[int]:
    return [outcome["tries"] for member in sorted(outcomes) for outcome in outcomes[member]]


async def test_standings_are_what_they_were(upgraded: Upgraded) -> None:
    boards: dict[str, Any] = {}
    outcomes: dict[str, Any] = {}
    points: dict[str, float] = {}
    async with upgraded.store.read() as tx:
        for cohort in await tx.cohorts.all():
            members = await tx.members.of(cohort.id)
            for week in (1, 2):
                seen = standings(
                    cohort,
                    members,
                    week=week,
                    challenges=await tx.challenges.of_week(cohort.id, week),
                    events=await tx.progress.points_of_week(cohort.id, week),
                    bests=await tx.progress.best_weeks(cohort.id, before=week),
                )
                boards[f"{cohort.id}:{week}"] = plain(seen)
            for member in members:
                outcomes[str(member.id)] = plain(await tx.progress.outcomes_of(member.id))
                points[str(member.id)] = await tx.progress.total_points(member.id)

    assert boards == upgraded.before["boards"]
    assert _without_tries(outcomes) == _without_tries(upgraded.before["outcomes"])
    tries, before = _tries(outcomes), _tries(upgraded.before["outcomes"])
    assert all(now <= then for now, then in zip(tries, before, strict=True))  # up to the best one
    assert points == upgraded.before["points"]


async def test_what_ran_is_queued_again_in_its_turn(upgraded: Upgraded) -> None:
    ran = select(upgraded.url, "SELECT submission FROM runs WHERE outcome = 'lost'")
    async with upgraded.store.write() as tx:
        line = await tx.submissions.waiting(limit=99)
        (lost,) = [await tx.submissions.get(str(submission)) for (submission,) in ran]
        claim = await tx.submissions.claim(worker="new", now=NEW_YEAR, lease_s=30)

    assert lost.state is SubmissionState.QUEUED
    assert [item.submission for item in line] == upgraded.before["line"]
    assert lost.id in upgraded.before["line"]
    assert {item.reader for item in line} == {None, UserRef("fake", "here", "cleo")}
    assert claim is not None
    assert claim.submission.id == upgraded.before["line"][0]


async def test_pending_events_are_still_read(upgraded: Upgraded) -> None:
    async with upgraded.store.read() as tx:
        events = await tx.inbox.pending()

    assert [event.key for event in events] == upgraded.before["pending_events"]
    assert len({type(event) for event in events}) == 6  # one of each class
    posted = events[0]
    assert isinstance(posted, MessagePosted)
    assert posted.attachments[0].name == "a.py"


async def test_unsent_messages_are_still_sent_under_their_old_keys(upgraded: Upgraded) -> None:
    async with upgraded.store.write() as tx:
        unsent = await tx.outbox.unsent(NEW_YEAR, limit=99)
        for item in unsent:
            if item.ref is not None:
                await tx.outbox.sent(item, item.ref, at=NEW_YEAR)
        titles = {str(item.key): item.thread_title for item in unsent if item.thread_title}

    assert sorted(
        [str(item.key), item.revision, item.failures, item.ref.message if item.ref else None]
        for item in unsent
    ) == sorted(upgraded.before["unsent"], key=lambda item: str(item[0]))
    assert [item.key.kind.asked_for for item in unsent] == sorted(
        (item.key.kind.asked_for for item in unsent), reverse=True
    )
    assert set(titles) == {"challenge:5", "challenge:6", "challenge:7"}
    assert set(titles.values()) == {"Double it", "Mend it"}


async def test_every_message_is_of_a_known_kind_and_still_read(upgraded: Upgraded) -> None:
    execute(upgraded.url, "UPDATE outbox SET sent_revision = 0, dead = false, not_before = NULL")
    async with upgraded.store.read() as tx:
        messages = await tx.outbox.unsent(NEW_YEAR, limit=99)

    assert len(messages) == upgraded.before["counts"]["outbox"]
    assert {message.key.kind for message in messages} >= {Kind.POST, Kind.DISPUTE, Kind.BOARD}
    links = [block for item in messages for block in item.message.blocks]
    assert any(isinstance(block, Image) for block in links)
    assert all(isinstance(item.message, Message) for item in messages)


async def test_pictures_that_were_sent_can_be_forgotten(upgraded: Upgraded) -> None:
    now = datetime.now(UTC) + timedelta(days=1)  # noqa: TID251 - the database said when
    async with upgraded.store.write() as tx:
        assert await tx.outbox.has_pictures(now)
        assert await tx.outbox.purge(now, limit=99) > 0
        assert not await tx.outbox.has_pictures(now)


async def test_slots_pins_and_versions_are_what_they_were(upgraded: Upgraded) -> None:
    async with upgraded.store.read() as tx:
        posts = await tx.calendar.last_slots(SlotKind.POST)
        boards = await tx.calendar.last_slots(SlotKind.BOARD)
        assert await tx.calendar.find_pin(1, date(2026, 12, 7)) == "build-it"
        (challenge, *_) = await tx.challenges.of_week(1, 1)
        kept = await tx.exercises.find(challenge.exercise, challenge.version)

    assert posts[1] == datetime(2026, 12, 2, 9, tzinfo=UTC)
    assert posts[2] == datetime(2026, 12, 3, 2, tzinfo=UTC)
    assert boards[1] == datetime(2026, 11, 30, 9, tzinfo=UTC)
    assert challenge.version == challenge.exercise  # the world's fingerprints are slugs
    assert kept is None  # it was kept without its checks
