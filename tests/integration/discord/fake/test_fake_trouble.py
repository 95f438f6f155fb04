"""What goes wrong with requests to the fake Discord."""

import asyncio

import discord
import pytest
from discord.http import Route

from tests.fakes.discord.scene import MESSAGE_PATH, MESSAGES, Scene, refusal


async def test_a_rate_limit_is_waited_for(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.fake.faults.limit(MESSAGES, times=2, retry_after_s=0.01)
        await scene.room(bot).send("patient")
        scene.fake.faults.limit(MESSAGES, retry_after_s=0.01, is_global=True)
        await scene.room(bot).send("again")
        assert len(scene.fake.asked(MESSAGES)) == 5
        assert scene.ana.reads(scene.practice) == "patient\nagain"


async def test_a_long_rate_limit_is_raised(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.fake.faults.limit(MESSAGES, retry_after_s=60)
        with pytest.raises(discord.RateLimited):
            await scene.room(bot).send("later")


async def test_a_bucket_that_is_empty_is_waited_for(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.fake.faults.exhaust(MESSAGES, reset_after_s=0.05)
        await asyncio.gather(*(scene.room(bot).send("one of two") for _ in range(2)))
        assert len(scene.fake.asked(MESSAGES)) == 2


async def test_faults_of_discord_are_raised_and_some_are_tried_again(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.fake.faults.fail(MESSAGES, status=503)
        assert (await refusal(scene.room(bot).send("no"))).status == 503
        scene.fake.faults.ban(MESSAGES)
        assert (await refusal(scene.room(bot).send("no"))).status == 429
        scene.fake.faults.garble(MESSAGES)
        with pytest.raises(ValueError, match=r"Unterminated|Expecting|unexpected"):
            await scene.room(bot).send("done all the same")
        scene.fake.faults.fail(MESSAGES, status=502)  # discord.py waits a second
        await scene.room(bot).send("in the end")
        assert scene.ana.reads(scene.practice) == "done all the same\nin the end"


async def test_a_body_against_the_specification_is_refused_and_kept(scene: Scene) -> None:
    async with scene.bot() as bot:
        route = Route("POST", MESSAGE_PATH, channel_id=scene.practice.id)
        refused = await refusal(bot.http.request(route, json={"content": ["no", "text"]}))
        assert refused.status == 400
        [violation] = scene.fake.violations
        assert "$.content" in violation
        scene.fake.violations.clear()
