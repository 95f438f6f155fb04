"""Threads and permissions on the fake Discord."""

import discord
import pytest

from tests.fakes.discord.permissions import EVERYONE, Allow
from tests.fakes.discord.scene import Scene, picture, refusal


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


# --- permissions ----------------------------------------------------------------------------------


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
