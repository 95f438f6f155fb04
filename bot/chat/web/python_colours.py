"""Colours for Python code, in one pass over the text whatever it is.

Lexers of libraries are written for code, not against it: with hostile text their time grows with
its square, or has no end. `page/code.js` colours what is being typed by the same few rules.
"""

import builtins
import keyword
import re
from collections.abc import Iterator
from html import escape

_STRING = (
    r"[rRbBuUfF]{0,2}+(?s:"
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\\?\Z)'
    r"|'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\\?\Z)"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'(?:[^'\\\n]|\\.)*+'?)"
)
"""One that is never closed ends with its line, a triple one with the text."""

_TOKEN = re.compile(
    r"(?m:^)[ \t]*+(?P<nd>@[\w.]++)"
    r"|(?P<c>\#[^\n]*+)"
    rf"|(?P<s>{_STRING})"
    r"|(?P<m>\d[\w.]*+)"
    r"|(?<=\bdef )(?P<nf>\w++)"
    r"|(?<=\bclass )(?P<nc>\w++)"
    r"|(?P<word>\w++)"
)
"""Never goes back: linear time. Groups are named as Pygments names its classes."""

_WORDS = (
    dict.fromkeys((name for name in dir(builtins) if not name.startswith("_")), "nb")
    | dict.fromkeys(keyword.kwlist, "k")
    | dict.fromkeys(("True", "False", "None"), "kc")
)


def coloured(source: str) -> str:
    """Python code as HTML."""
    return "".join(_pieces(source))


def _pieces(source: str) -> Iterator[str]:
    position = 0
    for token in _TOKEN.finditer(source):
        kind = token.lastgroup or ""
        words = token[kind]
        kind = _WORDS.get(words, "") if kind == "word" else kind
        if kind:
            yield escape(source[position : token.end() - len(words)])
            yield f'<span class="{kind}">{escape(words)}</span>'
            position = token.end()
    yield escape(source[position:])
