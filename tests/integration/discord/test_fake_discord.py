"""The fake Discord keeps Discord's rules, as the real client meets them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from io import BytesIO

import aiohttp
import discord
import pytest
from discord import app_commands
from discord.http import Route

from tests.fakes.discord.permissions import EVERYONE, Allow
from tests.fakes.discord.scene import Bot, Scene
from tests.fakes.discord.server import FakeDiscord, connect

MESSAGE_PATH = "/channels/{channel_id}/messages"
MESSAGES = f"POST {MESSAGE_PATH}"
EDIT_ANSWER = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"


def picture(name: str) -> discord.File:
    return discord.File(BytesIO(b"\x89PNG"), name)


async def refusal(doing: Awaitable[object]) -> discord.HTTPException:
    """The error that Discord answers with."""
    with pytest.raises(discord.HTTPException) as refused:
        await doing
    return refused.value


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


async def test_a_dropped_connection_is_resumed_and_told_what_it_missed(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.fake.gateway.cut()
        scene.ana.say(scene.practice, "while you were away")
        assert (await bot.message()).content == "while you were away"
        await bot.hears("resumed")
        assert (len(scene.fake.gateway.identified), scene.fake.gateway.resumed) == (1, 1)


async def test_a_request_to_reconnect_is_followed_by_a_resumed_session(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.fake.gateway.ask_to_reconnect()
        await bot.hears("resumed")
        scene.ana.say(scene.practice, "still there?")
        assert (await bot.message()).content == "still there?"


async def test_a_resumable_session_is_resumed(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.fake.gateway.invalidate(resumable=True)
        await bot.hears("resumed")


async def test_a_lost_session_begins_anew_and_misses_what_happened(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.fake.gateway.invalidate(resumable=False)
        scene.ana.say(scene.practice, "unheard")
        await bot.hears("ready")
        scene.ana.say(scene.practice, "heard")
        assert (await bot.message()).content == "heard"
        assert (len(scene.fake.gateway.identified), scene.fake.gateway.resumed) == (2, 0)


async def test_a_forgotten_session_cannot_be_resumed(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.fake.gateway.forget()
        scene.fake.gateway.cut()
        await bot.hears("ready")
        assert (len(scene.fake.gateway.identified), scene.fake.gateway.resumed) == (2, 0)


async def test_a_connection_that_plays_dead_is_given_up_by_the_client(scene: Scene) -> None:
    scene.fake.gateway.heartbeat_ms = 50
    async with scene.bot(Bot(scene.intents, heartbeat_timeout=0.2)) as bot:
        scene.fake.gateway.play_dead()
        scene.ana.say(scene.practice, "hello?")
        await bot.hears("resumed")
        assert scene.fake.gateway.opened == 2


async def test_an_intent_that_is_not_switched_on_closes_with_4014(scene: Scene) -> None:
    scene.fake.world.app_flags = 0
    async with Bot(scene.intents) as bot:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.start(scene.fake.world.token)


async def test_a_wrong_token_is_refused(scene: Scene) -> None:
    async with Bot(scene.intents) as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.start("not the token")


async def test_a_token_that_was_reset_closes_with_4004(scene: Scene) -> None:
    async with Bot(scene.intents) as bot:
        await bot.login(scene.fake.world.token)
        scene.fake.world.token = "reset"
        with pytest.raises(discord.ConnectionClosed) as closed:
            await bot.connect()
    assert closed.value.code == 4004


async def test_a_first_connection_dropped_before_hello_ends_the_client(scene: Scene) -> None:
    scene.fake.gateway.drops_before_hello = 1
    async with Bot(scene.intents) as bot:
        with pytest.raises(AttributeError):  # discord.py 10520: there is no session to resume yet
            await bot.start(scene.fake.world.token)


async def test_without_the_intent_messages_are_blank_but_for_those_to_the_bot(scene: Scene) -> None:
    scene.fake.world.app_flags = 0
    scene.intents.message_content = False
    async with scene.bot() as bot:
        blank = scene.ana.say(scene.practice, "to everybody", [("a.py", b"x")])
        scene.ana.say(scene.practice, "@Freehand plan")
        scene.ana.say(scene.ana.direct, "in private")
        heard = [await bot.message() for _ in range(3)]
        assert [message.content for message in heard] == [
            "",
            f"<@{scene.fake.world.bot.id}> plan",
            "in private",
        ]
        assert heard[0].attachments == []
        assert (await scene.room(bot).fetch_message(blank.id)).content == ""
        sent = await scene.room(bot).send("my own words")
        assert (await scene.room(bot).fetch_message(sent.id)).content == "my own words"


async def test_a_bot_hears_that_it_was_removed(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.guild.remove_bot()
        await bot.hears("removed")
        with pytest.raises(discord.Forbidden) as refused:
            await scene.room(bot).send("hello?")
        assert refused.value.code == 50001


async def test_an_outage_of_a_guild_comes_and_goes(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.guild.go_down()
        scene.guild.come_back()
        scene.ana.say(scene.practice, "back")
        await bot.message()
        assert [guild.unavailable for guild in bot.guilds] == [False]


async def test_members_are_told_of_to_those_who_may_ask(scene: Scene) -> None:
    scene.fake.world.app_flags |= 1 << 15
    scene.intents.members = True
    async with scene.bot() as bot:
        assert {member.name for member in bot.guilds[0].members} >= {"Ana", "Freehand"}
        scene.guild.part(scene.ana)
        left = await bot.hears("left")
        assert isinstance(left, discord.Member)
        assert left.id == scene.ana.id


async def test_roles_change_what_their_members_may(scene: Scene) -> None:
    mentors = scene.guild.role("mentors")
    async with scene.bot() as bot:
        scene.guild.give(scene.ana, mentors)
        ana = await bot.guilds[0].fetch_member(scene.ana.id)
        assert not ana.guild_permissions.manage_guild
        scene.guild.set_permissions(mentors, EVERYONE | Allow.MANAGE_GUILD)
        await bot.hears("role")
        assert ana.guild_permissions.manage_guild


async def test_a_bot_that_was_removed_can_come_back(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.guild.remove_bot()
        await bot.hears("removed")
        scene.guild.invite_bot()
        scene.ana.say(scene.practice, "welcome back")
        assert (await bot.message()).content == "welcome back"


# --- commands ---------------------------------------------------------------------------------


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


# --- messages ---------------------------------------------------------------------------------


async def test_a_picture_in_an_embed_is_no_attachment(scene: Scene) -> None:
    embed = discord.Embed(description="Board").set_image(url="attachment://board.png")
    async with scene.bot() as bot:
        sent = await scene.room(bot).send(
            embed=embed, files=[discord.File(BytesIO(b"png"), "board.png", description="Ana leads")]
        )
        assert sent.attachments == []
        assert sent.embeds[0].image.url is not None
        assert await bot.http.get_from_cdn(sent.embeds[0].image.url) == b"png"
        assert scene.ana.reads(scene.practice) == "Board\n[board.png] Ana leads"


async def test_files_are_kept_replaced_and_listed(scene: Scene) -> None:
    async with scene.bot() as bot:
        sent = await scene.room(bot).send("Two", files=[picture("a.png"), picture("b.png")])
        assert [file.filename for file in sent.attachments] == ["a.png", "b.png"]
        changed = await sent.edit(attachments=[sent.attachments[1], picture("c.png")])
        assert [file.filename for file in changed.attachments] == ["b.png", "c.png"]
        assert scene.fake.requests[-1].files == ("c.png",)


async def test_not_every_change_of_a_message_is_an_edit(scene: Scene) -> None:
    async with scene.bot() as bot:
        said = scene.ana.say(scene.practice, "https://example.org/", [("a.py", b"x = 1")])
        scene.ana.unfurl(said)
        unfurled = await bot.hears("edit")
        assert isinstance(unfurled, discord.Message)
        assert (len(unfurled.embeds), unfurled.edited_at) == (1, None)
        scene.ana.remove_file(said, "a.py")
        edited = await bot.hears("edit")
        assert isinstance(edited, discord.Message)
        assert (edited.attachments, edited.edited_at) == ([], said.edited_at)
        scene.ana.delete(said)
        assert await bot.hears("deleted") == said.id
        scene.guild.system_message(scene.practice, 6, scene.ana)
        assert (await bot.message()).is_system()


async def test_an_address_of_a_file_expires_and_the_message_has_a_new_one(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.ana.say(scene.practice, "", [("a.py", b"x = 1")])
        heard = await bot.message()
        scene.fake.clock.move(hours=25)
        with pytest.raises(discord.NotFound):
            await heard.attachments[0].read()
        again = await scene.room(bot).fetch_message(heard.id)
        assert await again.attachments[0].read() == b"x = 1"


async def test_a_nonce_makes_one_message_for_some_minutes(scene: Scene) -> None:
    async with scene.bot() as bot:
        first = await scene.room(bot).send("once", nonce="key")
        assert (await scene.room(bot).send("twice", nonce="key")).id == first.id
        assert scene.ana.reads(scene.practice) == "once"
        scene.fake.clock.move(minutes=6)
        later = await scene.room(bot).send("later", nonce="key")
        assert later.id != first.id
        await later.delete()
        assert (await refusal(scene.room(bot).send("again", nonce="key"))).code == 10008


async def test_a_request_can_be_done_although_the_answer_is_lost(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.fake.faults.cut_after(MESSAGES)
        with pytest.raises(aiohttp.ClientError):
            await scene.room(bot).send("once", nonce="key")
        await scene.room(bot).send("once", nonce="key")
        assert len(scene.fake.asked(MESSAGES)) == 2
        assert scene.ana.reads(scene.practice) == "once"


async def test_a_request_can_be_lost_before_it_is_done(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.fake.faults.cut_before(MESSAGES)
        with pytest.raises(aiohttp.ClientError):
            await scene.room(bot).send("never")
        assert scene.ana.sees(scene.practice) == []


async def test_history_after_a_mark_holds_what_came_since(scene: Scene) -> None:
    async with scene.bot() as bot:
        said = [scene.ana.say(scene.practice, f"{count}") for count in range(3)]
        mark = said[0].at
        room = scene.room(bot)
        found = [message.content async for message in room.history(after=mark)]
        assert found == ["1", "2"]
        newest = [message.content async for message in room.history(limit=2)]
        assert newest == ["2", "1"]
        before = [message.content async for message in room.history(before=said[2].at)]
        assert before == ["1", "0"]
        around = room.history(around=discord.Object(said[1].id), limit=3)
        assert [message.content async for message in around] == ["2", "1", "0"]


async def test_what_is_over_a_limit_is_refused_by_name(scene: Scene) -> None:
    async with scene.bot() as bot:
        room = scene.room(bot)
        refused = [
            await refusal(room.send("x" * 2001)),
            await refusal(room.send(embed=discord.Embed(description="x" * 4097))),
            await refusal(room.send(embeds=[discord.Embed(description="x" * 3001)] * 2)),
        ]
        assert {(error.status, error.code) for error in refused} == {(400, 50035)}
        assert [error.text.splitlines()[1] for error in refused] == [
            "In content: Must be 2000 or fewer in length.",
            "In embeds.0.description: Must be 4096 or fewer in length.",
            "In embeds: Embed size exceeds maximum size of 6000",
        ]
        assert (await refusal(room.send(""))).code == 50006
        assert (
            await refusal(room.send(files=[picture(f"{count}.png") for count in range(11)]))
        ).code == 50035
        scene.fake.world.file_bytes = 2
        too_large = await refusal(room.send(file=picture("a.png")))
        assert (too_large.status, too_large.code) == (413, 40005)
        scene.fake.world.file_bytes = 1 << 25
        halves = [discord.File(BytesIO(bytes(14 << 20)), f"{count}.bin") for count in range(2)]
        too_large = await refusal(room.send(files=halves))
        assert (too_large.status, too_large.code) == (413, 40005)


async def test_what_is_not_there_or_not_ones_own_is_refused(scene: Scene) -> None:
    async with scene.bot() as bot:
        room = scene.room(bot)
        said = scene.ana.say(scene.practice, "mine")
        assert (await refusal(room.fetch_message(1))).code == 10008
        assert (await refusal(bot.fetch_channel(1))).code == 10003
        assert (await refusal(bot.guilds[0].fetch_member(1))).code == 10007
        assert (await refusal(bot.fetch_user(1))).code == 10013
        yours = room.get_partial_message(said.id)
        assert (await refusal(yours.edit(content="yours"))).code == 50005
        ben = scene.guild.person("Ben", takes_messages=False)
        direct = await bot.create_dm(discord.Object(ben.id))
        assert (await refusal(direct.send("hello"))).code == 50007


async def test_a_button_in_direct_messages_is_answered_there(scene: Scene) -> None:
    bot = Bot(scene.intents)
    bot.on_press = lambda interaction: interaction.response.send_message("Done", ephemeral=True)
    async with scene.bot(bot):
        direct = await bot.create_dm(discord.Object(scene.ana.id))
        await direct.send("Ready?", view=Press())
        [message] = scene.ana.sees(scene.ana.direct)
        pressed = scene.ana.press(message, "Submit")
        assert (await scene.ana.answered(pressed)).content == "Done"


async def test_direct_messages_reach_one_person(scene: Scene) -> None:
    async with scene.bot() as bot:
        direct = await bot.create_dm(discord.Object(scene.ana.id))
        await direct.send("for you")
        assert scene.ana.reads(scene.ana.direct) == "for you"
        with pytest.raises(AssertionError, match="does not see"):
            scene.guild.person("Ben").sees(scene.ana.direct)


# --- threads ----------------------------------------------------------------------------------


async def test_a_message_has_one_thread_of_its_own_number(scene: Scene) -> None:
    async with scene.bot() as bot:
        sent = await scene.room(bot).send("A challenge")
        thread = await sent.create_thread(name="A challenge", auto_archive_duration=10080)
        assert (thread.id, thread.owner_id) == (sent.id, scene.fake.world.bot.id)
        assert (await refusal(sent.create_thread(name="Another"))).code == 160004
        await thread.send("The task")
        found = [message async for message in thread.history(oldest_first=True)]
        assert [(message.type.name, message.content) for message in found] == [
            ("thread_starter_message", ""),
            ("default", "The task"),
        ]
        assert (await scene.room(bot).fetch_message(sent.id)).thread is not None
        assert (await refusal(sent.create_thread(name="x" * 101))).code == 50035


async def test_an_archived_thread_is_found_and_comes_back_when_spoken_in(scene: Scene) -> None:
    async with scene.bot() as bot:
        thread = await (await scene.room(bot).send("A challenge")).create_thread(name="A challenge")
        sent = await thread.send("The task")
        there = scene.fake.world.channels[thread.id]
        scene.guild.archive(there)
        channel = await bot.fetch_channel(scene.practice.id)
        assert isinstance(channel, discord.TextChannel)
        assert [found.id async for found in channel.archived_threads()] == [thread.id]
        assert await bot.guilds[0].active_threads() == []
        assert (await refusal(sent.edit(content="changed"))).code == 50083
        scene.ana.say(there, "hello")
        assert [found.id for found in await bot.guilds[0].active_threads()] == [thread.id]
        await sent.edit(content="changed")
        await thread.edit(archived=True)
        assert there.archived
        scene.guild.archive(there, locked=True)
        with pytest.raises(AssertionError, match="may not MANAGE_THREADS"):
            scene.ana.say(there, "hello")
        scene.guild.delete(there)
        assert await bot.hears("thread gone") == thread.id


# --- permissions ------------------------------------------------------------------------------


async def test_permissions_are_refused_as_they_are_taken(scene: Scene) -> None:
    guild = scene.fake.guild("Strict", EVERYONE)
    place, mira = guild.channel("practice"), guild.person("Mira")
    async with scene.bot() as bot:
        room = bot.get_partial_messageable(place.id, guild_id=guild.id)
        sent = await room.send("A challenge")
        thread = await sent.create_thread(name="A challenge")
        plain = {
            Allow.SEND_MESSAGES: lambda: room.send("no"),
            Allow.ATTACH_FILES: lambda: room.send(file=picture("a.png")),
            Allow.EMBED_LINKS: lambda: room.send(embed=discord.Embed(title="no")),
            Allow.SEND_MESSAGES_IN_THREADS: lambda: thread.send("no"),
            Allow.CREATE_PUBLIC_THREADS: lambda: sent.create_thread(name="no"),
        }
        for needed, attempt in plain.items():
            guild.restrict_bot(place, needed)
            assert (await refusal(attempt())).code == 50013, needed
        guild.restrict_bot(place, Allow.READ_MESSAGE_HISTORY)
        assert [message async for message in room.history()] == []
        guild.restrict_bot(place, Allow.VIEW_CHANNEL)
        assert (await refusal(room.send("no"))).code == 50001
        mira.say(place, "unheard")
        guild.restrict_bot(place, Allow(0))
        mira.say(place, "heard")
        assert (await bot.message()).content == "heard"


async def test_a_channel_tells_of_its_permissions_and_its_end(scene: Scene) -> None:
    guild = scene.fake.guild("Strict", EVERYONE)
    place = guild.channel("practice")
    async with scene.bot() as bot:
        guild.restrict_bot(place, Allow.SEND_MESSAGES)
        changed = await bot.hears("channel")
        assert isinstance(changed, discord.TextChannel)
        assert not changed.permissions_for(changed.guild.me).send_messages
        guild.everyone(EVERYONE & ~Allow.SEND_MESSAGES)
        with pytest.raises(AssertionError, match="may not SEND_MESSAGES"):
            guild.person("Ben").say(place, "hello")
        guild.delete(place)
        await bot.hears("channel gone")
        room = bot.get_partial_messageable(place.id)
        assert (await refusal(room.send("hello?"))).code == 10003


# --- trouble ----------------------------------------------------------------------------------


async def test_a_rate_limit_is_waited_for(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.fake.faults.limit(MESSAGES, times=2, retry_after_s=0.01)
        await scene.room(bot).send("patient")
        scene.fake.faults.limit(MESSAGES, retry_after_s=0.01, is_global=True)
        await scene.room(bot).send("again")
        assert len(scene.fake.asked(MESSAGES)) == 5
        assert scene.ana.reads(scene.practice) == "patient\nagain"


async def test_a_long_rate_limit_is_raised(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.fake.faults.limit(MESSAGES, retry_after_s=60)
        with pytest.raises(discord.RateLimited):
            await scene.room(bot).send("later")


async def test_a_bucket_that_is_empty_is_waited_for(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.fake.faults.exhaust(MESSAGES, reset_after_s=0.05)
        await asyncio.gather(*(scene.room(bot).send("one of two") for _ in range(2)))
        assert len(scene.fake.asked(MESSAGES)) == 2


async def test_faults_of_discord_are_raised_and_some_are_tried_again(scene: Scene) -> None:
    async with scene.bot() as bot:
        scene.fake.faults.fail(MESSAGES, status=503)
        assert (await refusal(scene.room(bot).send("no"))).status == 503
        scene.fake.faults.ban(MESSAGES)
        assert (await refusal(scene.room(bot).send("no"))).status == 429
        scene.fake.faults.garble(MESSAGES)
        with pytest.raises(ValueError, match=r"Unterminated|Expecting|unexpected"):
            await scene.room(bot).send("done all the same")
        scene.fake.faults.fail(MESSAGES, status=502)  # discord.py waits a second
        await scene.room(bot).send("in the end")
        assert scene.ana.reads(scene.practice) == "done all the same\nin the end"


async def test_a_body_against_the_specification_is_refused_and_kept(scene: Scene) -> None:
    async with scene.bot() as bot:
        route = Route("POST", MESSAGE_PATH, channel_id=scene.practice.id)
        refused = await refusal(bot.http.request(route, json={"content": ["no", "text"]}))
        assert refused.status == 400
        [violation] = scene.fake.violations
        assert "$.content" in violation
        scene.fake.violations.clear()


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
