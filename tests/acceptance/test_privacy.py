"""Everybody learns what is kept of them, gets it, and can have it forgotten."""

import pytest

from bot.domain.chat.refs import ConversationRef
from tests.support.world import ANA, BEN, World

ELSEWHERE = ConversationRef("fake", "here", "a-channel-of-no-cohort")


@pytest.mark.usefixtures("thread")
async def test_privacy_tells_what_is_kept_for_how_long_and_who_sees_it(world: World) -> None:
    said = await world.command(ANA, "privacy")

    assert "You are in `Practice`." in said
    assert "*Your code*: 365 days" in said
    assert "as it came*: 7 days" in said


async def test_privacy_is_answered_where_no_cohort_practises(world: World) -> None:
    await world.joined(ANA)

    assert "You are in `Practice`." in await world.command(ANA, "privacy", where=ELSEWHERE)
    assert "You are in no cohort." in await world.command(BEN, "privacy", where=ELSEWHERE)
