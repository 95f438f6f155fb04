"""What a person typed, read back from what Slack's clients made of it.

A client sends rich text: blocks of code stand apart, names and links are elements of their own.
Where a message has none (some clients, some apps), its text is taken, in which Slack has escaped
``&``, ``<`` and ``>`` and put names and links in angle brackets.
"""

import re
from collections.abc import Iterator

from bot.chat.slack.payload import Payload, number, part, parts, word

FENCE = "```"
NAMED = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands where the bot is mentioned: what somebody only spells like a mention is none."""

STYLES = {"bold": "*", "italic": "_", "strike": "~", "code": "`"}
"""What somebody types around words for each style."""

NAMES = {
    "broadcast": ("@", "range", ""),
    "channel": ("#", "channel_id", ""),
    "color": ("", "value", ""),
    "date": ("", "fallback", ""),
    "emoji": (":", "name", ":"),
    "usergroup": ("@", "usergroup_id", ""),
}
"""Of elements that are one name: what is typed before it, where it stands, and what comes after."""

_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ENTITY = re.compile("|".join(_ENTITIES))
_ANGLE = re.compile(
    r"<(?P<kind>[@#!]?+)(?P<ref>[^<>|\n]{1,2000})(?:\|(?P<label>[^<>\n]{0,2000}))?>"
)


def typed(message: Payload, me: str) -> tuple[str, bool]:
    """The text of a message as typed, without the bot's name; and whether that was in it.

    Args:
        message: As Slack describes it.
        me: The bot's user id.
    """
    rich = [block for block in parts(message, "blocks") if block.get("type") == "rich_text"]
    text = "\n".join(_rich(block, me) for block in rich) if rich else _plain(message, me)
    mentions = bool(me) and NAMED in text
    return (text.replace(NAMED, " ").strip() if mentions else text), mentions


def _plain(message: Payload, me: str) -> str:
    return unescaped(word(message, "text"), me)


def unescaped(text: str, me: str = "") -> str:
    """Slack's text with its entities, names and links as they were typed.

    Args:
        text: As Slack sends it.
        me: A user whose mention becomes `NAMED`.
    """

    def seen(found: re.Match[str]) -> str:
        kind, ref, label = found["kind"], found["ref"], found["label"]
        if kind == "@":
            return NAMED if me and ref == me else f"@{(label or ref).lstrip('@')}"
        if kind == "#":
            return f"#{(label or ref).lstrip('#')}"
        if kind == "!":
            return label if label and ref.startswith("date^") else f"@{(label or ref).lstrip('@')}"
        return label if label and label in ref else ref

    text = text.replace(NAMED, " ")
    return _ENTITY.sub(lambda found: _ENTITIES[found[0]], _ANGLE.sub(seen, text))


def _rich(block: Payload, me: str) -> str:
    return "\n".join(_element(element, me) for element in parts(block, "elements")).rstrip("\n")


def _element(element: Payload, me: str) -> str:
    match element.get("type"):
        case "rich_text_preformatted":
            return f"{FENCE}{_words(element, me, styled=False)}{FENCE}"
        case "rich_text_quote":
            return "\n".join(f"> {line}" for line in _words(element, me).split("\n"))
        case "rich_text_list":
            return "\n".join(_items(element, me))
        case _:
            # Between a section and the block below it stands the section's own line end.
            return _words(element, me).removesuffix("\n")


def _items(listed: Payload, me: str) -> Iterator[str]:
    indent = "  " * min(number(listed, "indent"), 8)
    first = number(listed, "offset") + 1
    for position, item in enumerate(parts(listed, "elements"), start=first):
        mark = f"{position}." if word(listed, "style") == "ordered" else "-"
        yield f"{indent}{mark} {_words(item, me)}"


def _words(holder: Payload, me: str, *, styled: bool = True) -> str:
    return "".join(_word(element, me, styled=styled) for element in parts(holder, "elements"))


def _word(element: Payload, me: str, *, styled: bool) -> str:
    kind = word(element, "type")
    if kind in NAMES:
        before, name, after = NAMES[kind]
        return f"{before}{word(element, name)}{after}"
    if kind == "user":
        user = word(element, "user_id")
        return NAMED if me and user == me else f"@{user}"
    words = word(element, "text").replace(NAMED, " ")
    if kind == "link":
        url = word(element, "url")
        return words if words and words in url else url
    return _marked(words, part(element, "style")) if styled else words


def _marked(words: str, style: Payload) -> str:
    if words.strip():
        for kind, mark in STYLES.items():
            if style.get(kind) is True:
                words = f"{mark}{words}{mark}"
    return words
