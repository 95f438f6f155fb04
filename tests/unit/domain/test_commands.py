"""How a command's line is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.chat.commands import (
    CommandOption,
    CommandSpec,
    Invocation,
    Permission,
    nearest,
    parse,
    unknown_command,
    usage,
)

SETUP = CommandSpec(
    "cohort setup",
    "",
    (
        CommandOption("timezone", "", required=False),
        CommandOption("hour", "", required=False),
        CommandOption("name", "", required=False),
    ),
    Permission.ADMINS,
)
RULES = CommandSpec(
    "cohort rules",
    "",
    (
        CommandOption("rule", "", choices=("open_hours", "late_hours")),
        CommandOption("value", ""),
    ),
)
PIN = CommandSpec("challenge pin", "", (CommandOption("date", ""), CommandOption("exercise", "")))
SPECS = (
    CommandSpec("plan", ""),
    CommandSpec("challenge list", ""),
    PIN,
    CommandSpec("challenge close", "", (CommandOption("challenge", "", required=False),)),
    SETUP,
    RULES,
    CommandSpec("board", "", (CommandOption("mode", "", choices=("named", "alias")),)),
)


@pytest.mark.parametrize(
    ("line", "name", "args"),
    [
        ("/plan", "plan", {}),
        ("/PLAN", "plan", {}),
        ("plan", "plan", {}),
        ("/challenge list", "challenge list", {}),
        ("/plan and more", "plan", {}),
        ("/challenge pin 2026-11-23 a-b", "challenge pin", {"date": "2026-11-23"}),
        ("/challenge pin 2026-11-23 exercise:a-b", "challenge pin", {"date": "2026-11-23"}),
        ('/challenge pin exercise:"a-b" 2026-11-23', "challenge pin", {"date": "2026-11-23"}),
        ("/challenge pin Exercise: a-b date:2026-11-23", "challenge pin", {"date": "2026-11-23"}),
    ],
)
def test_a_command_line_is_read_by_its_spec(line: str, name: str, args: dict[str, str]) -> None:
    wanted = {**args, "exercise": "a-b"} if args else {}
    assert parse(line, SPECS) == Invocation(name, wanted)


@pytest.mark.parametrize(
    ("words", "args"),
    [
        ("name:Deep Night Owls", {"name": "Deep Night Owls"}),
        ("name:Deep  Night Owls hour:7", {"name": "Deep Night Owls", "hour": "7"}),
        ("UTC name: Deep Night", {"timezone": "UTC", "name": "Deep Night"}),
        ('name:"Deep  Night" UTC 7', {"name": "Deep  Night", "timezone": "UTC", "hour": "7"}),
        ("“America/New York” 7 Deep Owls", {"timezone": "America/New York", "hour": "7"}),
        ("„America/New York“ 7 Deep Owls", {"timezone": "America/New York", "hour": "7"}),
        ("'America/New York' 7 Deep Owls", {"timezone": "America/New York", "hour": "7"}),
        ("UTC 7 Ana's owls", {"timezone": "UTC", "hour": "7", "name": "Ana's owls"}),
        ("name:the owls: a story", {"name": "the owls: a story"}),
        ('UTC 7 say "hi', {"timezone": "UTC", "hour": "7", "name": 'say "hi'}),
        ("hour:7 hour:8", {"hour": "8"}),
        ('name:""', {"name": ""}),
    ],
)
def test_a_value_may_be_several_words(words: str, args: dict[str, str]) -> None:
    wanted = {**args, "name": "Deep Owls"} if words.endswith("Deep Owls") else args
    assert parse(f"/cohort setup {words}", SPECS) == Invocation("cohort setup", wanted)


@pytest.mark.parametrize(
    "words", ["open_hours 72", "rule:open_hours 72", "value:72 rule:open_hours"]
)
def test_a_choice_is_one_word(words: str) -> None:
    found = parse(f"/cohort rules {words}", SPECS)
    assert found == Invocation("cohort rules", {"rule": "open_hours", "value": "72"})


def test_words_beyond_the_last_option_belong_to_it() -> None:
    assert parse("/challenge close 3 a-b", SPECS) == Invocation(
        "challenge close", {"challenge": "3 a-b"}
    )


@pytest.mark.parametrize("line", ["/", "/plans", "/challenge", "/challenge bake", "/tmp/x"])
def test_an_unknown_command_is_none(line: str) -> None:
    assert parse(line, SPECS) is None


PLAIN = st.text(st.characters(exclude_characters='"“”„', exclude_categories=["Cs"]))


@given(st.dictionaries(st.sampled_from(["timezone", "hour", "name"]), PLAIN))
def test_what_is_quoted_is_read_as_it_stands(args: dict[str, str]) -> None:
    line = " ".join(f'{name}:"{value}"' for name, value in args.items())

    assert parse(f"/cohort setup {line}", SPECS) == Invocation("cohort setup", args)


@given(st.lists(st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True), min_size=3))
def test_every_word_belongs_to_an_option(words: list[str]) -> None:
    found = parse(f"/cohort setup {' '.join(words)}", SPECS)

    assert found is not None
    assert list(found.args) == ["timezone", "hour", "name"]
    assert " ".join(found.args.values()) == " ".join(words)


@given(st.text(), st.sampled_from(["", "/cohort setup ", "/challenge pin "]))
def test_any_line_can_be_read(words: str, command: str) -> None:
    parse(command + words, SPECS)
    nearest(command + words, SPECS)
    unknown_command(command + words, SPECS)


@pytest.mark.parametrize("piece", ['"a ', '"a', "“a ", "name:", 'name:"a ', "a:", "'\" ", "a"])
def test_a_hostile_line_is_read_in_no_time(piece: str, request: pytest.FixtureRequest) -> None:
    request.node.add_marker(pytest.mark.timeout(10))
    line = f"/cohort setup {piece * 200_000}"
    parse(line, SPECS)
    unknown_command(line, SPECS)


def test_the_nearest_commands_are_named() -> None:
    assert nearest("/plam", SPECS) == ["plan"]
    assert "challenge list" in nearest("/challenge", SPECS)
    assert nearest("/", SPECS) == []


def test_an_unknown_command_is_answered_with_the_nearest() -> None:
    assert unknown_command("/plam", SPECS) == "There is no command “/plam”. Did you mean `/plan`?"
    assert unknown_command("/**x**", SPECS) == (
        "There is no command “/x”. `/help` lists the commands."
    )


def test_usage_shows_what_may_be_left_out_and_what_can_be_chosen() -> None:
    assert [usage(spec) for spec in (PIN, SPECS[3], SPECS[-1])] == [
        "/challenge pin <date> <exercise>",
        "/challenge close [challenge]",
        "/board <named | alias>",
    ]
