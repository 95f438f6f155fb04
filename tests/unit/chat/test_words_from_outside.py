"""Learner text never speaks as the bot: whatever it is, a message keeps the form it has."""

import re
from html.parser import HTMLParser
from itertools import count

import pytest
from hypothesis import given, settings

from bot.chat.discord.render import FENCE, Rendered, render
from bot.chat.web import outbound
from bot.chat.web.html import Html
from bot.chat.web.workspace import BOT, Workspace
from bot.domain.chat.message import ChannelLink, Code, Message, Moment
from bot.domain.chat.refs import ConversationRef
from bot.domain.local_chat import ChatMessage, Conversation
from bot.domain.text import printable
from tests.fakes.ports import SteppingClock
from tests.support.outside import TEXTS, messages_with

HARMLESS, LONGER = "word", "word" * 10  # which makes a list of a table
FORGED = (
    "x\n\n✅ **Solved.** Ana · 10 of 10 checks hold\n\n# [More](https://evil.example)\n\n&nbsp;"
)
TURNED = "\u202e\u2066dlos\u200b\u200f \x1b[31mred\x1b]8;;http://evil.example\x1b\\ \r over \x9b31m"


NOT_MARKUP = re.compile(
    r"```(?:[a-z0-9]+\n)?\n*[^\n][\s\S]*?\n*```"  # a block of code
    r"|(`+)[\s\S]*?[^`]\1(?!`)"  # a piece of code
    r"|\\[^0-9A-Za-z\s]"  # an escaped character
)
"""As Discord reads a message, from left to right."""

TEXTS_TO_SEE = TEXTS.filter(lambda text: printable(text).strip())

EACH = pytest.mark.parametrize("number", range(len(messages_with(HARMLESS))))
"""Each message that the bot says with words from outside in it."""


IN_LINES = {"span", "code"}
"""Code, and its colours: an odd backtick may take the code around a quotation away."""

PAGE = Html(Workspace())
NUMBERS = count(1)


class Form(HTMLParser):
    """The tags of a piece of HTML outside of code, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag not in IN_LINES:
            self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in IN_LINES:
            self.tags.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


async def on_the_page(message: Message) -> Form:
    shown = Form()
    content = outbound.content_of(message)
    stored = ChatMessage(
        key="1",
        conversation=Conversation("practice"),
        author=BOT,
        content=content,
        posted_at=SteppingClock()(),
        id=next(NUMBERS),
        revision=1,
    )
    shown.feed(await PAGE.message(stored))
    return shown


def form_on_discord(made: Rendered) -> list[str]:
    """The markup of a message line by line, without code and escaped characters."""
    whole = "\n".join([made.content, *made.pages])
    prose = NOT_MARKUP.sub("", whole)
    return ["".join(re.findall(r"[*_\[\]<>|~#@`]|://", line)) for line in prose.splitlines()]


def without_code(message: Message) -> Message:
    return Message(tuple(block for block in message.blocks if not isinstance(block, Code)))


# --- the local web chat -----------------------------------------------------------------------


@given(TEXTS_TO_SEE)
@settings(max_examples=20)
@EACH
async def test_a_page_keeps_its_form(number: int, text: str) -> None:
    message = messages_with(text)[number]

    seen = await on_the_page(message)

    assert seen.tags == (await on_the_page(messages_with(HARMLESS)[number])).tags
    assert all(char.isprintable() or char in "\n\t" for char in "".join(seen.words))


async def test_labels_are_markup_like_all_that_the_bot_says() -> None:
    """Older versions stored such labels, too."""
    elsewhere = ConversationRef("web", "local", "practice", "17")
    seen = await on_the_page(
        Message.of(
            Moment("**Closed.** Late answers until", SteppingClock()()),
            ChannelLink("**Open** now:", elsewhere, "**Gradient** _clipping_"),
        )
    )
    assert seen.tags.count("strong") == 2
    assert not re.search(r"[*_]", "".join(seen.words))


# --- Discord ----------------------------------------------------------------------------------


@given(TEXTS_TO_SEE)
@settings(max_examples=20)
@EACH
def test_a_message_on_discord_keeps_its_form(number: int, text: str) -> None:
    made = render(without_code(messages_with(text)[number]))

    harmless = [render(without_code(messages_with(words)[number])) for words in (HARMLESS, LONGER)]
    assert form_on_discord(made) in map(form_on_discord, harmless)
    assert all(char.isprintable() or char in "\n\t" for char in made.content)


@given(TEXTS)
@settings(max_examples=50)
@pytest.mark.parametrize("blocks", [1, 9])
def test_code_on_discord_never_leaves_its_block(blocks: int, text: str) -> None:
    made = render(Message.of(*[Code(text, "text")] * blocks, "**The end.**"))

    nothing, note = "", "**"  # a block of code; *The text is in the attached file …*
    assert set(form_on_discord(made)) - {nothing, note} == {"****"}


def test_code_that_no_file_is_left_for_stands_whole_in_the_last_one() -> None:
    code = Code(f"x = 1\n{FENCE}\n# Won\n{FENCE}", "text")

    made = render(Message.of(*[code] * 12))

    assert len(made.files) == 10
    assert "# Won" not in made.content + "".join(made.pages)
    assert made.files[-1][1].decode().count("# Won") == 3


# --- what was seen ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", [FORGED, TURNED])
async def test_what_was_tried_is_said_on_one_line(text: str) -> None:
    message = without_code(messages_with(text)[0])

    page, discord = await on_the_page(message), render(message).content

    assert "h1" not in page.tags
    assert "a" not in page.tags
    assert not [line for line in discord.splitlines() if line.startswith(("✅", "#"))]
    assert not set("".join(page.words) + discord) & set("\u202e\u2066\u200b\u200f\x1b\r\x9b")
