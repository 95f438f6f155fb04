"""Messages as words without markup."""

import pytest

from bot.chat.common.plain import plain, preview, unmarked
from bot.domain.chat.message import ChannelLink, Message
from bot.domain.chat.refs import ConversationRef


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("**Solved.** _Well_ done", "Solved. Well done"),
        ("see [the page](https://example.org/a)", "see the page"),
        ("# Title\n> quoted\n- one\n+ two", "Title\nquoted\none\ntwo"),
        ("`x = 1`", "x = 1"),
        ("I used ||a **loop**|| here", "I used (spoiler) here"),
        ("2 - 1 and a+b", "2 - 1 and a+b"),
    ],
)
def test_marks_go_and_words_stay(markdown: str, words: str) -> None:
    assert unmarked(markdown) == words


def test_a_link_to_a_channel_is_its_title() -> None:
    monday = ConversationRef("fake", "here", "practice", "monday")
    assert plain(Message.of(ChannelLink("Go to", monday, "Monday's task"))) == (
        "Go to Monday's task"
    )


def test_a_preview_ends_with_a_whole_word() -> None:
    assert preview("**one** two\nthree four", limit_chars=12) == "one two …"
    assert preview("one two", limit_chars=12) == "one two"
