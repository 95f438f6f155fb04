"""The fake Discord keeps Discord's rules, as the real client meets them."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field

import discord
import pytest
from discord import app_commands

from tests.discord.guilds import OwnedGuild
from tests.discord.model import Channel
from tests.discord.people import Person
from tests.discord.server import FakeDiscord, connect

MESSAGES = "POST /channels/{channel_id}/messages"
EDIT_ANSWER = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"


class Bot(discord.Client):
    """The real client, with a queue of what it hears."""

    def __init__(self, intents: discord.Intents, *, heartbeat_timeout: float = 60.0) -> None:
        super().__init__(intents=intents, heartbeat_timeout=heartbeat_timeout)
        self.tree = app_commands.CommandTree(self)
        self.heard: asyncio.Queue[tuple[str, object]] = asyncio.Queue()
        self.on_press: Callable[[discord.Interaction], Awaitable[None]] | None = None

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

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        ours = {discord.InteractionType.component, discord.InteractionType.modal_submit}
        if interaction.type in ours and self.on_press is not None:
            await self.on_press(interaction)

    async def hears(self, kind: str) -> object:
        """Wait for the next event of a kind; others are let by."""
        async with asyncio.timeout(10):
            while True:
                heard, what = await self.heard.get()
                if heard == kind:
                    return what

    async def message(self) -> discord.Message:
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
        return bot.get_partial_messageable(self.practice.id, guild_id=self.guild.id)


@pytest.fixture
async def scene() -> AsyncGenerator[Scene]:
    async with FakeDiscord() as fake:
        guild = fake.guild("Cohort")
        practice = guild.channel("practice")
        with connect(fake):
            yield Scene(fake, guild, practice, guild.person("Ana"))
        assert fake.violations == []
        assert fake.faults.left == []


# --- the gateway ------------------------------------------------------------------------------


async def test_a_bot_logs_in_and_finds_its_guilds(scene: Scene) -> None:
    async with scene.bot() as bot:
        assert bot.user is not None
        assert (bot.user.name, bot.application_id) == ("Freehand", scene.fake.world.bot.id)
        [guild] = bot.guilds
        assert (guild.name, [channel.name for channel in guild.text_channels]) == (
            "Cohort",
            ["practice"],
        )
        assert guild.me.guild_permissions.administrator


async def test_what_a_person_says_edits_and_attaches_is_heard(scene: Scene) -> None:
    async with scene.bot() as bot:
        said = scene.ana.say(scene.practice, "x < 2 & 'y'", [("a.py", b"x = 1")])
        heard = await bot.message()
        assert (heard.id, heard.content, heard.channel.id) == (
            said.id,
            "x < 2 & 'y'",
            scene.practice.id,
        )
        assert heard.created_at == said.at
        [file] = heard.attachments
        assert (file.filename, file.size, await file.read()) == ("a.py", 5, b"x = 1")
        scene.ana.edit(said, "better")
        edited = await bot.hears("edit")
        assert isinstance(edited, discord.Message)
        assert (edited.content, edited.edited_at) == ("better", said.edited_at)


async def test_a_command_is_deferred_answered_and_changed(scene: Scene) -> None:
    bot = Bot(scene.intents)

    @bot.tree.command(description="Your week")
    async def plan(interaction: discord.Interaction, day: str) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send(f"first {day}", ephemeral=True)
        await interaction.followup.send("second", ephemeral=True)
        await interaction.edit_original_response(content=f"changed {day}")

    async with scene.bot(bot):
        asked = scene.ana.invoke(scene.practice, "plan", day="Monday")
        await scene.fake.requested(
            "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
        )
        assert [message.content for message in scene.ana.sees(scene.practice)] == [
            "changed Monday",
            "second",
        ]
        assert asked.answer == 5
        ben = scene.guild.person("Ben")
        assert ben.sees(scene.practice) == []


# --- buttons and dialogs ----------------------------------------------------------------------


class Press(discord.ui.View):
    """One button of which no object is left after a restart."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(discord.ui.Button[Press](label="Submit", custom_id="submit:1"))


def form() -> discord.ui.Modal:
    modal = discord.ui.Modal(title="Submit", custom_id="form:1", timeout=None)
    code = discord.ui.TextInput[discord.ui.Modal](
        custom_id="code", style=discord.TextStyle.paragraph, required=False
    )
    upload = discord.ui.FileUpload[discord.ui.Modal](custom_id="file", required=False)
    modal.add_item(discord.ui.Label[discord.ui.Modal](text="Your code", component=code))
    modal.add_item(discord.ui.Label[discord.ui.Modal](text="Or a file", component=upload))
    return modal


async def test_a_button_opens_a_dialog_that_comes_back_filled_in(scene: Scene) -> None:
    bot = Bot(scene.intents)
    got: list[discord.Interaction] = []

    async def pressed(interaction: discord.Interaction) -> None:
        if interaction.type is discord.InteractionType.component:
            await interaction.response.send_modal(form())
        else:
            got.append(interaction)
            await interaction.response.send_message("Thanks", ephemeral=True)

    bot.on_press = pressed
    async with scene.bot(bot):
        sent = await scene.room(bot).send("Ready?", view=Press())
        [message] = scene.ana.sees(scene.practice)
        interaction = scene.ana.press(message, "Submit")
        await scene.ana.modal(interaction)
        done = scene.ana.submit(interaction, {"code": "x = 1"}, {"file": [("a.py", b"y = 2")]})
        assert (await scene.ana.answered(done)).content == "Thanks"
        assert got[0].message is not None
        assert got[0].message.id == sent.id
        data = done.data
        assert data["components"][0]["component"]["value"] == "x = 1"
        [file] = data["resolved"]["attachments"].values()
        assert await bot.http.get_from_cdn(file["url"]) == b"y = 2"
