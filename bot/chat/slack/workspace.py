"""The workspace that the bot is in: its id, its address, the bot's own name there."""

from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.slack.errors import translate, word_of
from bot.domain.errors import SettingsError

NOT_KNOWN = (
    "Slack does not know the token in FREEHAND_SLACK_BOT_TOKEN. At api.slack.com/apps, under OAuth"
    " & Permissions, install the app and set the Bot User OAuth Token."
)
NOT_AN_APP = (
    "Slack does not know the token in FREEHAND_SLACK_APP_TOKEN. At api.slack.com/apps, under Basic"
    " Information, make an App-Level Token with the scope `connections:write` and set it."
)
REFUSALS = {
    "account_inactive",
    "invalid_auth",
    "not_allowed_token_type",
    "not_authed",
    "token_expired",
    "token_revoked",
}
"""What Slack says of a token that will never do."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace.

    Attributes:
        team: Its id.
        base: Its address, with a slash at its end.
        me: The bot's user id.
        bot: Its id as an app.
    """

    team: str
    base: str
    me: str
    bot: str


async def find(client: AsyncWebClient) -> Workspace:
    """The workspace of a token.

    Raises:
        SettingsError: Slack refuses the token.
        ChatError: Slack failed.
    """
    try:
        web: Any = client
        answer = await web.auth_test()
    except SlackApiError as error:
        if word_of(error) in REFUSALS:
            raise SettingsError(NOT_KNOWN) from error
        raise translate(error, "log in") from error
    base = str(answer["url"])
    return Workspace(
        str(answer["team_id"]),
        f"{base.rstrip('/')}/",
        str(answer["user_id"]),
        str(answer["bot_id"]),
    )
