"""Slash commands as they are typed, for platforms that hand over the line instead of its parts."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.domain.chat.commands import CommandSpec


@dataclass(frozen=True, slots=True)
class Invocation:
    """A known command with its options by name."""

    name: str
    args: dict[str, str] = field(default_factory=dict[str, str])


def parse(line: str, specs: Iterable[CommandSpec]) -> Invocation | None:
    """Read ``/challenge post clip-grad-norm``; None when no spec has that name.

    Options follow in their order or as ``name:value``. Words beyond the last option belong to it.
    """
    words = line.removeprefix("/").split()
    for spec in sorted(specs, key=lambda spec: -len(spec.name.split())):
        name = spec.name.split()
        if [word.lower() for word in words[: len(name)]] == name:
            return Invocation(spec.name, _args(spec, words[len(name) :]))
    return None


def nearest(line: str, specs: Iterable[CommandSpec]) -> list[str]:
    """Names of commands that look like the one that was typed, likeliest first, at most three."""
    names = [spec.name for spec in specs]
    words = line.removeprefix("/").lower().split()
    if not words:
        return []
    family = [name for name in names if name.split()[0] == words[0]]
    return family[:5] or difflib.get_close_matches(" ".join(words[:2]), names, n=3, cutoff=0.5)


def usage(spec: CommandSpec) -> str:
    """How a command is typed: ``/challenge close <challenge>``."""
    options = (
        f"<{option.name}>" if option.required else f"[{option.name}]" for option in spec.options
    )
    return " ".join([f"/{spec.name}", *options])


def _args(spec: CommandSpec, words: Sequence[str]) -> dict[str, str]:
    names = [option.name for option in spec.options]
    args: dict[str, str] = {}
    last = ""
    for word in words:
        named, colon, value = word.partition(":")
        free = [name for name in names if name not in args]
        if colon and named in free:
            args[named], last = value, named
        elif free:
            args[free[0]], last = word, free[0]
        elif last:
            args[last] += f" {word}"
    return args
