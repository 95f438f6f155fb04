"""Commands, buttons and forms on Slack, as the core's events."""

import pytest

from bot.chat.slack import forms, refs
from bot.chat.slack.inbound import Reader, line_of
from bot.domain.chat.commands import CommandOption, CommandSpec, OptionKind
from bot.domain.chat.message import Form, FormField
from bot.domain.chat.refs import ConversationRef, MessageRef
from tests.fakes.clock import FakeClock
from tests.fakes.slack.model import BOT, TEAM, Json

CLOCK = FakeClock()
READER = Reader(TEAM, BOT, CLOCK)
CHANNEL = refs.conversation_in(TEAM, "C1")
ROOT, TS = "1764000000.000100", "1764000100.000200"
THREAD = refs.conversation_in(TEAM, "C1", ROOT)
ANA = refs.user_in(TEAM, "U1")
SPECS = (
    CommandSpec("help", "All commands"),
    CommandSpec("plan", "Your week"),
    CommandSpec("challenge list", "All challenges"),
    CommandSpec("challenge post", "Release", (CommandOption("exercise", "Which one"),)),
    CommandSpec(
        "cohort setup",
        "Practise here",
        (CommandOption("mentors", "Their channel", kind=OptionKind.CHANNEL),),
    ),
)


def command(name: str, text: str = "", **more: object) -> Json:
    place = {"channel_id": "C1", "user_id": "U1", "trigger_id": "t1"}
    return {"command": name, "text": text, **place, **more}


# --- commands ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("/freehand", "plan", "plan"),
        ("/freehand", "  cohort setup  ", "cohort setup"),
        ("/freehand", "", "help"),
        ("/freehand", " ", "help"),
        ("/challenge", "list", "challenge list"),
    ],
)
def test_a_command_is_one_line(name: str, text: str, line: str) -> None:
    assert line_of(command(name, text)) == line


def test_a_command_without_any_words_is_read() -> None:
    assert line_of({"command": "/freehand"}) == "help"
    assert line_of({"command": "/challenge", "text": None}).strip() == "challenge"


@pytest.mark.parametrize(
    ("body", "name", "args"),
    [
        (command("/freehand"), "help", {}),
        (command("/freehand", "Plan"), "plan", {}),
        (command("/challenge", "post clip"), "challenge post", {"exercise": "clip"}),
        (command("/freehand", "challenge post clip"), "challenge post", {"exercise": "clip"}),
        (
            command("/freehand", "cohort setup mentors:<#C2|mentors>"),
            "cohort setup",
            {"mentors": "<#C2|mentors>"},
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_command_is_heard_with_its_options(body: Json, name: str, args: Json) -> None:
    heard = READER.command(body, SPECS)
    assert heard is not None
    assert (heard.name, heard.args) == (name, args)
    assert (heard.conversation, heard.user, heard.at) == (CHANNEL, ANA, CLOCK())


def test_words_in_a_command_are_as_typed() -> None:
    """Slack escapes them, since it is asked to name channels with their ids."""
    heard = READER.command(command("/challenge", "post a&amp;b &lt;c&gt;"), SPECS)
    assert heard is not None
    assert heard.args == {"exercise": "a&b <c>"}


@pytest.mark.parametrize("text", ["nonsense", "challenge", "challenge nonsense", "/"])
def test_what_is_no_command_is_none(text: str) -> None:
    assert READER.command(command("/freehand", text), SPECS) is None


def test_a_command_is_heard_once_and_the_next_one_anew() -> None:
    first, again = command("/freehand", "plan"), command("/freehand", "plan")
    other = command("/freehand", "plan", trigger_id="t2")
    heard = [READER.command(body, SPECS) for body in (first, again, other)]
    keys = [event.key for event in heard if event]
    assert keys[0] == keys[1] != keys[2]


# --- buttons ----------------------------------------------------------------------------------


def press(channel: str = "C1", *, value: str | None = None, thread: str = "", **more: str) -> Json:
    pressed = {"type": "button", "action_id": "join:1", "action_ts": "1764000200.1", **more}
    container = {"type": "message", "message_ts": TS, "channel_id": channel}
    return {
        "type": "block_actions",
        "user": {"id": "U1"},
        "container": {**container, **({"thread_ts": thread} if thread else {})},
        "channel": {"id": channel},
        "actions": [{**pressed, **({} if value is None else {"value": value})}],
    }


@pytest.mark.parametrize(
    ("body", "about", "stands"),
    [
        (press(value="C1:"), CHANNEL, CHANNEL),
        (press(), CHANNEL, CHANNEL),
        (press(value="C1:", thread=TS), CHANNEL, CHANNEL),
        (press(value=f"C1:{ROOT}", thread=ROOT), THREAD, THREAD),
        (press(thread=ROOT), THREAD, THREAD),
        (
            press("D1", value=f"C1:{ROOT}"),
            THREAD,
            ConversationRef("slack", TEAM, "D1", f"C1:{ROOT}"),
        ),
        (press("D1", value="C1:"), CHANNEL, ConversationRef("slack", TEAM, "D1", "C1:")),
    ],
    ids=["channel", "untagged", "answered", "thread", "untagged thread", "direct", "direct, C"],
)
def test_a_button_is_heard_with_its_message_and_what_it_is_about(
    body: Json, about: ConversationRef, stands: ConversationRef
) -> None:
    heard = READER.action(body)
    assert heard is not None
    assert (heard.action, heard.conversation, heard.user) == ("join:1", about, ANA)
    assert heard.message == MessageRef(stands, TS)


def test_a_button_of_a_message_that_somebody_answered_is_about_its_channel() -> None:
    heard = READER.action(press(thread=TS))
    assert heard is not None
    assert heard.conversation == CHANNEL


def test_a_button_in_direct_messages_names_the_message_as_its_post_did() -> None:
    direct = refs.direct_messages("D1", THREAD)
    heard = READER.action(press("D1", value=refs.tag(direct)))
    assert heard is not None
    assert heard.message.conversation == direct


@pytest.mark.parametrize("value", ["nowhere", "C1", "C1:x", "c1:1.2", "C1:1.2:3"])
def test_what_a_button_is_not_about_is_where_it_stands(value: str) -> None:
    heard = READER.action(press(value=value))
    assert heard is not None
    assert heard.conversation == CHANNEL


def test_each_time_that_a_button_is_pressed_is_heard_and_each_once() -> None:
    bodies = press(), press(), press(action_ts="1764000201.1"), press(action_id="join:2")
    heard = [event.key for body in bodies if (event := READER.action(body))]
    assert heard[0] == heard[1]
    assert len(set(heard)) == 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"actions": []},
        {**press(), "actions": [{"type": "static_select", "action_id": "a"}]},
        {**press(), "container": {"type": "view"}, "channel": None},
        {**press(), "container": {"type": "message", "channel_id": "C1"}},
        press(type="overflow"),
    ],
    ids=str,
)
def test_what_is_no_button_of_a_message_is_none(body: Json) -> None:
    assert READER.action(body) is None


# --- forms ------------------------------------------------------------------------------------

FORM = Form("submit:1", "Submit", (FormField("code", "Your code"),), accepts_file=True)
FILE: Json = {"id": "F1", "name": "a.py", "size": 5, "url_private": "u"}


def sent(code: str = "x = 1", *, files: list[Json] | None = None, about: object = THREAD) -> Json:
    assert isinstance(about, ConversationRef)
    values = {
        "code": {"value": {"type": "plain_text_input", "value": code}},
        "file": {"value": {"type": "file_input", "files": files or []}},
    }
    view = {**forms.modal(FORM, about), "id": "V1", "state": {"values": values}}
    return {"type": "view_submission", "user": {"id": "U1"}, "view": view}


@pytest.mark.parametrize("about", [THREAD, CHANNEL])
def test_a_form_is_heard_where_it_was_asked_for(about: ConversationRef) -> None:
    heard = READER.form(sent(files=[FILE], about=about))
    assert heard is not None
    assert (heard.form_id, heard.fields) == ("submit:1", {"code": "x = 1"})
    assert [file.name for file in heard.attachments] == ["a.py"]
    assert (heard.conversation, heard.user, heard.at) == (about, ANA, CLOCK())


def test_a_form_that_was_asked_for_in_direct_messages_is_about_the_thread() -> None:
    heard = READER.form(sent(about=refs.direct_messages("D1", THREAD)))
    assert heard is not None
    assert heard.conversation == THREAD


def test_a_form_that_is_sent_again_corrected_is_heard_anew() -> None:
    bodies = sent(), sent(), sent("x = 2"), sent(files=[FILE])
    heard = [event.key for body in bodies if (event := READER.form(body))]
    assert heard[0] == heard[1]
    assert len(set(heard)) == 3


def test_a_form_of_another_app_is_none() -> None:
    assert READER.form({"user": {"id": "U1"}, "view": {"id": "V1", "callback_id": "x"}}) is None
