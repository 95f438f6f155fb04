"""Slash commands, as every platform is told of them."""

from dataclasses import dataclass
from enum import StrEnum


class OptionKind(StrEnum):
    """What the value of an option is: words, or a platform's id of something one can point at."""

    TEXT = "text"
    CHANNEL = "channel"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class CommandOption:
    """One option of a slash command. Options with `suggests` complete through `Sink.suggest`."""

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
    mentors_only: bool = False
