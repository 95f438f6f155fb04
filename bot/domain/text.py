"""Text from outside, fit to be shown: nothing unseen in it, cut, and literal where it stands.

Names, exceptions, output, code, file names, what platforms and engines say: whatever we did not
write ourselves passes through here before we say it, draw it, log it or print it. Every step is
linear in the length of the text.
"""

import re
import unicodedata

MAX_LINE_CHARS = 1500
"""Twice as long once it is escaped, it still stands in one piece on every platform."""

MAX_QUOTED_CHARS = 60
MAX_NAME_CHARS = 40

_MAX_MARKS = 3
"""Accents on one letter; scripts need no more, and a tower of them covers the lines around it."""

_UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
_NOT_ASCII = re.compile(r"[^\x20-\x7e\n\t]++")
_TICK = "'"
_TICKS = re.compile(r"`{2,}+")
_MARKUP = re.compile(r"[\\*_\[\]<>|~@#&]|(?<=:)/(?=/)")
"""What begins emphasis, links, mentions, spoilers, headings and entities, on any platform."""

_BLOCK_START = re.compile(r"\A(\d{0,9})(?=[-+=.)])")
"""What a list, a rule or an underlined heading begins with."""

_MARKUP_OF_NAMES = dict.fromkeys(map(ord, f"`*[]<>|~\\{_UNPRINTABLE}"))


def printable(text: str, *, max_chars: int | None = None) -> str:
    """Text on as many lines as it has, to stand in a block of code or output.

    Controls, direction marks and halves of characters become ``�``, odd blanks plain ones.
    """
    lines = _NOT_ASCII.sub(_seen, text.replace("\r\n", "\n").replace("\r", "\n"))
    return lines if max_chars is None or len(lines) <= max_chars else f"{lines[:max_chars]} …"


def one_line(text: str, *, max_chars: int = MAX_LINE_CHARS) -> str:
    """Text on one line without its odd blanks and what cannot be seen; not escaped for markup."""
    line = " ".join(printable(text).split())
    return line if len(line) <= max_chars else f"{line[: max_chars - 1].rstrip()}…"


def quoted(text: str, *, max_chars: int = MAX_QUOTED_CHARS) -> str:
    """Text as inline code in Markdown, to be put into a sentence of ours."""
    return f"`{_code(one_line(text, max_chars=max_chars).replace('`', _TICK))}`"


def sentence(text: str, *, max_chars: int = MAX_LINE_CHARS) -> str:
    """A sentence with words from outside, as Markdown: its inline code stays, all else is literal.

    Nothing of it becomes a link, a heading, a line of its own, or a button.
    """
    parts = _TICKS.sub(_TICK, one_line(text, max_chars=max_chars)).split("`")
    if len(parts) % 2 == 0:  # the last one has no partner
        parts[-2:] = [_TICK.join(parts[-2:])]
    parts[::2] = [_MARKUP.sub(r"\\\g<0>", part) for part in parts[::2]]
    parts[1::2] = [_code(part) for part in parts[1::2]]
    return _BLOCK_START.sub(r"\1\\", "`".join(parts))


def shown_name(name: str) -> str:
    """A name that may stand in Markdown and in plain text: no markup, no address."""
    tame = printable(name).translate(_MARKUP_OF_NAMES).replace("://", " ")
    return " ".join(tame.split())[:MAX_NAME_CHARS].rstrip() or "Somebody"


def _code(part: str) -> str:
    """What stands between backticks. The local web chat makes a button of a command there."""
    words = part.strip()
    return f" {words}" if words.startswith("/") else part if words else "?"


def _seen(found: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for char in found[0]:
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if marks <= _MAX_MARKS:
            shown = char if char.isprintable() else " " if char.isspace() else _UNPRINTABLE
            kept.append(shown)
    return "".join(kept)
