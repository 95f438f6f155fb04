"""Commands: what every platform is told of them, and how a typed line of one is read."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

_DOUBLE = r"[\"\u201c\u201d\u201e]", r"[^\"\u201c\u201d\u201e]"
_SINGLE = r"['\u2018\u2019\u201a]", r"[^'\u2018\u2019\u201a]"
"""Quotes, straight and curly, and what stands between them."""

_WORD = re.compile(
    r"(?=\S)(?:(?P<name>\w++):)?+"
    rf"(?:{_DOUBLE[0]}(?P<double>{_DOUBLE[1]}*+){_DOUBLE[0]}(?!\S)"
    rf"|{_SINGLE[0]}(?P<single>{_SINGLE[1]}*+){_SINGLE[0]}(?!\S)"
    r"|(?P<bare>\S*+))"
)
"""A word, or several in quotes, perhaps after a name and a colon. Never goes back: linear time."""

_MAX_NEAREST = 3
_MAX_FAMILY = 5
_TYPED_CHARS = 40
"""Of a name that nobody knows, as it is shown and compared."""


class OptionKind(StrEnum):
    """What the value of an option is: words, or a platform's id of something one can point at."""

    TEXT = "text"
    CHANNEL = "channel"
    ROLE = "role"


class Permission(StrEnum):
    """Who may use a command."""

    EVERYONE = "everyone"
    MENTORS = "mentors"  # of the cohort
    ADMINS = "admins"  # of the server; there may be no cohort yet


@dataclass(frozen=True, slots=True)
class CommandOption:
    """One option of a slash command. Options with `suggests` complete through `Sink.suggest`.

    Attributes:
        choices: The only values there are, each one word.
    """

    name: str
    description: str
    required: bool = True
    choices: tuple[str, ...] = ()
    suggests: bool = False
    kind: OptionKind = OptionKind.TEXT


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A slash command. A name of two words is a subcommand: ``challenge post``."""

    name: str
    description: str
    options: tuple[CommandOption, ...] = ()
    permission: Permission = Permission.EVERYONE

    @property
    def mentors_only(self) -> bool:
        """Whether learners have no use for it."""
        return self.permission is not Permission.EVERYONE


@dataclass(frozen=True, slots=True)
class Invocation:
    """A known command with its options by name."""

    name: str
    args: dict[str, str] = field(default_factory=dict[str, str])


def parse(line: str, specs: Iterable[CommandSpec]) -> Invocation | None:
    """Read ``/challenge pin 2026-11-23 clip-grad-norm``; None when no spec has that name.

    Options follow in their order, or as ``name:value``. A value after its name goes on to the next
    name of an option, so that ``name:Deep Night Owls`` is a name of three words; quotes around it
    end it sooner, and so does a choice, which is one word. Other words fill the options that are
    still empty, in order; those beyond the last option belong to it.
    """
    text = line.strip().removeprefix("/")
    for spec in sorted(specs, key=lambda spec: -len(spec.name.split())):
        rest = _after(spec.name, text)
        if rest is not None:
            return Invocation(spec.name, _args(spec.options, rest))
    return None


def usage(spec: CommandSpec) -> str:
    """How a command is typed: ``/board <named | alias | hidden>``."""
    return " ".join([f"/{spec.name}", *map(_option_usage, spec.options)])


def nearest(line: str, specs: Iterable[CommandSpec]) -> list[str]:
    """Names of commands that look like the one that was typed, likeliest first."""
    names = [spec.name for spec in specs]
    words = line[: 2 * _TYPED_CHARS].removeprefix("/").lower().split()
    if not words:
        return []
    family = [name for name in names if name.split()[0] == words[0]]
    return family[:_MAX_FAMILY] or difflib.get_close_matches(
        " ".join(words[:2]), names, n=_MAX_NEAREST, cutoff=0.5
    )


def unknown_command(line: str, specs: Sequence[CommandSpec]) -> str:
    """What somebody is told whose command does not exist.

    Args:
        line: As typed.
        specs: The commands that this person may use.
    """
    words = line.removeprefix("/").lower().split()
    after = [spec.name.split()[1:] for spec in specs if spec.name.split()[:1] == words]
    second = [name[0] for name in after if name]
    if second:
        return f"`/{words[0]}` needs a second word: {', '.join(second)}."
    typed = "".join(
        char for char in line.removeprefix("/") if char.isalnum() or char in " -"
    ).strip()
    near = [f"`/{name}`" for name in nearest(line, specs)]
    hint = f"Did you mean {' or '.join(near)}?" if near else "`/help` lists the commands."
    return f"There is no command “/{typed[:_TYPED_CHARS]}”. {hint}"


def _after(name: str, text: str) -> str | None:
    """What follows a command's name; None where the text begins with something else."""
    for word in name.split():
        head, *tail = text.split(maxsplit=1) or [""]
        if head.lower() != word:
            return None
        text = tail[0] if tail else ""
    return text


def _args(options: Sequence[CommandOption], text: str) -> dict[str, str]:
    known = {option.name for option in options}
    arguments = _Arguments(options)
    for match in _WORD.finditer(text):
        name = (match["name"] or "").lower()
        quoted = match["single"] if match["double"] is None else match["double"]
        if name in known:
            arguments.begin(name)
            word = match["bare"]
        else:
            word = match[0]
        if quoted is not None and (name in known or not name):
            arguments.put(quoted, ends=True)
        elif word:
            arguments.put(word)
    return {name: " ".join(words) for name, words in arguments.words.items()}


@dataclass(slots=True)
class _Arguments:
    """The words of each option, while a line is read."""

    options: Sequence[CommandOption]
    words: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    _last: str = ""
    _goes_on: bool = False

    def begin(self, name: str) -> None:
        """From here on words belong to this option; what it had before is replaced."""
        self.words[name] = []
        self._last, self._goes_on = name, True

    def put(self, word: str, *, ends: bool = False) -> None:
        """Give a word to the option whose turn it is; without any option it is dropped."""
        if not self._goes_on:
            empty = (option.name for option in self.options if option.name not in self.words)
            self._last = next(empty, self._last)
        if self._last:
            self.words.setdefault(self._last, []).append(word)
            self._goes_on = self._goes_on and not ends and not self._is_choice(self._last)

    def _is_choice(self, name: str) -> bool:
        return any(option.choices for option in self.options if option.name == name)


def _option_usage(option: CommandOption) -> str:
    name = " | ".join(option.choices) or option.name
    return f"<{name}>" if option.required else f"[{name}]"
