"""Mentors steer the calendar: days off, pins, and the cohort's rules."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.app import local, process
from bot.app.settings import Settings
from bot.domain.cohort import Cohort
from bot.services.cohorts.rules import RULES
from tests.support.world import ANA, MENTOR, World


async def cohort_of(world: World) -> Cohort:
    async with world.store.read() as tx:
        return await tx.cohorts.get(world.cohort.id)


async def days_posted(world: World) -> list[str]:
    """The kinds of days that this week's challenges were posted on."""
    for _ in range(7 * 24):
        await world.services.challenges.tick()
        world.clock.advance(hours=1)
    async with world.store.read() as tx:
        return [
            challenge.day.value
            for challenge in await tx.challenges.newest(world.cohort.id, limit=20)
        ]


# --- days off ---------------------------------------------------------------------------------


async def test_nothing_is_posted_on_days_off_and_the_plan_leaves_them_out(world: World) -> None:
    await world.joined(ANA)
    answer = await world.command(MENTOR, "cohort holidays", first="2026-11-24", last="2026-11-25")
    assert "- Tuesday, 24 November 2026 to Wednesday, 25 November 2026" in answer

    plan = await world.command(ANA, "plan")
    assert "of 2 days answered" in plan
    assert "Wednesday" not in plan
    assert await days_posted(world) == ["implement", "module"]


async def test_a_week_of_days_off_is_called_that(world: World) -> None:
    await world.joined(ANA)
    await world.command(MENTOR, "cohort holidays", first="2026-11-23", last="2026-11-29")
    assert (
        await world.command(ANA, "plan") == "**Week 1 · Hyper-parameters** — days off, no challenge"
    )
    assert await days_posted(world) == []


async def test_days_off_add_up_and_can_be_taken_back(world: World) -> None:
    assert "no days off" in await world.command(MENTOR, "cohort holidays")
    await world.command(MENTOR, "cohort holidays", first="2026-12-24", last="2027-01-01")
    await world.command(MENTOR, "cohort holidays", first="2027-01-02")
    answer = await world.command(
        MENTOR, "cohort holidays", first="2026-12-28", last="2026-12-29", change="remove"
    )

    assert answer.splitlines()[1:] == [
        "- Thursday, 24 December 2026 to Sunday, 27 December 2026",
        "- Wednesday, 30 December 2026 to Saturday, 2 January 2027",
    ]
    assert answer == await world.command(MENTOR, "cohort holidays")


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        ({"first": "Christmas"}, "year-month-day"),
        ({"first": "2026-12-24", "last": "2026-12-23"}, "before the first"),
        ({"first": "2026-11-22"}, "begun already"),
        ({"first": "2026-12-24", "last": "2036-12-24"}, "more than a year"),
        ({"first": "2026-12-24", "change": "swap"}, "`add` or `remove`"),
        ({"last": "2026-12-24"}, "needs `first`"),
    ],
)
async def test_days_that_are_none_are_explained(
    world: World, options: dict[str, Any], answer: str
) -> None:
    assert answer in await world.command(MENTOR, "cohort holidays", **options)
    assert (await cohort_of(world)).holidays == frozenset()


# --- pins -------------------------------------------------------------------------------------


async def test_pins_are_listed_and_can_be_taken_back(world: World) -> None:
    for day in ("2026-11-27", "2026-11-25"):
        await world.command(MENTOR, "challenge pin", date=day, exercise="build-it")
    listed = await world.command(MENTOR, "challenge list")
    assert listed.endswith("- Wednesday, 2026-11-25: Build it\n- Friday, 2026-11-27: Build it")
    assert await world.suggest(MENTOR, "challenge unpin", "date") == ["2026-11-25", "2026-11-27"]

    assert "chooses again" in await world.command(MENTOR, "challenge unpin", date="2026-11-25")
    assert "2026-11-25" not in await world.command(MENTOR, "challenge list")
    assert "Nothing is pinned" in await world.command(MENTOR, "challenge unpin", date="2026-11-25")


async def test_a_pin_may_name_day_and_exercise_in_either_order(world: World) -> None:
    answer = await world.command(MENTOR, "challenge pin", date="build-it", exercise="2026-11-25")
    assert "**Build it** is pinned for Wednesday, 25 November 2026" in answer


@pytest.mark.parametrize(
    ("command", "options", "words"),
    [
        ("challenge pin", {"date": "2026-11-25"}, ["needs `exercise`", "2026-11-25", "`build-it`"]),
        ("challenge pin", {"date": "build-it"}, ["needs `exercise`", "`date` is", "build-it"]),
        ("challenge post", {}, ["needs `exercise`", "`double-it`"]),
        ("challenge close", {}, ["needs `challenge`", "`1 double-it`"]),
    ],
)
async def test_what_is_missing_is_told_with_what_was_understood(
    world: World, command: str, options: dict[str, Any], words: list[str]
) -> None:
    await world.opened()
    answer = await world.command(MENTOR, command, **options)
    assert [word for word in words if word not in answer] == []


# --- rules ------------------------------------------------------------------------------------


async def test_a_rule_holds_for_what_is_posted_afterwards(world: World) -> None:
    before = await cohort_of(world)
    answer = await world.command(MENTOR, "cohort rules", rule="open_hours", value="72")
    assert "`open_hours` **72** — hours that a challenge is open" in answer
    await world.command(MENTOR, "cohort rules", rule="details_public", value="on")
    await world.opened()

    after = await cohort_of(world)
    assert (before.open_hours, before.details_public) == (48, False)
    assert (after.open_hours, after.details_public) == (72, True)
    async with world.store.read() as tx:
        [challenge] = await tx.challenges.newest(world.cohort.id, limit=20)
    assert (challenge.closes_at - challenge.opens_at).total_seconds() == 72 * 3600


async def test_a_rule_may_be_typed_as_options_are(world: World) -> None:
    await world.command(MENTOR, "cohort rules", rule="open_hours:24")
    await world.command(MENTOR, "cohort limits", limit="seconds:3")

    after = await cohort_of(world)
    assert (after.open_hours, after.caps) == (24, {"seconds": 3})


@pytest.mark.parametrize(
    ("rule", "value", "answer"),
    [
        ("open_hours", "0", "from 1 to 336"),
        ("late_hours", "two", "whole number"),
        ("reminder_hours", "48", "less than `open_hours`"),
        ("details_public", "maybe", "`on` or `off`"),
        ("colour", "red", "must be one of `open_hours`"),
        ("open_hours", "", "`open_hours` must be a whole number from 1 to 336"),
        ("open_hours:337", "", "`open_hours` must be a whole number from 1 to 336"),
        ("", "24", "needs `rule`"),
    ],
)
async def test_a_rule_that_cannot_be_is_explained(
    world: World, rule: str, value: str, answer: str
) -> None:
    assert answer in await world.command(MENTOR, "cohort rules", rule=rule, value=value)
    assert await cohort_of(world) == world.cohort


async def test_what_commands_say_of_the_local_cohort_outlives_a_restart_unless_it_is_set(
    tmp_path: Path,
) -> None:
    settings = {"data_dir": tmp_path, "sandbox": "process", "open_hours": 60}
    for start in (1, 2):
        async with process.opened(Settings.model_validate(settings), say=lambda _line: None) as bot:
            await local.settle_in(bot.settings, bot.store, bot.services, bot.clock)
            async with bot.store.write() as tx:
                cohort = await tx.cohorts.find_by_channel(local.PRACTICE)
                assert cohort is not None
                if start == 1:
                    changed = replace(cohort, hour=7, open_hours=72, late_hours=24)
                    await tx.cohorts.update(replace(changed, holidays=frozenset({date.max})))
    assert (cohort.hour, cohort.open_hours, cohort.late_hours) == (7, 60, 24)
    assert cohort.holidays == {date.max}


@pytest.mark.parametrize("command", ["cohort rules", "cohort holidays", "challenge unpin"])
async def test_only_mentors_steer(world: World, command: str) -> None:
    assert "Only mentors" in await world.command(ANA, command)


def test_settings_and_rules_have_the_same_bounds() -> None:
    for name, rule in RULES.items():
        bounds = {type(bound).__name__: bound for bound in Settings.model_fields[name].metadata}
        assert (bounds["Ge"].ge, bounds["Le"].le) == (rule.least, rule.most)
