"""Exercises that need a GPU, seen through the chat: never taken where there is none."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import GpuUnavailableError
from bot.domain.exercise import ON_CPU, Device
from tests.support.world import ANA, BEN, MENTOR, RIGHT, FakeGrader, World, new_world

CODE = f"```python\n{RIGHT}```"
SICK = "no GPU can be used now."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with new_world(tmp_path) as made:
        yield made


@pytest.fixture
async def without(tmp_path: Path) -> AsyncGenerator[World]:
    async with new_world(tmp_path, FakeGrader(devices=ON_CPU)) as made:
        yield made


def needs_gpu(world: World, slug: str, device: Device = Device.GPU) -> None:
    known = world.catalogue.exercises
    known[slug] = replace(known[slug], device=device)


async def opened(world: World) -> list[str]:
    async with world.store.read() as tx:
        return [challenge.exercise for challenge in await tx.challenges.of(world.cohort.id)]


async def test_what_needs_a_gpu_is_not_posted_where_there_is_none(without: World) -> None:
    needs_gpu(without, "build-it")

    answer = await without.command(MENTOR, "challenge post", exercise="build-it")
    preview = await without.command(MENTOR, "challenge preview", exercise="build-it")

    assert "**Build it** needs a GPU, and none is set up here" in answer
    assert "build-it" in preview
    assert await opened(without) == []


async def test_what_needs_a_gpu_is_not_pinned_where_there_is_none(without: World) -> None:
    needs_gpu(without, "build-it")

    answer = await without.command(MENTOR, "challenge pin", date="2026-11-23", exercise="build-it")
    await without.services.challenges.tick()

    assert "needs a GPU" in answer
    assert await opened(without) == ["double-it"]


async def test_schedule_skips_what_needs_a_gpu_where_there_is_none(without: World) -> None:
    async with without.store.write() as tx:  # chosen while there was one
        await tx.challenges.pin(
            cohort=without.cohort.id, on=without.clock().date(), exercise="build-it", by=None
        )
    needs_gpu(without, "build-it")
    await without.services.challenges.tick()
    assert await opened(without) == ["double-it"]

    needs_gpu(without, "mend-it")
    without.clock.advance(hours=48)
    await without.services.challenges.tick()
    assert await opened(without) == ["double-it"]


async def test_optional_exercise_is_posted_and_graded_everywhere(without: World) -> None:
    needs_gpu(without, "double-it", Device.GPU_OPTIONAL)
    await without.joined(ANA)
    thread = await without.opened()

    await without.say(ANA, CODE, thread)

    assert "Solved" in without.answers()[0].text


async def test_answer_that_needs_a_gpu_is_never_claimed_where_there_is_none(
    without: World,
) -> None:
    """It came while there was one; the setting has been taken away since."""
    await without.joined(ANA)
    thread = await without.opened()
    needs_gpu(without, "double-it")
    without.grader.gpu_problem = "this exercise needs a GPU, and none is set up here."

    await without.say(ANA, CODE, thread)

    assert without.grader.requests == []
    assert "none is set up here" in without.answers()[0].text
    assert (await without.submissions(ANA))[0].run == 0


async def test_while_the_gpu_is_sick_its_answers_wait_and_others_are_graded(
    world: World,
) -> None:
    needs_gpu(world, "double-it")
    await world.joined(ANA, BEN)
    on_gpu = await world.opened()
    await world.command(MENTOR, "challenge post", exercise="build-it")
    on_cpu = await world.opened()
    world.grader.gpu_problem = SICK

    await world.say(ANA, CODE, on_gpu)
    await world.say(BEN, CODE, on_cpu)
    first, second = world.answers()
    assert f"Grading is paused: {SICK}" in first.text
    assert "Solved" in second.text

    world.grader.gpu_problem = ""
    await world.settle()
    assert "Solved" in first.text


async def test_gpu_lost_while_grading_costs_no_run_and_pauses_nobody_else(world: World) -> None:
    needs_gpu(world, "double-it")
    await world.joined(ANA, BEN)
    on_gpu = await world.opened()
    await world.command(MENTOR, "challenge post", exercise="build-it")
    on_cpu = await world.opened()
    world.grader.trouble.append(GpuUnavailableError(SICK))

    await world.say(ANA, CODE, on_gpu)
    world.grader.gpu_problem = SICK
    await world.say(BEN, CODE, on_cpu)
    first, second = world.answers()
    assert SICK in first.text
    assert "Solved" in second.text

    world.grader.gpu_problem = ""
    world.clock.advance(seconds=30)
    await world.settle()
    assert "Solved" in first.text
    assert "try 1" in first.text
