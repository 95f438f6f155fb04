"""What the doctor sees of a Discord server."""

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest
import yarl

from bot.chat.discord.connection import BAD_LOGIN, NO_CONTENT
from bot.chat.discord.setup_check import Remark, examine
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import (
    TransientError,
)
from tests.fakes.discord.guilds import OwnedGuild
from tests.fakes.discord.permissions import ALL, EVERYONE, Allow
from tests.fakes.discord.server import FakeDiscord, connect
from tests.integration.discord.steps import LOGIN, NEEDS


@pytest.fixture
async def fake() -> AsyncGenerator[FakeDiscord]:
    async with FakeDiscord() as fake:
        with connect(fake):
            yield fake
        assert fake.violations == []


async def examine_all(fake: FakeDiscord, *places: ConversationRef, token: str = "") -> list[Remark]:
    """What the doctor says; with the right token where none is named."""
    token = token or fake.world.token
    return [remark async for remark in examine(token, places)]


def practice(fake: FakeDiscord, allowed: Allow = ALL) -> tuple[OwnedGuild, ConversationRef]:
    guild = fake.guild("Cohort", allowed)
    place = guild.channel("practice")
    return guild, ConversationRef("discord", str(guild.id), str(place.id))


async def test_the_doctor_knows_a_wrong_token(fake: FakeDiscord) -> None:
    assert await examine_all(fake, token="mistyped") == [Remark(well=False, sentence=BAD_LOGIN)]


async def test_the_doctor_names_the_intent_that_is_missing(fake: FakeDiscord) -> None:
    practice(fake)
    fake.world.app_flags = 0
    assert Remark(well=False, sentence=NO_CONTENT) in await examine_all(fake)


async def test_the_doctor_invites_the_bot_with_what_it_needs_and_no_more(
    fake: FakeDiscord,
) -> None:
    [intent, server] = await examine_all(fake)
    assert (intent.well, server.well) == (True, False)
    [link] = [word for word in server.sentence.split() if word.startswith("https://")]
    asked = yarl.URL(link).query
    assert asked["client_id"] == str(fake.world.application_id)
    assert set(asked["scope"].split()) == {"bot", "applications.commands"}
    assert Allow(int(asked["permissions"])) == NEEDS


async def test_the_doctor_names_what_a_channel_lacks(fake: FakeDiscord) -> None:
    guild, place = practice(fake, EVERYONE)
    channel = fake.world.channels[int(place.channel)]
    guild.restrict_bot(channel, Allow.SEND_MESSAGES_IN_THREADS | Allow.ATTACH_FILES)
    *_, remark = await examine_all(fake, place)
    assert not remark.well
    assert "#practice it lacks Attach Files, Send Messages In Threads." in remark.sentence
    guild.restrict_bot(channel, Allow.VIEW_CHANNEL)
    *_, remark = await examine_all(fake, place)
    assert not remark.well
    assert "View Channel" in remark.sentence


async def test_the_doctor_misses_a_channel_that_is_gone(fake: FakeDiscord) -> None:
    guild, place = practice(fake)
    elsewhere = guild.channel("elsewhere")
    guild.delete(fake.world.channels[int(place.channel)])
    remarks = await examine_all(fake, place, replace(place, channel=str(elsewhere.id)))
    assert [remark.well for remark in remarks] == [True, True, False, True]


async def test_the_doctor_finds_all_well_with_just_the_permissions_it_asks_for(
    fake: FakeDiscord,
) -> None:
    guild, place = practice(fake, NEEDS)
    guild.everyone(Allow(0))
    remarks = await examine_all(fake, place)
    assert [remark.well for remark in remarks] == [True, True, True]


async def test_the_doctor_says_that_discord_does_not_answer(fake: FakeDiscord) -> None:
    fake.faults.fail(LOGIN, status=503)
    with pytest.raises(TransientError):
        await examine_all(fake)
