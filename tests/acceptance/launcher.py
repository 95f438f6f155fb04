"""The bot as it is, but at the tests' time of day, and told where its Discord is."""

import functools
import os
from datetime import datetime, timedelta

import discord.gateway
import discord.http
import yarl

from bot import cli
from bot.app import process

AHEAD = timedelta(seconds=float(os.environ["FREEHAND_TEST_AHEAD_S"]))


def clock() -> datetime:
    return process.utc_now() + AHEAD


if url := os.environ.get("FREEHAND_TEST_DISCORD"):
    discord.http.Route.BASE = f"{url}/api/v10"
    socket = yarl.URL(url.replace("http", "ws", 1)) / "gateway"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = socket
if url := os.environ.get("FREEHAND_TEST_SLACK"):
    process.SlackChat = functools.partial(process.SlackChat, api=f"{url}/api/")  # pyright: ignore[reportAttributeAccessIssue]
process.opened = functools.partial(process.opened, clock=clock)
cli.main()
