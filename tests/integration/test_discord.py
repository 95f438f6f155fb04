"""Laws of Discord's adapter that no other platform keeps: the real client, a server of our own."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
import yarl

from bot.chat.discord import client, connection, refs, responder
from bot.chat.discord.adapter import DiscordChat
from bot.chat.discord.checkup import Remark, examine
from bot.chat.discord.connection import BAD_LOGIN, BEHIND, COMMANDLESS, NO_CONTENT, RECONNECTING
from bot.domain.chat import (
    ActionPressed,
    Attachment,
    Button,
    Buttons,
    Code,
    CommandInvoked,
    CommandOption,
    CommandSpec,
    ConversationRef,
    Form,
    FormField,
    FormSubmitted,
    Image,
    Message,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    MessageRef,
    OptionKind,
    Responder,
    UserRef,
)
from bot.domain.errors import (
    AmbiguousError,
    ChatError,
    ExpiredError,
    ForbiddenError,
    GoneError,
    RateLimitedError,
    SettingsError,
    TooLargeError,
    TransientError,
)
from tests.contract.on_discord import Discord, discord
from tests.discord import model, payloads
from tests.discord.gateway import Gateway
from tests.discord.guilds import OwnedGuild
from tests.discord.model import EPHEMERAL, Channel, Interaction
from tests.discord.people import Person
from tests.discord.permissions import ALL, EVERYONE, Allow
from tests.discord.server import FakeDiscord, connect
from tests.fakes import RecordingSink
from tests.patience import PATIENCE_S

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
        mentors_only=True,
    ),
    CommandSpec("cohort pause", "A holiday", mentors_only=True),
)
FORM = Form("submit:1", "Submit", (FormField("code", "Your code", code=True, required=False),))
CODE = "\n".join(f"line_{number} = '{number:0>40}'" for number in range(60))

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
RENAMED, PINNED = 4, 6
"""Kinds of message that Discord writes in the name of who did it."""

LOGIN = "GET /users/@me"
COMMANDS_ROUTE = "PUT /applications/{application_id}/commands"
ACTIVE = "GET /guilds/{guild_id}/threads/active"
ARCHIVED = "GET /channels/{channel_id}/threads/archived/public"
HISTORY = "GET /channels/{channel_id}/messages"
POST = "POST /channels/{channel_id}/messages"
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


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncGenerator[Discord]:
    async with discord(tmp_path, COMMANDS) as made:
        yield made


@pytest.fixture
def ana(scene: Discord) -> Person:
    return scene.guild.person("Ana")


async def opened(scene: Discord, key: str = "challenge") -> tuple[ConversationRef, Channel]:
    """A thread of the bot's."""
    post = await scene.chat.post(scene.channel, Message.of(f"Now: {key}"), key=key)
    thread = await scene.chat.open_thread(post, key)
    return thread, scene.fake.world.channels[int(thread.thread)]


def user(scene: Discord, person: Person) -> UserRef:
    return UserRef("discord", str(scene.guild.id), str(person.id))


def shown(scene: Discord, ref: MessageRef) -> model.Message:
    """A message as Discord has it."""
    return scene.fake.world.channels[refs.room(ref.conversation)].messages[int(ref.message)]


async def invoked(scene: Discord, ana: Person) -> tuple[Interaction, Responder]:
    """A command that was heard."""
    interaction = ana.invoke(scene.place, "plan")
    return interaction, await answering(scene, CommandInvoked)


async def well(scene: Discord, sentence: str = "") -> None:
    """Wait until the adapter says so of itself."""
    async with asyncio.timeout(PATIENCE_S):
        while await scene.chat.health() != sentence:  # noqa: ASYNC110  # it is asked, it does not tell
            await asyncio.sleep(0)


async def answering(scene: Discord, kind: type[CommandInvoked | ActionPressed]) -> Responder:
    heard = await scene.sink.heard(kind)
    return scene.sink.responders[heard.key]


# --- commands ---------------------------------------------------------------------------------


async def test_commands_of_two_words_are_registered_as_subcommands_for_servers_alone(
    scene: Discord,
) -> None:
    plan, cohort = scene.fake.world.commands[None]
    assert (plan["name"], plan["options"], plan["contexts"]) == ("plan", [], [0])
    assert [option["name"] for option in cohort["options"]] == ["setup", "pause"]
    timezone, level, mentors, role = cohort["options"][0]["options"]
    assert (timezone["type"], timezone["required"], timezone["autocomplete"]) == (3, True, True)
    assert [choice["value"] for choice in level["choices"]] == ["easy", "hard"]
    assert (mentors["type"], mentors["channel_types"], role["type"]) == (7, [0], 8)


async def test_channels_and_roles_are_heard_as_their_ids(scene: Discord, ana: Person) -> None:
    mentors = scene.guild.channel("mentors")
    role = scene.guild.role("Mentor")
    ana.invoke(
        scene.place, "cohort setup", timezone="Asia/Tokyo", mentors=mentors, mentor_role=role
    )
    heard = await scene.sink.heard(CommandInvoked)
    assert (heard.name, heard.user) == ("cohort setup", user(scene, ana))
    assert heard.args == {
        "timezone": "Asia/Tokyo",
        "mentors": str(mentors.id),
        "mentor_role": str(role.id),
    }


async def test_what_is_being_typed_is_completed_by_the_core(scene: Discord, ana: Person) -> None:
    scene.sink.words = ["Europe/Berlin", "Europe/Rome", "Asia/Tokyo"]
    offered = await ana.complete(scene.place, "cohort setup", "timezone", "Europe")
    assert offered == ["Europe/Berlin", "Europe/Rome"]
    assert scene.sink.events == []


async def test_no_more_is_offered_than_discord_takes(scene: Discord, ana: Person) -> None:
    scene.sink.words = [f"{number:0>120}" for number in range(30)]
    offered = await ana.complete(scene.place, "cohort setup", "timezone", "")
    assert [len(word) for word in offered] == [100] * 25


async def test_a_command_is_acknowledged_before_the_core_has_it(
    scene: Discord, ana: Person
) -> None:
    interaction, responder = await invoked(scene, ana)
    [sent] = scene.fake.asked(CALLBACK)
    assert sent.json == {"type": 5, "data": {"flags": EPHEMERAL}}
    assert interaction.waits
    await responder.reply(Message.of("Your week"))
    assert not interaction.waits


async def test_the_first_reply_takes_the_place_of_thinking_and_others_follow(
    scene: Discord, ana: Person
) -> None:
    interaction, responder = await invoked(scene, ana)
    await responder.reply(Message.of("One", Buttons((Button("go", "Go"),))))
    await responder.reply(Message.of("Two"))
    assert [message.content for message in interaction.messages] == ["One", "Two"]
    assert interaction.messages[0] is interaction.original
    assert all(message.only_for is ana.user for message in interaction.messages)


async def test_a_reply_comes_too_late_after_fifteen_minutes(scene: Discord, ana: Person) -> None:
    _, responder = await invoked(scene, ana)
    scene.fake.clock.move(minutes=14)
    await responder.reply(Message.of("Still in time"))
    scene.fake.clock.move(minutes=2)
    with pytest.raises(ExpiredError):
        await responder.reply(Message.of("Too late"))


async def test_a_command_is_answered_once_although_its_acknowledgement_was_lost(
    scene: Discord, ana: Person
) -> None:
    scene.fake.faults.cut_after(CALLBACK)
    interaction, responder = await invoked(scene, ana)
    await responder.reply(Message.of("Your week"))
    assert [message.content for message in interaction.messages] == ["Your week"]


async def test_long_replies_arrive_whole(scene: Discord, ana: Person) -> None:
    interaction, responder = await invoked(scene, ana)
    words = [f"Paragraph {number}: {'word ' * 30}".strip() for number in range(25)]
    await responder.reply(Message.of(*words, Code(CODE), "The end."))
    [message] = interaction.messages
    assert all(paragraph in message.text for paragraph in words)
    assert "The end." in message.text
    [file] = message.files
    assert file.content.decode() == CODE


async def test_a_reply_that_is_longer_than_all_embeds_goes_on_in_a_file(
    scene: Discord, ana: Person
) -> None:
    interaction, responder = await invoked(scene, ana)
    words = [f"Paragraph {number}: {'word ' * 100}".strip() for number in range(40)]
    await responder.reply(Message.of(*words))
    [message] = interaction.messages
    [file] = message.files
    read = f"{message.text}\n{file.content.decode()}"
    assert all(paragraph in read for paragraph in words)


# --- buttons and forms ------------------------------------------------------------------------


async def offered(scene: Discord, *, to: Person | None = None) -> model.Message:
    """A message with a button, in the channel or in somebody's direct messages."""
    message = Message.of("Ready?", Buttons((Button("submit:1", "Submit"),)))
    private = None if to is None else user(scene, to)
    return shown(
        scene, await scene.chat.post(scene.channel, message, key="offer", private_to=private)
    )


async def test_a_press_that_nothing_follows_is_acknowledged_all_the_same(
    scene: Discord, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responder, "PRESS_WAITS_S", 0.01)
    interaction = ana.press(await offered(scene), "submit:1")
    await scene.fake.until(lambda: interaction.answer == 6, "an acknowledgement")
    assert interaction.messages == []


async def test_a_press_is_answered_for_the_person_alone(scene: Discord, ana: Person) -> None:
    interaction = ana.press(await offered(scene), "Submit")
    await (await answering(scene, ActionPressed)).reply(Message.of("Secret"))
    assert (await ana.answered(interaction)).only_for is ana.user
    assert "Secret" not in scene.guild.person("Ben").reads(scene.place)


async def test_a_press_that_was_acknowledged_opens_no_form_any_more(
    scene: Discord, ana: Person
) -> None:
    ana.press(await offered(scene), "Submit")
    answers = await answering(scene, ActionPressed)
    await answers.reply(Message.of("One moment"))
    with pytest.raises(ExpiredError):
        await answers.open_form(FORM)


async def test_a_form_brings_text_and_a_file(scene: Discord, ana: Person) -> None:
    pressed = ana.press(await offered(scene), "Submit")
    form = Form("submit:1", "S" * 60, FORM.fields, accepts_file=True)
    await (await answering(scene, ActionPressed)).open_form(form)
    await ana.modal(pressed)
    sent = ana.submit(pressed, {"code": "x = 1"}, {"file": [("answer.py", b"y = 2")]})
    heard = await scene.sink.heard(FormSubmitted)
    assert (heard.form_id, heard.fields, heard.user) == (
        "submit:1",
        {"code": "x = 1"},
        user(scene, ana),
    )
    [file] = heard.attachments
    assert (file.name, file.size_bytes) == ("answer.py", 5)
    assert await scene.chat.fetch(file, max_bytes=100) == b"y = 2"
    assert sent.answer is not None
    await scene.sink.responders[heard.key].reply(Message.of("Got it"))
    assert (await ana.answered(sent)).only_for is ana.user


async def test_a_form_takes_text_alone(scene: Discord, ana: Person) -> None:
    pressed = ana.press(await offered(scene), "Submit")
    form = Form("submit:1", "Submit", FORM.fields, accepts_file=True)
    await (await answering(scene, ActionPressed)).open_form(form)
    await ana.modal(pressed)
    ana.submit(pressed, {"code": "x = 1"})
    heard = await scene.sink.heard(FormSubmitted)
    assert (heard.fields, heard.attachments) == ({"code": "x = 1"}, ())


async def test_the_file_of_a_form_is_gone_when_its_link_has_expired(
    scene: Discord, ana: Person
) -> None:
    pressed = ana.press(await offered(scene), "Submit")
    form = Form("submit:1", "Submit", FORM.fields, accepts_file=True)
    await (await answering(scene, ActionPressed)).open_form(form)
    await ana.modal(pressed)
    ana.submit(pressed, {}, {"file": [("answer.py", b"y = 2")]})
    [file] = (await scene.sink.heard(FormSubmitted)).attachments
    scene.fake.clock.move(hours=48)
    with pytest.raises(GoneError):
        await scene.chat.fetch(file, max_bytes=100)


async def test_a_button_in_direct_messages_is_heard_for_its_server(
    scene: Discord, ana: Person
) -> None:
    message = await offered(scene, to=ana)
    pressed = ana.press(message, "Submit")
    heard = await scene.sink.heard(ActionPressed)
    assert (heard.action, heard.user) == ("submit:1", user(scene, ana))
    assert heard.message.message == str(message.id)
    assert heard.conversation.tenant == str(scene.guild.id)
    await scene.sink.responders[heard.key].open_form(FORM)
    await ana.modal(pressed)
    ana.submit(pressed, {"code": "x = 1"})
    form = await scene.sink.heard(FormSubmitted)
    assert (form.form_id, form.user, form.conversation) == (
        "submit:1",
        user(scene, ana),
        heard.conversation,
    )


async def test_direct_messages_are_shared_by_all_servers_and_buttons_are_not(
    scene: Discord, ana: Person
) -> None:
    other = scene.fake.guild("Other")
    other.admit(ana)
    await offered(scene, to=ana)
    place = ConversationRef("discord", str(other.id), str(other.channel("practice").id))
    there = UserRef("discord", str(other.id), str(ana.id))
    message = Message.of(Buttons((Button("submit:2", "Submit"),)))
    ref = await scene.chat.post(place, message, key="other", private_to=there)
    ana.press(shown(scene, ref), "Submit")
    heard = await scene.sink.heard(ActionPressed)
    assert (heard.action, heard.user, heard.message) == ("submit:2", there, ref)


async def test_a_button_in_an_archived_thread_is_heard_with_its_thread(
    scene: Discord, ana: Person
) -> None:
    thread, room = await opened(scene)
    ref = await scene.chat.post(
        thread, Message.of(Buttons((Button("details:1", "Details"),))), key="k"
    )
    scene.guild.archive(room)
    ana.press(shown(scene, ref), "Details")
    heard = await scene.sink.heard(ActionPressed)
    assert (heard.conversation, heard.message) == (thread, ref)


async def test_buttons_of_answers_in_direct_messages_are_heard_for_their_server(
    scene: Discord, ana: Person
) -> None:
    pressed = ana.press(await offered(scene, to=ana), "Submit")
    answers = await answering(scene, ActionPressed)
    await answers.reply(Message.of("Sure?", Buttons((Button("sure:1", "Sure"),))))
    ana.press(await ana.answered(pressed), "Sure")
    heard = await scene.sink.heard(ActionPressed, 2)
    assert (heard.action, heard.user) == ("sure:1", user(scene, ana))


# --- private posts ----------------------------------------------------------------------------


async def test_what_is_private_comes_as_a_direct_message(scene: Discord, ana: Person) -> None:
    ref = await scene.chat.post(
        scene.channel, Message.of("For you"), key="k", private_to=user(scene, ana)
    )
    again = await scene.chat.post(
        scene.channel, Message.of("For you"), key="k", private_to=user(scene, ana)
    )
    assert again == ref
    where = f"-# <#{scene.place.id}>"  # the channel, in small print
    assert [message.content for message in ana.sees(ana.direct)] == [f"{where}\nFor you"]
    await scene.chat.edit(ref, Message.of("For you, changed"))
    assert ana.reads(ana.direct) == f"{where}\nFor you, changed"
    await scene.chat.edit(ref, Message.of("Much for you. " * 200))
    [message] = ana.sees(ana.direct)
    assert message.content == where
    assert "Much for you" in message.text
    assert ana.sees(scene.place) == []


async def test_who_writes_to_the_bot_alone_is_told_where_to_write(
    scene: Discord, ana: Person
) -> None:
    _, room = await opened(scene)
    ana.say(ana.direct, "```python\nx = 1\n```")
    await scene.fake.until(lambda: "Submit privately" in ana.reads(ana.direct), "an answer")
    assert len(ana.sees(ana.direct)) == 2  # and not one to the answer
    await heard_alone(scene, ana, room)


async def test_who_takes_no_direct_messages_is_told_once_in_the_thread_without_the_content(
    scene: Discord,
) -> None:
    thread, room = await opened(scene)
    shy = scene.guild.person("Shy", takes_messages=False)
    refs = [
        await scene.chat.post(
            thread, Message.of(f"Secret {key}"), key=key, private_to=user(scene, shy)
        )
        for key in ("answer:a", "answer:a:2")  # the second is what the first came to say
    ]
    [told] = [message for message in shy.sees(room) if message.content]
    assert f"<@{shy.id}>" in told.content
    assert "Secret" not in told.text
    for ref in refs:
        with pytest.raises(GoneError):
            await scene.chat.edit(ref, Message.of("Secret, changed"))
    assert "Secret" not in shy.reads(room)


async def test_who_has_left_the_server_is_not_knocked_for(scene: Discord) -> None:
    thread, room = await opened(scene)
    shy = scene.guild.person("Shy", takes_messages=False)
    scene.guild.part(shy)
    with pytest.raises(GoneError):
        await scene.chat.post(thread, Message.of("For you"), key="k", private_to=user(scene, shy))
    assert [message for message in room.messages.values() if message.content] == []


async def test_a_reminder_knocks_nowhere(scene: Discord) -> None:
    thread, room = await opened(scene)
    shy = scene.guild.person("Shy", takes_messages=False)
    with pytest.raises(GoneError):
        await scene.chat.post(
            thread, Message.of("Still open"), key="reminder:1:2", private_to=user(scene, shy)
        )
    assert [message for message in room.messages.values() if message.content] == []


# --- what is heard ----------------------------------------------------------------------------


async def heard_alone(scene: Discord, ana: Person, room: Channel) -> MessagePosted:
    """What was heard before a last word in a thread of the bot's: nothing."""
    ana.say(room, "the last word")
    heard = await scene.sink.heard(MessagePosted)
    assert [event.key for event in scene.sink.events] == [heard.key]
    assert heard.text == "the last word"
    return heard


async def test_talk_elsewhere_is_not_heard(scene: Discord, ana: Person) -> None:
    _, room = await opened(scene)
    theirs = scene.guild.thread(scene.place, "Lunch", ana)
    said = [ana.say(place, "noodles?") for place in (scene.place, theirs)]
    ana.edit(said[1], "rice?")
    await heard_alone(scene, ana, room)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("@Freehand plan", "plan"),
        ("plan @Freehand", "plan"),
        ("@Freehand\n```python\nx = 1\n```", "```python\nx = 1\n```"),
    ],
)
async def test_a_mention_is_heard_anywhere_and_at_any_place(
    scene: Discord, ana: Person, typed: str, text: str
) -> None:
    theirs = scene.guild.thread(scene.place, "Lunch", ana)
    channel = scene.channel
    thread = ConversationRef("discord", channel.tenant, channel.channel, str(theirs.id))
    for count, (place, ref) in enumerate(((scene.place, channel), (theirs, thread)), start=1):
        ana.say(place, typed)
        heard = await scene.sink.heard(MessagePosted, count)
        assert (heard.text, heard.mentions_bot, heard.conversation) == (text, True, ref)


async def test_deletions_are_heard_in_our_threads_alone_and_one_by_one(
    scene: Discord, ana: Person
) -> None:
    moderator = scene.guild.person("Mo", roles=[scene.guild.role("Mods", ALL)])
    _, room = await opened(scene)
    theirs = scene.guild.thread(scene.place, "Lunch", ana)
    for place in (theirs, scene.place):
        ana.delete(ana.say(place, "nobody's business"))
    said = [ana.say(room, "x = 1"), ana.say(room, "x = 2")]
    moderator.clear_up(room)
    deleted = [await scene.sink.heard(MessageDeleted, count) for count in (1, 2)]
    assert {event.message.message for event in deleted} == {str(one.id) for one in said}
    assert {event.user.user for event in deleted} == {""}


async def test_a_reply_to_the_bot_mentions_it_only_where_its_name_is_typed(
    scene: Discord, ana: Person
) -> None:
    thread, room = await opened(scene)
    task = await scene.chat.post(thread, Message.of("The task"), key="task")
    post = await scene.chat.post(scene.channel, Message.of("Hello"), key="hello")
    ana.say(scene.place, "hello yourself", reply_to=shown(scene, post))
    ana.say(room, "x = 1", reply_to=shown(scene, task))
    heard = await scene.sink.heard(MessagePosted)
    assert (heard.text, heard.mentions_bot) == ("x = 1", False)


async def test_other_bots_are_not_heard(scene: Discord, ana: Person) -> None:
    _, room = await opened(scene)
    bot = Person(scene.fake, scene.fake.world.new_user("Echo", bot=True))
    scene.guild.admit(bot)
    bot.edit(bot.say(room, "@Freehand echo"), "@Freehand echo echo")
    await heard_alone(scene, ana, room)


async def test_what_discord_itself_says_in_a_thread_is_not_heard(
    scene: Discord, ana: Person
) -> None:
    _, room = await opened(scene)
    for kind in (RENAMED, PINNED):  # they have the person as their author
        scene.guild.system_message(room, kind, ana)
    await heard_alone(scene, ana, room)


async def test_a_preview_or_a_pin_is_no_edit(scene: Discord, ana: Person) -> None:
    _, room = await opened(scene)
    said = ana.say(room, "see https://example.org")
    ana.unfurl(said)
    told = payloads.heard(said, scene.fake.world, scene.fake.backend.links)
    scene.fake.gateway.tell("MESSAGE_UPDATE", {**told, "pinned": True})
    ana.say(room, "the last word")
    await scene.sink.heard(MessagePosted, 2)
    assert [type(event) for event in scene.sink.events] == [MessagePosted] * 2


async def test_an_edit_is_heard_once_although_a_preview_follows(
    scene: Discord, ana: Person
) -> None:
    _, room = await opened(scene)
    said = ana.say(room, "one")
    ana.edit(said, "two https://example.org")
    ana.unfurl(said)
    ana.say(room, "the last word")
    await scene.sink.heard(MessagePosted, 2)
    assert [event.text for event in scene.sink.events if isinstance(event, MessagePosted)] == [
        "one",
        "two https://example.org",
        "the last word",
    ]


# --- attachments ------------------------------------------------------------------------------


async def attached(
    scene: Discord, ana: Person, *files: tuple[str, bytes]
) -> tuple[model.Message, tuple[Attachment, ...]]:
    """A message with files, and the files as they were heard."""
    _, room = await opened(scene)
    said = ana.say(room, "", files)
    return said, (await scene.sink.heard(MessagePosted)).attachments


async def test_two_attachments_are_heard_and_fetched(scene: Discord, ana: Person) -> None:
    _, files = await attached(scene, ana, ("a.py", b"a = 1"), ("b.ipynb", b"{}"))
    assert [(file.name, file.size_bytes) for file in files] == [("a.py", 5), ("b.ipynb", 2)]
    fetched = [await scene.chat.fetch(file, max_bytes=10) for file in files]
    assert fetched == [b"a = 1", b"{}"]


async def test_an_attachment_is_fetched_after_its_link_has_expired(
    scene: Discord, ana: Person
) -> None:
    _, files = await attached(scene, ana, ("a.py", b"a = 1"), ("b.py", b"b = 2"))
    scene.fake.clock.move(hours=48)
    fetched = [await scene.chat.fetch(file, max_bytes=10) for file in files]
    assert fetched == [b"a = 1", b"b = 2"]


async def test_an_attachment_that_was_taken_out_is_gone(scene: Discord, ana: Person) -> None:
    said, [first, second] = await attached(scene, ana, ("a.py", b"a = 1"), ("b.py", b"b = 2"))
    ana.remove_file(said, "a.py")
    with pytest.raises(GoneError):
        await scene.chat.fetch(first, max_bytes=10)
    assert await scene.chat.fetch(second, max_bytes=10) == b"b = 2"
    ana.delete(said)
    with pytest.raises(GoneError):
        await scene.chat.fetch(second, max_bytes=10)


async def test_what_is_too_large_is_not_even_asked_for(scene: Discord, ana: Person) -> None:
    said, [file] = await attached(scene, ana, ("a.py", b"a = 1"))
    ana.delete(said)
    with pytest.raises(TooLargeError):
        await scene.chat.fetch(file, max_bytes=4)


async def test_what_is_larger_than_it_said_is_read_no_further(scene: Discord, ana: Person) -> None:
    _, [file] = await attached(scene, ana, ("a.py", b"a" * 1000))
    with pytest.raises(TooLargeError):
        await scene.chat.fetch(replace(file, size_bytes=1), max_bytes=10)


# --- what was missed --------------------------------------------------------------------------


def texts(scene: Discord) -> list[str]:
    """What was said and changed, in the order in which it was heard."""
    return [event.text for event in scene.sink.events if isinstance(event, MessagePosted)]


async def test_what_was_sent_while_nobody_listened_is_heard_in_order_and_once(
    scene: Discord, ana: Person
) -> None:
    _, one = await opened(scene, "one")
    _, two = await opened(scene, "two")
    before = ana.say(one, "before")
    await scene.sink.heard(MessagePosted)
    scene.fake.clock.move(hours=1)
    await scene.restart()  # the mark is now later than the message by more than the overlap
    await scene.chat.stop()
    for place, text in ((one, "first"), (two, "second"), (one, "third")):
        ana.say(place, text)
        scene.fake.clock.move(minutes=1)
    ana.edit(before, "changed")
    scene.guild.archive(two)
    await scene.start()
    edit = await scene.sink.heard(MessageEdited)
    ana.say(one, "the last word")
    await scene.sink.heard(MessagePosted, 5)
    assert texts(scene) == ["before", "first", "second", "third", "changed", "the last word"]
    assert edit.message.message == str(before.id)


async def test_what_was_sent_before_the_first_start_is_not_heard(tmp_path: Path) -> None:
    async with discord(tmp_path / "one", COMMANDS) as scene:
        ana = scene.guild.person("Ana")
        _, room = await opened(scene)
        ana.say(room, "history")
        await scene.sink.heard(MessagePosted)
        await scene.chat.stop()
        anew = replace(scene, data_dir=tmp_path, sink=RecordingSink())
        await anew.start()
        try:
            await heard_alone(anew, ana, room)
        finally:
            await anew.chat.stop()


async def test_a_thread_that_is_closed_to_the_bot_keeps_it_from_hearing_no_other(
    scene: Discord, ana: Person
) -> None:
    _, hidden = await opened(scene, "hidden")
    elsewhere = scene.guild.channel("elsewhere")
    ref = replace(scene.channel, channel=str(elsewhere.id))
    post = await scene.chat.post(ref, Message.of("Now"), key="elsewhere")
    await scene.chat.open_thread(post, "Now")
    room = scene.fake.world.channels[int(post.message)]
    await scene.chat.stop()
    ana.say(hidden, "unseen")
    ana.say(room, "seen")
    scene.guild.set_permissions(scene.guild.bot_role, EVERYONE)
    scene.guild.overwrite(scene.place, scene.guild.bot_role, deny=Allow.READ_MESSAGE_HISTORY)
    await scene.start()
    await scene.sink.heard(MessagePosted)
    assert texts(scene) == ["seen"]


@pytest.mark.parametrize("status", [403, 404])
async def test_what_is_gone_by_the_time_it_is_read_keeps_no_other_from_being_heard(
    scene: Discord, ana: Person, status: int
) -> None:
    _, room = await opened(scene)
    await scene.chat.stop()
    ana.say(room, "archived")
    scene.guild.archive(room)
    scene.fake.faults.fail(ACTIVE, status=status)
    await scene.start()
    assert (await scene.sink.heard(MessagePosted)).text == "archived"
    assert await scene.chat.health() == ""


async def test_nothing_is_heard_twice_when_a_session_goes_on(scene: Discord, ana: Person) -> None:
    _, room = await opened(scene)
    ana.say(room, "before")
    await scene.sink.heard(MessagePosted)
    scene.fake.gateway.cut()
    ana.say(room, "meanwhile")
    await scene.fake.until(lambda: scene.fake.gateway.resumed, "a session that goes on")
    ana.say(room, "after")
    await scene.sink.heard(MessagePosted, 3)
    assert texts(scene) == ["before", "meanwhile", "after"]
    assert scene.sink.deliveries == 3


async def test_a_session_that_was_lost_is_made_up_for(scene: Discord, ana: Person) -> None:
    _, room = await opened(scene)
    gateway = scene.fake.gateway
    gateway.forget()
    said = ana.say(room, "meanwhile")
    ana.edit(said, "meanwhile, changed")
    gateway.invalidate(resumable=False)
    await scene.fake.until(lambda: len(gateway.identified) == 2, "a new session")
    await scene.sink.heard(MessageEdited)
    assert texts(scene) == ["meanwhile, changed"] * 2


@pytest.mark.parametrize("route", [ACTIVE, ARCHIVED, HISTORY, COMMANDS_ROUTE])
async def test_catching_up_is_tried_until_it_works(
    scene: Discord, ana: Person, monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    monkeypatch.setattr(connection, "RECONNECT_S", (0.01,))
    _, room = await opened(scene)
    await scene.chat.stop()
    ana.say(room, "meanwhile")
    scene.fake.faults.fail(route, status=503, times=3)
    await scene.start()
    assert (await scene.sink.heard(MessagePosted)).text == "meanwhile"
    await scene.fake.until(lambda: not scene.fake.faults.left, f"four requests to {route}")
    await well(scene)


async def test_health_says_that_commands_are_not_taken(
    scene: Discord, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "RECONNECT_S", (0.2,))
    _, room = await opened(scene)
    scene.fake.faults.fail(COMMANDS_ROUTE, status=503)
    await scene.restart()
    await well(scene, COMMANDLESS)
    ana.say(room, "heard all the same")
    await scene.sink.heard(MessagePosted)
    await well(scene)


async def test_long_histories_are_read_to_their_end(scene: Discord, ana: Person) -> None:
    _, room = await opened(scene)
    first = ana.say(room, "0")
    await scene.sink.heard(MessagePosted)
    await scene.chat.stop()
    scene.fake.clock.move(hours=1)
    for number in range(1, 121):
        ana.say(room, str(number))
    ana.edit(first, "0, changed")
    await scene.start()
    await scene.sink.heard(MessageEdited)
    assert texts(scene) == [*map(str, range(121)), "0, changed"]


async def test_what_could_not_be_read_after_one_start_is_heard_after_the_next(
    scene: Discord, ana: Person
) -> None:
    _, room = await opened(scene)
    await scene.chat.stop()
    ana.say(room, "meanwhile")
    scene.fake.clock.move(hours=1)
    scene.fake.faults.fail(HISTORY, status=503)
    asked = len(scene.fake.asked(HISTORY))
    await scene.start()
    await scene.fake.requested(HISTORY, asked + 1)
    scene.fake.gateway.cut()  # a session that goes on has not caught up either
    await scene.fake.until(lambda: scene.fake.gateway.resumed, "a session that goes on")
    await well(scene, BEHIND)
    await scene.restart()
    assert (await scene.sink.heard(MessagePosted)).text == "meanwhile"


# --- the connection ---------------------------------------------------------------------------


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are short."""
    monkeypatch.setattr(connection, "RECONNECT_S", (0.01,))


async def heard_again(scene: Discord, ana: Person, sessions: int = 2) -> None:
    """A new session hears what is said, and what was said meanwhile."""
    gateway = scene.fake.gateway
    await scene.fake.until(
        lambda: len(gateway.identified) >= sessions and gateway.ready, "a new session"
    )
    await well(scene)
    _, room = await opened(scene, "again")
    ana.say(room, "still there?")
    assert (await scene.sink.heard(MessagePosted)).text == "still there?"


@pytest.mark.usefixtures("_hurried")
async def test_a_start_survives_connections_that_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "READY_WITHIN_S", 0.01)
    async with FakeDiscord() as fake:
        guild = fake.guild("Cohort")
        fake.gateway.drops_before_hello = 3
        fake.faults.fail(LOGIN, status=503)
        scene = Discord(tmp_path, fake, guild, guild.channel("practice"), COMMANDS)
        with connect(fake):
            scene.chat = DiscordChat(token="token", data_dir=tmp_path, clock=fake.clock)
            await scene.chat.start(scene.sink, COMMANDS)
            assert await scene.chat.health() == RECONNECTING
            await heard_again(scene, guild.person("Ana"), 1)
            await scene.chat.stop()
        assert fake.gateway.opened == 4
        assert fake.violations == []


@pytest.mark.usefixtures("_hurried")
async def test_what_cannot_be_read_costs_one_connection(scene: Discord, ana: Person) -> None:
    scene.fake.gateway.tell("MESSAGE_CREATE", {"id": "no number"})
    await heard_again(scene, ana)


@pytest.mark.usefixtures("_hurried")
async def test_a_session_that_breaks_before_it_is_ready_is_not_taken_for_one(
    scene: Discord, ana: Person
) -> None:
    gateway = scene.fake.gateway
    gateway.invalidate(resumable=False)
    await scene.fake.until(lambda: len(gateway.identified) == 2 and gateway.ready, "a session")
    gateway.tell("MESSAGE_CREATE", {"id": "no number"})
    await heard_again(scene, ana, 3)


@pytest.mark.usefixtures("_hurried")
@pytest.mark.parametrize("code", [1000, 1001, 4000, 4007, 4009])
async def test_a_connection_that_is_closed_is_made_again(
    scene: Discord, ana: Person, code: int
) -> None:
    gateway = scene.fake.gateway
    gateway.close(code)
    await scene.fake.until(lambda: gateway.opened > 1 and gateway.ready, "another connection")
    await heard_again(scene, ana, 1)


@pytest.mark.usefixtures("_hurried")
async def test_discord_may_ask_for_another_connection(scene: Discord, ana: Person) -> None:
    gateway = scene.fake.gateway
    gateway.ask_to_reconnect()
    await scene.fake.until(lambda: gateway.resumed == 1, "a session that goes on")
    await heard_again(scene, ana, 1)


async def test_a_connection_that_is_dead_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "SILENT_AT_MOST_S", 0.3)
    monkeypatch.setattr(Gateway, "heartbeat_ms", 100)
    async with discord(tmp_path, COMMANDS) as scene:
        ana = scene.guild.person("Ana")
        _, room = await opened(scene)
        scene.fake.gateway.play_dead()
        ana.say(room, "hello?")
        assert (await scene.sink.heard(MessagePosted)).text == "hello?"
        assert scene.sink.deliveries == 1


@pytest.mark.usefixtures("_hurried")
async def test_health_is_the_truth_while_discord_is_away(scene: Discord, ana: Person) -> None:
    assert await scene.chat.health() == ""
    await scene.fake.stop()
    await well(scene, RECONNECTING)
    with pytest.raises(ChatError):
        await scene.chat.post(scene.channel, Message.of("Hello?"), key="k")
    await scene.fake.start()
    with connect(scene.fake):  # it listens elsewhere now
        await heard_again(scene, ana)


async def test_a_wrong_token_ends_the_start_with_what_to_click(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        with connect(fake):
            chat = DiscordChat(token="mistyped", data_dir=tmp_path, clock=fake.clock)
            with pytest.raises(SettingsError, match="reset the token"):
                await chat.start(RecordingSink(), COMMANDS)
            assert await chat.health() != ""
    assert "mistyped" not in repr(chat)


async def test_a_missing_intent_ends_the_start_with_what_to_click(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        fake.world.app_flags = 0
        with connect(fake):
            chat = DiscordChat(token="token", data_dir=tmp_path, clock=fake.clock)
            with pytest.raises(SettingsError, match="Message Content Intent"):
                await chat.start(RecordingSink(), COMMANDS)


@pytest.mark.usefixtures("_hurried")
async def test_a_token_that_is_reset_while_the_bot_runs_is_said_in_its_health(
    scene: Discord,
) -> None:
    scene.fake.world.token = "another"
    scene.fake.gateway.forget()
    scene.fake.gateway.close(4004)
    await well(scene, BAD_LOGIN)
    scene.fake.world.token = "token"
    await scene.restart()
    await well(scene)


# --- what Discord refuses ---------------------------------------------------------------------


async def test_a_permission_that_is_missing_is_said_and_used_once_granted(scene: Discord) -> None:
    thread, _ = await opened(scene)
    scene.guild.set_permissions(scene.guild.bot_role, EVERYONE)
    picture = Message.of("Board", Image("board.png", b"\x89PNG", "Ana leads"))
    for place, message, needed in (
        (scene.channel, Message.of("Hello"), Allow.SEND_MESSAGES),
        (thread, Message.of("Hello"), Allow.SEND_MESSAGES_IN_THREADS),
        (scene.channel, picture, Allow.ATTACH_FILES),
        (scene.channel, Message.of("word " * 500), Allow.EMBED_LINKS),
        (scene.channel, Message.of("Hello"), Allow.VIEW_CHANNEL),
    ):
        scene.guild.restrict_bot(scene.place, needed)
        with pytest.raises(ForbiddenError):
            await scene.chat.post(place, message, key=str(needed))
        assert "Discord would not post a message: Missing" in await scene.chat.health()
        scene.guild.restrict_bot(scene.place, Allow(0))
        assert await scene.chat.post(place, message, key=str(needed))
        assert await scene.chat.health() == ""


async def test_a_server_that_throws_the_bot_out_is_no_illness(scene: Discord) -> None:
    scene.guild.remove_bot()
    with pytest.raises((ForbiddenError, GoneError)):
        await scene.chat.post(scene.channel, Message.of("Hello?"), key="k")
    await scene.fake.until(lambda: not scene.chat.guilds, "a client that knows it is out")
    assert await scene.chat.health() == ""


async def test_a_thread_needs_a_permission_of_its_own(scene: Discord) -> None:
    post = await scene.chat.post(scene.channel, Message.of("Now"), key="k")
    scene.guild.set_permissions(scene.guild.bot_role, EVERYONE)
    scene.guild.restrict_bot(scene.place, Allow.CREATE_PUBLIC_THREADS)
    with pytest.raises(ForbiddenError):
        await scene.chat.open_thread(post, "Now")
    scene.guild.restrict_bot(scene.place, Allow(0))
    assert (await scene.chat.open_thread(post, "Now")).thread == post.message


async def refused(scene: Discord, ref: MessageRef) -> set[type[Exception]]:
    """How each request about a place is refused."""
    raised: set[type[Exception]] = set()
    for request in (
        scene.chat.post(ref.conversation, Message.of("Hello?"), key="gone"),
        scene.chat.edit(ref, Message.of("Hello?")),
        scene.chat.open_thread(MessageRef(scene.channel, ref.message), "Hello?"),
    ):
        with pytest.raises(ChatError) as caught:
            await request
        raised.add(caught.type)
    assert await scene.chat.health() == ""
    return raised


async def test_a_deleted_thread_or_channel_is_gone(scene: Discord) -> None:
    thread, room = await opened(scene)
    ref = await scene.chat.post(thread, Message.of("The task"), key="task")
    scene.guild.delete(room)
    with pytest.raises(GoneError):
        await scene.chat.post(thread, Message.of("Hello?"), key="k")
    scene.guild.delete(scene.place)
    assert await refused(scene, ref) == {GoneError}


async def test_a_server_that_has_thrown_the_bot_out_crashes_nothing(
    scene: Discord, ana: Person
) -> None:
    ref = await scene.chat.post(scene.channel, Message.of("Hello"), key="hello")
    scene.guild.remove_bot()
    assert await refused(scene, ref) <= {ForbiddenError, GoneError}
    with pytest.raises((ForbiddenError, GoneError)):
        await scene.chat.user_info(user(scene, ana))
    await scene.restart()
    assert await scene.chat.health() == ""
    scene.guild.invite_bot()
    _, room = await opened(scene)
    await heard_alone(scene, ana, room)


async def test_who_has_left_the_server_is_gone(scene: Discord, ana: Person) -> None:
    scene.guild.part(ana)
    with pytest.raises(GoneError):
        await scene.chat.user_info(user(scene, ana))


async def test_a_short_wait_is_sat_out(scene: Discord, ana: Person) -> None:
    scene.fake.faults.limit(POST, retry_after_s=0.01, times=2)
    await scene.chat.post(scene.channel, Message.of("Hello"), key="k")
    assert ana.reads(scene.place) == "Hello"


async def test_a_long_wait_is_left_to_the_core(scene: Discord) -> None:
    scene.fake.faults.limit(POST, retry_after_s=300)
    with pytest.raises(RateLimitedError) as caught:
        await scene.chat.post(scene.channel, Message.of("Hello"), key="k")
    assert caught.value.retry_after_s == 300


async def test_a_ban_by_the_proxy_is_waited_for(scene: Discord) -> None:
    scene.fake.faults.ban(POST)
    with pytest.raises(RateLimitedError):
        await scene.chat.post(scene.channel, Message.of("Hello"), key="k")


async def test_a_fault_of_discords_is_worth_another_try(scene: Discord) -> None:
    scene.fake.faults.fail(POST, status=503)
    with pytest.raises(TransientError):
        await scene.chat.post(scene.channel, Message.of("Hello"), key="k")
    assert await scene.chat.post(scene.channel, Message.of("Hello"), key="k")


@pytest.mark.parametrize("trouble", ["cut_before", "cut_after", "garble"])
async def test_what_may_have_been_posted_is_posted_once(
    scene: Discord, ana: Person, trouble: str
) -> None:
    getattr(scene.fake.faults, trouble)(POST)
    with pytest.raises(AmbiguousError):
        await scene.chat.post(scene.channel, Message.of("Hello"), key="k")
    ref = await scene.chat.post(scene.channel, Message.of("Hello"), key="k")
    [message] = ana.sees(scene.place)
    assert ref == MessageRef(scene.channel, str(message.id))


async def test_a_post_that_was_deleted_is_not_made_again_under_its_key(
    scene: Discord, ana: Person
) -> None:
    ref = await scene.chat.post(scene.channel, Message.of("Hello"), key="k")
    mira = scene.guild.person("Mira", roles=[scene.guild.role("Mod", Allow.MANAGE_MESSAGES)])
    mira.delete(shown(scene, ref))
    with pytest.raises(GoneError):
        await scene.chat.edit(ref, Message.of("Hello?"))
    with pytest.raises(GoneError):
        await scene.chat.post(scene.channel, Message.of("Hello"), key="k")
    assert ana.sees(scene.place) == []


async def test_what_is_under_way_when_the_bot_stops_fails_as_any_other(scene: Discord) -> None:
    scene.fake.faults.fail(POST)  # after which discord.py waits for a second
    posting = asyncio.create_task(scene.chat.post(scene.channel, Message.of("Hello"), key="k"))
    await scene.fake.requested(POST)
    await scene.chat.stop()
    with pytest.raises(ChatError):
        await posting


async def test_a_thread_that_was_opened_already_is_used(scene: Discord) -> None:
    post = await scene.chat.post(scene.channel, Message.of("Now"), key="k")
    scene.fake.faults.cut_after(THREAD)
    with pytest.raises(AmbiguousError):
        await scene.chat.open_thread(post, "Now")
    assert (await scene.chat.open_thread(post, "Now")).thread == post.message


async def test_feedback_in_an_archived_thread_brings_it_back(scene: Discord, ana: Person) -> None:
    thread, room = await opened(scene)
    ref = await scene.chat.post(thread, Message.of("Running"), key="k")
    scene.guild.set_permissions(scene.guild.bot_role, EVERYONE)
    scene.guild.archive(room)
    await scene.chat.edit(ref, Message.of("Solved"))
    assert not room.archived
    assert "Solved" in ana.reads(room)
    scene.guild.archive(room)
    await scene.chat.post(thread, Message.of("And more"), key="more")
    assert "And more" in ana.reads(room)


async def test_a_thread_that_a_moderator_has_locked_is_left_alone(scene: Discord) -> None:
    thread, room = await opened(scene)
    ref = await scene.chat.post(thread, Message.of("Running"), key="k")
    scene.guild.set_permissions(scene.guild.bot_role, EVERYONE)
    scene.guild.archive(room, locked=True)
    with pytest.raises(ForbiddenError):
        await scene.chat.edit(ref, Message.of("Solved"))
    with pytest.raises(ForbiddenError):
        await scene.chat.post(thread, Message.of("And more"), key="more")


async def test_an_edit_replaces_files_and_buttons_too(scene: Discord, ana: Person) -> None:
    rich = Message.of("One", Image("a.png", b"\x89PNG", "A"), Buttons((Button("go", "Go"),)))
    ref = await scene.chat.post(scene.channel, rich, key="k")
    await scene.chat.edit(ref, Message.of(Image("b.png", b"\x89PNG", "B")))
    message = shown(scene, ref)
    assert ([file.name for file in message.files], message.components) == (["b.png"], [])
    await scene.chat.edit(ref, Message.of("word " * 500))
    await scene.chat.edit(ref, Message.of("Short"))
    assert ana.reads(scene.place) == "Short"
    assert (message.files, message.embeds) == ([], [])


async def test_nobody_is_pinged_whatever_is_quoted(scene: Discord, ana: Person) -> None:
    quoted = f"@everyone @here <@{ana.id}> <@&{scene.guild.bot_role.id}>"
    ref = await scene.chat.post(scene.channel, Message.of(quoted), key="k")
    await scene.chat.edit(ref, Message.of(quoted, "again"))
    await scene.chat.post(scene.channel, Message.of(quoted), key="p", private_to=user(scene, ana))
    shy = scene.guild.person("Shy", takes_messages=False)
    await scene.chat.post(scene.channel, Message.of(quoted), key="s", private_to=user(scene, shy))
    _, answers = await invoked(scene, ana)
    await answers.reply(Message.of(quoted))
    await answers.reply(Message.of(quoted, "again"))
    said = [sent.json for sent in scene.fake.requests if sent.json and "content" in sent.json]
    assert len(said) >= 6
    assert all(body["allowed_mentions"]["parse"] == [] for body in said)
    assert all(not body["allowed_mentions"].get("users") for body in said)


# --- the doctor -------------------------------------------------------------------------------


@pytest.fixture
async def clinic() -> AsyncGenerator[FakeDiscord]:
    async with FakeDiscord() as fake:
        with connect(fake):
            yield fake
        assert fake.violations == []


async def examined(fake: FakeDiscord, *places: ConversationRef, token: str = "") -> list[Remark]:
    """What the doctor says; with the right token where none is named."""
    token = token or fake.world.token
    return [remark async for remark in examine(token, places)]


def practice(fake: FakeDiscord, allowed: Allow = ALL) -> tuple[OwnedGuild, ConversationRef]:
    guild = fake.guild("Cohort", allowed)
    place = guild.channel("practice")
    return guild, ConversationRef("discord", str(guild.id), str(place.id))


async def test_the_doctor_knows_a_wrong_token(clinic: FakeDiscord) -> None:
    assert await examined(clinic, token="mistyped") == [Remark(well=False, sentence=BAD_LOGIN)]


async def test_the_doctor_names_the_intent_that_is_missing(clinic: FakeDiscord) -> None:
    practice(clinic)
    clinic.world.app_flags = 0
    assert Remark(well=False, sentence=NO_CONTENT) in await examined(clinic)


async def test_the_doctor_invites_the_bot_with_what_it_needs_and_no_more(
    clinic: FakeDiscord,
) -> None:
    [intent, server] = await examined(clinic)
    assert (intent.well, server.well) == (True, False)
    [link] = [word for word in server.sentence.split() if word.startswith("https://")]
    asked = yarl.URL(link).query
    assert asked["client_id"] == str(clinic.world.application_id)
    assert set(asked["scope"].split()) == {"bot", "applications.commands"}
    assert Allow(int(asked["permissions"])) == NEEDS


async def test_the_doctor_names_what_a_channel_lacks(clinic: FakeDiscord) -> None:
    guild, place = practice(clinic, EVERYONE)
    channel = clinic.world.channels[int(place.channel)]
    guild.restrict_bot(channel, Allow.SEND_MESSAGES_IN_THREADS | Allow.ATTACH_FILES)
    *_, remark = await examined(clinic, place)
    assert not remark.well
    assert "#practice it lacks Attach Files, Send Messages In Threads." in remark.sentence
    guild.restrict_bot(channel, Allow.VIEW_CHANNEL)
    *_, remark = await examined(clinic, place)
    assert not remark.well
    assert "View Channel" in remark.sentence


async def test_the_doctor_misses_a_channel_that_is_gone(clinic: FakeDiscord) -> None:
    guild, place = practice(clinic)
    elsewhere = guild.channel("elsewhere")
    guild.delete(clinic.world.channels[int(place.channel)])
    remarks = await examined(clinic, place, replace(place, channel=str(elsewhere.id)))
    assert [remark.well for remark in remarks] == [True, True, False, True]


async def test_the_doctor_finds_all_well_with_just_the_permissions_it_asks_for(
    clinic: FakeDiscord,
) -> None:
    guild, place = practice(clinic, NEEDS)
    guild.everyone(Allow(0))
    remarks = await examined(clinic, place)
    assert [remark.well for remark in remarks] == [True, True, True]


async def test_the_doctor_says_that_discord_does_not_answer(clinic: FakeDiscord) -> None:
    clinic.faults.fail(LOGIN, status=503)
    with pytest.raises(TransientError):
        await examined(clinic)
