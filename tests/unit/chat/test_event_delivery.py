"""Events reach the core in order, each once, whatever the core answers."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import pytest

from bot.chat.common import event_delivery
from bot.chat.common.event_delivery import EventDelivery
from bot.domain.backoff import pause_s
from bot.domain.chat.events import CommandInvoked
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.errors import StoreError
from tests.fakes.ports import RecordingSink
from tests.support.patience import PATIENCE_S
from tests.support.values import FIRST_MONDAY


def event(key: str) -> CommandInvoked:
    return CommandInvoked(
        key=key,
        at=FIRST_MONDAY,
        conversation=ConversationRef("fake", "here", "practice"),
        user=UserRef("fake", "here", "ana"),
        name="plan",
    )


@pytest.fixture
def sink() -> RecordingSink:
    return RecordingSink()


@pytest.fixture
async def delivery(
    sink: RecordingSink, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[EventDelivery]:
    monkeypatch.setattr(event_delivery, "RETRY_S", (0.001,))
    made = EventDelivery(sink)
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def idle(delivery: EventDelivery) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not delivery.is_idle:  # noqa: ASYNC110  # it is asked, it does not tell
            await asyncio.sleep(0)


def keys(sink: RecordingSink) -> list[str]:
    return [known.key for known in sink.events]


async def test_events_are_delivered_in_the_order_in_which_they_came(
    delivery: EventDelivery, sink: RecordingSink
) -> None:
    for key in "abc":
        assert delivery.add(event(key))
    assert not delivery.is_idle
    await idle(delivery)
    delivery.add(event("d"))
    await idle(delivery)
    assert keys(sink) == ["a", "b", "c", "d"]


async def test_events_wait_in_order_while_the_core_cannot_store_them(
    delivery: EventDelivery, sink: RecordingSink
) -> None:
    sink.trouble = [StoreError("away")] * 3
    for key in "ab":
        delivery.add(event(key))
    await sink.delivered(3)
    assert not delivery.is_idle
    await idle(delivery)
    assert keys(sink) == ["a", "b"]
    assert sink.deliveries == 5


async def test_an_event_that_breaks_the_core_holds_up_no_other_and_may_come_again(
    delivery: EventDelivery, sink: RecordingSink
) -> None:
    sink.trouble = [ValueError("a fault of ours")]
    for key in "ab":
        delivery.add(event(key))
    await idle(delivery)
    assert keys(sink) == ["b"]
    assert delivery.add(event("a"))
    await idle(delivery)
    assert keys(sink) == ["b", "a"]


async def test_an_event_that_waits_or_was_delivered_is_not_delivered_again(
    delivery: EventDelivery, sink: RecordingSink
) -> None:
    assert delivery.add(event("a"))
    assert not delivery.add(event("a"))
    await idle(delivery)
    assert not delivery.add(event("a"))
    assert sink.deliveries == 1


async def test_only_the_latest_keys_are_remembered(
    delivery: EventDelivery, sink: RecordingSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_delivery, "MAX_KNOWN_KEYS", 2)
    for key in "abc":
        delivery.add(event(key))
    await idle(delivery)
    assert not delivery.add(event("b"))
    assert delivery.add(event("a"))  # the core drops it
    await idle(delivery)
    assert (keys(sink), sink.deliveries) == (["a", "b", "c"], 4)


def test_pauses_grow_and_the_last_one_repeats() -> None:
    assert [pause_s((1.0, 5.0), failures) for failures in (1, 2, 3, 100)] == [1.0, 5.0, 5.0, 5.0]
