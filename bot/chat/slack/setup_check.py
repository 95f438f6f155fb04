"""Whether Slack is set up as the bot needs it, and what to click if not."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.slack import pointing, workspace
from bot.chat.slack.errors import translate_errors, word_of
from bot.chat.slack.manifest import OPTIONAL, SCOPES
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import ChatError, SettingsError

AGAIN = (
    "At api.slack.com/apps, paste docs/slack-manifest.json under App Manifest, and install the app"
    " again."
)


@dataclass(frozen=True, slots=True)
class Remark:
    """What was found of one thing."""

    well: bool
    sentence: str


async def examine(
    bot_token: str, app_token: str, channels: Sequence[ConversationRef], *, api: str
) -> AsyncIterator[Remark]:
    """Look at both tokens, the scopes, and the channels of the cohorts.

    Raises:
        ChatError: Slack does not answer.
    """
    web = AsyncWebClient(bot_token, base_url=api, trust_env_in_session=True)
    try:
        found = await workspace.find(web)
    except SettingsError as error:
        yield Remark(well=False, sentence=str(error))
        return
    yield Remark(well=True, sentence=f"it is in the workspace {found.base}.")
    yield await _check_socket(AsyncWebClient(app_token, base_url=api, trust_env_in_session=True))
    yield await _check_scopes(web)
    for channel in channels:
        yield await _check_channel(web, channel)


async def _check_socket(client: AsyncWebClient) -> Remark:
    web: Any = client
    with translate_errors("open a socket"):
        try:
            await web.apps_connections_open(app_token=client.token)
        except SlackApiError as error:
            if word_of(error) in {*workspace.REFUSALS, "missing_scope"}:
                return Remark(well=False, sentence=workspace.NOT_AN_APP)
            raise
    return Remark(well=True, sentence="its socket can be opened.")


async def _check_scopes(client: AsyncWebClient) -> Remark:
    """Slack names a token's scopes in a header of every answer."""
    web: Any = client
    with translate_errors("log in"):
        answer = await web.auth_test()
    granted = _header(answer.headers, "x-oauth-scopes").replace(" ", "").split(",")
    if granted == [""]:
        return Remark(well=True, sentence="Slack does not say which scopes it has.")
    lacking = [scope for scope in SCOPES if scope not in granted]
    if not lacking:
        return Remark(well=True, sentence="it has every scope.")
    names = ", ".join(lacking)
    return Remark(
        well=not set(lacking) - OPTIONAL, sentence=f"it lacks the scopes {names}. {AGAIN}"
    )


async def _check_channel(client: AsyncWebClient, channel: ConversationRef) -> Remark:
    try:
        problems = await pointing.problems(client, channel)
    except ChatError as error:
        return Remark(well=False, sentence=f"the channel {channel.channel}: {error}")
    if problems:
        return Remark(well=False, sentence=" ".join(problems))
    return Remark(well=True, sentence=f"in the channel {channel.channel} it may do all it needs.")


def _header(headers: Mapping[str, Any], name: str) -> str:
    return str(next((value for known, value in headers.items() if known.lower() == name), ""))
