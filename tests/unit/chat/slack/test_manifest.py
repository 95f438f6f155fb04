"""The app's manifest: what people paste into Slack, and what the code needs."""

import json
from collections.abc import Callable, Sequence

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.app.settings import ROOT
from bot.chat.slack.client import COMMANDS, Client
from bot.chat.slack.connection import Connection
from bot.chat.slack.manifest import EVENTS, HINTS, OPTIONAL, SCOPES, manifest
from bot.chat.slack.members import Members
from bot.chat.slack.workspace import Workspace
from tests.fakes.ports import CountedMark, RecordingSink, SteppingClock
from tests.fakes.slack import methods, model

FILE = ROOT / "docs" / "slack-manifest.json"
MESSAGES = {"message.channels", "message.groups", "message.im"}
NEEDED_BY_EVENTS = {
    "app_mention": "app_mentions:read",
    "channel_deleted": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
}
"""As Slack's documentation of each event says."""


@pytest.fixture
async def listened_to(monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    """The events that the client listens to."""
    kinds: list[str] = []

    def note(_: AsyncApp, kind: str) -> Callable[[object], object]:
        kinds.append(kind)
        return lambda handler: handler

    def note_named(app: AsyncApp, kind: object) -> Callable[[object], object]:
        return note(app, kind) if isinstance(kind, str) else lambda handler: handler

    monkeypatch.setattr(AsyncApp, "event", note_named)
    clock, sink = SteppingClock(), RecordingSink()
    web = AsyncWebClient("xoxb-1", base_url="http://127.0.0.1:9/")
    client = Client(
        web=web,
        app_token="xapp-1",
        workspace=Workspace("T1", "https://t.slack.com/", "U1", "B1"),
        members=Members(lambda: web),
        specs=(),
        sink=sink,
        clock=clock,
        listener=Connection(
            web=web, app_token="xapp-1", mark=CountedMark(), clock=clock, sink=sink, commands=()
        ),
    )
    await client.close()
    return kinds


def test_the_file_that_people_paste_is_the_manifest() -> None:
    assert json.loads(FILE.read_text()) == manifest()


def test_each_event_that_is_listened_to_is_subscribed(listened_to: Sequence[str]) -> None:
    wanted = {kind for kind in listened_to if kind != "message"}
    assert "message" in listened_to
    assert wanted | MESSAGES == set(EVENTS)
    assert manifest()["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)


def test_each_scope_that_a_method_needs_is_asked_for() -> None:
    asked_for = set(manifest()["oauth_config"]["scopes"]["bot"])
    assert set(methods.SCOPES.values()) <= asked_for
    assert asked_for == set(SCOPES) == model.SCOPES


def test_private_channels_are_read_like_public_ones() -> None:
    """Slack has scopes of their own for them."""
    for scope in set(methods.SCOPES.values()) & {"channels:history", "channels:read"}:
        assert scope.replace("channels", "groups") in SCOPES


def test_each_event_has_the_scope_that_it_needs() -> None:
    assert {NEEDED_BY_EVENTS[event] for event in EVENTS if event in NEEDED_BY_EVENTS} <= {*SCOPES}


def test_what_may_be_lacking_is_asked_for_all_the_same() -> None:
    assert set(SCOPES) > OPTIONAL


def test_each_command_is_there_with_words_that_fit() -> None:
    commands = manifest()["features"]["slash_commands"]
    assert [command["command"] for command in commands] == list(COMMANDS)
    assert set(HINTS) == set(COMMANDS)
    assert all(0 < len(command["description"]) <= 2000 for command in commands)
    assert all(0 < len(command["usage_hint"]) <= 1000 for command in commands)
    assert all(command["should_escape"] for command in commands)


def test_what_slack_shows_of_the_app_fits() -> None:
    shown = manifest()["display_information"]
    assert 0 < len(shown["name"]) <= 35
    assert 0 < len(shown["description"]) <= 140


def test_nothing_has_to_be_reached_from_outside() -> None:
    said = manifest()["settings"]
    assert said["socket_mode_enabled"]
    assert said["interactivity"]["is_enabled"]
    assert "request_url" not in json.dumps(manifest())


def test_people_can_write_to_the_bot() -> None:
    home = manifest()["features"]["app_home"]
    assert home["messages_tab_enabled"]
    assert not home["messages_tab_read_only_enabled"]
