"""Discord's limits on what a message says, with the errors it gives for them.

The numbers are those of the documentation. The published specification has some of them too; here
they become Discord's own errors, while a body of the wrong shape is a violation.
"""

from collections.abc import Iterator, Sequence

from tests.fakes.discord import errors
from tests.fakes.discord.errors import Json
from tests.fakes.discord.model import IS_COMPONENTS_V2

Problem = tuple[str, str, str]

CONTENT_CHARS = 2000
EMBEDS, EMBED_CHARS_IN_ALL, FIELDS = 10, 6000, 25
EMBED_CHARS = {"title": 256, "description": 4096}
FIELD_CHARS = {"name": 256, "value": 1024}
INNER_CHARS = (("footer", "text", 2048), ("author", "name", 256))
ROWS, BUTTONS_A_ROW, COMPONENTS_V2 = 5, 5, 40
TEXT_DISPLAY_CHARS_IN_ALL = 4000
CUSTOM_ID_CHARS, LABEL_CHARS, OPTIONS, OPTION_CHARS = 100, 80, 25, 100
FILES, REQUEST_BYTES = 10, 25 * 1024 * 1024
MODAL_TITLE_CHARS, MODAL_LABEL_CHARS, MODAL_PARTS = 45, 45, 5
COMMANDS, CHOICES, CHOICE_CHARS, DESCRIPTION_CHARS = 100, 25, 100, 100

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, TEXT_DISPLAY = 1, 2, 3, 4, 10
LINK_STYLE = 5
OF_V2 = {9, 10, 11, 12, 13, 14, 17}


def too_long(path: str, limit: int) -> Problem:
    return (path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")


def bad_length(path: str, low: int, high: int) -> Problem:
    sentence = f"Must be between {low} and {high} in length."
    return (path, "BASE_TYPE_BAD_LENGTH", sentence)


def required(path: str) -> Problem:
    return (path, "BASE_TYPE_REQUIRED", "This field is required")


def check_message(body: Json, prefix: str = "") -> None:
    """Raise what Discord says of a message that is over a limit."""
    problems = [
        *_content(body),
        *_embeds(_list(body, "embeds")),
        *_components(_list(body, "components"), v2=is_v2(body)),
        *_v2(body),
    ]
    if problems:
        raise errors.invalid_form(*((prefix + path, code, words) for path, code, words in problems))


def is_v2(body: Json) -> bool:
    """Whether a message is made of components alone."""
    return bool(int(body.get("flags") or 0) & IS_COMPONENTS_V2)


def _list(body: Json, key: str) -> list[Json]:
    value = body.get(key)
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]  # the schema is checked later


def length(value: object) -> int:
    """Of text; of anything else it is for the schema to say what is wrong."""
    return len(value) if isinstance(value, str) else 0


def _content(body: Json) -> Iterator[Problem]:
    if length(body.get("content")) > CONTENT_CHARS:
        yield too_long("content", CONTENT_CHARS)


def _v2(body: Json) -> Iterator[Problem]:
    if not is_v2(body):
        return
    for part in ("content", "embeds", "poll", "sticker_ids"):
        if body.get(part):
            words = f"The '{part}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            yield (part, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words)


# --- embeds -----------------------------------------------------------------------------------


def _embeds(embeds: Sequence[Json]) -> Iterator[Problem]:
    if len(embeds) > EMBEDS:
        yield too_long("embeds", EMBEDS)
    for place, embed in enumerate(embeds):
        yield from _embed(f"embeds.{place}", embed)
    if sum(map(_embed_chars, embeds)) > EMBED_CHARS_IN_ALL:
        words = "Embed size exceeds maximum size of 6000"
        yield ("embeds", "MAX_EMBED_SIZE_EXCEEDED", words)


def _embed(path: str, embed: Json) -> Iterator[Problem]:
    for part, limit in EMBED_CHARS.items():
        if length(embed.get(part)) > limit:
            yield too_long(f"{path}.{part}", limit)
    parts = _list(embed, "fields")
    if len(parts) > FIELDS:
        yield too_long(f"{path}.fields", FIELDS)
    for place, entry in enumerate(parts):
        yield from _field(f"{path}.fields.{place}", entry)
    for part, name, limit in INNER_CHARS:
        if _inner(embed, part, name) > limit:
            yield too_long(f"{path}.{part}.{name}", limit)


def _field(path: str, entry: Json) -> Iterator[Problem]:
    for part, limit in FIELD_CHARS.items():
        size = length(entry.get(part))
        if size == 0:
            yield required(f"{path}.{part}")
        elif size > limit:
            yield too_long(f"{path}.{part}", limit)


def _inner(embed: Json, part: str, name: str) -> int:
    inner: Json = embed.get(part) or {}
    return length(inner.get(name))


def _embed_chars(embed: Json) -> int:
    fields = _list(embed, "fields")
    return (
        sum(length(embed.get(part)) for part in EMBED_CHARS)
        + sum(length(entry.get(part)) for entry in fields for part in FIELD_CHARS)
        + sum(_inner(embed, part, name) for part, name, _ in INNER_CHARS)
    )


# --- components -------------------------------------------------------------------------------


def every(components: Sequence[Json]) -> Iterator[Json]:
    """All components, also those within others."""
    for component in components:
        yield component
        inner = [*_list(component, "components")]
        inner += [
            entry for key in ("component", "accessory") if (entry := component.get(key)) is not None
        ]
        yield from every(inner)


def _components(components: Sequence[Json], *, v2: bool) -> Iterator[Problem]:
    all_of_them = list(every(components))
    if v2:
        if len(all_of_them) > COMPONENTS_V2:
            yield too_long("components", COMPONENTS_V2)
        texts = (length(entry.get("content")) for entry in all_of_them)
        if sum(texts) > TEXT_DISPLAY_CHARS_IN_ALL:
            yield too_long("components", TEXT_DISPLAY_CHARS_IN_ALL)
    else:
        if len(components) > ROWS:
            yield bad_length("components", 1, ROWS)
        if any(entry.get("type") in OF_V2 for entry in all_of_them):
            yield ("components", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).')
    for place, component in enumerate(components):
        yield from _row(f"components.{place}", component)
    yield from _twice(all_of_them)


def _row(path: str, row: Json) -> Iterator[Problem]:
    parts = _list(row, "components")
    if row.get("type") == ROW and not 1 <= len(parts) <= BUTTONS_A_ROW:
        yield bad_length(f"{path}.components", 1, BUTTONS_A_ROW)
    for place, part in enumerate(parts):
        yield from _part(f"{path}.components.{place}", part)
        yield from _row(f"{path}.components.{place}", part)


def _part(path: str, part: Json) -> Iterator[Problem]:
    if length(part.get("custom_id")) > CUSTOM_ID_CHARS:
        yield too_long(f"{path}.custom_id", CUSTOM_ID_CHARS)
    if part.get("type") == BUTTON:
        yield from _button(path, part)
    if part.get("type") == STRING_SELECT:
        options = _list(part, "options")
        if not 1 <= len(options) <= OPTIONS:
            yield bad_length(f"{path}.options", 1, OPTIONS)
        for place, option in enumerate(options):
            for name in ("label", "value", "description"):
                if length(option.get(name)) > OPTION_CHARS:
                    yield too_long(f"{path}.options.{place}.{name}", OPTION_CHARS)


def _button(path: str, part: Json) -> Iterator[Problem]:
    if length(part.get("label")) > LABEL_CHARS:
        yield too_long(f"{path}.label", LABEL_CHARS)
    if not part.get("label") and not part.get("emoji"):
        words = "A button must have a label or an emoji"
        yield (path, "BUTTON_COMPONENT_MUST_HAVE_LABEL_OR_EMOJI", words)
    if part.get("style") != LINK_STYLE and not part.get("custom_id"):
        yield (path, "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")


def _twice(components: Sequence[Json]) -> Iterator[Problem]:
    names = [name for entry in components if (name := entry.get("custom_id"))]
    if len(names) != len(set(names)):
        words = "Component custom id cannot be duplicated"
        yield ("components", "COMPONENT_CUSTOM_ID_DUPLICATED", words)


# --- dialogs and suggestions ------------------------------------------------------------------


def check_modal(data: Json) -> None:
    """Raise what Discord says of a dialog that is over a limit."""
    problems: list[Problem] = []
    if length(data.get("title")) > MODAL_TITLE_CHARS:
        problems.append(too_long("data.title", MODAL_TITLE_CHARS))
    if length(data.get("custom_id")) > CUSTOM_ID_CHARS:
        problems.append(too_long("data.custom_id", CUSTOM_ID_CHARS))
    parts = _list(data, "components")
    if not 1 <= len(parts) <= MODAL_PARTS:
        problems.append(bad_length("data.components", 1, MODAL_PARTS))
    for place, part in enumerate(every(parts)):
        if length(part.get("label")) > MODAL_LABEL_CHARS:
            problems.append(too_long(f"data.components.{place}.label", MODAL_LABEL_CHARS))
        if length(part.get("placeholder")) > CHOICE_CHARS:
            problems.append(too_long(f"data.components.{place}.placeholder", CHOICE_CHARS))
    problems += ((f"data.{path}", code, words) for path, code, words in _twice([*every(parts)]))
    if problems:
        raise errors.invalid_form(*problems)


def check_choices(data: Json) -> None:
    """Raise what Discord says of too many suggestions, or too long ones."""
    choices = _list(data, "choices")
    problems = [too_long("data.choices", CHOICES)] if len(choices) > CHOICES else []
    for place, choice in enumerate(choices):
        problems += (
            bad_length(f"data.choices.{place}.{part}", 1, CHOICE_CHARS)
            for part in ("name", "value")
            if isinstance(choice.get(part), str) and not 1 <= length(choice[part]) <= CHOICE_CHARS
        )
    if problems:
        raise errors.invalid_form(*problems)
