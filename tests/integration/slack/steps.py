"""What the laws of Slack's adapter have in common."""

import asyncio

from bot.chat.slack import refs
from bot.domain.chat.commands import CommandSpec
from bot.domain.chat.events import ActionPressed, CommandInvoked, Event, FormSubmitted
from bot.domain.chat.message import Button, Buttons, Form, FormField, Message
from bot.domain.chat.port import Responder
from bot.domain.chat.refs import ConversationRef, MessageRef
from tests.contract.on_slack import Slack
from tests.fakes.slack import model
from tests.fakes.slack.people import Person, lines
from tests.support.patience import PATIENCE_S
from tests.support.values import a_key

COMMANDS = (CommandSpec("plan", "Your week"), CommandSpec("help", "All commands"))
FORM = Form(
    "submit:1",
    "Submit",
    (FormField("code", "Your code", code=True, required=False),),
    accepts_file=True,
)
POST, REPLIES, HISTORY = "chat.postMessage", "conversations.replies", "conversations.history"


async def open_thread(scene: Slack, key: str = "challenge") -> ConversationRef:
    """A thread of the bot's."""
    post = await scene.chat.post(scene.channel, Message.of(f"Now: {key}"), key=a_key(key))
    return await scene.chat.open_thread(post, key)


def say(scene: Slack, person: Person, text: str, thread: ConversationRef) -> model.Message:
    return person.say(scene.place, text, thread_ts=thread.thread)


def message_at(scene: Slack, ref: MessageRef) -> model.Message:
    """A message as Slack has it."""
    found = scene.fake.world.channels[ref.conversation.channel].find(ref.message)
    assert found is not None
    return found


def said_by_bot(channel: model.Channel, words: str) -> int:
    """How many messages of the bot say this."""
    return sum(
        words in "\n".join(lines(message)) for message in channel.messages if not message.deleted
    )


async def responder_to(
    scene: Slack, kind: type[CommandInvoked | ActionPressed | FormSubmitted], count: int = 1
) -> Responder:
    heard = await scene.sink.heard(kind, count)
    return scene.sink.responders[heard.key]


async def open_form(scene: Slack, person: Person) -> tuple[model.View, ConversationRef]:
    """A form that opened below a thread's button."""
    thread = await open_thread(scene)
    message = Message.of("Ready?", Buttons((Button("submit:1", "Submit"),)))
    ref = await scene.chat.post(thread, message, key=a_key("button"))
    person.press(message_at(scene, ref), "submit:1")
    responder = await responder_to(scene, ActionPressed)
    await responder.open_form(FORM)
    return await person.form(), thread


async def until_health_says(scene: Slack, words: str = "") -> str:
    """Wait until the adapter says so of itself; with no words, that all is well."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            said = await scene.chat.health()
            if (words in said) if words else not said:
                return said
            await asyncio.sleep(0)


async def hear_last_word(scene: Slack, person: Person, count: int = 0) -> list[Event]:
    """All that was heard until a last word in a thread of the bot's, without that word: so many."""
    thread = await open_thread(scene, "the last thread")
    last = refs.message_in(thread, say(scene, person, "the last word", thread).ts)
    async with asyncio.timeout(PATIENCE_S):
        while not any(getattr(event, "message", None) == last for event in scene.sink.events):
            await scene.sink.news()
    heard = scene.sink.events[:-1]
    assert len(heard) == count, heard
    return heard
