"""What does not fit together is refused at the start; what does is found."""

from collections.abc import Sequence
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.chat.commands import CommandOption, CommandSpec
from bot.domain.chat.events import ActionPressed
from bot.domain.chat.message import FormField, Message
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.errors import UserError
from bot.domain.numbers import LARGEST_ID
from bot.services.talk.registry import Call, Command, Completion, Registry, Room
from bot.services.talk.reply import Answer
from bot.services.talk.verbs import NOTHING, NUMBER, TEXT, Codec, Layout, Verb, one_of, split
from tests.fakes.ports import SteppingClock

HERE = ConversationRef("web", "local", "practice")
LAYOUT = Layout("Title", (FormField("code", "Code"),), "Send")
OLDER = "older version"


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


async def answer(_call: Call) -> Answer:
    return None


async def press(_event: object, payload: object) -> Answer:
    return Message.of(repr(payload))


def completing(*words: str) -> Completion:
    async def complete(_where: ConversationRef) -> Sequence[str]:
        return words

    return complete


def a_command(*options: CommandOption, name: str = "plan", **completions: Completion) -> Command:
    return Command(spec=CommandSpec(name, "", options), handler=answer, completions=completions)


def pressed(action: str) -> ActionPressed:
    return ActionPressed(
        key="k",
        at=SteppingClock()(),
        conversation=HERE,
        user=UserRef("web", "local", "ana"),
        action=action,
        message=MessageRef(HERE, "1"),
    )


# --- at the start -----------------------------------------------------------------------------

HINT = Verb("hint", NUMBER)
SUBMIT = Verb("submit", NUMBER, LAYOUT)


@pytest.mark.parametrize(
    ("room", "complaint"),
    [
        (Room(commands=[a_command(), a_command()]), "two of the command 'plan'"),
        (Room(actions=[HINT.does(press), HINT.does(press)]), "two of the verb 'hint'"),
        (Room(verbs=[HINT]), "nothing follows from the verb 'hint'"),
        (Room(verbs=[Verb("a:b", TEXT)], actions=[Verb("a:b", TEXT).does(press)]), "colon"),
        (Room(actions=[SUBMIT.does(press)]), "'submit' needs both a form and what takes it"),
        (Room(actions=[HINT.does(press, press)]), "'hint' needs both a form and what takes it"),
        (Room(commands=[a_command(week=completing())]), "'plan' completes {'week'}"),
        (Room(commands=[a_command(CommandOption("week", "", suggests=True))]), "'week' of 'plan'"),
        (
            Room(commands=[a_command(CommandOption("week", "", choices=("this one",)))]),
            "not one word",
        ),
    ],
)
def test_what_does_not_fit_together_ends_the_start(room: Room, complaint: str) -> None:
    with pytest.raises(AssertionError) as refusal:
        Registry.of(room)
    assert complaint in str(refusal.value)


# --- buttons and forms ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "payload", "text"),
    [
        (HINT, 12, "hint:12"),
        (Verb("details", TEXT), "s1", "details:s1"),
        (Verb("board", one_of(Colour)), Colour.RED, "board:red"),
        (Verb("again", NOTHING), None, "again:"),
    ],
)
async def test_a_button_leads_to_what_it_was_made_with(
    verb: Verb[object], payload: object, text: str
) -> None:
    registry = Registry.of(Room(actions=[verb.does(press)], verbs=[verb]))
    button = verb.button(payload, "Label")
    name, written = split(button.action)
    action = registry.find_action(name)

    assert button.action == text
    assert action is not None
    assert await action.press(pressed(text), written) == Message.of(repr(payload))


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        (NUMBER, "one"),
        (NUMBER, ""),
        (NUMBER, "²"),
        (TEXT, ""),
        (one_of(Colour), "green"),
        (NOTHING, "x"),
    ],
)
async def test_a_payload_that_was_never_written_is_of_an_older_version(
    codec: Codec[object], text: str
) -> None:
    action = Verb("verb", codec).does(press)

    with pytest.raises(UserError, match=OLDER):
        await action.press(pressed(f"verb:{text}"), text)


@given(st.integers(min_value=0, max_value=LARGEST_ID), st.text(min_size=1))
def test_payloads_come_back_as_they_were_written(number: int, text: str) -> None:
    assert NUMBER.read(NUMBER.write(number)) == number
    assert split(Verb("v", TEXT).button(text, "").action) == ("v", text)


def test_a_form_belongs_to_its_verb() -> None:
    form = SUBMIT.form(3)

    assert (form.form_id, form.title, form.fields) == ("submit:3", "Title", LAYOUT.fields)
    with pytest.raises(AssertionError):
        HINT.form(3)


# --- completion -------------------------------------------------------------------------------


async def test_options_complete_to_values_that_hold_what_was_typed() -> None:
    option = CommandOption("zone", "", suggests=True)
    zones = completing("Europe/Berlin", "America/New_York", *(f"X{n}" for n in range(30)))
    registry = Registry.of(Room(commands=[a_command(option, zone=zones)]))

    assert await registry.suggest("plan", "zone", "new y", HERE) == ["America/New_York"]
    assert len(await registry.suggest("plan", "zone", "", HERE)) == 25
    assert await registry.suggest("plan", "other", "", HERE) == []
    assert await registry.suggest("other", "zone", "", HERE) == []
