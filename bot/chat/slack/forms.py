"""Forms as Slack's modals, and what is sent with them read back."""

import json
from collections.abc import Mapping
from typing import Any

from bot.chat.slack import refs, render
from bot.chat.slack.files import attachment_of
from bot.chat.slack.payload import Payload, part, parts, word
from bot.domain.chat.events import Attachment
from bot.domain.chat.message import Form, FormField, Message
from bot.domain.chat.refs import ConversationRef

TITLE_CHARS, LABEL_CHARS, TEXT_CHARS, ERROR_CHARS = 24, 2000, 3000, 2000
FILE_FIELD, INPUT = "file", "value"
FILE_TYPES = ("py", "python", "ipynb", "txt", "text")
LONG_CODE = f"Code of more than {TEXT_CHARS} characters goes into a file."

Made = dict[str, Any]


def modal(form: Form, about: ConversationRef) -> Made:
    """A form as Slack opens it.

    Args:
        form: The core's.
        about: Where it was asked for; comes back with what is sent.
    """
    return {
        "type": "modal",
        "callback_id": form.form_id[: render.ACTION_CHARS],
        "title": _plain(form.title[:TITLE_CHARS]),
        "submit": _plain(form.submit_label[:TITLE_CHARS]),
        "close": _plain("Cancel"),
        "private_metadata": json.dumps({"about": refs.tag(about)}),
        "blocks": [
            *render.words_of(Message(form.beside)),
            *map(_text_field, form.fields),
            *([_file_field()] if form.accepts_file else []),
        ],
    }


def read_about(team: str, view: Payload) -> ConversationRef | None:
    """Where a form was asked for."""
    try:
        about = json.loads(word(view, "private_metadata"))["about"]
    except (ValueError, LookupError, TypeError):
        return None
    return refs.read_tag(team, about) if isinstance(about, str) else None


def read_fields(view: Payload) -> tuple[dict[str, str], tuple[Attachment, ...]]:
    """The fields of a form that was sent, by name, and its files."""
    fields: dict[str, str] = {}
    files: list[Attachment] = []
    for name, value in _values(view).items():
        if name == FILE_FIELD:
            files += [attachment_of(file) for file in parts(value, "files")]
        else:
            fields[name] = word(value, "value")
    return fields, tuple(files)


def errors(view: Payload, words: str) -> dict[str, str]:
    """What is wrong with what was typed, under the first of the fields."""
    first = next(iter(_values(view)), FILE_FIELD)
    return {first: words[:ERROR_CHARS]}


def _values(view: Payload) -> Mapping[str, Payload]:
    """Each field as Slack sends it, in the order of the form."""
    state = part(part(view, "state"), "values")
    inputs = [block for block in parts(view, "blocks") if word(block, "type") == "input"]
    names = [word(block, "block_id") for block in inputs] or list(state)
    return {name: part(part(state, name), INPUT) for name in names}


def _text_field(asked: FormField) -> Made:
    element: Made = {
        "type": "plain_text_input",
        "action_id": INPUT,
        "multiline": True,
        "max_length": TEXT_CHARS,
    }
    if asked.value and len(asked.value) <= TEXT_CHARS:
        element["initial_value"] = asked.value
    made: Made = {
        "type": "input",
        "block_id": asked.name,
        "label": _plain(asked.label[:LABEL_CHARS]),
        "optional": not asked.required,
        "element": element,
    }
    if asked.code:
        made["hint"] = _plain(LONG_CODE)
    return made


def _file_field() -> Made:
    return {
        "type": "input",
        "block_id": FILE_FIELD,
        "label": _plain("Or a file (.py, .ipynb)"),
        "optional": True,
        "element": {
            "type": "file_input",
            "action_id": INPUT,
            "filetypes": list(FILE_TYPES),
            "max_files": 1,
        },
    }


def _plain(text: str) -> Made:
    return {"type": "plain_text", "text": text}
