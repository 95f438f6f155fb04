"""A world for each test, with a challenge's thread for those that name one."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.domain.chat.refs import ConversationRef
from tests.support.world import ANA, BEN, World, new_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with new_world(tmp_path) as made:
        yield made


@pytest.fixture
async def thread(world: World) -> ConversationRef:
    """The first challenge's, with two members in the cohort."""
    await world.joined(ANA, BEN)
    return await world.opened()
