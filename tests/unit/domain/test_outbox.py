"""What names a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.chat.keys import Kind, MessageKey

subjects = st.text(alphabet="abc0123456789:-", max_size=12)


@given(st.sampled_from(Kind), subjects)
def test_a_key_is_read_back_from_its_text(kind: Kind, subject: str) -> None:
    key = MessageKey(kind, subject)
    assert MessageKey.read(str(key)) == key


@given(st.builds(MessageKey, st.sampled_from(Kind), subjects, st.sampled_from(["", "31"])))
def test_what_is_read_has_the_same_text_and_kind(key: MessageKey) -> None:
    read = MessageKey.read(str(key))
    assert (str(read), read.kind) == (str(key), key.kind)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (MessageKey(Kind.ANSWER, "5f3a"), "answer:5f3a"),
        (MessageKey(Kind.ANSWER, "5f3a", repost="31"), "answer:5f3a:31"),
        (MessageKey(Kind.POST, "7"), "challenge:7"),
        (MessageKey(Kind.REMINDER, "7:12"), "reminder:7:12"),
        (MessageKey(Kind.REPLY, "interaction:99"), "reply:interaction:99"),
        (MessageKey(Kind.WELCOME, ""), "welcome"),
    ],
)
def test_a_key_has_the_text_that_older_versions_stored(key: MessageKey, text: str) -> None:
    assert str(key) == text


@pytest.mark.parametrize("text", ["", "newer:1", "answers:1", ":answer"])
def test_a_text_of_no_known_kind_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a valid Kind"):
        MessageKey.read(text)


def test_answers_and_replies_alone_are_asked_for() -> None:
    assert {kind for kind in Kind if kind.asked_for} == {Kind.ANSWER, Kind.REPLY}
