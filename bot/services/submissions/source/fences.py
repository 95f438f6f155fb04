"""Blocks of code in a chat message, as chats and people mark them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.services.submissions.source.definitions import seems_code
from bot.services.submissions.source.tokens import line_end, without_strings
from bot.services.submissions.source.typography import (
    DOUBLE_QUOTES,
    SINGLE_QUOTES,
    dedented,
    normalised,
)


@dataclass(frozen=True, slots=True)
class Snippet:
    """One fenced block.

    Attributes:
        language: The tag after the fence in lower case, or empty.
        text: What stands between the fences, without the indentation they share.
    """

    language: str
    text: str

    @property
    def is_python(self) -> bool:
        """Whether its tag says so."""
        return _PYTHON_TAG.fullmatch(self.language) is not None

    @property
    def is_other(self) -> bool:
        """Whether its tag names another language, or output."""
        return self.language in _OTHER_TAGS


_PYTHON_TAG = re.compile(r"i?py(?:thon)?[\d.]*|pycon|\{\.?(?:i?py(?:thon)?\d?|code-cell)\b.*")
_OTHER_TAGS = frozenset(
    {"bash", "sh", "shell", "zsh", "console", "cmd", "powershell", "text", "txt", "plain"}
    | {"plaintext", "output", "out", "log", "pytb", "traceback", "error", "diff", "sql"}
    | {"json", "yaml", "yml", "toml", "ini", "xml", "html", "css", "js", "md", "markdown"}
    | {"shellscript", "ansi", "none", "csv", "latex", "tex", "javascript", "cpp", "c", "rust"}
)

MAX_BLOCKS = 50
"""Of a message; nobody writes more, and each costs time to read."""

_OPENING = re.compile(
    r"(?m)^(?P<indent>[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)(?P<fence>`{3,}+|~{3,}+)"
    r"|(?P<inline>`{3,}+)"
)
# Backticks close unless a tag or the end of a string literal follows them: that is a fence *in* the
# code. Tildes close only on a line of their own.
_CLOSING = re.compile(
    r"(?m)(?<!`)(?P<backticks>`{3,}+)(?![\w\"'{])|^[ \t]*(?P<tildes>~{3,}+)[ \t]*$"
)
_QUOTED_LINE = re.compile(r"[ \t]*>")
_TAG = re.compile(r"[A-Za-z][\w+#.-]*|\{[^}]*\}(?:[ ]+\w+)?")
_TRIPLE = re.compile(r"\"\"\"|'''")


def extract(text: str) -> tuple[Snippet, ...]:
    """The fenced blocks of a chat message, in order; those in quoted lines (``>``) are left out.

    Three dialects meet here. CommonMark fences stand on lines of their own, may be tildes, and
    carry a language tag. Discord opens and closes them anywhere in a line. Slack knows no tag: the
    code begins right after the fence. A fence that is never closed takes the rest; one inside a
    docstring closes nothing.
    """
    return tuple(islice(_snippets(normalised(text)), MAX_BLOCKS))


def has_fences(text: str) -> bool:
    """Whether a fence opens in the text, not counting those in strings of code."""
    return _OPENING.search(without_strings(normalised(text))) is not None


def _snippets(text: str) -> Iterator[Snippet]:
    position = 0
    while opening := _OPENING.search(text, position):
        line_start = text.rfind("\n", 0, opening.end()) + 1
        if _QUOTED_LINE.match(text, line_start):
            position = line_end(text, opening.end())
            continue
        body_end, position = _closing_span(text, opening)
        yield _snippet(text[opening.end() : body_end], indent=len(opening["indent"] or ""))


def _closing_span(text: str, opening: re.Match[str]) -> tuple[int, int]:
    fence = opening["fence"] or opening["inline"]
    position = opening.end()
    for closing in _CLOSING.finditer(text, position):
        if (closing["backticks"] or closing["tildes"]).startswith(fence):
            position = _behind_strings(text, position, closing.start())
            if position <= closing.start():
                return closing.span()
    return len(text), len(text)


def _behind_strings(text: str, position: int, end: int) -> int:
    """Where the last triple-quoted string that begins before `end` ends; unclosed ones are none."""
    while opening := _TRIPLE.search(text, position, max(position, end)):
        closing = text.find(opening[0], opening.end())
        if closing < 0:
            return end
        position = closing + len(opening[0])
    return position


def _snippet(body: str, *, indent: int) -> Snippet:
    first_line, newline, rest = body.partition("\n")
    language, code = _tag_and_code(first_line.strip(), whole_line_may_be_tag=bool(newline))
    if indent:
        rest = re.sub(rf"(?m)^[ \t]{{1,{indent}}}", "", rest)
    return Snippet(language, dedented(f"{code}\n{rest}" if code else rest).rstrip())


def _tag_and_code(info: str, *, whole_line_may_be_tag: bool) -> tuple[str, str]:
    if whole_line_may_be_tag and _TAG.fullmatch(info):
        return info.lower(), ""
    first, _, rest = info.partition(" ")
    if rest and _PYTHON_TAG.fullmatch(first.lower()):
        return first.lower(), "" if _TAG.fullmatch(rest) and rest.startswith("{") else rest
    return "", info


# --- what people take for a fence -------------------------------------------------------------

_LOOK_ALIKES = f"\"'\u00b4{DOUBLE_QUOTES}{SINGLE_QUOTES}"
_STRAIGHT = str.maketrans(dict.fromkeys(DOUBLE_QUOTES, '"') | dict.fromkeys(SINGLE_QUOTES, "'"))
_QUOTE_FENCE = re.compile(
    rf"(?m)^[ \t]*(?P<fence>[{_LOOK_ALIKES}]{{3,6}}|``?)[ \t]*(?:py(?:thon)?3?)?$"
)
_FEW_BACKTICKS = re.compile(r"(?m)^[ \t]*(?P<fence>``?)(?!`)(?=[^\s`])")
_WRAPPED_LINES = re.compile(r"(?m)^[ \t]*(``?)(?P<code>[^`\n]*)\1[ \t]*$")
_PROMPT = re.compile(
    r"(?m)^(?:[ \t]*(?:>>>|\.\.\.)(?:[ ]|$)|[ \t]*In \[\d+\]: ?|[ \t]*\.\.\.+: ?)(?P<code>.*)$"
)
_TWO_LEVELS = re.compile(r"(?:[ \t]*\n)*(?: {8}|\t\t)")
_INDENTED = re.compile(r"(?: {4}|\t)[ \t]*\S")


def between_quotes(text: str) -> str:
    r"""What stands between lines of three quotes (or one or two backticks) and nothing else.

    From the first such line to the last one that is the same: docstrings may hold others.
    """
    marks = list(_QUOTE_FENCE.finditer(text))
    if not marks:
        return ""
    first = marks[0]["fence"].translate(_STRAIGHT)
    same = [mark for mark in marks[1:] if mark["fence"].translate(_STRAIGHT) == first]
    if first.startswith("`") and not same:  # it stands before the code's first line, or is a slip
        return ""
    return dedented(text[marks[0].end() : same[-1].start() if same else len(text)].strip("\n"))


def between_few_backticks(text: str) -> str:
    """What stands between one or two backticks, which mark words and not blocks.

    They may stand around the whole code, or around each of its lines.
    """
    lines = "\n".join(found["code"] for found in _WRAPPED_LINES.finditer(text))
    if "\n" in lines:
        return lines
    opening = _FEW_BACKTICKS.search(text)
    if opening is None:
        return ""
    end = text.rfind(opening["fence"], opening.end())
    first = text[opening.end() : end if end >= 0 else len(text)]
    return re.sub(r"\A(?:py|python)3?[ \t]*\n", "", first)


def behind_prompts(text: str) -> str:
    """What was typed at the prompts of a Python shell; blank lines where it answered.

    Empty where no line has a prompt.
    """
    typed = [_PROMPT.match(line) for line in text.split("\n")]
    if not any(typed):
        return ""
    return "\n".join("" if found is None else found["code"] for found in typed).rstrip()


def indented(text: str) -> str:
    """The lines that are indented as Markdown's code is, without that; blank lines for the others.

    A chat may have taken the blanks of a message's first line: what is code there stays.
    """
    first, _, rest = text.strip("\n").partition("\n")
    if not seems_code(first):
        return dedented(_indented_lines(text))
    if first.rstrip().endswith(":") and not _TWO_LEVELS.match(rest):  # as Python has it anyway
        return ""
    return f"{first}\n{dedented(_indented_lines(rest))}"


def _indented_lines(text: str) -> str:
    return "\n".join(line if _INDENTED.match(line) else "" for line in text.split("\n"))
