"""Whatever becomes of one message, the others come, and its last words do in the end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.errors import (
    AmbiguousError,
    CatalogueError,
    ForbiddenError,
    RateLimitedError,
    StoreError,
    TransientError,
)
from bot.domain.jobs import Queue
from bot.domain.outbox import Wanted
from bot.services.talk import delivery
from tests.support.world import ANA, BEN, HALF, PRACTICE, RIGHT, WRONG, World, fenced, text_of

ELSEWHERE = replace(PRACTICE, channel="elsewhere")


def wanted(
    words: str,
    conversation: ConversationRef = PRACTICE,
    *,
    kind: Kind = Kind.BOARD,
    to: UserRef | None = None,
) -> Wanted:
    """Some words under a key of their own."""
    key = MessageKey(kind, f"{conversation.channel}{words}")
    return Wanted(key=key, conversation=conversation, message=Message.of(words), private_to=to)


async def want(world: World, *several: Wanted) -> None:
    async with world.store.write() as tx:
        await tx.outbox.say(*several)


def said(world: World) -> list[str]:
    """The bot's messages, in the order in which they were posted."""
    return [posted.text for posted in world.chat.posted.values()]


@pytest.mark.parametrize("restarted", [False, True])
async def test_words_that_change_after_a_lost_reply_are_said(
    world: World, thread: ConversationRef, *, restarted: bool
) -> None:
    """A reply may be lost with the whole process: then nobody knows that something was tried."""
    message = world.message(ANA, fenced(HALF), thread)
    await world.services.dispatcher.accept(message)
    await world.services.dispatcher.drain()
    world.clock.advance(seconds=1)
    if restarted:
        async with world.store.read() as tx:
            (item,) = await tx.outbox.unsent(world.clock())
        await world.chat.post(item.conversation, item.message, key=item.key)
    else:
        world.chat.unread.append(AmbiguousError("no reply"))
        await world.services.delivery.deliver()
    assert ["Running" in answer.text for answer in world.answers()] == [True]

    world.clock.advance(seconds=5)
    await world.settle()

    assert ["Partly there" in answer.text for answer in world.answers()] == [True]


async def test_what_is_said_anew_for_a_deleted_message_is_said_once(
    world: World, thread: ConversationRef
) -> None:
    """Its post is taken too while the reply is lost, and the words change before the next try."""
    message = world.message(ANA, fenced(WRONG), thread)
    await world.take(message)
    [key] = [key for key in world.chat.posted if key.startswith("answer:")]
    del world.chat.posted[key]
    world.chat.unread.append(AmbiguousError("no reply"))
    await world.take(world.edited(message, fenced(HALF)))
    world.clock.advance(seconds=30)
    await world.take(world.edited(message, fenced(RIGHT)))
    world.clock.advance(seconds=30)
    await world.settle()

    assert ["Solved" in answer.text for answer in world.answers()] == [True]


@pytest.mark.parametrize(
    "error", [RuntimeError("hush"), KeyError("hush"), TransientError("hush"), StoreError("hush")]
)
async def test_a_message_that_breaks_is_its_own_trouble(world: World, error: Exception) -> None:
    world.chat.broken["odd"] = error
    await want(world, wanted("odd"), wanted("even"), wanted("also odd"), wanted("there", ELSEWHERE))
    with capture_logs() as logged:
        assert await world.services.delivery.deliver() == 4
        assert await world.services.delivery.deliver() == 0  # it is not tried again at once
    assert sorted(said(world)) == ["even", "there"]
    lines = [line for line in logged if line["event"] == "delivery_failed"]
    assert [(line["key"], line["kind"]) for line in lines] == [
        ("board:practicealso odd", "board"),
        ("board:practiceodd", "board"),
    ]
    assert "hush" not in str(lines)

    world.chat.broken.clear()
    world.clock.advance(seconds=2)
    assert await world.services.delivery.deliver() == 2
    assert len(said(world)) == 4


async def test_what_breaks_for_days_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MAX_TRIES", 2)
    world.chat.broken["odd"] = RuntimeError("a bug")
    await want(world, wanted("odd"))
    for _ in range(9):
        await world.services.delivery.deliver()
        world.clock.advance(minutes=6)
    async with world.store.read() as tx:
        assert await tx.outbox.unsent_count(world.clock()) == 0


@pytest.mark.parametrize("trouble", ["the thread may not be opened", "the exercise is gone"])
async def test_a_post_whose_thread_is_in_trouble_is_posted_once(
    world: World, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """Platforms forget a key after some minutes, so it must not be posted under it again."""

    async def refuse(*_: object) -> None:
        raise ForbiddenError(trouble) if "opened" in trouble else CatalogueError(trouble)

    with monkeypatch.context() as patch:
        owner = world.chat if "opened" in trouble else world.services.delivery
        name = "open_thread" if "opened" in trouble else "on_thread"
        patch.setattr(owner, name, refuse)
        await world.services.challenges.tick()
        await world.settle()
        world.clock.advance(minutes=6)
        forgotten = {f"{key} forgotten": posted for key, posted in world.chat.posted.items()}
        world.chat.posted.clear()
        world.chat.posted.update(forgotten)
        await world.settle()
    world.clock.advance(minutes=6)
    await world.settle()

    assert set(world.chat.posted) == {"challenge:1 forgotten", "task:1"}


# --- who waits for whom ---------------------------------------------------------------------------


async def until(holds: Callable[[], bool], look: Callable[[], Awaitable[object]]) -> None:
    """Do as the sender does until something holds."""
    async with asyncio.timeout(60):
        while not holds():
            await look()
            await asyncio.sleep(0)


async def test_conversations_do_not_wait_for_each_other(world: World) -> None:
    slow = world.chat.paused["slow"] = asyncio.Event()
    await want(world, *(wanted(f"slow {number:02}") for number in range(30)))
    await world.services.delivery.begin()
    await want(world, wanted("quick", ELSEWHERE), wanted("for Ana", ELSEWHERE, to=ANA))

    await until(lambda: len(said(world)) == 2, world.services.delivery.begin)

    slow.set()
    await world.services.delivery.deliver()
    assert said(world)[2:] == [f"slow {number:02}" for number in range(30)]


async def test_what_is_private_to_one_does_not_wait_for_what_all_read(world: World) -> None:
    """Direct messages are conversations of their own on every platform that has them."""
    slow = world.chat.paused["slow"] = asyncio.Event()
    await want(world, wanted("slow"))
    await world.services.delivery.begin()
    await want(world, wanted("for Ana", to=ANA), wanted("for Ben", to=BEN), wanted("for all"))

    await until(lambda: len(said(world)) == 2, world.services.delivery.begin)

    assert sorted(said(world)) == ["for Ana", "for Ben"]
    slow.set()
    await world.services.delivery.deliver()
    assert said(world)[2:] == ["slow", "for all"]


async def test_feedback_goes_before_what_was_to_be_said_earlier(world: World) -> None:
    slow = world.chat.paused["news 0"] = asyncio.Event()
    await want(world, *(wanted(f"news {number}") for number in range(9)))
    await world.services.delivery.begin()
    await want(world, wanted("feedback", kind=Kind.ANSWER))
    slow.set()
    await world.services.delivery.drain()
    await world.services.delivery.deliver()

    assert said(world) == ["news 0", "feedback", *(f"news {number}" for number in range(1, 9))]


async def test_announcements_that_hang_leave_room_for_feedback(world: World) -> None:
    several = [replace(PRACTICE, channel=f"channel {number}") for number in range(99)]
    slow = world.chat.paused["news"] = asyncio.Event()
    await want(world, *(wanted("news", conversation) for conversation in several))
    while (await world.services.delivery.begin()).begun:
        pass
    assert not world.services.delivery.is_full
    await want(world, wanted("feedback", kind=Kind.ANSWER))

    await until(lambda: said(world) == ["feedback"], world.services.delivery.begin)

    slow.set()
    await world.services.delivery.deliver()
    assert len(said(world)) == 100


async def test_what_was_passed_over_is_announced_once_there_is_room(world: World) -> None:
    slow = world.chat.paused["one"] = asyncio.Event()
    await want(world, wanted("one"), wanted("two"))
    await world.services.delivery.begin()
    await world.jobs.wait(Queue.DELIVERY, at_most_s=0)
    slow.set()
    await world.services.delivery.drain()

    assert await world.jobs.wait(Queue.DELIVERY, at_most_s=0)


async def test_a_conversation_that_has_to_wait_is_left_alone_until_then(world: World) -> None:
    """Each request more is counted against the bot, and it would be refused as well."""
    world.chat.trouble = [RateLimitedError("slowly", retry_after_s=50)]
    await want(world, wanted("one"), wanted("two"))
    assert await world.services.delivery.deliver() == 1
    await want(world, wanted("elsewhere", ELSEWHERE))
    assert await world.services.delivery.deliver() == 1
    world.clock.advance(seconds=50)
    await world.services.delivery.deliver()

    assert said(world) == ["elsewhere", "one", "two"]


# --- people who take no private messages ----------------------------------------------------------


async def test_who_takes_no_private_messages_is_asked_once_and_has_the_answer_once_they_do(
    world: World, thread: ConversationRef
) -> None:
    world.chat.closed_to.add(ANA)
    key = MessageKey(Kind.ANSWER, "a")
    for words in ("received", "running", "solved"):
        secret = replace(wanted(words, thread, to=ANA), key=key)
        await want(world, secret, wanted("another", thread, kind=Kind.REPLY, to=ANA))
        for _ in range(3):
            world.clock.advance(minutes=1)
            await world.settle()

    [knock] = [posted for key, posted in world.chat.posted.items() if key.startswith("knock:")]
    assert (knock.ref.conversation, knock.private_to) == (thread, None)
    assert knock.text.startswith("ana: I have an answer for you alone")
    assert "solved" not in knock.text
    assert str(key) not in world.chat.posted

    world.chat.closed_to.clear()
    world.clock.advance(minutes=1)
    await world.settle()

    assert text_of(world.chat.posted[str(key)].message) == "solved"
    assert "another" in said(world)


async def test_a_reminder_asks_nobody_to_take_private_messages(
    world: World, thread: ConversationRef
) -> None:
    world.chat.closed_to.add(ANA)
    await want(world, wanted("still open", thread, kind=Kind.REMINDER, to=ANA))
    await world.settle()
    assert not any(key.startswith("knock:") for key in world.chat.posted)
    async with world.store.read() as tx:
        assert await tx.outbox.unsent_count(world.clock()) == 0


async def test_who_never_takes_private_messages_is_given_up_after_three_days(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "UNREACHABLE_S", (60.0, 300.0))
    monkeypatch.setattr(delivery, "MAX_TRIES", 3)
    world.chat.closed_to.add(ANA)
    await want(world, wanted("secret", kind=Kind.REPLY, to=ANA))
    for _ in range(5):
        await world.settle()
        world.clock.advance(minutes=5)
    async with world.store.read() as tx:
        assert await tx.outbox.unsent_count(world.clock()) == 0
