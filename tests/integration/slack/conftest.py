"""The real slack-bolt on a Slack of our own, with a learner."""

from collections.abc import AsyncGenerator

import pytest

from bot.chat.slack import connection, files
from tests.contract.on_slack import Slack, slack
from tests.fakes.slack.people import Person
from tests.integration.slack.steps import COMMANDS


@pytest.fixture
async def scene() -> AsyncGenerator[Slack]:
    async with slack(COMMANDS) as made:
        yield made


@pytest.fixture
def ana(scene: Slack) -> Person:
    return scene.fake.person("Ana")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are short."""
    monkeypatch.setattr(connection, "RECONNECT_S", (0.01,))
    monkeypatch.setattr(connection, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(connection, "MAX_AWAY_S", 0.1)
    monkeypatch.setattr(files, "RETRY_S", (0.01, 0.01))
