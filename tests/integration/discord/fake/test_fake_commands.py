"""Commands, buttons and dialogs on the fake Discord."""

import asyncio

import discord
import pytest
from discord import app_commands
from discord.http import Route

from tests.fakes.discord.permissions import Allow
from tests.fakes.discord.scene import MESSAGE_PATH, Bot, Press, Scene, refusal


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


async def test_subcommands_complete_their_options_and_take_choices(scene: Scene) -> None:
    bot = Bot(scene.intents)
    group = app_commands.Group(name="challenge", description="Challenges")
    got: list[tuple[str, str]] = []

    @group.command(description="Release an exercise")
    @app_commands.choices(day=[app_commands.Choice(name="Monday", value="mon")])
    async def post(interaction: discord.Interaction, exercise: str, day: str) -> None:
        got.append((exercise, day))
        await interaction.response.send_message("Posted")

    @post.autocomplete("exercise")
    async def suggest(  # pyright: ignore[reportUnusedFunction]  # the decorator keeps it
        _: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{current}-norm", value="1")]

    bot.tree.add_command(group)
    async with scene.bot(bot):
        ana = scene.ana
        assert await ana.complete(scene.practice, "challenge post", "exercise", "clip") == [
            "clip-norm"
        ]
        asked = ana.invoke(scene.practice, "challenge post", exercise="clip", day="Monday")
        assert (await ana.answered(asked)).content == "Posted"
        assert got == [("clip", "mon")]
        assert scene.guild.person("Ben").reads(scene.practice) == "Posted"
        with pytest.raises(AssertionError, match=r"needs \['day'\]"):
            ana.invoke(scene.practice, "challenge post", exercise="clip")


async def test_a_command_is_seen_by_those_whom_it_is_for(scene: Scene) -> None:
    bot = Bot(scene.intents)

    @bot.tree.command(description="For mentors")
    @app_commands.default_permissions(manage_guild=True)
    async def found(interaction: discord.Interaction, place: discord.TextChannel) -> None:
        await interaction.response.send_message(f"Founded in {place.name}")

    mira = scene.guild.person("Mira", roles=[scene.guild.role("mentors", Allow.MANAGE_GUILD)])
    async with scene.bot(bot):
        asked = mira.invoke(scene.practice, "found", place=scene.practice)
        assert (await mira.answered(asked)).content == "Founded in practice"
        with pytest.raises(AssertionError, match="Ana does not see /found"):
            scene.ana.invoke(scene.practice, "found", place=scene.practice)
        bot.tree.clear_commands(guild=None)
        await bot.tree.sync()
        with pytest.raises(AssertionError, match="/found is not registered"):
            mira.invoke(scene.practice, "found", place=scene.practice)


async def test_a_first_answer_after_three_seconds_is_too_late(scene: Scene) -> None:
    bot = Bot(scene.intents)
    late: asyncio.Queue[int] = asyncio.Queue()

    @bot.tree.command(description="Your week")
    async def plan(interaction: discord.Interaction) -> None:
        scene.fake.clock.move(seconds=3.1)
        late.put_nowait((await refusal(interaction.response.defer())).code)

    async with scene.bot(bot):
        scene.ana.invoke(scene.practice, "plan")
        assert await late.get() == 10062


async def test_a_follow_up_after_fifteen_minutes_is_too_late(scene: Scene) -> None:
    bot = Bot(scene.intents)
    late: asyncio.Queue[tuple[int, int]] = asyncio.Queue()

    @bot.tree.command(description="Your week")
    async def plan(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        scene.fake.clock.move(minutes=14)
        await interaction.followup.send("in time")
        scene.fake.clock.move(minutes=1)
        error = await refusal(interaction.followup.send("too late"))
        late.put_nowait((error.status, error.code))

    async with scene.bot(bot):
        scene.ana.invoke(scene.practice, "plan")
        assert await late.get() == (401, 50027)
        assert scene.ana.reads(scene.practice) == "in time"


async def test_an_interaction_is_answered_once(scene: Scene) -> None:
    bot = Bot(scene.intents)
    codes: asyncio.Queue[int] = asyncio.Queue()

    @bot.tree.command(description="Your week")
    async def plan(interaction: discord.Interaction) -> None:
        codes.put_nowait((await refusal(interaction.followup.send("too early"))).code)
        await interaction.response.send_message("first")
        again = discord.InteractionResponse(interaction)  # which does not know of the first
        codes.put_nowait((await refusal(again.send_message("second"))).code)

    async with scene.bot(bot):
        scene.ana.invoke(scene.practice, "plan")
        assert [await codes.get(), await codes.get()] == [10015, 40060]


# --- buttons and dialogs --------------------------------------------------------------------------


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


async def test_a_second_press_after_a_restart_reaches_the_new_client(scene: Scene) -> None:
    async with scene.bot() as bot:
        await scene.room(bot).send("Ready?", view=Press())
    later = Bot(scene.intents)
    later.on_press = lambda interaction: interaction.response.defer()
    async with scene.bot(later):
        [message] = scene.ana.sees(scene.practice)
        pressed = scene.ana.press(message, "submit:1")
        await scene.fake.until(lambda: pressed.answer == 6, "the press to be acknowledged")


async def test_a_choice_in_a_select_comes_with_its_values(scene: Scene) -> None:
    view = discord.ui.View(timeout=None)
    options = [discord.SelectOption(label="One", value="1"), discord.SelectOption(label="Two")]
    view.add_item(discord.ui.Select(custom_id="pick", options=options))
    bot = Bot(scene.intents)
    bot.on_press = lambda interaction: interaction.response.edit_message(content="Chosen")
    async with scene.bot(bot):
        await scene.room(bot).send("Which?", view=view)
        [message] = scene.ana.sees(scene.practice)
        chosen = scene.ana.choose(message, "pick", ["One"])
        await scene.fake.until(lambda: chosen.answer == 7, "the choice to be answered")
        assert (message.content, chosen.data["values"]) == ("Chosen", ["1"])


async def test_a_message_of_components_alone_is_read_like_any_other(scene: Scene) -> None:
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.TextDisplay("Some words"))
    async with scene.bot() as bot:
        await scene.room(bot).send(view=view)
        assert scene.ana.reads(scene.practice) == "Some words"
        with pytest.raises(discord.HTTPException) as refused:
            await bot.http.request(
                Route("POST", MESSAGE_PATH, channel_id=scene.practice.id),
                json={"content": "words", "flags": 1 << 15},
            )
        assert refused.value.code == 50035


async def test_a_button_in_direct_messages_is_answered_there(scene: Scene) -> None:
    bot = Bot(scene.intents)
    bot.on_press = lambda interaction: interaction.response.send_message("Done", ephemeral=True)
    async with scene.bot(bot):
        direct = await bot.create_dm(discord.Object(scene.ana.id))
        await direct.send("Ready?", view=Press())
        [message] = scene.ana.sees(scene.ana.direct)
        pressed = scene.ana.press(message, "Submit")
        assert (await scene.ana.answered(pressed)).content == "Done"


async def test_people_cannot_do_what_discord_does_not_offer(scene: Scene) -> None:
    async with scene.bot() as bot:
        await scene.room(bot).send("Ready?", view=Press())
        [message] = scene.ana.sees(scene.practice)
        with pytest.raises(AssertionError, match="'other' is not on the message"):
            scene.ana.press(message, "other")
        with pytest.raises(AssertionError, match="/plan is not registered"):
            scene.ana.invoke(scene.practice, "plan")
        with pytest.raises(AssertionError, match="not Ana's message"):
            scene.ana.edit(message, "mine")
        scene.guild.part(scene.ana)
        with pytest.raises(AssertionError, match="does not see #practice"):
            scene.ana.press(message, "Submit")
