"""What the doctor sees of a Slack workspace."""

from collections.abc import AsyncGenerator

import pytest

from bot.chat.slack import refs
from bot.chat.slack.setup_check import Remark, examine
from bot.chat.slack.workspace import NOT_AN_APP, NOT_KNOWN
from bot.domain.errors import ChatError
from tests.fakes.slack.methods import Fault
from tests.fakes.slack.model import APP_TOKEN, BOT_TOKEN, TEAM, Channel
from tests.fakes.slack.server import FakeSlack


@pytest.fixture
async def fake() -> AsyncGenerator[FakeSlack]:
    async with FakeSlack() as made:
        yield made


async def examine_all(
    fake: FakeSlack, *channels: Channel, bot: str = BOT_TOKEN, app: str = APP_TOKEN
) -> list[Remark]:
    """What the doctor says; with the right tokens where none are named."""
    places = [refs.conversation_in(TEAM, one.id) for one in channels]
    return [remark async for remark in examine(bot, app, places, api=f"{fake.url}/api/")]


async def test_the_doctor_finds_nothing_to_fix_where_all_is_well(fake: FakeSlack) -> None:
    said = await examine_all(fake, fake.channel("practice"))
    assert [remark.well for remark in said] == [True] * 4
    assert "https://freehand.slack.com/" in said[0].sentence


async def test_the_doctor_knows_a_wrong_token_of_either_kind(fake: FakeSlack) -> None:
    assert await examine_all(fake, bot="xoxb-mistyped") == [Remark(well=False, sentence=NOT_KNOWN)]
    said = await examine_all(fake, app="xapp-mistyped")
    assert Remark(well=False, sentence=NOT_AN_APP) in said


@pytest.mark.parametrize(("scope", "well"), [("chat:write", False), ("files:read", True)])
async def test_the_doctor_names_a_scope_that_is_missing(
    fake: FakeSlack, scope: str, *, well: bool
) -> None:
    fake.world.scopes.remove(scope)
    [remark] = [one for one in await examine_all(fake) if scope in one.sentence]
    assert remark.well is well
    assert "slack-manifest.json" in remark.sentence


async def test_the_doctor_says_what_to_do_about_a_channel(fake: FakeSlack) -> None:
    away, archived = fake.channel("away", has_bot=False), fake.channel("old")
    archived.archived = True
    deleted = fake.channel("gone")
    del fake.world.channels[deleted.id]
    said = (await examine_all(fake, away, archived, deleted))[3:]
    assert [remark.well for remark in said] == [False] * 3
    assert "`/invite @Freehand`" in said[0].sentence
    assert "Unarchive" in said[1].sentence
    assert deleted.id in said[2].sentence


async def test_the_doctor_tells_of_a_slack_that_does_not_answer(fake: FakeSlack) -> None:
    fake.fail("apps.connections.open", Fault(status=500, answer="<html>down</html>", times=9))
    with pytest.raises(ChatError, match="Slack"):
        await examine_all(fake)
