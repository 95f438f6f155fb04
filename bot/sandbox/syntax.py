"""Why a source does not parse, in words that name the cause where it is known."""

import re

_SANDBOX_HAS = "3.11"
"""The oldest that there may be in a sandbox, so what refuses syntax of 3.12 is this."""

_LOOKED_AT_CHARS = 500
"""Of the line."""

_NEWER_SYNTAX = (
    (re.compile(r"[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+\w+[ \t]*\[[^\]]*="), "3.13"),
    (re.compile(r"[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+\w+[ \t]*\["), "3.12"),
    (re.compile(r"[ \t]*type[ \t]+\w+[ \t]*[\[=]"), "3.12"),
    (re.compile(r"[^#\n]*\b[tT][rR]?[\"']"), "3.14"),
)
"""How a line begins that only newer versions parse, and from which one on."""

_NESTED_QUOTES = re.compile(r"[^#\n]*\b[fF][rR]?([\"'])[^\"'\n]*\{[^}\n]*\1")
_F_STRING_PART = "f-string expression part cannot include"
_F_STRING_CUT = ("f-string: unmatched", "f-string: expecting")

_ODD_CHARACTER = re.compile(
    r"invalid (?P<unseen>non-printable )?character .{0,5}U\+(?P<code>10[0-9A-F]{4}|[0-9A-F]{4,5})\b"
)
_QUOTES = frozenset("\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u00b4\u2032")
_TYPED_AS = {
    "\u2014": "`-`",
    "\u00d7": "`*`",
    "\u00f7": "`/`",
    "\u2264": "`<=`",
    "\u2265": "`>=`",
    "\u2260": "`!=`",
    "\u2192": "`->`",
    "\u2190": "`=`",
}


def explained(source: str, line: int, message: str) -> str:
    """What a parser said about a line of a source, or the cause of it.

    Args:
        source: Everything.
        line: Its number, from 1; 0 where the parser names none.
        message: In the parser's words.
    """
    text = source.split("\n", line)[line - 1] if 0 < line <= source.count("\n") + 1 else ""
    return _odd_character(message) or _newer_python(text[:_LOOKED_AT_CHARS], message) or message


def _odd_character(message: str) -> str:
    found = _ODD_CHARACTER.match(message)
    if found is None:
        return ""
    character = chr(int(found["code"], 16))
    if character in _QUOTES:
        return f"a phone's keyboard made these quotes ({character}); type them as `\"` or `'`"
    if character in _TYPED_AS:
        return f"Python does not know the sign {character}; type it as {_TYPED_AS[character]}"
    if found["unseen"]:
        return (
            f"it holds a character that nobody sees (U+{found['code']}), as chats and web pages put"
            " into what is copied; delete the line and type it again"
        )
    return message


def _newer_python(text: str, message: str) -> str:
    has_nested = message.startswith(_F_STRING_CUT) and _NESTED_QUOTES.match(text)
    if has_nested or message.startswith(_F_STRING_PART):
        return f"{message}; {_needs('3.12')}"
    if "invalid syntax" not in message and "expected" not in message:
        return ""
    return next((_needs(version) for form, version in _NEWER_SYNTAX if form.match(text)), "")


def _needs(version: str) -> str:
    has = f"runs Python {_SANDBOX_HAS}" if version == "3.12" else "has an older one"
    return f"this needs Python {version}, and the sandbox {has}"
