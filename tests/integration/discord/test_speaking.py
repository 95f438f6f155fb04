"""What is private, and what Discord refuses."""

import asyncio
from dataclasses import replace

import pytest

from bot.chat.discord import refs
from bot.domain.chat.message import Address, Button, Buttons, Code, Image, Message
from bot.domain.chat.refs import ConversationRef, MessageRef
from bot.domain.errors import (
    AmbiguousError,
    ChatError,
    ForbiddenError,
    GoneError,
    RateLimitedError,
    TransientError,
    UnreachableError,
)
from tests.contract.on_discord import Discord
from tests.fakes.discord.people import Person
from tests.fakes.discord.permissions import EVERYONE, Allow
from tests.integration.discord.steps import (
    DIRECT,
    EDIT,
    MESSAGE,
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


async def test_who_takes_no_direct_messages_cannot_be_reached_until_they_do(
    scene: Discord,
) -> None:
    thread, room = await open_thread(scene)
    shy = scene.guild.person("Shy", takes_messages=False)
    for _ in range(2):
        with pytest.raises(UnreachableError):
            await scene.chat.post(
                thread, Message.of("Secret"), key=a_key("k"), private_to=user(scene, shy)
            )
    direct = refs.direct_messages(str(scene.guild.id), shy.direct.id, str(room.id))
    with pytest.raises(UnreachableError):
        await scene.chat.post(direct, Message.of("Secret"), key=a_key("k"))
    assert [message.content for message in shy.sees(room)] == [""]
    assert await scene.chat.health() == ""  # it is nobody's fault
    shy.user.takes_messages = True
    await scene.chat.post(thread, Message.of("Secret"), key=a_key("k"), private_to=user(scene, shy))
    assert "Secret" in shy.reads(shy.direct)


async def test_a_word_to_one_person_names_them(scene: Discord, ana: Person) -> None:
    words = Message.of(Address(user(scene, ana), "I have something for you."))
    await scene.chat.post(scene.channel, words, key=a_key("k"))
    assert ana.reads(scene.place) == f"<@{ana.id}> I have something for you."


async def test_references_of_earlier_versions_to_nothing_are_asked_for_nowhere(
    scene: Discord,
) -> None:
    """They stood for messages to people who take none."""
    nothing = refs.message_in(refs.direct_messages(str(scene.guild.id), 0), 0)
    with pytest.raises(GoneError):
        await scene.chat.edit(nothing, Message.of("Secret"))
    assert scene.fake.asked(EDIT) == []


async def test_who_has_left_is_gone(
    scene: Discord,
) -> None:
    shy = scene.guild.person("Shy", takes_messages=False)
    scene.guild.part(shy)
    with pytest.raises(GoneError):
        await scene.chat.post(
            scene.channel, Message.of("For you"), key=a_key("k"), private_to=user(scene, shy)
        )


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


@pytest.mark.parametrize("trouble", ["cut_after", "garble"])
async def test_words_that_changed_since_a_post_without_an_answer_are_said(
    scene: Discord, ana: Person, trouble: str
) -> None:
    getattr(scene.fake.faults, trouble)(POST)
    with pytest.raises(AmbiguousError):
        await scene.chat.post(scene.channel, Message.of("Running"), key=a_key("k"))
    solved = Message.of("Solved", Buttons((Button("details:1", "Details"),)))
    await scene.chat.post(scene.channel, solved, key=a_key("k"))
    [message] = ana.sees(scene.place)
    assert message.content == "Solved"
    assert message.components


async def test_a_post_that_says_what_is_wanted_is_not_edited(scene: Discord, ana: Person) -> None:
    rich = Message.of(
        "  One\r\n\n**Two** ",
        Code("print(1)\t"),
        Image("a week.png", b"\x89PNG", "A"),
        Buttons((Button("go", "Go"),)),
    )
    for message in (rich, Message.of("word " * 900, Buttons((Button("go", "Go"),)))):
        key = a_key(str(len(str(message))))
        await scene.chat.post(scene.channel, message, key=key)
        await scene.chat.post(scene.channel, message, key=key)
        private = a_key(f"private {key}")
        await scene.chat.post(scene.channel, message, key=private, private_to=user(scene, ana))
    assert scene.fake.asked(EDIT) == []


ODD = ["{}", "[]", "null", "17", '{"id": "x"}', "<html>Welcome</html>"]


@pytest.mark.parametrize("answer", ODD)
async def test_odd_answers_to_what_was_done_do_no_harm(
    scene: Discord, ana: Person, answer: str
) -> None:
    faults = scene.fake.faults
    faults.answer_oddly(POST, answer)
    with pytest.raises(AmbiguousError):
        await scene.chat.post(scene.channel, Message.of("One"), key=a_key("k"))
    ref = await scene.chat.post(scene.channel, Message.of("Two"), key=a_key("k"))
    faults.answer_oddly(EDIT, answer)
    with pytest.raises(AmbiguousError):
        await scene.chat.edit(ref, Message.of("Three"))
    faults.answer_oddly(THREAD, answer)
    assert (await scene.chat.open_thread(ref, "A thread")).thread == ref.message
    faults.answer_oddly(DIRECT, answer)
    with pytest.raises(AmbiguousError):
        await scene.chat.post(
            scene.channel, Message.of("For you"), key=a_key("p"), private_to=user(scene, ana)
        )
    await scene.chat.post(
        scene.channel, Message.of("For you"), key=a_key("p"), private_to=user(scene, ana)
    )
    assert ana.reads(scene.place) == "Three"
    assert "For you" in ana.reads(ana.direct)


async def test_a_message_that_an_edit_does_not_find_is_looked_for(
    scene: Discord, ana: Person
) -> None:
    ref = await scene.chat.post(scene.channel, Message.of("Running"), key=a_key("k"))
    scene.fake.faults.deny(EDIT)
    await scene.chat.edit(ref, Message.of("Solved"))
    assert ana.reads(scene.place) == "Solved"


async def test_a_proxy_that_finds_nothing_says_nothing_of_a_message(scene: Discord) -> None:
    ref = await scene.chat.post(scene.channel, Message.of("Running"), key=a_key("k"))
    for route in (EDIT, MESSAGE):
        scene.fake.faults.fail(route, status=404)
    with pytest.raises(ChatError) as caught:
        await scene.chat.edit(ref, Message.of("Solved"))
    assert caught.type is ChatError
    await scene.chat.edit(ref, Message.of("Solved"))


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
    knock = Message.of(Address(user(scene, ana), quoted))
    await scene.chat.post(scene.channel, knock, key=a_key("s"))
    _, answers = await invoke_plan(scene, ana)
    await answers.reply(Message.of(quoted))
    await answers.reply(Message.of(quoted, "again"))
    said = [sent.json for sent in scene.fake.requests if sent.json and "content" in sent.json]
    assert len(said) >= 6
    assert all(body["allowed_mentions"]["parse"] == [] for body in said)
    assert all(not body["allowed_mentions"].get("users") for body in said)
