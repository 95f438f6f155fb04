"""Channels and user groups that people point at, and what the bot may do there."""

import re
from collections.abc import Sequence
from typing import Any, cast

from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.slack.errors import translate_errors
from bot.chat.slack.payload import next_cursor
from bot.domain.chat.commands import OptionKind
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import GoneError
from bot.domain.text import quoted

_CHANNEL = re.compile(r"<#(?P<id>[A-Z0-9]{1,32})(?:\|[^>]{0,200})?>")
_GROUP = re.compile(r"<!subteam\^(?P<id>[A-Z0-9]{1,32})(?:\|[^>]{0,200})?>")
PAGE, MAX_PAGES = 200, 25


async def resolve(client: AsyncWebClient, kind: OptionKind, typed: str) -> str:
    """The id of what somebody points at. Raises ChatError."""
    is_channel = kind is OptionKind.CHANNEL
    mentioned = (_CHANNEL if is_channel else _GROUP).fullmatch(typed)
    name = mentioned["id"] if mentioned else typed.lstrip("#@")
    with translate_errors("look for it"):
        things = await (_channels(client) if is_channel else _groups(client))
    by_id = [number for number, _ in things if number == name]
    found = by_id or [number for number, called in things if called.casefold() == name.casefold()]
    if len(found) != 1:
        what = "channel that I can see" if is_channel else "user group"
        raise GoneError(f"There is no {what} called {quoted(typed)} in this workspace.")
    return found[0]


async def problems(client: AsyncWebClient, channel: ConversationRef) -> Sequence[str]:
    """What the bot may not do in a channel. Raises ChatError."""
    with translate_errors("look at the channel"):
        web: Any = client
        answer = await web.conversations_info(channel=channel.channel)
        found = answer["channel"]
    name = quoted(f"#{found.get('name', channel.channel)}")
    if found.get("is_archived"):
        return (f"{name} is archived. Unarchive it, or choose another channel.",)
    if not found.get("is_member"):
        return (f"I am not in {name}. Type `/invite @Freehand` there.",)
    return ()


async def _channels(client: AsyncWebClient) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    cursor, web = "", cast("Any", client)
    for _ in range(MAX_PAGES):
        page = await web.conversations_list(
            types="public_channel,private_channel",
            exclude_archived=True,
            limit=PAGE,
            cursor=cursor or None,
        )
        found += [(str(one["id"]), str(one.get("name", ""))) for one in page["channels"]]
        cursor = next_cursor(page.data)
        if not cursor:
            break
    return found


async def _groups(client: AsyncWebClient) -> list[tuple[str, str]]:
    web: Any = client
    answer = await web.usergroups_list()
    return [(str(one["id"]), str(one.get("handle", ""))) for one in answer["usergroups"]]
