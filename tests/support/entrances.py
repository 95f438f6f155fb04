"""Where the bot's own process works on text from outside, and text made to hold it up.

``python -m tests.support.entrances`` tries each of them and prints a line of JSON before and after;
where one goes on for too long the kernel ends the process.
"""

import contextlib
import json
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping

from bot.chat.common import plain
from bot.chat.discord import refs
from bot.chat.discord.render import render
from bot.chat.web import frames, markup, server, workspace
from bot.chat.web.actions import without_mention
from bot.cli import grade_text
from bot.domain import text as outside
from bot.domain.chat.commands import CommandOption, CommandSpec, parse, unknown_command
from bot.domain.chat.message import Code, Message, Table
from bot.domain.errors import BotError
from bot.services.cohorts import holidays, limits, rules
from bot.services.submissions.source import definitions, reading
from tests.support.outside import PIECES, grade_with
from tests.support.values import a_cohort

CHARS = 32 * 1024
MARKDOWN_CHARS = 8 * 1024
"""Prose of more than `MARKDOWN_LIMIT_CHARS` is not parsed."""

NOTHING_S = 0.1
"""CPU seconds that prove nothing about how a cost grows: some kernels count them by the tick."""

TIRED_AFTER_S = 5.0
"""CPU seconds that no try needs; one that never ends is ended then."""

FAMILIES = [
    *("[", "[](", "![", "[{(", ")]", "`", "`` ` ", "```a ", "```\n", "````\n```\n", "~~~\n"),
    *(
        '"',
        "'",
        '"""',
        "'''\"\"\"",
        '"\\N{',
        "\\N{",
        "\\",
        "f'{",
        'rb"',
        "#",
        "@a\n",
        "def ",
        "a = ",
    ),
    *(
        '  File "a", line 1, in f\n',
        '  File "a", line 1, in f',
        "Traceback (most recent call last):\n",
    ),
    *("%%time\n", "%time ", "!a \\\n", "?", ">>> ", "1", "9.", "-", "1e9"),
    *("\u0301", "a\u0301", "\u202e", "\u200b", "\ud800", "\x1b[2J", "\u00a0", "🎉"),
    *("\n", "\r", " \n", "\t", " ", "> ", "- a\n", "|a", "|a|\n|-|\n", "*_", "*a**b", "~~a"),
    *("&#8238;", "<@1>", "<https://a", "http://", "://", "@freehand ", "../", ":"),
    *('name:"', "word ", '{"a":[', "a=b ", "<b>", "a\n=\n"),
]
"""What a text is made of by repetition."""


def texts(chars: int) -> Iterator[tuple[str, str]]:
    """Hostile texts of a length, each with what it repeats; the same ones every time."""
    chance = random.Random(0)  # noqa: S311  # no secret
    mixed = ["".join(chance.choices(FAMILIES + PIECES, k=3)) for _ in range(6)]
    for unit in [*FAMILIES, *mixed]:
        yield unit, (unit * (chars // len(unit) + 1))[:chars]


_SPECS = [
    CommandSpec("plan", ""),
    CommandSpec("cohort setup", "", (CommandOption("name", ""), CommandOption("mentors", ""))),
    CommandSpec("board", "", (CommandOption("mode", "", choices=("named", "alias")),)),
]


def _notebook(text: str) -> bytes:
    return json.dumps({"cells": [{"cell_type": "code", "source": text}]}).encode()


ENTRANCES: Mapping[str, Callable[[str], object]] = {
    # what is shown
    "printable": outside.printable,
    "sentence": outside.sentence,
    "name": outside.shown_name,
    "markdown of a person": markup.typed,
    "markdown of the bot": markup.trusted,
    "code on the page": markup.code,
    "preview": plain.preview,
    "words without markup": plain.unmarked,
    "text on Discord": lambda text: render(Message.of(text)),
    "code on Discord": lambda text: render(Message.of(Code(text))),
    "table on Discord": lambda text: render(Message.of(Table(("a", "b"), ((text, text),)))),
    "grade at the terminal": lambda text: grade_text(grade_with(text)),
    # what is heard
    "mention": without_mention,
    "command": lambda text: parse(f"/cohort setup {text}", _SPECS),
    "command with a choice": lambda text: parse(f"board {text}", _SPECS),
    "unknown command": lambda text: unknown_command(text, _SPECS),
    "frame of a page": frames.parse,
    "frame with text": lambda text: frames.parse(
        json.dumps({"type": "open", "conversation": text})
    ),
    "conversation of a page": workspace.conversation_named,
    "name of a file": server.file_name,
    "button on Discord": lambda text: refs.split_tag(text, 1),
    # options of commands
    "id on Discord": refs.parse_id,
    "rule": lambda text: rules.with_rule(a_cohort(), "open_hours", text),
    "date": holidays.read_date,
    "cap": lambda text: limits.with_cap({}, "seconds", text),
    # code
    "code in a message": lambda text: reading.of_message(text, ("f",)),
    "code in a form": lambda text: reading.of_form(text, ("f",)),
    "shape of a message": lambda text: reading.shape_of(text, ("f",)),
    "file": lambda text: reading.of_file(text.encode("utf-8", "replace"), "a.py", ("f",)),
    "notebook": lambda text: reading.of_notebook(_notebook(text), "a.ipynb"),
    "definitions": lambda text: definitions.missing(text, ("f",)),
}
"""Each takes a text; what it refuses it refuses with an error of ours."""


def cpu_s(enter: Callable[[str], object], text: str) -> float:
    """CPU seconds of one try; too many end the process, whatever it is at."""
    signal.setitimer(signal.ITIMER_PROF, TIRED_AFTER_S)
    began = time.process_time()
    try:
        with contextlib.suppress(BotError, frames.FrameError):
            enter(text)
        return time.process_time() - began
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def cost(enter: Callable[[str], object], text: str) -> tuple[float, float]:
    """CPU seconds for a text and for a quarter of it; where they are few, the latter is 0."""
    whole = cpu_s(enter, text)
    if whole > NOTHING_S:  # perhaps by accident
        whole = min(whole, *(cpu_s(enter, text) for _ in range(2)))
    if whole <= NOTHING_S:
        return whole, 0.0
    quarter = text[: len(text) // 4]
    return whole, min(cpu_s(enter, quarter) for _ in range(3))


def say(**fields: object) -> None:
    """Print a line of JSON, at once: the next thing may be the end of this process."""
    sys.stdout.write(f"{json.dumps(fields)}\n")
    sys.stdout.flush()


def main(names: list[str]) -> None:
    """Try the named entrances, or all of them."""
    for name in names or ENTRANCES:
        chars = MARKDOWN_CHARS if name.startswith("markdown") else CHARS
        for unit, text in texts(chars):
            say(entrance=name, unit=unit, chars=chars)
            whole_s, quarter_s = cost(ENTRANCES[name], text)
            say(entrance=name, unit=unit, chars=chars, whole_s=whole_s, quarter_s=quarter_s)


if __name__ == "__main__":
    main(sys.argv[1:])
