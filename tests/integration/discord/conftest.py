"""The real client on a server of our own, with a learner."""

from collections.abc import AsyncGenerator

import pytest

from tests.contract.on_discord import Discord, discord
from tests.fakes.discord.people import Person
from tests.integration.discord.steps import COMMANDS


@pytest.fixture
async def scene() -> AsyncGenerator[Discord]:
    async with discord(COMMANDS) as made:
        yield made


@pytest.fixture
def ana(scene: Discord) -> Person:
    return scene.guild.person("Ana")
