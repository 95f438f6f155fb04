"""Commands, buttons and forms, as Discord brings them."""

import pytest

from bot.chat.discord import responder
from bot.domain.chat.events import ActionPressed, CommandInvoked, FormSubmitted
from bot.domain.chat.message import Button, Buttons, Code, Form, Message
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.errors import AmbiguousError, ExpiredError, GoneError
from tests.contract.on_discord import Discord
from tests.fakes.discord import model
from tests.fakes.discord.model import EPHEMERAL
from tests.fakes.discord.people import Person
from tests.integration.discord.steps import (
    CALLBACK,
    CODE,
    FOLLOW_UP,
    FORM,
    ORIGINAL,
    invoke_plan,
    message_at,
    open_thread,
    responder_to,
    user,
)
from tests.support.values import a_key

# --- commands -------------------------------------------------------------------------------------


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
    interaction, responder = await invoke_plan(scene, ana)
    [sent] = scene.fake.asked(CALLBACK)
    assert sent.json == {"type": 5, "data": {"flags": EPHEMERAL}}
    assert interaction.waits
    await responder.reply(Message.of("Your week"))
    assert not interaction.waits


async def test_the_first_reply_takes_the_place_of_thinking_and_others_follow(
    scene: Discord, ana: Person
) -> None:
    interaction, responder = await invoke_plan(scene, ana)
    await responder.reply(Message.of("One", Buttons((Button("go", "Go"),))))
    await responder.reply(Message.of("Two"))
    assert [message.content for message in interaction.messages] == ["One", "Two"]
    assert interaction.messages[0] is interaction.original
    assert all(message.only_for is ana.user for message in interaction.messages)


async def test_a_reply_comes_too_late_after_fifteen_minutes(scene: Discord, ana: Person) -> None:
    _, responder = await invoke_plan(scene, ana)
    scene.fake.clock.move(minutes=14)
    await responder.reply(Message.of("Still in time"))
    scene.fake.clock.move(minutes=2)
    with pytest.raises(ExpiredError):
        await responder.reply(Message.of("Too late"))


async def test_a_command_is_answered_once_although_its_acknowledgement_was_lost(
    scene: Discord, ana: Person
) -> None:
    scene.fake.faults.cut_after(CALLBACK)
    interaction, responder = await invoke_plan(scene, ana)
    await responder.reply(Message.of("Your week"))
    assert [message.content for message in interaction.messages] == ["Your week"]


@pytest.mark.parametrize(
    ("answer", "status"), [("", 204), ("{}", 200), ("null", 200), ("[]", 200), ("<html>", 200)]
)
async def test_a_command_is_answered_once_however_oddly_discord_says_yes(
    scene: Discord, ana: Person, answer: str, status: int
) -> None:
    scene.fake.faults.answer_oddly(CALLBACK, answer, status=status)
    scene.fake.faults.answer_oddly(ORIGINAL, answer, status=status)
    scene.fake.faults.answer_oddly(FOLLOW_UP, answer, status=status)
    interaction, responder = await invoke_plan(scene, ana)
    for words in ("Your week", "And more"):
        await responder.reply(Message.of(words))
    assert [message.content for message in interaction.messages] == ["Your week", "And more"]
    assert scene.fake.faults.left == []
    scene.fake.faults.answer_oddly(CALLBACK, answer, status=status)
    pressed = ana.press(await post_button(scene), "Submit")
    await (await responder_to(scene, ActionPressed)).open_form(FORM)
    assert await ana.modal(pressed)


async def test_a_command_whose_acknowledgement_hangs_is_heard_and_answered(
    scene: Discord, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responder, "MAX_ACKNOWLEDGING_S", 0.05)
    scene.fake.faults.hang(CALLBACK)
    interaction, answers = await invoke_plan(scene, ana)
    monkeypatch.undo()
    await answers.reply(Message.of("Your week"))
    assert [message.content for message in interaction.messages] == ["Your week"]


async def test_a_reply_that_hangs_is_left_to_the_core(
    scene: Discord, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, answers = await invoke_plan(scene, ana)
    monkeypatch.setattr(responder, "MAX_ANSWERING_S", 0.05)
    scene.fake.faults.hang(ORIGINAL)
    with pytest.raises(AmbiguousError):
        await answers.reply(Message.of("Your week"))


async def test_long_replies_arrive_whole(scene: Discord, ana: Person) -> None:
    interaction, responder = await invoke_plan(scene, ana)
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
    interaction, responder = await invoke_plan(scene, ana)
    words = [f"Paragraph {number}: {'word ' * 100}".strip() for number in range(40)]
    await responder.reply(Message.of(*words))
    [message] = interaction.messages
    [file] = message.files
    read = f"{message.text}\n{file.content.decode()}"
    assert all(paragraph in read for paragraph in words)


# --- buttons and forms ----------------------------------------------------------------------------


async def post_button(scene: Discord, *, to: Person | None = None) -> model.Message:
    """A message with a button, in the channel or in somebody's direct messages."""
    message = Message.of("Ready?", Buttons((Button("submit:1", "Submit"),)))
    private = None if to is None else user(scene, to)
    return message_at(
        scene, await scene.chat.post(scene.channel, message, key=a_key("offer"), private_to=private)
    )


async def test_a_press_that_nothing_follows_is_acknowledged_all_the_same(
    scene: Discord, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responder, "MAX_PRESS_WAIT_S", 0.01)
    interaction = ana.press(await post_button(scene), "submit:1")
    await scene.fake.until(lambda: interaction.answer == 6, "an acknowledgement")
    assert interaction.messages == []


async def test_a_press_is_answered_for_the_person_alone(scene: Discord, ana: Person) -> None:
    interaction = ana.press(await post_button(scene), "Submit")
    await (await responder_to(scene, ActionPressed)).reply(Message.of("Secret"))
    assert (await ana.answered(interaction)).only_for is ana.user
    assert "Secret" not in scene.guild.person("Ben").reads(scene.place)


async def test_a_press_that_was_acknowledged_opens_no_form_any_more(
    scene: Discord, ana: Person
) -> None:
    ana.press(await post_button(scene), "Submit")
    answers = await responder_to(scene, ActionPressed)
    await answers.reply(Message.of("One moment"))
    with pytest.raises(ExpiredError):
        await answers.open_form(FORM)


async def test_a_form_brings_text_and_a_file(scene: Discord, ana: Person) -> None:
    pressed = ana.press(await post_button(scene), "Submit")
    form = Form("submit:1", "S" * 60, FORM.fields, accepts_file=True)
    await (await responder_to(scene, ActionPressed)).open_form(form)
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
    pressed = ana.press(await post_button(scene), "Submit")
    form = Form("submit:1", "Submit", FORM.fields, accepts_file=True)
    await (await responder_to(scene, ActionPressed)).open_form(form)
    await ana.modal(pressed)
    ana.submit(pressed, {"code": "x = 1"})
    heard = await scene.sink.heard(FormSubmitted)
    assert (heard.fields, heard.attachments) == ({"code": "x = 1"}, ())


async def test_the_file_of_a_form_is_gone_when_its_link_has_expired(
    scene: Discord, ana: Person
) -> None:
    pressed = ana.press(await post_button(scene), "Submit")
    form = Form("submit:1", "Submit", FORM.fields, accepts_file=True)
    await (await responder_to(scene, ActionPressed)).open_form(form)
    await ana.modal(pressed)
    ana.submit(pressed, {}, {"file": [("answer.py", b"y = 2")]})
    [file] = (await scene.sink.heard(FormSubmitted)).attachments
    scene.fake.clock.move(hours=48)
    with pytest.raises(GoneError):
        await scene.chat.fetch(file, max_bytes=100)


async def test_a_button_in_direct_messages_is_heard_for_its_server(
    scene: Discord, ana: Person
) -> None:
    message = await post_button(scene, to=ana)
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
    await post_button(scene, to=ana)
    place = ConversationRef("discord", str(other.id), str(other.channel("practice").id))
    there = UserRef("discord", str(other.id), str(ana.id))
    message = Message.of(Buttons((Button("submit:2", "Submit"),)))
    ref = await scene.chat.post(place, message, key=a_key("other"), private_to=there)
    ana.press(message_at(scene, ref), "Submit")
    heard = await scene.sink.heard(ActionPressed)
    assert (heard.action, heard.user, heard.message) == ("submit:2", there, ref)


async def test_a_button_in_an_archived_thread_is_heard_with_its_thread(
    scene: Discord, ana: Person
) -> None:
    thread, room = await open_thread(scene)
    ref = await scene.chat.post(
        thread, Message.of(Buttons((Button("details:1", "Details"),))), key=a_key("k")
    )
    scene.guild.archive(room)
    ana.press(message_at(scene, ref), "Details")
    heard = await scene.sink.heard(ActionPressed)
    assert (heard.conversation, heard.message) == (thread, ref)


async def test_buttons_of_answers_in_direct_messages_are_heard_for_their_server(
    scene: Discord, ana: Person
) -> None:
    pressed = ana.press(await post_button(scene, to=ana), "Submit")
    answers = await responder_to(scene, ActionPressed)
    await answers.reply(Message.of("Sure?", Buttons((Button("sure:1", "Sure"),))))
    ana.press(await ana.answered(pressed), "Sure")
    heard = await scene.sink.heard(ActionPressed, 2)
    assert (heard.action, heard.user) == ("sure:1", user(scene, ana))
