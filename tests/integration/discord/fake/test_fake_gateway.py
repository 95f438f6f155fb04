"""The fake gateway keeps Discord's rules, as the real client meets them."""

import discord
import pytest

from tests.fakes.discord.permissions import EVERYONE, Allow
from tests.fakes.discord.scene import Bot, Scene


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


async def test_a_dropped_connection_is_resumed_with_what_it_missed(scene: Scene) -> None:
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


async def test_members_are_reported_to_those_who_may_ask(scene: Scene) -> None:
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
