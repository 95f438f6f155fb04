"""What is private, and what Discord refuses."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Button, Buttons, Image, Message
from bot.domain.chat.refs import ConversationRef, MessageRef
from bot.domain.errors import (
    AmbiguousError,
    ChatError,
    ForbiddenError,
    GoneError,
    RateLimitedError,
    TransientError,
)
from tests.contract.on_discord import Discord
from tests.fakes.discord.people import Person
from tests.fakes.discord.permissions import EVERYONE, Allow
from tests.integration.discord.steps import (
    EDIT,
    POST,
    THREAD,
    hear_last_word,
    invoke_plan,
    message_at,
    open_thread,
    user,
)
from tests.support.values import a_key

# --- private posts --------------------------------------------------------------------------------


async def test_what_is_private_comes_as_a_direct_message(scene: Discord, ana: Person) -> None:
    ref = await scene.chat.post(
        scene.channel, Message.of("For you"), key=a_key("k"), private_to=user(scene, ana)
    )
    again = await scene.chat.post(
        scene.channel, Message.of("For you"), key=a_key("k"), private_to=user(scene, ana)
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


async def test_who_writes_direct_messages_is_answered_where_to_write(
    scene: Discord, ana: Person
) -> None:
    _, room = await open_thread(scene)
    ana.say(ana.direct, "```python\nx = 1\n```")
    await scene.fake.until(lambda: "Submit privately" in ana.reads(ana.direct), "an answer")
    assert len(ana.sees(ana.direct)) == 2  # and not one to the answer
    await hear_last_word(scene, ana, room)


async def test_who_takes_no_direct_messages_is_asked_once_in_the_thread_without_the_content(
    scene: Discord,
) -> None:
    thread, room = await open_thread(scene)
    shy = scene.guild.person("Shy", takes_messages=False)
    refs = [
        await scene.chat.post(
            thread, Message.of(f"Secret {key}"), key=key, private_to=user(scene, shy)
        )
        for key in (MessageKey(Kind.ANSWER, "a"), MessageKey(Kind.ANSWER, "a", repost=2))
    ]
    [asked] = [message for message in shy.sees(room) if message.content]
    assert f"<@{shy.id}>" in asked.content
    assert "Secret" not in asked.text
    for ref in refs:
        with pytest.raises(GoneError):
            await scene.chat.edit(ref, Message.of("Secret, changed"))
    assert "Secret" not in shy.reads(room)


async def test_who_has_left_is_not_asked_to_allow_direct_messages(
    scene: Discord,
) -> None:
    thread, room = await open_thread(scene)
    shy = scene.guild.person("Shy", takes_messages=False)
    scene.guild.part(shy)
    with pytest.raises(GoneError):
        await scene.chat.post(
            thread, Message.of("For you"), key=a_key("k"), private_to=user(scene, shy)
        )
    assert [message for message in room.messages.values() if message.content] == []


async def test_a_reminder_asks_nobody_to_allow_direct_messages(scene: Discord) -> None:
    thread, room = await open_thread(scene)
    shy = scene.guild.person("Shy", takes_messages=False)
    with pytest.raises(GoneError):
        await scene.chat.post(
            thread,
            Message.of("Still open"),
            key=MessageKey(Kind.REMINDER, "1:2"),
            private_to=user(scene, shy),
        )
    assert [message for message in room.messages.values() if message.content] == []


# --- refusals -------------------------------------------------------------------------------------


async def test_a_permission_that_is_missing_is_said_and_used_once_granted(scene: Discord) -> None:
    thread, _ = await open_thread(scene)
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
            await scene.chat.post(place, message, key=a_key(str(needed)))
        assert "Discord would not post a message: Missing" in await scene.chat.health()
        scene.guild.restrict_bot(scene.place, Allow(0))
        assert await scene.chat.post(place, message, key=a_key(str(needed)))
        assert await scene.chat.health() == ""


async def test_a_private_message_does_not_hide_that_its_channel_is_closed(
    scene: Discord, ana: Person
) -> None:
    scene.guild.set_permissions(scene.guild.bot_role, EVERYONE)
    scene.guild.restrict_bot(scene.place, Allow.SEND_MESSAGES)
    with pytest.raises(ForbiddenError):
        await scene.chat.post(scene.channel, Message.of("Hello"), key=a_key("k"))
    await scene.chat.post(
        scene.channel, Message.of("For you"), key=a_key("p"), private_to=user(scene, ana)
    )
    assert "Discord would not post a message: Missing" in await scene.chat.health()


async def test_a_server_that_removes_the_bot_does_not_count_in_its_health(scene: Discord) -> None:
    scene.guild.remove_bot()
    with pytest.raises((ForbiddenError, GoneError)):
        await scene.chat.post(scene.channel, Message.of("Hello?"), key=a_key("k"))
    await scene.fake.until(lambda: not scene.chat.guilds, "a client that knows it is out")
    assert await scene.chat.health() == ""


async def test_a_thread_needs_a_permission_of_its_own(scene: Discord) -> None:
    post = await scene.chat.post(scene.channel, Message.of("Now"), key=a_key("k"))
    scene.guild.set_permissions(scene.guild.bot_role, EVERYONE)
    scene.guild.restrict_bot(scene.place, Allow.CREATE_PUBLIC_THREADS)
    with pytest.raises(ForbiddenError):
        await scene.chat.open_thread(post, "Now")
    scene.guild.restrict_bot(scene.place, Allow(0))
    assert (await scene.chat.open_thread(post, "Now")).thread == post.message


async def refusals(scene: Discord, ref: MessageRef) -> set[type[Exception]]:
    """How each request about a place is refused."""
    raised: set[type[Exception]] = set()
    for request in (
        scene.chat.post(ref.conversation, Message.of("Hello?"), key=a_key("gone")),
        scene.chat.edit(ref, Message.of("Hello?")),
        scene.chat.open_thread(MessageRef(scene.channel, ref.message), "Hello?"),
    ):
        with pytest.raises(ChatError) as caught:
            await request
        raised.add(caught.type)
    assert await scene.chat.health() == ""
    return raised


async def test_a_deleted_thread_or_channel_is_gone(scene: Discord) -> None:
    thread, room = await open_thread(scene)
    ref = await scene.chat.post(thread, Message.of("The task"), key=a_key("task"))
    scene.guild.delete(room)
    with pytest.raises(GoneError):
        await scene.chat.post(thread, Message.of("Hello?"), key=a_key("k"))
    scene.guild.delete(scene.place)
    assert await refusals(scene, ref) == {GoneError}


async def test_a_server_that_has_removed_the_bot_crashes_nothing(
    scene: Discord, ana: Person
) -> None:
    ref = await scene.chat.post(scene.channel, Message.of("Hello"), key=a_key("hello"))
    scene.guild.remove_bot()
    assert await refusals(scene, ref) <= {ForbiddenError, GoneError}
    await scene.restart()
    assert await scene.chat.health() == ""
    scene.guild.invite_bot()
    _, room = await open_thread(scene)
    await hear_last_word(scene, ana, room)


async def test_a_short_wait_is_waited_for(scene: Discord, ana: Person) -> None:
    scene.fake.faults.limit(POST, retry_after_s=0.01, times=2)
    await scene.chat.post(scene.channel, Message.of("Hello"), key=a_key("k"))
    assert ana.reads(scene.place) == "Hello"


async def other_channel(scene: Discord) -> ConversationRef:
    return replace(scene.channel, channel=str(scene.guild.channel("elsewhere").id))


@pytest.mark.parametrize("route", [POST, EDIT])
async def test_a_channel_that_has_to_wait_holds_up_no_other(scene: Discord, route: str) -> None:
    elsewhere = await other_channel(scene)
    first = await scene.chat.post(scene.channel, Message.of("One"), key=a_key("one"))
    second = await scene.chat.post(elsewhere, Message.of("Two"), key=a_key("two"))
    scene.fake.faults.limit(route, retry_after_s=30)
    asked = len(scene.fake.asked(route))
    work = (
        scene.chat.post(scene.channel, Message.of("Slow"), key=a_key("slow")),
        scene.chat.edit(first, Message.of("Slow")),
    )
    waiting = [asyncio.create_task(each) for each in work]
    await scene.fake.requested(route, asked + 1)
    await scene.chat.post(elsewhere, Message.of("Quick"), key=a_key("quick"))
    await scene.chat.edit(second, Message.of("Quick, too"))
    thread = await scene.chat.open_thread(second, "Quick")
    await scene.chat.post(thread, Message.of("As well"), key=a_key("thread"))
    assert not all(task.done() for task in waiting)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_long_wait_is_left_to_the_core(scene: Discord) -> None:
    scene.fake.faults.limit(POST, retry_after_s=300)
    with pytest.raises(RateLimitedError) as caught:
        await scene.chat.post(scene.channel, Message.of("Hello"), key=a_key("k"))
    assert caught.value.retry_after_s == 300


async def test_a_ban_by_the_proxy_is_waited_for(scene: Discord) -> None:
    scene.fake.faults.ban(POST)
    with pytest.raises(RateLimitedError):
        await scene.chat.post(scene.channel, Message.of("Hello"), key=a_key("k"))


async def test_a_fault_of_discords_is_worth_another_try(scene: Discord) -> None:
    scene.fake.faults.fail(POST, status=503)
    with pytest.raises(TransientError):
        await scene.chat.post(scene.channel, Message.of("Hello"), key=a_key("k"))
    assert await scene.chat.post(scene.channel, Message.of("Hello"), key=a_key("k"))


@pytest.mark.parametrize("trouble", ["cut_before", "cut_after", "garble"])
async def test_what_may_have_been_posted_is_posted_once(
    scene: Discord, ana: Person, trouble: str
) -> None:
    getattr(scene.fake.faults, trouble)(POST)
    with pytest.raises(AmbiguousError):
        await scene.chat.post(scene.channel, Message.of("Hello"), key=a_key("k"))
    ref = await scene.chat.post(scene.channel, Message.of("Hello"), key=a_key("k"))
    [message] = ana.sees(scene.place)
    assert ref == MessageRef(scene.channel, str(message.id))


async def test_a_post_that_was_deleted_is_not_made_again_under_its_key(
    scene: Discord, ana: Person
) -> None:
    ref = await scene.chat.post(scene.channel, Message.of("Hello"), key=a_key("k"))
    mira = scene.guild.person("Mira", roles=[scene.guild.role("Mod", Allow.MANAGE_MESSAGES)])
    mira.delete(message_at(scene, ref))
    with pytest.raises(GoneError):
        await scene.chat.edit(ref, Message.of("Hello?"))
    with pytest.raises(GoneError):
        await scene.chat.post(scene.channel, Message.of("Hello"), key=a_key("k"))
    assert ana.sees(scene.place) == []


async def test_what_is_under_way_when_the_bot_stops_fails_as_any_other(scene: Discord) -> None:
    scene.fake.faults.fail(POST)  # after which discord.py waits for a second
    posting = asyncio.create_task(
        scene.chat.post(scene.channel, Message.of("Hello"), key=a_key("k"))
    )
    await scene.fake.requested(POST)
    await scene.chat.stop()
    with pytest.raises(ChatError):
        await posting


async def test_a_thread_that_was_opened_already_is_used(scene: Discord) -> None:
    post = await scene.chat.post(scene.channel, Message.of("Now"), key=a_key("k"))
    scene.fake.faults.cut_after(THREAD)
    with pytest.raises(AmbiguousError):
        await scene.chat.open_thread(post, "Now")
    assert (await scene.chat.open_thread(post, "Now")).thread == post.message


async def test_feedback_in_an_archived_thread_brings_it_back(scene: Discord, ana: Person) -> None:
    thread, room = await open_thread(scene)
    ref = await scene.chat.post(thread, Message.of("Running"), key=a_key("k"))
    scene.guild.set_permissions(scene.guild.bot_role, EVERYONE)
    scene.guild.archive(room)
    await scene.chat.edit(ref, Message.of("Solved"))
    assert not room.archived
    assert "Solved" in ana.reads(room)
    scene.guild.archive(room)
    await scene.chat.post(thread, Message.of("And more"), key=a_key("more"))
    assert "And more" in ana.reads(room)


async def test_a_thread_that_a_moderator_has_locked_is_left_alone(scene: Discord) -> None:
    thread, room = await open_thread(scene)
    ref = await scene.chat.post(thread, Message.of("Running"), key=a_key("k"))
    scene.guild.set_permissions(scene.guild.bot_role, EVERYONE)
    scene.guild.archive(room, locked=True)
    with pytest.raises(ForbiddenError):
        await scene.chat.edit(ref, Message.of("Solved"))
    with pytest.raises(ForbiddenError):
        await scene.chat.post(thread, Message.of("And more"), key=a_key("more"))


async def test_an_edit_replaces_files_and_buttons_too(scene: Discord, ana: Person) -> None:
    rich = Message.of("One", Image("a.png", b"\x89PNG", "A"), Buttons((Button("go", "Go"),)))
    ref = await scene.chat.post(scene.channel, rich, key=a_key("k"))
    await scene.chat.edit(ref, Message.of(Image("b.png", b"\x89PNG", "B")))
    message = message_at(scene, ref)
    assert ([file.name for file in message.files], message.components) == (["b.png"], [])
    await scene.chat.edit(ref, Message.of("word " * 500))
    await scene.chat.edit(ref, Message.of("Short"))
    assert ana.reads(scene.place) == "Short"
    assert (message.files, message.embeds) == ([], [])


async def test_nobody_is_pinged_whatever_is_quoted(scene: Discord, ana: Person) -> None:
    quoted = f"@everyone @here <@{ana.id}> <@&{scene.guild.bot_role.id}>"
    ref = await scene.chat.post(scene.channel, Message.of(quoted), key=a_key("k"))
    await scene.chat.edit(ref, Message.of(quoted, "again"))
    await scene.chat.post(
        scene.channel, Message.of(quoted), key=a_key("p"), private_to=user(scene, ana)
    )
    shy = scene.guild.person("Shy", takes_messages=False)
    await scene.chat.post(
        scene.channel, Message.of(quoted), key=a_key("s"), private_to=user(scene, shy)
    )
    _, answers = await invoke_plan(scene, ana)
    await answers.reply(Message.of(quoted))
    await answers.reply(Message.of(quoted, "again"))
    said = [sent.json for sent in scene.fake.requests if sent.json and "content" in sent.json]
    assert len(said) >= 6
    assert all(body["allowed_mentions"]["parse"] == [] for body in said)
    assert all(not body["allowed_mentions"].get("users") for body in said)
