"""The real client on the fake, in a server with a person, for tests of the fake itself."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from io import BytesIO

import discord
import pytest
from discord import app_commands

from tests.fakes.discord.guilds import OwnedGuild
from tests.fakes.discord.model import Channel
from tests.fakes.discord.people import Person
from tests.fakes.discord.server import FakeDiscord
from tests.support.patience import PATIENCE_S

MESSAGE_PATH = "/channels/{channel_id}/messages"
MESSAGES = f"POST {MESSAGE_PATH}"


class Bot(discord.Client):
    """The real client, with a queue of what it hears."""

    def __init__(self, intents: discord.Intents, *, heartbeat_timeout: float = 60.0) -> None:
        super().__init__(
            intents=intents, heartbeat_timeout=heartbeat_timeout, max_ratelimit_timeout=30.0
        )
        self.tree = app_commands.CommandTree(self)
        self.heard: asyncio.Queue[tuple[str, object]] = asyncio.Queue()
        self.on_press: Callable[[discord.Interaction], Awaitable[object]] | None = None

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_ready(self) -> None:
        self.heard.put_nowait(("ready", None))

    async def on_resumed(self) -> None:
        self.heard.put_nowait(("resumed", None))

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.heard.put_nowait(("message", message))

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        if payload.message.author != self.user:
            self.heard.put_nowait(("edit", payload.message))

    async def on_thread_create(self, thread: discord.Thread) -> None:
        self.heard.put_nowait(("thread", thread))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.heard.put_nowait(("removed", guild))

    async def on_guild_channel_update(self, _: object, after: discord.abc.GuildChannel) -> None:
        self.heard.put_nowait(("channel", after))

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        self.heard.put_nowait(("channel gone", channel))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        ours = {discord.InteractionType.component, discord.InteractionType.modal_submit}
        if interaction.type in ours and self.on_press is not None:
            await self.on_press(interaction)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        self.heard.put_nowait(("deleted", payload.message_id))

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        self.heard.put_nowait(("thread gone", payload.thread_id))

    async def on_member_remove(self, member: discord.Member) -> None:
        self.heard.put_nowait(("left", member))

    async def on_guild_role_update(self, _: discord.Role, after: discord.Role) -> None:
        self.heard.put_nowait(("role", after))

    async def hears(self, kind: str) -> object:
        """Wait for the next event of a kind; others are let by."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                heard, what = await self.heard.get()
                if heard == kind:
                    return what

    async def message(self) -> discord.Message:
        """Wait for the next message of a person."""
        found = await self.hears("message")
        assert isinstance(found, discord.Message)
        return found


@dataclass
class Scene:
    """A server with a channel and a person, and what a test needs to let a bot in."""

    fake: FakeDiscord
    guild: OwnedGuild
    practice: Channel
    ana: Person
    intents: discord.Intents = field(
        default_factory=lambda: discord.Intents(
            guilds=True, guild_messages=True, dm_messages=True, message_content=True
        )
    )

    @contextlib.asynccontextmanager
    async def bot(self, bot: Bot | None = None) -> AsyncGenerator[Bot]:
        """A bot that is connected."""
        bot = bot or Bot(self.intents)
        running = asyncio.create_task(bot.start(self.fake.world.token))
        try:
            await bot.hears("ready")
            yield bot
        finally:
            await bot.close()
            await running

    def room(self, bot: Bot) -> discord.PartialMessageable:
        """The channel, for a bot to speak in."""
        return bot.get_partial_messageable(self.practice.id, guild_id=self.guild.id)


class Press(discord.ui.View):
    """One button of which no object is left after a restart."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(discord.ui.Button[Press](label="Submit", custom_id="submit:1"))


def picture(name: str) -> discord.File:
    """A file that looks like a picture."""
    return discord.File(BytesIO(b"\x89PNG"), name)


async def refusal(doing: Awaitable[object]) -> discord.HTTPException:
    """The error that Discord answers with."""
    with pytest.raises(discord.HTTPException) as refused:
        await doing
    return refused.value
