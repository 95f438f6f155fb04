"""The core's commands as Discord registers them, and invocations read back.

Registered as plain data: the core's specifications are data too, and are not known before it runs.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.domain.chat.commands import CommandOption, CommandSpec, OptionKind

Payload = dict[str, Any]

SUBCOMMAND = 1
KINDS = {OptionKind.TEXT: 3, OptionKind.CHANNEL: 7, OptionKind.ROLE: 8}
TEXT_CHANNELS = [0]
IN_GUILDS = 0
"""The context of a command and the installation it comes with: guilds alone."""

DESCRIPTION_CHARS = 100


def payloads(specs: Sequence[CommandSpec]) -> list[Payload]:
    """All commands; one of two words becomes a subcommand of the first word."""
    made: dict[str, Payload] = {}
    for spec in specs:
        name, _, sub = spec.name.partition(" ")
        if not sub:
            made[name] = _command(name, spec.description, map(_option, spec.options))
            continue
        group = made.setdefault(name, _command(name, f"{name.capitalize()}: for mentors", ()))
        group["options"].append(
            {
                "type": SUBCOMMAND,
                "name": sub,
                "description": spec.description[:DESCRIPTION_CHARS],
                "options": [_option(option) for option in spec.options],
            }
        )
    return list(made.values())


def _command(name: str, description: str, options: Iterable[Payload]) -> Payload:
    return {
        "type": 1,
        "name": name,
        "description": description[:DESCRIPTION_CHARS],
        "options": list(options),
        "contexts": [IN_GUILDS],
        "integration_types": [IN_GUILDS],
    }


def _option(option: CommandOption) -> Payload:
    made: Payload = {
        "type": KINDS[option.kind],
        "name": option.name,
        "description": option.description[:DESCRIPTION_CHARS],
        "required": option.required,
    }
    if option.choices:
        made["choices"] = [{"name": choice, "value": choice} for choice in option.choices]
    if option.suggests:
        made["autocomplete"] = True
    if option.kind is OptionKind.CHANNEL:
        made["channel_types"] = TEXT_CHANNELS
    return made


def read_invocation(data: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The name and options of an invocation."""
    name, options = _split_name(data)
    return name, {option["name"]: str(option["value"]) for option in options}


def read_focused(data: Mapping[str, Any]) -> tuple[str, str, str]:
    """The command, the option that is being typed, and its text so far."""
    name, options = _split_name(data)
    for option in options:
        if option.get("focused"):
            return name, option["name"], str(option["value"])
    return name, "", ""


def _split_name(data: Mapping[str, Any]) -> tuple[str, Sequence[Mapping[str, Any]]]:
    options: Sequence[Mapping[str, Any]] = data.get("options", ())
    if options and options[0]["type"] == SUBCOMMAND:
        return f"{data['name']} {options[0]['name']}", options[0].get("options", ())
    return str(data["name"]), options
