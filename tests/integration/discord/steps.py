"""What the laws of Discord's adapter have in common."""

import asyncio

from bot.chat.discord import refs
from bot.domain.chat.commands import CommandOption, CommandSpec, OptionKind, Permission
from bot.domain.chat.events import ActionPressed, CommandInvoked, MessagePosted
from bot.domain.chat.message import Form, FormField, Message
from bot.domain.chat.port import Responder
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from tests.contract.on_discord import Discord
from tests.fakes.discord import model
from tests.fakes.discord.api_interactions import ORIGINAL as ORIGINAL_PATH
from tests.fakes.discord.api_interactions import WEBHOOK
from tests.fakes.discord.model import Channel, Interaction
from tests.fakes.discord.people import Person
from tests.fakes.discord.permissions import Allow
from tests.support.patience import PATIENCE_S
from tests.support.values import a_key

COMMANDS = (
    CommandSpec("plan", "Your week"),
    CommandSpec(
        "cohort setup",
        "Practise here",
        (
            CommandOption("timezone", "Where you are", suggests=True),
            CommandOption("level", "How hard", choices=("easy", "hard"), required=False),
            CommandOption("mentors", "Their channel", required=False, kind=OptionKind.CHANNEL),
            CommandOption("mentor_role", "Their role", required=False, kind=OptionKind.ROLE),
        ),
        permission=Permission.MENTORS,
    ),
    CommandSpec("cohort pause", "A holiday", permission=Permission.MENTORS),
)
FORM = Form("submit:1", "Submit", (FormField("code", "Your code", code=True, required=False),))
CODE = "\n".join(f"line_{number} = '{number:0>40}'" for number in range(60))

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
FOLLOW_UP = f"POST {WEBHOOK}"
ORIGINAL = f"PATCH {ORIGINAL_PATH}"
RENAMED, PINNED = 4, 6
"""Kinds of message that Discord writes in the name of who did it."""

LOGIN = "GET /users/@me"
COMMANDS_ROUTE = "PUT /applications/{application_id}/commands"
ACTIVE = "GET /guilds/{guild_id}/threads/active"
ARCHIVED = "GET /channels/{channel_id}/threads/archived/public"
HISTORY = "GET /channels/{channel_id}/messages"
MEMBER = "GET /guilds/{guild_id}/members/{user_id}"
POST = "POST /channels/{channel_id}/messages"
EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
MESSAGE = "GET /channels/{channel_id}/messages/{message_id}"
DIRECT = "POST /users/@me/channels"
THREAD = "POST /channels/{channel_id}/messages/{message_id}/threads"

NEEDS = (
    Allow.VIEW_CHANNEL
    | Allow.SEND_MESSAGES
    | Allow.SEND_MESSAGES_IN_THREADS
    | Allow.CREATE_PUBLIC_THREADS
    | Allow.READ_MESSAGE_HISTORY
    | Allow.ATTACH_FILES
    | Allow.EMBED_LINKS
)
"""As docs/discord.md lists them."""


async def open_thread(scene: Discord, key: str = "challenge") -> tuple[ConversationRef, Channel]:
    """A thread of the bot's."""
    post = await scene.chat.post(scene.channel, Message.of(f"Now: {key}"), key=a_key(key))
    thread = await scene.chat.open_thread(post, key)
    return thread, scene.fake.world.channels[int(thread.thread)]


def user(scene: Discord, person: Person) -> UserRef:
    return UserRef("discord", str(scene.guild.id), str(person.id))


def message_at(scene: Discord, ref: MessageRef) -> model.Message:
    """A message as Discord has it."""
    return scene.fake.world.channels[refs.channel_id(ref.conversation)].messages[int(ref.message)]


async def invoke_plan(scene: Discord, ana: Person) -> tuple[Interaction, Responder]:
    """A command that was heard."""
    interaction = ana.invoke(scene.place, "plan")
    return interaction, await responder_to(scene, CommandInvoked)


async def until_health_is(scene: Discord, sentence: str = "") -> None:
    """Wait until the adapter says so of itself."""
    async with asyncio.timeout(PATIENCE_S):
        while await scene.chat.health() != sentence:  # noqa: ASYNC110  # it is asked, it does not tell
            await asyncio.sleep(0)


async def responder_to(scene: Discord, kind: type[CommandInvoked | ActionPressed]) -> Responder:
    heard = await scene.sink.heard(kind)
    return scene.sink.responders[heard.key]


async def hear_last_word(scene: Discord, ana: Person, room: Channel) -> MessagePosted:
    """What was heard before a last word in a thread of the bot's: nothing."""
    ana.say(room, "the last word")
    heard = await scene.sink.heard(MessagePosted)
    assert [event.key for event in scene.sink.events] == [heard.key]
    assert heard.text == "the last word"
    return heard
