"""What a page may send, and who sees what."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.web.frames import FrameError, parse
from bot.chat.web.workspace import (
    CHANNELS,
    PEOPLE,
    Person,
    Workspace,
    conversation_named,
    conversation_of,
    message_number,
    name_of,
    ref_of,
)
from bot.domain.errors import UserError
from bot.domain.local_chat import Conversation

# --- frames -----------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
KINDS = ["hello", "open", "older", "say", "edit", "press", "submit", "suggest", "read", "dismiss"]


FIELDS = ["id", "conversation", "text", "files", "message", "fields", "before"]


def frame(kind: str, values: dict[str, object]) -> str:
    return json.dumps({**values, "type": kind})


@given(
    st.text()
    | JSON.map(json.dumps)
    | st.builds(frame, st.sampled_from(KINDS), st.dictionaries(st.sampled_from(FIELDS), JSON))
)
def test_whatever_a_page_sends_is_a_frame_or_refused(text: str) -> None:
    with suppress(FrameError):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"type": "dismiss", "message": true}',
        '{"type": "dismiss", "message": 1e3}',
        '{"type": "dismiss", "message": 99999999999999999999}',
        '{"type": "dismiss", "message": -1}',
        '{"type": "say", "id": "", "conversation": "practice", "text": "x"}',
        '{"type": "say", "id": "i", "conversation": "practice", "text": "\\ud800"}',
        '{"type": "say", "id": "i", "conversation": "practice", "text": "x", "files": [1]}',
        '{"type": "submit", "id": "i", "fields": {"a": 1}}',
        '{"type": ["say"]}',
        "1" * 5_000,
    ],
)
def test_frames_of_the_wrong_shape_are_refused(text: str) -> None:
    with pytest.raises(FrameError):
        parse(text)


# --- who sees what ----------------------------------------------------------------------------


def test_mentors_alone_see_their_channel() -> None:
    workspace = Workspace(PEOPLE, CHANNELS)
    ana, mentor = (workspace.find_person(name) for name in ("ana", "mentor"))
    assert ana is not None
    assert mentor is not None
    assert workspace.open_to(mentor, "mentors/7") == Conversation("mentors", 7)
    for name in ("mentors", "mentors/7", "elsewhere", "", "practice/x", "practice/-1"):
        with pytest.raises(UserError):
            workspace.open_to(ana, name)


@given(st.integers(1, 10**17))
def test_a_conversation_comes_back_from_its_name(thread: int) -> None:
    for conversation in (Conversation("practice", thread), Conversation("practice")):
        assert conversation_named(name_of(conversation)) == conversation
        assert conversation_of(ref_of(conversation)) == conversation


@pytest.mark.parametrize("text", ["", "0", "x", "-1", "1.5", "٣", "9" * 30])
def test_no_number_of_a_message(text: str) -> None:
    assert message_number(text) is None


def test_initials_are_short() -> None:
    names = ["Ana", "Ada Lovelace", "x"]
    assert [Person("id", name).initials for name in names] == ["An", "Al", "X"]
