"""Messages on the fake Discord."""

from io import BytesIO

import aiohttp
import discord
import pytest

from tests.fakes.discord.scene import MESSAGES, Scene, picture, refusal


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


async def test_direct_messages_reach_one_person(scene: Scene) -> None:
    async with scene.bot() as bot:
        direct = await bot.create_dm(discord.Object(scene.ana.id))
        await direct.send("for you")
        assert scene.ana.reads(scene.ana.direct) == "for you"
        with pytest.raises(AssertionError, match="does not see"):
            scene.guild.person("Ben").sees(scene.ana.direct)
