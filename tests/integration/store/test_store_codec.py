"""Values as JSON text."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.chat.events import (
    ActionPressed,
    CommandInvoked,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    UserInfo,
)
from bot.domain.chat.message import ChannelLink, Image, Message
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.errors import StoreError
from bot.domain.exercise import Exercise
from bot.store import codec
from tests.support.values import an_exercise

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))

CLASSES = (
    CommandInvoked,
    MessagePosted,
    MessageEdited,
    MessageDeleted,
    ActionPressed,
    FormSubmitted,
)

events = st.one_of(*map(st.from_type, CLASSES))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "key", "at", "user", "message", "args"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(events)
def test_every_event_reads_back_as_it_was_and_as_its_class(event: Event) -> None:
    read = codec.decode(codec.encode(event, Event), Event)

    assert read == event
    assert type(read) is type(event)


@settings(deadline=None)
@given(st.from_type(Message))
def test_every_message_reads_back_as_it_was(message: Message) -> None:
    assert codec.decode(codec.encode(message, Message), Message) == message


@settings(deadline=None)
@given(st.from_type(Message) | events)
def test_encoded_values_are_ascii(value: object) -> None:
    assert codec.encode(value, Message if isinstance(value, Message) else Event).isascii()


def test_an_event_of_an_older_version_is_read_without_what_was_known_of_the_person() -> None:
    at, where = datetime(2026, 11, 23, tzinfo=UTC), ConversationRef("web", "local", "practice")
    event = CommandInvoked(
        key="k", at=at, conversation=where, user=UserRef("web", "local", "ana"), name="plan"
    )
    plain = json.loads(codec.encode(event, Event))
    del plain["info"]

    assert codec.decode(json.dumps(plain), Event) == event
    assert event.info == UserInfo(name="", mentor=False)


def test_exercise_reads_back_as_it_was() -> None:
    exercise = an_exercise("attention-block", milestones=("F1", "F2"))

    assert codec.decode(codec.encode(exercise, Exercise), Exercise) == exercise


@settings(deadline=None)  # the first call writes the converters
@given(json_values)
def test_json_that_is_no_event_is_refused(value: object) -> None:
    with pytest.raises(StoreError):
        codec.decode(json.dumps(value), Event)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[" * 100_000,
        '{"blocks":[{"type":"Sculpture"}]}',
        '{"blocks":[{"type":"Image","name":"a","alt":"","png":"*"}]}',
        '{"blocks":[{"type":"Buttons","row":[{"action":"a","label":"b","style":"loud"}]}]}',
    ],
)
def test_text_that_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match="Message that cannot be read"):
        codec.decode(text, Message)


def test_pictures_are_kept_as_base64() -> None:
    assert '"png":"iVBORw=="' in codec.encode(Message.of(Image("a", b"\x89PNG", "")), Message)


def test_a_channel_link_is_read_under_the_name_that_older_versions_gave_it() -> None:
    link = ChannelLink("Go on in", ConversationRef("discord", "1", "2", "3"), "A task")
    new = codec.encode(Message.of("Hello", link), Message)
    assert '"type":"ChannelLink"' in new

    assert codec.decode(new.replace("ChannelLink", "Place"), Message) == Message.of("Hello", link)
