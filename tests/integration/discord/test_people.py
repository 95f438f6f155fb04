"""What Discord says of people, and what that costs."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.chat.events import ActionPressed, CommandInvoked, MessagePosted, UserInfo
from bot.domain.chat.message import Button, Buttons, Message
from tests.contract.on_discord import Discord, discord
from tests.fakes.discord.people import Person
from tests.fakes.discord.permissions import Allow
from tests.integration.discord.steps import CALLBACK, message_at, open_thread, user
from tests.support.values import a_key
from tests.support.world import new_world

MEMBER = "GET /guilds/{guild_id}/members/{user_id}"
ANSWER = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"


@pytest.fixture
def mira(scene: Discord) -> Person:
    """Somebody who can manage the server."""
    everyone = scene.guild.guild.everyone.permissions
    return scene.guild.person(
        "Mira", roles=[scene.guild.role("Managers", everyone | Allow.MANAGE_GUILD)]
    )


def roles(scene: Discord, person: Person) -> frozenset[str]:
    held = scene.guild.guild.members[person.id].roles
    return frozenset(map(str, held)) | {str(scene.guild.id)}


async def test_help_asks_discord_nothing(tmp_path: Path) -> None:
    async with (
        new_world(tmp_path) as world,
        discord(world.services.commands) as scene,
    ):
        async with world.store.write() as tx:
            [place] = world.cohort.places
            moved = replace(place, channel=scene.channel)
            await tx.cohorts.update(replace(world.cohort, places=(moved,)))
        ana = scene.guild.person("Ana")
        before = len(scene.fake.requests)
        interaction = ana.invoke(scene.place, "help")
        heard = await scene.sink.heard(CommandInvoked)
        await world.services.dispatcher.accept(heard, scene.sink.responders[heard.key])
        await world.settle()
        assert "/plan" in (await ana.answered(interaction)).text
        assert [sent.route for sent in scene.fake.requests[before:]] == [CALLBACK, ANSWER]


async def test_commands_and_messages_bring_name_rights_and_roles(
    scene: Discord, ana: Person, mira: Person
) -> None:
    _, room = await open_thread(scene)
    for person in (ana, mira):
        person.invoke(scene.place, "plan")
        person.edit(person.say(room, "x = 1"), "x = 2")
    await scene.sink.heard(MessagePosted, 2)
    ana.say(room, "the last word")
    await scene.sink.heard(MessagePosted, 3)
    infos = {event.user: event.info for event in scene.sink.events}
    assert {event.info for event in scene.sink.events} == set(infos.values())
    assert infos == {
        user(scene, ana): UserInfo(name="Ana", mentor=False, roles=roles(scene, ana)),
        user(scene, mira): UserInfo(name="Mira", mentor=True, admin=True, roles=roles(scene, mira)),
    }
    assert scene.fake.asked(MEMBER) == []


async def pressed_alone(scene: Discord, person: Person) -> UserInfo:
    """What is known of somebody who pressed a button in direct messages."""
    message = Message.of(Buttons((Button("join:1", "I am"),)))
    ref = await scene.chat.post(
        scene.channel, message, key=a_key("k"), private_to=user(scene, person)
    )
    person.press(message_at(scene, ref), "I am")
    return (await scene.sink.heard(ActionPressed)).info


async def test_in_direct_messages_the_member_is_looked_up(scene: Discord, mira: Person) -> None:
    info = await pressed_alone(scene, mira)
    assert info == UserInfo(name="Mira", mentor=True, admin=True, roles=roles(scene, mira))
    assert len(scene.fake.asked(MEMBER)) == 1


async def test_somebody_who_cannot_be_looked_up_has_a_name_and_no_rights(
    scene: Discord, mira: Person
) -> None:
    scene.fake.faults.limit(MEMBER, retry_after_s=300)
    assert await pressed_alone(scene, mira) == UserInfo(name="Mira", mentor=False)


async def test_authors_of_messages_that_were_missed_are_looked_up_once(
    scene: Discord, ana: Person, mira: Person
) -> None:
    _, room = await open_thread(scene)
    await scene.chat.stop()
    for person, text in ((mira, "one"), (mira, "two"), (ana, "three")):
        person.say(room, text)
    scene.guild.part(ana)
    await scene.start()
    heard = [await scene.sink.heard(MessagePosted, count) for count in (1, 2, 3)]
    assert [(event.info.name, event.info.mentor) for event in heard] == [
        ("Mira", True),
        ("Mira", True),
        ("Ana", False),
    ]
    assert len(scene.fake.asked(MEMBER)) == 2


async def test_a_fault_does_not_keep_the_rights_of_an_author_from_the_core(
    scene: Discord, mira: Person
) -> None:
    _, room = await open_thread(scene)
    await scene.chat.stop()
    mira.say(room, "@Freehand plan")
    scene.fake.faults.limit(MEMBER, retry_after_s=300)
    await scene.start()
    assert (await scene.sink.heard(MessagePosted)).info.mentor
