"""What a source binds, and whether a text is code at all; told without parsing it."""

import re
from collections.abc import Sequence

from bot.services.submissions.source.tokens import statements, without_strings

_BINDING = re.compile(
    r"(?m)^(?:(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|(\w+)[ \t]*(?::[^=\n]*)?=(?!=))"
)
_DEFINITION = re.compile(
    r"(?m)^(?:(?:async[ \t]+)?def[ \t]+\w+[ \t]*[(\[]|class[ \t]+\w+[ \t]*[(:\[]|@\w"
    r"|import[ \t]+\w[\w.]*(?:[ \t]+as\b|[ \t]*[,;#]|[ \t]*$)|from[ \t]+[\w.]+[ \t]+import\b)"
)
_ASSIGNMENT = re.compile(r"(?m)^\w+[ \t]*=(?!=)")
_CODE = re.compile(
    r"\s*(?:\Z|[#)\]}(\[{~\"']|[@%!]\w|-(?![ \t])|\.\.\.|[fFrRbBuU]{1,2}[\"']"
    r"|(?:async[ \t]+)?(?:def|class|for|with)[ \t].*[:(\[]|(?:if|elif|while|except|match)\b.*:"
    r"|(?:else|try|finally|except)[ \t]*:|(?:import|from)[ \t]+\w"
    r"|(?:return|raise|assert|del|pass|global|nonlocal|await|lambda|not|async|yield)\b"
    r"|[\w.\[\]\"', *]+(?::[^=\n]*)?(?:[-+*/|&%@^]|//|\*\*|>>|<<)?=(?!=)"
    r"|[\w.]+[ \t]*(?:[(\[]|[-+*/%@&|^<>]))"
)
_LOOKED_AT_CHARS = 300
"""Of a block, to tell output from code."""

_OUTPUT = re.compile(
    r"\s*(?:Traceback \(most recent call last\)|(?:[^\n]*\n){0,3}[ \t]*File \"[^\"\n]*\", line \d"
    r"|[\w.]*(?:Error|Exception|Warning|Interrupt)\b[^=\n]*(?:\Z|\n|:)"
    r"|[$#][ ]\w|\([\w.-]+\)[ ][^\n]*[$#%][ ]|[\w.-]+@[\w.-]+[^\n]*[$#%][ ]|PS [A-Z]:|[A-Z]:\\)"
)


def defines(source: str, names: Sequence[str]) -> bool:
    """Whether the source binds every one of these names at top level, even if it does not parse.

    What counts is ``def``, ``async def``, ``class`` and ``name =`` at the beginning of a line that
    is not inside a string.
    """
    return not missing(source, names)


def missing(source: str, names: Sequence[str]) -> list[str]:
    """Those of the names that it does not bind."""
    bound = {name for pair in _BINDING.findall(without_strings(source)) for name in pair}
    return [name for name in names if name not in bound]


def has_definition(text: str) -> bool:
    """Whether a line of the text begins like a definition or an import: output never does."""
    return _DEFINITION.search(text) is not None


def seems_code(text: str) -> bool:
    """Whether a line of the text begins like a definition, an import or an assignment."""
    return has_definition(text) or _ASSIGNMENT.search(text) is not None


def is_all_code(text: str) -> bool:
    """Whether no statement of the text reads like a sentence."""
    lines = (line for line in statements(text) if not line[:1].isspace())
    return all(_CODE.match(line) for line in lines)


def is_output(text: str) -> bool:
    """Whether the text is a traceback, or what a shell was told and answered.

    A root's prompt looks like a comment, so what defines something is code however it begins.
    """
    return _OUTPUT.match(text[:_LOOKED_AT_CHARS]) is not None and not has_definition(text)
