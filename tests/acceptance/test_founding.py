"""Cohorts are founded where they practise, by those who manage the server."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import ForbiddenError
from bot.domain.schedule import first_monday
from bot.domain.text import shown_name
from bot.services.talk import delivery
from bot.services.talk.delivery import BACKOFF_S, MAX_TRIES
from tests.support.world import ANA, BEN, MENTOR, MENTORS, PRACTICE, RIGHT, WRONG, World, fenced

HERE = replace(PRACTICE, channel="evening")
SETUP = {"timezone": "Europe/Berlin", "mentors": "evening-mentors"}


async def test_a_channel_becomes_a_cohorts_by_one_command(world: World) -> None:
    answer = await world.command(
        MENTOR, "cohort setup", where=HERE, hour="18", starts="2026-11-25", name="Evening", **SETUP
    )

    async with world.store.read() as tx:
        cohort = await tx.cohorts.find_by_channel(HERE)
    assert cohort is not None
    assert (cohort.name, cohort.hour, cohort.timezone) == ("Evening", 18, "Europe/Berlin")
    [place] = cohort.places
    assert place.mentors_channel == replace(HERE, channel="evening-mentors")
    assert first_monday(cohort).isoformat() == "2026-11-23"
    assert "18:00 Europe/Berlin" in answer
    assert "The pledge" in await world.command(ANA, "join", where=HERE)


async def test_a_cohort_is_changed_where_it_is_and_the_rest_stays(world: World) -> None:
    await world.command(MENTOR, "cohort limits", limit="seconds", cap="5")

    answer = await world.command(MENTOR, "cohort setup", hour="7")

    async with world.store.read() as tx:
        cohort = await tx.cohorts.get(world.cohort.id)
    assert cohort == replace(world.cohort, hour=7, caps={"seconds": 5})
    assert "07:00" in answer


async def test_only_who_manages_the_server_founds(world: World) -> None:
    assert "Only people who manage" in await world.command(ANA, "cohort setup", where=HERE, **SETUP)
    async with world.store.read() as tx:
        assert await tx.cohorts.find_by_channel(HERE) is None


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"timezone": ""}, "needs `timezone`"),
        ({"mentors": ""}, "needs `mentors`"),
        ({"timezone": "Berlin"}, "no time zone `Berlin`"),
        ({"hour": "24"}, "from 0 to 23"),
        ({"hour": "nine"}, "from 0 to 23"),
        ({"starts": "tomorrow"}, "year-month-day"),
        ({"mentors": HERE.channel}, "a channel of their own"),
        ({"mentors": PRACTICE.channel}, "which is no cohort's"),
        ({"mentor_role": HERE.tenant}, "Everybody has that role"),
        ({"starts": "9999-12-31"}, "within a year"),
    ],
)
async def test_a_wrong_option_is_explained_and_nothing_is_founded(
    world: World, changes: dict[str, str], answer: str
) -> None:
    assert answer in await world.command(MENTOR, "cohort setup", where=HERE, **{**SETUP, **changes})
    async with world.store.read() as tx:
        assert await tx.cohorts.find_by_channel(HERE) is None


async def test_todays_challenge_is_announced_to_who_founds_after_its_hour(world: World) -> None:
    world.clock.advance(hours=2)  # eleven on a Monday

    answer = await world.command(MENTOR, "cohort setup", where=HERE, **SETUP)

    assert "posted within a minute" in answer


async def test_both_channels_are_told_what_they_are_for(world: World) -> None:
    await world.command(MENTOR, "cohort setup", where=HERE, name="Evening", **SETUP)

    said = {posted.ref.conversation.channel: posted.text for posted in world.chat.posted.values()}
    assert "**Evening** practises here" in said[HERE.channel]
    assert "with their code" in said[SETUP["mentors"]]


async def test_who_founds_where_the_bot_may_not_write_is_told_at_once(world: World) -> None:
    world.chat.trouble = [ForbiddenError("Discord would not post a message: Missing Permissions")]

    answer = await world.command(MENTOR, "cohort setup", where=HERE, **SETUP)

    assert "**I cannot write to this channel**" in answer
    assert "Missing Permissions" in answer
    assert "practises here from now on" in answer  # it waits for the permission


async def test_a_thread_founds_no_cohort(world: World) -> None:
    answer = await world.command(MENTOR, "cohort setup", where=replace(HERE, thread="7"), **SETUP)

    assert "in the channel itself" in answer


async def test_outside_of_a_cohort_a_command_says_how_there_can_be_one(world: World) -> None:
    assert "`/cohort setup`" in await world.command(ANA, "help", where=HERE)


async def test_a_mentors_channel_founds_no_cohort(world: World) -> None:
    answer = await world.command(MENTOR, "cohort setup", where=MENTORS, **SETUP)

    assert "mentors' channel" in answer


async def test_the_holders_of_a_role_steer(world: World) -> None:
    world.chat.roles["ben"] = {"77"}
    assert "Only mentors" in await world.command(BEN, "challenge list")

    await world.command(MENTOR, "cohort setup", mentor_role="77")

    assert "no challenge yet" in await world.command(BEN, "challenge list")
    assert "Only mentors" in await world.command(ANA, "challenge list")


async def test_time_zones_are_completed(world: World) -> None:
    found = await world.suggest(MENTOR, "cohort setup", "timezone", "new y", where=HERE)
    assert found == ["America/New_York"]


async def test_only_the_cohorts_own_challenges_are_completed(world: World) -> None:
    await world.command(MENTOR, "cohort setup", where=HERE, **SETUP)
    await world.opened()

    assert await world.suggest(MENTOR, "challenge close", "challenge") == ["1 double-it"]
    assert await world.suggest(MENTOR, "challenge close", "challenge", where=HERE) == [
        "2 double-it"
    ]
    assert "no challenge 1 in this cohort" in await world.command(
        MENTOR, "challenge close", where=HERE, challenge="1"
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ana", "Ana"),
        ("**[win](https://example.org)**", "win(https example.org)"),
        ("a\u202eb\n c", "ab c"),
        ("``` ||", "Somebody"),
        ("https://example.org", "https example.org"),
    ],
)
def test_a_name_is_said_without_markup(name: str, shown: str) -> None:
    assert shown_name(name) == shown


# --- what people do to the bot's messages -----------------------------------------------------


async def test_feedback_whose_message_was_deleted_is_said_anew(world: World) -> None:
    await world.joined(ANA)
    thread = await world.opened()
    message = world.message(ANA, fenced(WRONG), thread)
    await world.take(message)
    [key] = [key for key in world.chat.posted if key.startswith("answer:")]
    del world.chat.posted[key]

    await world.take(world.edited(message, fenced(RIGHT)))

    [again] = [key for key in world.chat.posted if key.startswith("answer:")]
    assert again != key
    assert "Solved" in world.chat.posted[again].text


async def test_what_may_not_be_posted_is_posted_once_it_may(world: World) -> None:
    world.chat.trouble = [ForbiddenError("Missing Permissions")]
    await world.services.challenges.tick()
    await world.settle()
    assert "challenge:1" not in world.chat.posted

    world.clock.advance(minutes=6)
    await world.services.delivery.deliver()

    assert "challenge:1" in world.chat.posted


async def test_what_may_not_be_posted_for_days_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert timedelta(seconds=MAX_TRIES * BACKOFF_S[-1]) == timedelta(days=3)
    tries = 5  # three days of them take ten seconds
    monkeypatch.setattr(delivery, "MAX_TRIES", tries)
    world.chat.trouble = [ForbiddenError("Missing Access")] * (tries + 1)
    await world.services.challenges.tick()
    for _ in range(tries + 1):
        assert await world.services.delivery.deliver() == 1
        world.clock.advance(minutes=6)

    assert await world.services.delivery.deliver() == 0
    assert world.chat.trouble == []
