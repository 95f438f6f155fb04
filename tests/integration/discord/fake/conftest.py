"""The real client on the fake, to see that the fake keeps Discord's rules."""

from collections.abc import AsyncGenerator

import pytest

from tests.fakes.discord.scene import Scene
from tests.fakes.discord.server import FakeDiscord, connect


@pytest.fixture
async def scene() -> AsyncGenerator[Scene]:
    async with FakeDiscord() as fake:
        guild = fake.guild("Cohort")
        practice = guild.channel("practice")
        with connect(fake):
            yield Scene(fake, guild, practice, guild.person("Ana"))
        assert fake.violations == []
        assert fake.faults.left == []
