"""The app's manifest: all that Slack has to know of it, made from what the code uses."""

from typing import Any

from bot.chat.slack.client import COMMANDS

EVENTS = (
    "app_mention",
    "app_uninstalled",
    "channel_deleted",
    "message.channels",
    "message.groups",
    "message.im",
    "tokens_revoked",
)
SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "usergroups:read",
    "users:read",
)
"""Of the bot's token; docs/slack.md says what each is for."""

OPTIONAL = {"files:read", "files:write", "usergroups:read"}
"""Without these a part is missing, and the rest works."""

DESCRIPTION = "Posts PyTorch challenges, grades what is sent, keeps everyone's plan."
HINTS = {
    "/challenge": (
        "For mentors: challenges, answers, members",
        "list | inbox | stats | post | preview | close",
    ),
    "/freehand": (
        "Your week, your progress, the board",
        "help | join | plan | progress | stage | privacy",
    ),
}
"""What Slack says beside each slash command: what it is for, and how it goes on."""


def manifest() -> dict[str, Any]:
    """The manifest, as api.slack.com/apps takes it; docs/slack-manifest.json is this."""
    return {
        "display_information": {"name": "Freehand", "description": DESCRIPTION},
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Freehand", "always_online": True},
            "slash_commands": [_command(name) for name in COMMANDS],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


def _command(name: str) -> dict[str, Any]:
    description, hint = HINTS[name]
    return {
        "command": name,
        "description": description,
        "usage_hint": hint,
        "should_escape": True,  # channels and user groups come with their ids
    }
