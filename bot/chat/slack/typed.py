"""What a person typed, read back from what Slack's clients made of it.

A client sends rich text: blocks of code stand apart, names and links are elements of their own.
Where a message has none (some clients, some apps), its text is taken, in which Slack has escaped
``&``, ``<`` and ``>`` and put names and links in angle brackets.
"""

import re
from collections.abc import Iterator

from bot.chat.slack.payload import Payload, number, part, parts, word

FENCE = "```"
STYLES = {"bold": "*", "italic": "_", "strike": "~", "code": "`"}
"""What somebody types around words for each style."""

_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ENTITY = re.compile("|".join(_ENTITIES))
_ANGLE = re.compile(r"<(?P<kind>[@#!]?)(?P<ref>[^<>|\n]{1,2000})(?:\|(?P<label>[^<>\n]{0,2000}))?>")


def typed(message: Payload, me: str) -> tuple[str, bool]:
    """The text of a message as typed, without the bot's name; and whether that was in it.

    Args:
        message: As Slack describes it.
        me: The bot's user id.
    """
    name = f"<@{me}>"
    rich = [block for block in parts(message, "blocks") if block.get("type") == "rich_text"]
    text = "\n".join(_rich(block, name) for block in rich) if rich else _plain(message, name)
    mentions = bool(me) and name in text
    return (text.replace(name, " ").strip() if mentions else text), mentions


def _plain(message: Payload, name: str) -> str:
    return unescaped(word(message, "text"), name)


def unescaped(text: str, name: str = "") -> str:
    """Slack's text with its entities, names and links as they were typed.

    Args:
        text: As Slack sends it.
        name: A mention to be left as it is.
    """

    def seen(found: re.Match[str]) -> str:
        if found[0] == name:
            return name
        label, ref = found["label"], found["ref"]
        prefix = {"@": "@", "#": "#", "!": "@"}.get(found["kind"], "")
        if prefix:
            return f"{prefix}{label or ref}"
        return label if label and label in ref else ref

    return _ENTITY.sub(lambda found: _ENTITIES[found[0]], _ANGLE.sub(seen, text))


def _rich(block: Payload, name: str) -> str:
    return "\n".join(_element(element, name) for element in parts(block, "elements")).rstrip("\n")


def _element(element: Payload, name: str) -> str:
    match element.get("type"):
        case "rich_text_preformatted":
            return f"{FENCE}{_words(element, name, styled=False)}{FENCE}"
        case "rich_text_quote":
            return "\n".join(f"> {line}" for line in _words(element, name).split("\n"))
        case "rich_text_list":
            return "\n".join(_items(element, name))
        case _:
            # Between a section and the block below it stands the section's own line end.
            return _words(element, name).removesuffix("\n")


def _items(listed: Payload, name: str) -> Iterator[str]:
    indent = "  " * min(number(listed, "indent"), 8)
    for position, item in enumerate(parts(listed, "elements"), start=1):
        mark = f"{position}." if word(listed, "style") == "ordered" else "-"
        yield f"{indent}{mark} {_words(item, name)}"


def _words(holder: Payload, name: str, *, styled: bool = True) -> str:
    return "".join(_word(element, name, styled=styled) for element in parts(holder, "elements"))


def _word(element: Payload, name: str, *, styled: bool) -> str:
    match element.get("type"):
        case "user":
            user = word(element, "user_id")
            return name if f"<@{user}>" == name else f"@{user}"
        case "channel":
            return f"#{word(element, 'channel_id')}"
        case "broadcast":
            return f"@{word(element, 'range')}"
        case "emoji":
            return f":{word(element, 'name')}:"
        case "link":
            url, text = word(element, "url"), word(element, "text")
            return text if text and text in url else url
        case _:
            words = word(element, "text")
            return _marked(words, part(element, "style")) if styled else words


def _marked(words: str, style: Payload) -> str:
    if words.strip():
        for kind, mark in STYLES.items():
            if style.get(kind) is True:
                words = f"{mark}{words}{mark}"
    return words
