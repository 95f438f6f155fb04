"""Forms on Slack, and what is sent with them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.slack import forms
from bot.domain.chat.message import Code, Form, FormField, Text
from bot.domain.chat.refs import ConversationRef
from tests.fakes.slack import limits
from tests.fakes.slack.model import Json
from tests.fakes.slack.people import words

THREAD = ConversationRef("slack", "T1", "C1", "1764000000.000100")
FORM = Form(
    "submit:1",
    "Submit",
    (FormField("code", "Your code", code=True, required=False), FormField("why", "Why?")),
    accepts_file=True,
    beside=(Text("The task"), Code("x = 1")),
)
METADATA_CHARS = 3000  # of what Slack keeps beside a form
FILE: Json = {"id": "F1", "name": "a.py", "size": 5, "mimetype": "text/x-python"}


def taken(form: Form) -> Json:
    """A form that Slack takes."""
    view = forms.modal(form, THREAD)
    assert list(limits.problems(view["blocks"], form=True)) == []
    assert all(0 < len(view[name]["text"]) <= limits.TITLE_CHARS for name in ("title", "submit"))
    assert len(view["callback_id"]) <= limits.ACTION_CHARS
    assert len(view["private_metadata"]) <= METADATA_CHARS
    return view


def sent(code: str | None, why: str | None, *files: Json) -> Json:
    """A form as it comes back."""
    values = {
        "code": {"value": {"type": "plain_text_input", "value": code}},
        "why": {"value": {"type": "plain_text_input", "value": why}},
        "file": {"value": {"type": "file_input", "files": list(files)}},
    }
    return {**forms.modal(FORM, THREAD), "state": {"values": values}}


# --- what is asked ----------------------------------------------------------------------------


def test_a_form_asks_for_its_fields_and_a_file() -> None:
    view = taken(FORM)
    asked = [block for block in view["blocks"] if block["type"] == "input"]
    assert [block["block_id"] for block in asked] == ["code", "why", "file"]
    assert [block["optional"] for block in asked] == [True, False, True]
    assert [bool(block.get("hint")) for block in asked] == [True, False, False]
    assert "The task" in list(words(view["blocks"]))


def test_a_form_shows_what_it_is_about_without_marks() -> None:
    """Slack shows no Markdown in forms."""
    said = list(words(taken(Form("f", "F", (), beside=(Text("**Clip** the `x`"),)))["blocks"]))
    assert said == ["Clip the x"]


@pytest.mark.parametrize("part", [Text(""), Text("\n"), Code("")])
def test_a_form_is_opened_also_where_nothing_is_to_be_said_beside_it(part: Text | Code) -> None:
    taken(Form("f", "F", (FormField("a", "A"),), beside=(part,)))


@pytest.mark.parametrize(("chars", "there"), [(3000, True), (3001, False)])
def test_code_that_slack_takes_is_there_at_first(chars: int, *, there: bool) -> None:
    view = taken(Form("f", "F", (FormField("a", "A", value="x" * chars),)))
    assert ("initial_value" in view["blocks"][0]["element"]) is there


TEXT = st.text(min_size=1, max_size=400) | st.integers(1, 6000).map("word ".__mul__)


@given(
    st.builds(
        Form,
        TEXT,
        TEXT,
        st.lists(
            st.builds(FormField, st.uuids().map(str), TEXT, st.booleans(), value=TEXT), max_size=3
        ).map(tuple),
        TEXT,
        st.booleans(),
        st.lists(st.builds(Text, TEXT) | st.builds(Code, TEXT), max_size=3).map(tuple),
    )
)
def test_slack_takes_every_form(form: Form) -> None:
    taken(form)


# --- what is sent -----------------------------------------------------------------------------


def test_what_is_sent_comes_with_its_names_and_its_files() -> None:
    fields, files = forms.read_fields(sent("x < 1 & y", "because", FILE))
    assert fields == {"code": "x < 1 & y", "why": "because"}
    assert [(file.name, file.size_bytes) for file in files] == [("a.py", 5)]


def test_what_was_left_empty_is_empty() -> None:
    assert forms.read_fields(sent(None, None)) == ({"code": "", "why": ""}, ())


def test_a_form_is_about_what_it_was_opened_for() -> None:
    assert forms.read_about("T1", sent("x", "y")) == THREAD


@pytest.mark.parametrize(
    "metadata",
    [None, "", "no json", "[]", "3", "{}", '{"about": 3}', '{"about": "nowhere"}', "null"],
)
def test_a_form_of_another_app_is_none_of_ours(metadata: str | None) -> None:
    assert forms.read_about("T1", {"private_metadata": metadata}) is None


@pytest.mark.parametrize("view", [{}, {"state": None}, {"state": {"values": []}}, {"blocks": 3}])
def test_an_odd_form_has_no_fields(view: Json) -> None:
    assert forms.read_fields(view) == ({}, ())


def test_what_is_wrong_stands_under_the_first_field() -> None:
    assert forms.errors(sent("x", "y"), "Not code.") == {"code": "Not code."}
    assert list(forms.errors(sent("x", "y"), "x" * 9999).values()) == ["x" * 2000]


def test_what_slack_keeps_beside_a_form_says_only_what_it_is_about() -> None:
    assert json.loads(taken(FORM)["private_metadata"]) == {"about": "C1:1764000000.000100"}
