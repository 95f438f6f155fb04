"""Channels and roles that people point at, what the bot may not do there, and what is deleted."""

import asyncio

import pytest

from bot.domain.chat.commands import OptionKind
from bot.domain.chat.events import ActionPressed, ConversationDeleted
from bot.domain.chat.message import Button, Buttons, Message
from bot.domain.errors import GoneError
from tests.contract.on_discord import Discord
from tests.fakes.discord.people import Person
from tests.fakes.discord.permissions import Allow
from tests.integration.discord.steps import NEEDS, message_at, open_thread, user
from tests.support.patience import PATIENCE_S
from tests.support.values import a_key


async def test_a_channel_or_role_is_found_by_mention_id_and_name(scene: Discord) -> None:
    mentors, role = scene.guild.channel("mentors"), scene.guild.role("Guides")
    await open_thread(scene)  # by then the bot was told of both
    for typed in (f"<#{mentors.id}>", str(mentors.id), "mentors", "#Mentors"):
        found = await scene.chat.resolve(OptionKind.CHANNEL, typed, near=scene.channel)
        assert found == str(mentors.id)
    for typed in (f"<@&{role.id}>", str(role.id), "@guides"):
        found = await scene.chat.resolve(OptionKind.ROLE, typed, near=scene.channel)
        assert found == str(role.id)
    for typed in ("<#1>", f"<@&{role.id}>", "9" * 5000, "", "nowhere"):
        with pytest.raises(GoneError):
            await scene.chat.resolve(OptionKind.CHANNEL, typed, near=scene.channel)


async def test_what_the_bot_may_not_do_is_named_as_discord_names_it(scene: Discord) -> None:
    assert await scene.chat.problems(scene.channel, with_threads=True) == ()
    scene.guild.set_permissions(scene.guild.bot_role, NEEDS)
    scene.guild.restrict_bot(scene.place, Allow.CREATE_PUBLIC_THREADS)
    async with asyncio.timeout(PATIENCE_S):
        while not (problems := await scene.chat.problems(scene.channel, with_threads=True)):  # noqa: ASYNC110  # it is told through the gateway
            await asyncio.sleep(0)

    [problem] = problems
    assert "**Create Public Threads**" in problem
    assert await scene.chat.problems(scene.channel, with_threads=False) == ()


async def test_a_deleted_thread_is_heard(scene: Discord) -> None:
    thread, room = await open_thread(scene)
    scene.guild.delete(room)

    heard = await scene.sink.heard(ConversationDeleted)
    assert heard.conversation == thread


async def test_a_button_in_direct_messages_belongs_to_what_it_is_about(
    scene: Discord, ana: Person
) -> None:
    thread, _ = await open_thread(scene)
    message = Message.of(Buttons((Button("join:1", "I am"),)))
    for number, where in enumerate((scene.channel, thread), 1):
        ref = await scene.chat.post(
            where, message, key=a_key(str(number)), private_to=user(scene, ana)
        )
        ana.press(message_at(scene, ref), "I am")
        assert (await scene.sink.heard(ActionPressed, number)).conversation == where
