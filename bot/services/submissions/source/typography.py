"""What keyboards, chats and web pages make of plain characters, made plain again."""

import re
from textwrap import dedent

from bot.services.submissions.source.tokens import STRING

_NO_BREAK = "\u00a0\u2007\u202f"
_NO_WIDTH = "\u200b\ufeff"
_ODD_INDENT = re.compile(rf"(?m)^[ \t]*[{_NO_BREAK}{_NO_WIDTH}][ \t{_NO_BREAK}{_NO_WIDTH}]*")
_PLAIN_INDENT = str.maketrans(dict.fromkeys(_NO_BREAK, " ") | dict.fromkeys(_NO_WIDTH, ""))
_INDENTED_START = re.compile(r"(?:[ \t]*\n)*[ \t]+\S")

_BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_INVISIBLE = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_LINE_ENDS = "\u0085\u2028\u2029"
_PUNCTUATION = {"\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2212": "-", "\u2026": "..."}
_FULL_WIDTH = {
    chr(code + 0xFEE0): chr(code)
    for code in range(0x21, 0x7F)
    if not (chr(code).isalnum() or chr(code) == "_")  # those are letters to Python as they are
}
_PLAIN = {**_PUNCTUATION, **_FULL_WIDTH}

DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f"
SINGLE_QUOTES = "\u2018\u2019\u201a\u201b"
_ODD = re.compile(
    rf"(?s:{STRING}"
    rf"|(?P<triple>[{DOUBLE_QUOTES}]{{3}}(?P<doc>.*?)[{DOUBLE_QUOTES}]{{3}})"
    rf"|[{DOUBLE_QUOTES}](?P<double>[^{DOUBLE_QUOTES}\"\\\n]*)[{DOUBLE_QUOTES}]"
    rf"|[{SINGLE_QUOTES}](?P<single>[^{SINGLE_QUOTES}'\\\n]*)[{SINGLE_QUOTES}]"
    rf"|(?P<blank>[{_BLANKS}])|(?P<invisible>[{_INVISIBLE}])|(?P<line_end>[{_LINE_ENDS}])"
    rf"|(?P<plain>[{re.escape(''.join(_PLAIN))}]))"
)


def normalised(text: str) -> str:
    r"""``\n`` line ends, and plain blanks for the no-break ones that chats put into indentation."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ODD_INDENT.sub(lambda found: found[0].translate(_PLAIN_INDENT), text)


def dedented(text: str) -> str:
    """The text without the indentation that all its lines share."""
    return dedent(text) if _INDENTED_START.match(text) else text


def mended(source: str) -> str:
    """Typographic quotes, blanks, marks and signs made plain outside of strings and comments.

    Python takes none of them there, so what parses stays as it is.
    """
    return source if source.isascii() else _ODD.sub(_plain, source)


def _plain(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "triple":
            return f'"""{found["doc"]}"""'
        case "double":
            return f'"{found["double"]}"'
        case "single":
            return f"'{found['single']}'"
        case "blank":
            return " "
        case "invisible":
            return ""
        case "line_end":
            return "\n"
        case "plain":
            return _PLAIN[found[0]]
        case _:
            return found[0]
